import { DatabaseSync, type StatementSync } from "node:sqlite";
import {
  APPLICATION_ID,
  BUSY_MILLISECONDS,
  PRAGMAS,
  SCHEMA,
  type Schema,
  TABLES_BUSY_MILLISECONDS,
} from "./schema.ts";

/** One connection to a SQLite file, or to a database in memory that no other connection sees. */
export class SqliteDatabase {
  readonly #database: DatabaseSync;

  constructor(readonly path: string, schema = SCHEMA) {
    this.#database = new DatabaseSync(path);
    try {
      this.#waitForOthers(BUSY_MILLISECONDS);
      this.#refuseForeign(path);
      this.#database.exec(PRAGMAS);
      // A killed process may have left a commit that can be read but was never synced. It must be on
      // disk before anybody is told of it; a checkpoint syncs what it finds.
      this.#database.exec("PRAGMA wal_checkpoint(PASSIVE)");
      this.#createTables(path, schema);
    } catch (error) {
      this.#database.close();
      throw error;
    }
  }

  /** Compiles a statement, once. */
  prepare(sql: string): StatementSync {
    return this.#database.prepare(sql);
  }

  /** Does all of `work`, or throws and has done nothing. `work` must not wait. */
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

  /**
   * Empties the write-ahead log, which still contains removed rows. Waits for nobody: while another
   * connection reads an older state or writes, or the disk fails, the log stays until the next time, and
   * the answer is false.
   */
  emptyLog(): boolean {
    this.#waitForOthers(0);
    try {
      const { busy } = this.prepare("PRAGMA wal_checkpoint(TRUNCATE)").get() as { busy: number };
      return busy === 0;
    } catch {
      // As after a failed checkpoint of SQLite's own: the next commit says what is wrong with the disk.
      return false;
    } finally {
      this.#waitForOthers(BUSY_MILLISECONDS);
    }
  }

  close(): void {
    this.#database.close();
  }

  /** Refuses the file of another application before anything in it is changed. */
  #refuseForeign(path: string): void {
    // One statement, because another process may be making the tables at this moment.
    const { owner, tables } = this.prepare(
      "SELECT application_id AS owner, (SELECT count(*) FROM sqlite_schema) AS tables FROM pragma_application_id",
    ).get() as { owner: number; tables: number };
    if (owner === APPLICATION_ID || (owner === 0 && tables === 0)) return;
    throw new Error(`Cannot open ${path}: it is the database of another application`);
  }

  /** Creates the tables of a new file, and migrates those of an older one. */
  #createTables(path: string, { version: wanted, changes }: Schema): void {
    if (this.#version() === wanted) return;
    this.#waitForOthers(TABLES_BUSY_MILLISECONDS);
    this.transact(() => {
      // Asked within the transaction: another process may have done it meanwhile.
      const found = this.#version();
      for (let version = found; version !== wanted;) {
        const change = changes.get(version);
        if (change === undefined) {
          throw new Error(`Cannot open ${path}: its version is ${found}, must be ${wanted}`);
        }
        this.#database.exec(change.sql);
        version = change.to;
      }
      this.#database.exec(
        `PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${wanted}`,
      );
    });
    this.#waitForOthers(BUSY_MILLISECONDS);
  }

  #waitForOthers(milliseconds: number): void {
    this.#database.exec(`PRAGMA busy_timeout = ${milliseconds}`);
  }

  #version(): number {
    const { user_version: version } = this.prepare("PRAGMA user_version").get() as {
      user_version: number;
    };
    return version;
  }
}
