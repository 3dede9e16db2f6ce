import { fileURLToPath } from "node:url";

/** Rows of cells; the first row is the heading. */
export type Table = readonly (readonly string[])[];

/** A table and its place: in a file of the repository, under `<!-- table: name -->`. */
export interface PlacedTable {
  readonly file: string;
  readonly name: string;
  readonly table: Table;
}

/** Locates a file of the repository. */
export function toFileUrl(file: string): URL {
  return new URL(`../${file}`, import.meta.url);
}

/** Writes tables into their files, and formats the files. */
export async function writeTables(tables: readonly PlacedTable[]): Promise<void> {
  const byFile = Map.groupBy(tables, ({ file }) => file);
  for (const [file, placed] of byFile) {
    let text = await Deno.readTextFile(toFileUrl(file));
    for (const { name, table } of placed) text = placeTable(text, name, table);
    await Deno.writeTextFile(toFileUrl(file), text);
  }
  const files = [...byFile.keys()].map((file) => fileURLToPath(toFileUrl(file)));
  await new Deno.Command(Deno.execPath(), { args: ["fmt", "--quiet", ...files] }).output();
}

/** Reads the table under `<!-- table: name -->` in a text, cell by cell. */
export function readTable(text: string, name: string): Table {
  const lines = text.split(opening(name))[1]?.split(CLOSING)[0]?.trim().split("\n") ?? [];
  const rows = lines.map((line) => line.split("|").slice(1, -1).map((cell) => cell.trim()));
  return rows.filter((_row, place) => place !== 1);
}

/** Puts the table in its place in the text. */
function placeTable(text: string, name: string, [heading = [], ...rows]: Table): string {
  const lines = [heading, heading.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`);
  const [before, rest, ...others] = text.split(opening(name));
  if (before === undefined || rest === undefined || others.length > 0) {
    throw new Error(`Cannot write the table ${name}: the file must have one place for it`);
  }
  const after = rest.slice(rest.indexOf(CLOSING));
  return `${before}${opening(name)}\n\n${lines.join("\n")}\n\n${after}`;
}

function opening(name: string): string {
  return `<!-- table: ${name} -->`;
}
const CLOSING = "<!-- /table -->";
