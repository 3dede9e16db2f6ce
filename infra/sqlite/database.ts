import { DatabaseSync, type StatementSync } from "node:sqlite";
import { PRAGMAS, SCHEMA_VERSION, TABLES } from "./schema.ts";
import { toStoreError } from "./unavailable.ts";

/** Work that waits for the next commit. */
interface Waiting {
  readonly work: () => unknown;
  readonly resolve: (result: never) => void;
  readonly reject: (error: unknown) => void;
}

/** Turns of the event loop that a commit waits for more work, as long as more comes. */
const GATHERING_TURNS = 4;

/**
 * One SQLite file. All writing goes through {@linkcode SqliteDatabase.write}: what waits at one
 * moment shares one transaction and one sync, and hears of its success when it is on disk.
 */
export class SqliteDatabase {
  readonly #database: DatabaseSync;
  readonly #waiting: Waiting[] = [];
  #gathered = 0;
  #turns = 0;

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

  /** Runs `work` in the next transaction and resolves when that is on disk. `work` must not wait. */
  write<T>(work: () => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#waiting.push({ work, resolve, reject });
      if (this.#waiting.length === 1) setImmediate(() => this.#gather());
    });
  }

  /** Commits what waits and closes the file. */
  close(): void {
    this.commit();
    this.#database.close();
  }

  /** Requests that arrived together reach this point turn by turn; while they do, the commit waits. */
  #gather(): void {
    const grown = this.#waiting.length > this.#gathered;
    if (grown && this.#turns < GATHERING_TURNS) {
      this.#gathered = this.#waiting.length;
      this.#turns++;
      setImmediate(() => this.#gather());
      return;
    }
    this.commit();
  }

  /** Commits what waits now. */
  commit(): void {
    this.#gathered = 0;
    this.#turns = 0;
    const batch = this.#waiting.splice(0);
    if (batch.length === 0) return;
    try {
      this.#commitTogether(batch);
    } catch (error) {
      // One of them cannot be done: each by itself, so that it fails alone. A file that takes no
      // commit at all takes none of them.
      const shared = batch.length > 1 && error instanceof WorkError;
      for (const waiting of batch) shared ? this.#commitAlone(waiting) : fail(waiting, error);
    }
  }

  #commitAlone(waiting: Waiting): void {
    try {
      this.#commitTogether([waiting]);
    } catch (error) {
      fail(waiting, error);
    }
  }

  /** Does all of the batch or throws, and then nothing of it was done. */
  #commitTogether(batch: readonly Waiting[]): void {
    this.#database.exec("BEGIN IMMEDIATE");
    try {
      const results = batch.map(({ work }) => doWork(work));
      this.#database.exec("COMMIT");
      batch.forEach(({ resolve }, place) => resolve(results[place] as never));
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
      throw error;
    }
  }

  #createTables(path: string): void {
    const { user_version: version } = this.prepare("PRAGMA user_version").get() as {
      user_version: number;
    };
    if (version === SCHEMA_VERSION) return;
    if (version !== 0) {
      throw new Error(`Cannot open ${path}: its version is ${version}, must be ${SCHEMA_VERSION}`);
    }
    this.#database.exec(
      `BEGIN IMMEDIATE; ${TABLES}; PRAGMA user_version = ${SCHEMA_VERSION}; COMMIT;`,
    );
  }
}

/** A piece of work threw; the file itself is well. */
class WorkError extends Error {
  override readonly name = "WorkError";
}

function doWork(work: () => unknown): unknown {
  try {
    return work();
  } catch (cause) {
    throw new WorkError("Cannot do a piece of work", { cause });
  }
}

function fail({ reject }: Waiting, error: unknown): void {
  reject(toStoreError(error instanceof WorkError ? error.cause : error));
}
