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

/** The files of the repository, each with those that it imports in any way. */
async function readGraph(): Promise<ReadonlyMap<string, readonly string[]>> {
  const files = await filesUnder("");
  const graph = new Map<string, readonly string[]>();
  for (const file of files) {
    const { href } = new URL(file, ROOT);
    const imports = specifiersOf(file, await Deno.readTextFile(new URL(href)))
      .map((specifier) => new URL(specifier, href).href.slice(ROOT.href.length));
    graph.set(file, imports.filter((imported) => files.has(imported)));
  }
  return graph;
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

/** What a source imports: static, dynamic and type imports, and what it exports from elsewhere. */
function specifiersOf(file: string, source: string): string[] {
  const specifiers: string[] = [];
  const note = ({ source }: { readonly source: Deno.lint.Node | null }) => {
    if (source?.type === "Literal") specifiers.push(String(source.value));
  };
  const collect = {
    ImportDeclaration: note,
    ExportNamedDeclaration: note,
    ExportAllDeclaration: note,
    ImportExpression: note,
    TSImportType: ({ argument }: Deno.lint.TSImportType) =>
      note({ source: argument.type === "TSLiteralType" ? argument.literal : argument }),
  };
  const plugin = { name: "imports", rules: { all: { create: () => collect } } };
  Deno.lint.runPlugin(plugin, file, source);
  return specifiers.filter((specifier) => specifier.startsWith("."));
}

/** The longest name that fits is the file's room. */
function heightOf(file: string): number {
  const fitting = ROOMS.filter((room) => file.startsWith(room));
  const room = fitting.toSorted((a, b) => b.length - a.length)[0];
  if (room === undefined) throw new Error(`${file} is in no room`);
  return ROOMS.indexOf(room);
}
