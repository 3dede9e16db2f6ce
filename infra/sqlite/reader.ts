import { DatabaseSync } from "node:sqlite";
import type { SqliteDatabase } from "./database.ts";
import { readNow } from "./unavailable.ts";

/** A connection that only reads, and what it reads stays out of the cache that payments need. */
export interface Reader {
  readonly database: Pick<SqliteDatabase, "prepare">;
  close(): void;
}

/** Opens another connection to the file, which sees what is committed at each statement. */
export function openReader(database: SqliteDatabase): Reader {
  // Only one connection sees a database in memory.
  if (database.path === ":memory:") return { database, close: () => {} };
  const own = readNow(() => new DatabaseSync(database.path, { readOnly: true }));
  return { database: own, close: () => own.close() };
}
