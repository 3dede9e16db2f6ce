import { readNow } from "./unavailable.ts";

/** SQLite reads at once, ports promise; what a read throws becomes a rejection. */
export function promised<T>(read: () => T): Promise<T> {
  return new Promise((resolve) => resolve(readNow(read)));
}
