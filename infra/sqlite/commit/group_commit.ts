import type { SqliteDatabase } from "../database.ts";

/**
 * Work on a database, by name. What goes in and out is plain data, for it may come from another
 * thread; the work itself must not wait.
 */
export type WriteSet<Writes> = {
  readonly [Name in keyof Writes]: (...args: never) => unknown;
};

/** One piece of work that somebody waits for: its name, and what it is given. */
export type Call = readonly [name: string, ...args: readonly unknown[]];

export type Outcome =
  | { readonly result: unknown }
  | { readonly error: unknown };

/** Work that costs less when it is done for many calls at once: what each of them is given, in order. */
export type WorkTogether<Writes extends WriteSet<Writes>> = {
  readonly [Name in keyof Writes]?: (
    calls: readonly Parameters<Writes[Name]>[],
  ) => readonly ReturnType<Writes[Name]>[];
};

/** Does what waits, and gives an outcome for each when that is on disk. */
export type Commit = (calls: readonly Call[]) => readonly Outcome[];

/**
 * Commits that wait at one moment share one transaction and one sync. If one of them cannot be done,
 * each is tried by itself, so that it fails alone; a file that takes no commit takes none of them.
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

  /** Calls of one name, which came one after the other. */
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

type Work = (...args: never[]) => unknown;
type ManyWork = (calls: readonly never[]) => readonly unknown[];

/** Says of what the work throws that it was the work. */
function inWork<Result>(work: () => Result): Result {
  try {
    return work();
  } catch (cause) {
    throw new WorkError("Cannot do a piece of work", { cause });
  }
}

/** The calls in their order, those of one name together that come one after the other. */
function runsOf(calls: readonly Call[]): readonly (readonly Call[])[] {
  const runs: Call[][] = [];
  for (const call of calls) {
    const last = runs.at(-1);
    if (last?.[0]?.[0] === call[0]) last.push(call);
    else runs.push([call]);
  }
  return runs;
}

/** A piece of work threw; the file itself is well. */
class WorkError extends Error {
  override readonly name = "WorkError";
}

function failed(error: unknown): Outcome {
  return { error: error instanceof WorkError ? error.cause : error };
}
