import { StoreUnavailableError } from "../../domain/ports/errors.ts";
import { REPLACED } from "./files_at_path.ts";

/** SQLITE_BUSY, LOCKED, IOERR, FULL and CANTOPEN. Of `exec` node:sqlite gives the text alone, no number. */
const UNAVAILABLE = new Set([
  "database is locked",
  "database table is locked",
  "disk I/O error",
  "database or disk is full",
  "unable to open database file",
  REPLACED,
]);

/** What a caller hears of an error: that the file takes nothing just now, or the error as it is. */
export function toStoreError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  // An opening names the path behind it.
  const [what = ""] = error.message.split(": ");
  return UNAVAILABLE.has(what) ? new StoreUnavailableError(error) : error;
}

/** Reads; a file that cannot be read just now is the store being away. */
export function readNow<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw toStoreError(error);
  }
}
