import { createRequire } from "node:module";
import { assert, assertEquals } from "@std/assert";
import manifest from "../../client/package.json" with { type: "json" };
import config from "../../deno.json" with { type: "json" };
import { createEndpoints } from "../../routes/endpoints.ts";
import { openApiDocument } from "../../routes/openapi/document.ts";
import { CLIENT_DIRECTORY, makeClient, runTool } from "../../scripts/client.ts";
import type { ClientDocument } from "../../scripts/client_document.ts";
import { createUser, FLEET, FLEET_KEY, openTestKese } from "../support/kese.ts";
import { withTemporaryFile } from "../support/temporary_store.ts";

/** What is published: the manifest, and the files that it names. */
const PUBLISHED = ["package.json", "dist", "schema.d.ts"];
const MADE = ["schema.d.ts", "src/keyed_routes.ts", "dist"];
const README = await Deno.readTextFile(new URL("README.md", CLIENT_DIRECTORY));

async function copy(from: URL, to: URL): Promise<void> {
  if ((await Deno.stat(from)).isFile) return await Deno.copyFile(from, to);
  await Deno.mkdir(to, { recursive: true });
  for await (const { name } of Deno.readDir(from)) {
    await copy(new URL(`${from.href}/${name}`), new URL(`${to.href}/${name}`));
  }
}

async function readAll(at: URL): Promise<Record<string, string>> {
  if ((await Deno.stat(at)).isFile) {
    return { [at.pathname]: await Deno.readTextFile(at) };
  }
  const names = await Array.fromAsync(Deno.readDir(at), ({ name }) => name);
  const texts = await Promise.all(
    names.toSorted().map((name) => readAll(new URL(`${at.href}/${name}`))),
  );
  return Object.assign({}, ...texts);
}

/** Installs the package in a directory, as npm does, and what it depends on next to it. */
async function install(directory: string): Promise<void> {
  const modules = new URL(`file://${directory}/node_modules/`);
  await Deno.mkdir(new URL("kese-client/", modules), { recursive: true });
  for (const name of PUBLISHED) {
    await copy(
      new URL(name, CLIENT_DIRECTORY),
      new URL(`kese-client/${name}`, modules),
    );
  }
  const fetching = new URL(import.meta.resolve("openapi-fetch"));
  const helpers = createRequire(fetching).resolve("openapi-typescript-helpers");
  for (const main of [fetching, new URL(`file://${helpers}`)]) {
    const [, path = "", name = ""] = /^(.*\/([a-z-]+)\/[\d.]+)\/dist\//.exec(main.href) ?? [];
    await copy(new URL(path), new URL(name, modules));
  }
  await Deno.writeTextFile(`${directory}/package.json`, '{ "type": "module" }');
}

Deno.test("makeClient() makes what is committed: else run `deno task client`", async () => {
  await using kese = await openTestKese();
  await withTemporaryFile(async ({ directory }) => {
    const made = new URL(`file://${directory}/`);
    await copy(new URL("src", CLIENT_DIRECTORY), new URL("src", made));
    const document = openApiDocument(
      createEndpoints(kese.dependencies),
    ) as ClientDocument;
    await makeClient(document, made);
    for (const name of MADE) {
      const [committed, fresh] = await Promise.all(
        [CLIENT_DIRECTORY, made].map((base) => readAll(new URL(name, base))),
      );
      assertEquals(
        Object.values(fresh ?? {}),
        Object.values(committed ?? {}),
        name,
      );
    }
  });
});

Deno.test("client/package.json has Kese's version, and publishes what its users load", () => {
  assertEquals(manifest.version, config.version);
  assertEquals(
    manifest.dependencies["openapi-fetch"],
    config.imports["openapi-fetch"].split("@").at(-1),
  );
  assertEquals(
    manifest.files.map((name) => name.replace("/", "")),
    PUBLISHED.slice(1),
  );
});

Deno.test("client/README.md pays in five lines on Node, and its types hold with TypeScript", async () => {
  const [, program = ""] = /```ts\n([\s\S]*?)```/.exec(README) ?? [];
  assertEquals(
    program.trim().split("\n").filter((line) => line !== "").length,
    5,
  );
  await using kese = await openTestKese();
  await createUser(kese, "123456");
  const options = { hostname: "127.0.0.1", port: 0, onListen: () => {} };
  await using server = Deno.serve(options, kese.app.fetch);
  await withTemporaryFile(async ({ directory }) => {
    await install(directory);
    const own = program.replace(
      "http://localhost:5000",
      `http://127.0.0.1:${server.addr.port}`,
    )
      .replaceAll("hergele-dev-key", FLEET_KEY).replaceAll(
        '"hergele"',
        `"${FLEET}"`,
      );
    await Deno.writeTextFile(`${directory}/pay.js`, own);
    await Deno.writeTextFile(
      `${directory}/pay.ts`,
      `${own}\nexport const all: string = balance;\n`,
    );
    const { stdout, stderr } = await new Deno.Command("node", {
      args: [`${directory}/pay.js`],
    })
      .output();
    const [said, errors] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
    assert(said?.trim() === "89.50", errors);
    await runTool("typescript", [
      ...[
        "--noEmit",
        "--strict",
        "--module",
        "nodenext",
        "--target",
        "es2022",
      ],
      ...["--lib", "es2022,dom,dom.iterable", `${directory}/pay.ts`],
    ], "/tsc");
  });
});
