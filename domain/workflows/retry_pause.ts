import { RETRY_PAUSE_MAX_MILLISECONDS } from "../limits.ts";

/** Doubles from one millisecond: short for a passing fault, and no burden on a store in trouble. */
export function pauseMilliseconds(attempt: number): number {
  return Math.min(2 ** attempt, RETRY_PAUSE_MAX_MILLISECONDS);
}
