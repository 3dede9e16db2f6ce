import type { Log } from "../../domain/ports/log.ts";
import { createLog, type LogOptions } from "../../infra/process/log.ts";
import { createTestClock } from "./clock.ts";

/** A log that nobody reads. */
export const SILENT: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** A log whose lines a test reads. */
export function createTestLog(
  { level = "debug", clock = createTestClock() }: Partial<Omit<LogOptions, "write">> = {},
): { readonly log: Log; readonly lines: string[] } {
  const lines: string[] = [];
  return { lines, log: createLog({ level, clock, write: (line) => lines.push(line) }) };
}
