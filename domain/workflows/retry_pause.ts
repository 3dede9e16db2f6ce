import { RETRY_PAUSE_MAX_MILLISECONDS } from "../limits.ts";

/** How long to wait before a retry. Doubles from one millisecond, so a short fault costs little and a store in trouble is spared. */
export function pauseMilliseconds(attempt: number): number {
  return Math.min(2 ** attempt, RETRY_PAUSE_MAX_MILLISECONDS);
}
