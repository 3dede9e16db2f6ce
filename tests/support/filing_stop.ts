/**
 * Loaded before main.ts, stops the process at the first filing of keys, at the moment that the variable
 * FILING_STOP names: the thread that commits says the moment's name and waits to be killed. So a test
 * kills a process of the product's own code at a statement, not at random.
 *
 * @module
 */

import { DatabaseSync } from "node:sqlite";

/** A moment of the transaction that files keys. */
export type FilingMoment =
  /** The entries are inserted, none of their keys. */
  | "before_filing"
  /** All is inserted. */
  | "before_commit"
  /** All is written to the log, which is not synced: only a failing disk can stop there, and it kills. */
  | "at_sync"
  /** All is on disk, and nobody has been told. */
  | "after_commit";

const COMMIT_THREAD = "sqlite";
const FILES_KEYS = /INSERT INTO keys\b/;
/** Nobody waits as long to kill it; and if nobody does, the test must not wait forever. */
const STOP_MAX_MILLISECONDS = 30_000;

const moment = Deno.env.get("FILING_STOP");
let isFiling = false;

function stopAt(reached: FilingMoment): void {
  if (moment !== reached) return;
  console.error(reached);
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, STOP_MAX_MILLISECONDS);
  throw new Error(`Cannot stop any longer ${reached}: nobody killed the process`);
}

const { exec, prepare } = DatabaseSync.prototype;

DatabaseSync.prototype.prepare = function (...args) {
  const statement = prepare.apply(this, args);
  if (!FILES_KEYS.test(statement.sourceSQL)) return statement;
  statement.run = new Proxy(statement.run, {
    apply: (run, _statement, values) => {
      stopAt("before_filing");
      const result = Reflect.apply(run, statement, values);
      isFiling = true;
      return result;
    },
  });
  return statement;
};

DatabaseSync.prototype.exec = function (sql) {
  if (!isFiling || sql !== "COMMIT") return exec.call(this, sql);
  stopAt("before_commit");
  // The disk of failing_disk.c asks which file's sync is fatal at each sync.
  if (moment === "at_sync") Deno.env.set("FAILING_DISK_NAME", "kese.db-wal");
  exec.call(this, sql);
  stopAt("after_commit");
};

// What is loaded before main.ts is not loaded into its threads.
globalThis.Worker = class extends Worker {
  constructor(url: string | URL, options?: WorkerOptions) {
    const isCommitThread = options?.name === COMMIT_THREAD;
    super(isCommitThread ? new URL("filing_stop_thread.ts", import.meta.url) : url, options);
  }
};
