import type { Instant } from "./account.ts";
import {
  DAY_MILLISECONDS,
  EVENT_PAUSE_FIRST_MILLISECONDS,
  EVENT_PAUSE_MAX_MILLISECONDS,
  EVENT_REST_FIRST_MILLISECONDS,
  EVENT_REST_MAX_MILLISECONDS,
  EVENT_RETRY_DAYS,
} from "./limits.ts";

/** How far chance moves a pause, so that events that failed together are not all sent again together. */
export const EVENT_PAUSE_JITTER = 0.25;

interface FailedAttempt {
  /** How many have failed, this one included. */
  readonly attempts: number;
  /** When it was first tried, or first had to wait for an earlier event of its account. */
  readonly firstAt: Instant;
  readonly now: Instant;
  /** A random number from 0 to 1. */
  readonly chance: number;
  /** How long the receiver asked to be left alone: a pause gets longer by it, but no longer than the longest. */
  readonly asksMilliseconds?: number;
}

/** When an event is sent again; undefined if its time is over and it has failed. */
export function nextAttempt(
  { attempts, firstAt, now, chance, asksMilliseconds = 0 }: FailedAttempt,
): Instant | undefined {
  const last = firstAt + EVENT_RETRY_DAYS * DAY_MILLISECONDS;
  if (now >= last) return undefined;
  const pause = doubleUpTo(
    EVENT_PAUSE_FIRST_MILLISECONDS,
    attempts - 1,
    EVENT_PAUSE_MAX_MILLISECONDS,
  );
  const asked = Math.min(asksMilliseconds, EVENT_PAUSE_MAX_MILLISECONDS);
  return Math.min(now + Math.max(addJitter(pause, chance), asked), last);
}

/** How long a receiver that never succeeds is left alone after so many rests. */
export function restMilliseconds(
  rests: number,
  { chance, asksMilliseconds = 0 }: Pick<FailedAttempt, "chance" | "asksMilliseconds">,
): number {
  const rest = doubleUpTo(EVENT_REST_FIRST_MILLISECONDS, rests, EVENT_REST_MAX_MILLISECONDS);
  const asked = Math.min(asksMilliseconds, EVENT_REST_MAX_MILLISECONDS);
  return Math.max(addJitter(rest, chance), asked);
}

function doubleUpTo(first: number, times: number, max: number): number {
  return Math.min(first * 2 ** times, max);
}

function addJitter(milliseconds: number, chance: number): number {
  return Math.round(milliseconds * (1 - EVENT_PAUSE_JITTER + 2 * EVENT_PAUSE_JITTER * chance));
}
