/**
 * The thread that {@linkcode createCommitThread} starts. It commits one batch after the other on a
 * connection of its own.
 *
 * @module
 */

import { SqliteDatabase } from "../database.ts";
import { BATCHES_A_CHECK, CALLS_UNDER_LOAD, refuseOtherFiles } from "../files_at_path.ts";
import type { Call, Commit, Outcome } from "./group_commit.ts";
import { createCommit } from "./writes.ts";

/** A message to the thread. It answers each commit with its outcomes, and a close once it has closed. */
export type ThreadMessage =
  | { readonly ask: "open"; readonly path: string; readonly files?: string | undefined }
  | { readonly ask: "commit"; readonly calls: readonly Call[] }
  | { readonly ask: "empty_log" }
  | { readonly ask: "close" };

export interface ThreadAnswer {
  /** One for each call, bare: an object around a result would cost more to send than the result. */
  readonly results: readonly unknown[];
  /** By the place of the call that failed. */
  readonly errors: ReadonlyMap<number, unknown>;
}

/** What this worker uses of its global scope. */
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

/** Opens the file with the first batch, so that a file that cannot be opened fails only its batches. */
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

/** Checks the files first, because SQLite would create a missing one. */
function open(): SqliteDatabase {
  refuseReplaced();
  return new SqliteDatabase(path);
}

/** Throws if the files were replaced: a commit that the next start will not find must not be acknowledged. */
function refuseReplaced(): void {
  if (files !== undefined) refuseOtherFiles(path, files);
}

/**
 * Checks a small batch always, and under load only some batches, because checking each makes a payment
 * cost 3% more. A deleted file is then noticed some milliseconds late; what was acknowledged just before
 * the deletion is lost anyway.
 */
function checkFiles(): void {
  unchecked++;
  if (callsNow >= CALLS_UNDER_LOAD && unchecked < BATCHES_A_CHECK) return;
  unchecked = 0;
  refuseReplaced();
}

/** Whether the log is empty; false also when the file cannot be opened. */
function emptyLog(): boolean {
  try {
    database ??= open();
    return database.emptyLog();
  } catch {
    return false;
  }
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
      return;
    case "empty_log":
      return scope.postMessage({ results: [emptyLog()], errors: new Map() });
    case "close":
      database?.close();
      return scope.postMessage(toAnswer([]));
  }
};
