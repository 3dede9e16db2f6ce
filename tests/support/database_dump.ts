import { assertEquals } from "@std/assert";
import { DatabaseSync } from "node:sqlite";

/** Every value of every table as text, numbers too, as another program would read them. */
export function dumpTables(path: string): string {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    const tables = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all();
    const rows = tables.flatMap(({ name }) => database.prepare(`SELECT * FROM ${name}`).all());
    return rows.flatMap((row) => Object.values(row).map(asText)).join("\n");
  } finally {
    database.close();
  }
}

/** SQLite finds nothing wrong with the file; what is in its log is moved into it. */
export function assertIntact(path: string): void {
  using database = new DatabaseSync(path);
  const { integrity_check: integrity } = database.prepare("PRAGMA integrity_check").get() ?? {};
  assertEquals(integrity, "ok");
}

/** The bytes of the database, its write-ahead log and every other file in the directory. */
export async function readFiles(directory: string): Promise<string> {
  let text = "";
  for await (const { name } of Deno.readDir(directory)) {
    text += `${name}\n${asText(await Deno.readFile(`${directory}/${name}`))}\n`;
  }
  return text;
}

const latin1 = new TextDecoder("latin1");

function asText(value: unknown): string {
  return value instanceof Uint8Array ? latin1.decode(value) : String(value);
}
