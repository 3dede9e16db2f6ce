import { dirname } from "node:path";
import { noStoreError, StartRefusedError } from "../process/start_refused.ts";
import type { Store } from "../store.ts";
import { openSqliteStore } from "./store.ts";

interface StoreFileOptions {
  /** Whether a missing file is created. A task must not, because checking an empty store proves nothing. */
  readonly mayMake: boolean;
}

/** Opens the embedded store, or refuses to start with a sentence that says why. */
export async function openStoreFile(path: string, { mayMake }: StoreFileOptions): Promise<Store> {
  if (!mayMake) await refuseMissingStore(path);
  try {
    if (path !== ":memory:") await makeFile(path);
    return openSqliteStore(path);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const sentence = reason.includes(path) ? reason : `Cannot open ${path}: ${reason}`;
    throw new StartRefusedError([`${sentence} (SQLITE_PATH)`], { cause: error });
  }
}

/** Refuses to start a task on a store that does not exist. */
export async function refuseMissingStore(path: string): Promise<void> {
  if (!await isThere(path)) throw noStoreError(path);
}

/** Whether there is a store: an empty file does not count as one. */
async function isThere(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).size > 0;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Creates the file here, not through SQLite, so that nobody else on the machine can read it. */
async function makeFile(path: string): Promise<void> {
  await Deno.mkdir(dirname(path), { recursive: true, mode: 0o700 });
  (await Deno.open(path, { create: true, write: true, mode: 0o600 })).close();
}
