/**
 * The thread that {@linkcode createCommitThread} starts: a connection of its own, and one batch
 * after the other.
 *
 * @module
 */

import { SqliteDatabase } from "../database.ts";
import { BATCHES_A_CHECK, CALLS_UNDER_LOAD, refuseOtherFiles } from "../files_at_path.ts";
import type { Call, Commit, Outcome } from "./group_commit.ts";
import { KEEP_HOUSE } from "../housekeeping.ts";
import { createCommit } from "./writes.ts";

/** What the thread is told. It answers each commit with its outcomes, and a close when that is done. */
export type ThreadMessage =
  | { readonly ask: "open"; readonly path: string; readonly files?: string | undefined }
  | { readonly ask: "commit"; readonly calls: readonly Call[] }
  | { readonly ask: "close" };

export interface ThreadAnswer {
  /** One for each call. An object around each would cost more to send than the result in it. */
  readonly results: readonly unknown[];
  /** By the place of the call that failed. */
  readonly errors: ReadonlyMap<number, unknown>;
}

/** What the global scope of a worker has that this one uses. */
interface WorkerScope {
  onmessage: (event: MessageEvent<ThreadMessage>) => void;
  postMessage(answer: ThreadAnswer): void;
}

let path = "";
let files: string | undefined;
let database: SqliteDatabase | undefined;
let commit: Commit | undefined;
let callsNow = 0;
let unchecked = 0;

/** Opens the file with the first batch, so that a file which cannot be opened fails batches alone. */
function commitOpened(calls: readonly Call[]): readonly Outcome[] {
  try {
    database ??= open();
    commit ??= createCommit(database, checkFiles);
    callsNow = calls.length;
    return commit(calls);
  } catch (error) {
    return calls.map(() => ({ error }));
  }
}

/** SQLite would make a file that is gone. */
function open(): SqliteDatabase {
  refuseReplaced();
  return new SqliteDatabase(path);
}

/** A commit to a file that the next start will not find must not be acknowledged. */
function refuseReplaced(): void {
  if (files !== undefined) refuseOtherFiles(path, files);
}

/**
 * Under load a file that is gone is noticed some milliseconds late, because a look at each batch costs
 * a payment 3%. What was acknowledged just before the loss is lost as well. A small batch is always
 * checked.
 */
function checkFiles(): void {
  unchecked++;
  if (callsNow >= CALLS_UNDER_LOAD && unchecked < BATCHES_A_CHECK) return;
  unchecked = 0;
  refuseReplaced();
}

function toAnswer(outcomes: readonly Outcome[]): ThreadAnswer {
  const errors = new Map<number, unknown>();
  const results = outcomes.map((outcome, place) => {
    if ("result" in outcome) return outcome.result;
    errors.set(place, outcome.error);
    return undefined;
  });
  return { results, errors };
}

const scope = globalThis as unknown as WorkerScope;

scope.onmessage = ({ data: message }) => {
  switch (message.ask) {
    case "open":
      ({ path, files } = message);
      return;
    case "commit":
      scope.postMessage(toAnswer(commitOpened(message.calls)));
      // After the answer, so that nobody who wrote in the same batch waits for it.
      if (message.calls.some(([name]) => name === KEEP_HOUSE)) database?.emptyLog();
      return;
    case "close":
      database?.close();
      return scope.postMessage(toAnswer([]));
  }
};
