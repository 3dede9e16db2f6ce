import { DatabaseSync, type StatementSync } from "node:sqlite";
import { FROM_VERSION_1, PRAGMAS, SCHEMA_VERSION, TABLES } from "./schema.ts";

/** One connection to a SQLite file, or to a database in memory that no other connection sees. */
export class SqliteDatabase {
  readonly #database: DatabaseSync;

  constructor(path: string) {
    this.#database = new DatabaseSync(path);
    this.#database.exec(PRAGMAS);
    // A killed process may have left a commit that can be read but was never synced. It has to be on
    // disk before anybody hears of it, and a checkpoint syncs what it finds.
    this.#database.exec("PRAGMA wal_checkpoint(PASSIVE)");
    this.#createTables(path);
  }

  /** Compiles a statement, once. */
  prepare(sql: string): StatementSync {
    return this.#database.prepare(sql);
  }

  /** Does all of `work` or throws, and then nothing of it was done. It must not wait. */
  transact<T>(work: () => T): T {
    this.#database.exec("BEGIN IMMEDIATE");
    try {
      const result = work();
      this.#database.exec("COMMIT");
      return result;
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
      throw error;
    }
  }

  close(): void {
    this.#database.close();
  }

  /** Makes the tables of a new file, and brings those of an older one to what they are now. */
  #createTables(path: string): void {
    if (this.#version() === SCHEMA_VERSION) return;
    this.transact(() => {
      // Asked again: another process may have done it meanwhile.
      const version = this.#version();
      if (version === SCHEMA_VERSION) return;
      const change = CHANGES.get(version);
      if (change === undefined) {
        throw new Error(
          `Cannot open ${path}: its version is ${version}, must be ${SCHEMA_VERSION}`,
        );
      }
      this.#database.exec(`${change}; PRAGMA user_version = ${SCHEMA_VERSION}`);
    });
  }

  #version(): number {
    const { user_version: version } = this.prepare("PRAGMA user_version").get() as {
      user_version: number;
    };
    return version;
  }
}

/** What makes the tables, by the version that the file had. A new file has version 0. */
const CHANGES: ReadonlyMap<number, string> = new Map([[0, TABLES], [1, FROM_VERSION_1]]);
