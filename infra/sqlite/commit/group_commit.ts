import type { SqliteDatabase } from "../database.ts";

/**
 * Work on a database, by name. Arguments and results are plain data, because they may come from
 * another thread. The work must not wait.
 */
export type WriteSet<Writes> = {
  readonly [Name in keyof Writes]: (...args: never) => unknown;
};

/** A piece of work that somebody waits for: its name and its arguments. */
export type Call = readonly [name: string, ...args: readonly unknown[]];

export type Outcome =
  | { readonly result: unknown }
  | { readonly error: unknown };

/** Work that costs less for many calls at once. It takes the arguments of each call, in order. */
export type WorkTogether<Writes extends WriteSet<Writes>> = {
  readonly [Name in keyof Writes]?: (
    calls: readonly Parameters<Writes[Name]>[],
  ) => readonly ReturnType<Writes[Name]>[];
};

/** Does the work of all calls, and returns an outcome for each once it is on disk. */
export type Commit = (calls: readonly Call[]) => readonly Outcome[];

/**
 * Creates a commit in which all calls share one transaction and one sync. If the work of one fails, each
 * is tried in a transaction of its own, so that it fails alone. If the file takes no commit, all fail.
 */
export function createGroupCommit<Writes extends WriteSet<Writes>>(
  database: Pick<SqliteDatabase, "transact">,
  writes: Writes,
  together: WorkTogether<Writes> = {},
): Commit {
  const byName = new Map(Object.entries<Work>(writes));
  const togetherByName = new Map(Object.entries<ManyWork | undefined>(together));

  function doWork([name, ...args]: Call): unknown {
    const work = byName.get(name);
    if (work === undefined) throw new Error(`Cannot write: there is no ${name}`);
    return inWork(() => work(...args as never[]));
  }

  /** Does the calls of a run, which all have one name. */
  function doRun(run: readonly Call[]): readonly unknown[] {
    const work = togetherByName.get(run[0]?.[0] ?? "");
    if (work === undefined) return run.map(doWork);
    const results = inWork(() => work(run.map(([_name, ...args]) => args as never)));
    if (results.length === run.length) return results;
    throw new Error(`Cannot tell what was written: ${results.length} results of ${run.length}`);
  }

  function commitTogether(calls: readonly Call[]): readonly Outcome[] {
    const results = database.transact(() => runsOf(calls).flatMap(doRun));
    return results.map((result) => ({ result }));
  }

  function commitAlone(call: Call): Outcome {
    try {
      return { result: database.transact(() => doWork(call)) };
    } catch (error) {
      return toFailed(error);
    }
  }

  return (calls) => {
    try {
      return commitTogether(calls);
    } catch (error) {
      const shared = calls.length > 1 && error instanceof WorkError;
      return calls.map((call) => shared ? commitAlone(call) : toFailed(error));
    }
  };
}

type Work = (...args: never[]) => unknown;
type ManyWork = (calls: readonly never[]) => readonly unknown[];

/** Marks what the work throws as its own error, not the file's. */
function inWork<Result>(work: () => Result): Result {
  try {
    return work();
  } catch (cause) {
    throw new WorkError("Cannot do a piece of work", { cause });
  }
}

/** The calls in order; neighbours of the same name form a run. */
function runsOf(calls: readonly Call[]): readonly (readonly Call[])[] {
  const runs: Call[][] = [];
  for (const call of calls) {
    const last = runs.at(-1);
    if (last?.[0]?.[0] === call[0]) last.push(call);
    else runs.push([call]);
  }
  return runs;
}

/** A piece of work threw; the file itself is fine. */
class WorkError extends Error {
  override readonly name = "WorkError";
}

function toFailed(error: unknown): Outcome {
  return { error: error instanceof WorkError ? error.cause : error };
}
