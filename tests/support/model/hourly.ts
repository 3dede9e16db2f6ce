import { HOUR_MILLISECONDS } from "../../../domain/limits.ts";
import { refused, type Verdict } from "./wallet.ts";

/** Whole seconds until one event less lies in the hour before `at`; 0 when there is room. */
export function secondsToWait(events: readonly number[], at: number, limit: number): number {
  const recent = events.filter((event) => event > at - HOUR_MILLISECONDS).slice(-limit);
  const [first = 0] = recent;
  if (recent.length < limit) return 0;
  return Math.max(1, Math.ceil((first + HOUR_MILLISECONDS - at) / 1_000));
}

/** The events with one more. An hour that has passed on one clock has passed, though another is behind. */
export function withEvent(events: readonly number[], at: number, limit: number): readonly number[] {
  return [...events.filter((event) => event > at - HOUR_MILLISECONDS), at].slice(-limit);
}

export function tooFast(policy: string, limit: number, retryAfterSeconds: number): Verdict {
  const windowSeconds = HOUR_MILLISECONDS / 1_000;
  return refused("rate_limited", { policy, limit, windowSeconds, retryAfterSeconds });
}
