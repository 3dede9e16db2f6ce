import type { SqliteDatabase } from "./database.ts";

/**
 * Work on a database, by name. What goes in and out is plain data, for it may come from another
 * thread; the work itself must not wait.
 */
export type WriteSet<Writes> = {
  readonly [Name in keyof Writes]: (...args: never) => unknown;
};

/** One piece of work that somebody waits for: its name, and what it is given. */
export type Call = readonly [name: string, args: readonly unknown[]];

export type Outcome =
  | { readonly result: unknown }
  | { readonly error: unknown };

/** Does what waits, and gives an outcome for each when that is on disk. */
export type Commit = (calls: readonly Call[]) => readonly Outcome[];

/**
 * Commits that wait at one moment share one transaction and one sync. If one of them cannot be done,
 * each is tried by itself, so that it fails alone; a file that takes no commit takes none of them.
 */
export function createGroupCommit<Writes extends WriteSet<Writes>>(
  database: Pick<SqliteDatabase, "transact">,
  writes: Writes,
): Commit {
  const byName = new Map(Object.entries<(...args: never) => unknown>(writes));

  function doWork([name, args]: Call): unknown {
    const work = byName.get(name) as ((...args: readonly unknown[]) => unknown) | undefined;
    if (work === undefined) throw new Error(`Cannot write: there is no ${name}`);
    try {
      return work(...args);
    } catch (cause) {
      throw new WorkError("Cannot do a piece of work", { cause });
    }
  }

  function commitTogether(calls: readonly Call[]): readonly Outcome[] {
    const results = database.transact(() => calls.map(doWork));
    return results.map((result) => ({ result }));
  }

  function commitAlone(call: Call): Outcome {
    try {
      return { result: database.transact(() => doWork(call)) };
    } catch (error) {
      return failed(error);
    }
  }

  return (calls) => {
    try {
      return commitTogether(calls);
    } catch (error) {
      const shared = calls.length > 1 && error instanceof WorkError;
      return calls.map((call) => shared ? commitAlone(call) : failed(error));
    }
  };
}

/** A piece of work threw; the file itself is well. */
class WorkError extends Error {
  override readonly name = "WorkError";
}

function failed(error: unknown): Outcome {
  return { error: error instanceof WorkError ? error.cause : error };
}
