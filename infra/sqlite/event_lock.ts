import { DatabaseSync } from "node:sqlite";

/** Lets one process alone send the events of a file, so that an account's stay in order. */
export interface EventLock {
  /** Whether this process may send a fleet's events. */
  hold(filo: string): boolean;
  release(filo: string): void;
}

/**
 * Creates a lock on a file of its own next to the database. It is held by an open transaction, so the
 * system gives it free at the moment at which the process ends, however it ends.
 */
export function createEventLock(path: string): EventLock {
  const held = new Set<string>();
  let lock: DatabaseSync | undefined;
  return {
    hold: (filo) => {
      lock ??= tryLock(`${path}-events`);
      if (lock === undefined) return false;
      held.add(filo);
      return true;
    },
    release: (filo) => {
      held.delete(filo);
      if (held.size > 0) return;
      lock?.close();
      lock = undefined;
    },
  };
}

/** For a database in memory, which no other process sees. */
export const NO_LOCK: EventLock = { hold: () => true, release: () => {} };

function tryLock(path: string): DatabaseSync | undefined {
  const database = new DatabaseSync(path);
  try {
    database.exec("BEGIN EXCLUSIVE");
    return database;
  } catch {
    database.close();
    return undefined;
  }
}
