import type { StoreMeta } from "../store.ts";
import type { SqliteDatabase } from "./database.ts";
import { toPromise } from "./to_promise.ts";
import type { Writer } from "./commit/writer.ts";

export interface MetaWrites {
  swapMeta(name: string, was: string | undefined, text: string): boolean;
}

/** What the file keeps about itself. */
export function createSqliteMeta(database: SqliteDatabase, writer: Writer<MetaWrites>): StoreMeta {
  const select = database.prepare("SELECT value FROM meta WHERE name = ?");
  return {
    get: (name) =>
      toPromise(() => (select.get(name) as { readonly value: string } | undefined)?.value),
    swap: (name, was, text) => writer.write("swapMeta", name, was, text),
  };
}

export function createMetaWrites(database: SqliteDatabase): MetaWrites {
  const insert = database.prepare(
    "INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT DO NOTHING",
  );
  const update = database.prepare("UPDATE meta SET value = ? WHERE name = ? AND value = ?");
  return {
    swapMeta: (name, was, text) => {
      const { changes } = was === undefined ? insert.run(name, text) : update.run(text, name, was);
      return Number(changes) === 1;
    },
  };
}
