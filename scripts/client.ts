/**
 * `deno task client`: makes what is made of `client/`, which has to be done again after every change of the
 * contract: the types of the document, the routes that take a key, and the JavaScript that is published.
 *
 * @module
 */

import { createRequire } from "node:module";
import { openApiDocument } from "../routes/openapi/document.ts";
import { type ClientDocument, listKeyedRoutes, toClientDocument } from "./client_document.ts";
import { readEndpoints } from "./endpoints.ts";
import tools from "./openapi_tools/deno.json" with { type: "json" };

export const CLIENT_DIRECTORY = new URL("../client/", import.meta.url);

// Not in Kese's own deno.json: whoever starts Kese would load them too.
const TOOLS = new URL("openapi_tools/deno.json", import.meta.url).pathname;

/** What is made, and not written by hand: in the client's directory, next to `dist/`. */
const SCHEMA = "schema.d.ts";
const KEYED_ROUTES = "src/keyed_routes.ts";

/** The client's own TypeScript is compiled without anything that browsers or Node lack. */
const COMPILER_OPTIONS = {
  target: "es2022",
  module: "esnext",
  moduleResolution: "bundler",
  lib: ["es2022", "dom", "dom.iterable"],
  types: [],
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  declaration: true,
  rewriteRelativeImportExtensions: true,
};

/** Makes the client of a document in a directory that has its `src/`. */
export async function makeClient(
  document: ClientDocument,
  directory: URL,
): Promise<void> {
  const scratch = await Deno.makeTempDir({ prefix: "kese-client-" });
  try {
    const input = `${scratch}/openapi.json`;
    await Deno.writeTextFile(input, JSON.stringify(toClientDocument(document)));
    await runTool("openapi-typescript", [
      input,
      `--output=${new URL(SCHEMA, directory).pathname}`,
    ]);
    await Deno.writeTextFile(
      new URL(KEYED_ROUTES, directory),
      writeKeyedRoutes(document),
    );
    await compile(directory, scratch);
  } finally {
    await Deno.remove(scratch, { recursive: true });
  }
}

function writeKeyedRoutes(document: ClientDocument): string {
  const lines = listKeyedRoutes(document).map((route) => `  ${JSON.stringify(route)},\n`);
  return `// Made by \`deno task client\`.

/** The routes that take an Idempotency-Key. */
export const KEYED_ROUTES: readonly string[] = [
${lines.join("")}];
`;
}

async function compile(directory: URL, scratch: string): Promise<void> {
  const config = `${scratch}/tsconfig.json`;
  const compilerOptions = {
    ...COMPILER_OPTIONS,
    rootDir: new URL("src", directory).pathname,
    outDir: new URL("dist", directory).pathname,
    paths: listTypes(),
  };
  const include = [new URL("src/*.ts", directory).pathname];
  await Deno.writeTextFile(
    config,
    JSON.stringify({ compilerOptions, include }),
  );
  await Deno.remove(new URL("dist", directory), { recursive: true }).catch(
    () => {},
  );
  await runTool("typescript", ["--project", config], "/tsc");
  await nameJavaScript(new URL("dist/", directory));
}

/** In its declarations the compiler leaves `.ts`, under which nothing is published. */
async function nameJavaScript(dist: URL): Promise<void> {
  for await (const { name } of Deno.readDir(dist)) {
    if (!name.endsWith(".d.ts")) continue;
    const text = await Deno.readTextFile(new URL(name, dist));
    const named = text.replaceAll(/(from "\.\/\w+)\.ts"/g, '$1.js"');
    await Deno.writeTextFile(new URL(name, dist), named);
  }
}

/** Where the types are that the client needs: in Deno's own directory of packages. */
function listTypes(): Readonly<Record<string, readonly string[]>> {
  const main = new URL(import.meta.resolve("openapi-fetch"));
  const helpers = createRequire(main).resolve("openapi-typescript-helpers");
  const withoutEnding = (path: string) => path.replace(/\.[cm]js$/, "");
  return {
    "openapi-fetch": [withoutEnding(main.pathname)],
    "openapi-typescript-helpers": [withoutEnding(helpers)],
  };
}

/** Runs a program of a package, or throws with what it says. */
export async function runTool(
  name: keyof typeof tools.imports,
  args: readonly string[],
  program = "",
): Promise<void> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--no-prompt", "--frozen", `--config=${TOOLS}`],
      ...["--allow-read", "--allow-write", "--allow-env", "--allow-sys"],
      `${tools.imports[name]}${program}`,
      ...args,
    ],
    env: { NO_COLOR: "1" },
  }).output();
  if (success) return;
  const said = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes))
    .join("\n");
  throw new Error(`Cannot make the client: ${name} says ${said}`);
}

if (import.meta.main) {
  const document = openApiDocument(await readEndpoints()) as ClientDocument;
  await makeClient(document, CLIENT_DIRECTORY);
}
