import type { Clock } from "../../domain/ports/clock.ts";
import { createSystemClock, pause } from "../../infra/process/clock.ts";

/** 1 January 2026, 00:00 UTC. */
export const NOW = Date.UTC(2026, 0, 1);
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** What a test waits for is there by then, however busy its machine is. */
const LONGEST_WAIT_MILLISECONDS = 5_000;

/** A clock that stands still until a test moves it. */
export interface TestClock extends Clock {
  advance(milliseconds: number): void;
}

export function createTestClock(
  start: number = NOW,
  longestWaitMilliseconds = LONGEST_WAIT_MILLISECONDS,
): TestClock {
  let now = start;
  return {
    now: () => now,
    advance: (milliseconds) => void (now += milliseconds),
    after: createSystemClock().after,
    within: async (promise, milliseconds) => {
      // Real time. What arrived while the machine paused is not late, so it gets some turns in which to be read.
      const abort = new AbortController();
      const wait = Math.min(milliseconds, longestWaitMilliseconds);
      const late = pause(wait, abort.signal).then(settled).then(() => undefined);
      return await Promise.race([promise, late]).finally(() => abort.abort());
    },
  };
}

/** A clock for tests that make something hang: what takes longer than a moment is given up. */
export function createImpatientClock(start: number = NOW): TestClock {
  return createTestClock(start, 400);
}

/** A clock that gives nothing up: however slow the machine is, all that was begun is waited for. */
export function createPatientClock(): TestClock {
  return { ...createTestClock(), within: (promise) => promise };
}

/** Lets so many turns of the event loop pass, in which others get ahead. */
export async function passTurns(turns: number): Promise<void> {
  for (let turn = 0; turn < turns; turn++) {
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
}

/** Lets everything run that can run without anything from outside. */
export function settled(): Promise<void> {
  return passTurns(10);
}
