import { assertEquals } from "@std/assert";

const ROOT = new URL("../", import.meta.url);

/** The rooms from the lowest to the highest: a file imports only from its own and from lower ones. */
const ROOMS = [
  "domain/",
  "domain/ports/",
  "domain/workflows/",
  "infra/",
  "routes/contract/",
  "routes/http/",
  "routes/openapi/",
  "routes/",
  "main.ts",
  "client/",
  "scripts/",
  "bench/",
  "tests/",
];
const GRAPH = await readGraph();

Deno.test("no import runs in a circle", () => {
  const done = new Set<string>();
  const circles: string[] = [];
  function visit(file: string, path: readonly string[]): void {
    const seenAt = path.indexOf(file);
    if (seenAt >= 0) circles.push([...path.slice(seenAt), file].join(" -> "));
    if (seenAt >= 0 || done.has(file)) return;
    for (const imported of GRAPH.get(file) ?? []) visit(imported, [...path, file]);
    done.add(file);
  }
  for (const file of GRAPH.keys()) visit(file, []);
  assertEquals(circles, []);
});

Deno.test("no import runs upward between rooms", () => {
  const upward = [...GRAPH].flatMap(([file, imports]) =>
    imports.filter((imported) => heightOf(imported) > heightOf(file))
      .map((imported) => `${file} -> ${imported}`)
  );
  assertEquals(upward, []);
});

Deno.test("main.ts loads at its start no routes that are loaded later, and no package but these", async () => {
  const started = new Set<string>();
  const files = ["main.ts"];
  for (const file of files) {
    const source = await Deno.readTextFile(new URL(file, ROOT));
    for (const specifier of specifiersOf(file, source, { atOnce: true })) {
      const isOurs = specifier.startsWith(".");
      const imported = isOurs ? toFile(specifier, file) : specifier;
      if (imported.endsWith(".ts") && !started.has(imported)) files.push(imported);
      started.add(imported);
    }
  }
  const later = (GRAPH.get("routes/app.ts") ?? []).filter((file) => /_routes?\.ts$/.test(file));
  assertEquals(later.filter((file) => started.has(file)), []);
  const packages = [...started].filter((name) => !/\.(ts|json)$|^node:/.test(name));
  assertEquals(packages.sort(), ["hono", "hono/router", "hono/utils/url", "leven", "zod"]);
});

/** The files of the repository, each with those that it imports in any way. */
async function readGraph(): Promise<ReadonlyMap<string, readonly string[]>> {
  const files = await filesUnder("");
  const graph = new Map<string, readonly string[]>();
  for (const file of files) {
    const source = await Deno.readTextFile(new URL(file, ROOT));
    const imports = specifiersOf(file, source).filter((specifier) => specifier.startsWith("."))
      .map((specifier) => toFile(specifier, file));
    graph.set(file, imports.filter((imported) => files.has(imported)));
  }
  return graph;
}

/** What a file names, as it is called from the root. */
function toFile(specifier: string, importer: string): string {
  return new URL(specifier, new URL(importer, ROOT)).href.slice(ROOT.href.length);
}

async function filesUnder(directory: string): Promise<ReadonlySet<string>> {
  const files = new Set<string>();
  for await (const { name, isDirectory } of Deno.readDir(new URL(directory || "./", ROOT))) {
    if (name.startsWith(".") || name === "node_modules" || name === "data") continue;
    if (name.endsWith(".ts")) files.add(directory + name);
    if (!isDirectory) continue;
    for (const file of await filesUnder(`${directory}${name}/`)) files.add(file);
  }
  return files;
}

/**
 * What a source imports: static, dynamic and type imports, and what it exports from elsewhere. At once it
 * needs neither what it imports as types nor what it imports when it gets there.
 */
function specifiersOf(file: string, source: string, { atOnce = false } = {}): string[] {
  const specifiers: string[] = [];
  const note = ({ source }: { readonly source: Deno.lint.Node | null }) => {
    if (source?.type === "Literal") specifiers.push(String(source.value));
  };
  const later = {
    ImportExpression: note,
    TSImportType: ({ argument }: Deno.lint.TSImportType) =>
      note({ source: argument.type === "TSLiteralType" ? argument.literal : argument }),
  };
  const collect = {
    ImportDeclaration: (declaration: Deno.lint.ImportDeclaration) => {
      if (!atOnce || declaration.importKind !== "type") note(declaration);
    },
    ExportNamedDeclaration: note,
    ExportAllDeclaration: note,
    ...(!atOnce && later),
  };
  const plugin = { name: "imports", rules: { all: { create: () => collect } } };
  Deno.lint.runPlugin(plugin, file, source);
  return specifiers;
}

/** The longest name that fits is the file's room. */
function heightOf(file: string): number {
  const fitting = ROOMS.filter((room) => file.startsWith(room));
  const room = fitting.toSorted((a, b) => b.length - a.length)[0];
  if (room === undefined) throw new Error(`${file} is in no room`);
  return ROOMS.indexOf(room);
}
