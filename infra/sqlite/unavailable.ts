import { StoreUnavailableError } from "../../domain/ports/errors.ts";
import { REPLACED } from "./files_at_path.ts";

/** SQLITE_BUSY, LOCKED, IOERR, FULL and CANTOPEN, by text: errors of `exec` in node:sqlite have no number. */
const UNAVAILABLE = new Set([
  "database is locked",
  "database table is locked",
  "disk I/O error",
  "database or disk is full",
  "unable to open database file",
  REPLACED,
]);

/** Turns an error that says that the file is unavailable into the one that ports use; leaves others as they are. */
export function toStoreError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  // An error of opening has the path after the text.
  const [what = ""] = error.message.split(": ");
  return UNAVAILABLE.has(what) ? new StoreUnavailableError(error) : error;
}

/** Reads. If the file cannot be read at the moment, throws a {@linkcode StoreUnavailableError}. */
export function readNow<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw toStoreError(error);
  }
}
