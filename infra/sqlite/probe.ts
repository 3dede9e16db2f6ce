import { DatabaseSync } from "node:sqlite";
import type { Pingable } from "../../domain/ports/health.ts";
import type { SqliteDatabase } from "./database.ts";
import type { Writer } from "./commit/writer.ts";

export interface ProbeWrites {
  probe(at: number): void;
}

/** More than a payment needs, so that a disk with room for a probe has room for a payment. */
const ROOM_BYTES = 32 * 1024;

export function createProbeWrites(database: SqliteDatabase): ProbeWrites {
  // Random bytes, because unchanged pages would not be written.
  const write = database.prepare(`
    INSERT INTO probe (id, at, room) VALUES (1, ?, randomblob(${ROOM_BYTES}))
    ON CONFLICT DO UPDATE SET at = excluded.at, room = excluded.room`);
  return { probe: (at) => void write.run(at) };
}

/**
 * Writes a row as payments are written, and reads it as the next start will: on a new connection with
 * nothing in memory, and with a look at the root of every table and index. So it notices a full disk,
 * a file that was deleted or replaced, and a root page that cannot be read.
 */
export function createSqliteProbe(
  database: SqliteDatabase,
  writer: Writer<ProbeWrites>,
): Pingable {
  return {
    name: "sqlite",
    ping: async () => {
      const at = Date.now();
      await writer.write("probe", at);
      if (database.path === ":memory:") return;
      const fresh = new DatabaseSync(database.path, { readOnly: true });
      try {
        readEveryRoot(fresh);
        const row = fresh.prepare("SELECT at FROM probe").get() as { at: number } | undefined;
        if (row === undefined || row.at < at) throw new Error("Cannot read what was written");
      } finally {
        fresh.close();
      }
    },
  };
}

function readEveryRoot(fresh: DatabaseSync): void {
  // All columns, because one alone may be read from an index.
  const roots = fresh.prepare(`
    SELECT format('SELECT * FROM "%w" NOT INDEXED LIMIT 1', name) AS look FROM sqlite_schema WHERE type = 'table'
    UNION ALL
    SELECT format('SELECT 1 FROM "%w" INDEXED BY "%w" LIMIT 1', tables.name, indexes.name)
    FROM sqlite_schema AS tables, pragma_index_list(tables.name) AS indexes
    WHERE tables.type = 'table' AND indexes.origin <> 'pk' AND indexes.partial = 0`).all();
  for (const { look } of roots) fresh.prepare(String(look)).get();
}
