import { RETRY_PAUSE_MAX_MILLISECONDS } from "../limits.ts";

/** Doubles from one millisecond, so that a passing fault costs little and a lasting one is not hammered. */
export function pauseMilliseconds(attempt: number): number {
  return Math.min(2 ** attempt, RETRY_PAUSE_MAX_MILLISECONDS);
}
