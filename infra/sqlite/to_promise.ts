import { readNow } from "./unavailable.ts";

/** Reads at once and answers as a promise, as ports do; what the read throws becomes a rejection. */
export function toPromise<T>(read: () => T): Promise<T> {
  return new Promise((resolve) => resolve(readNow(read)));
}
