import type { Instant } from "./account.ts";
import { HOUR_MILLISECONDS } from "./limits.ts";
import type { RejectionOf } from "./rejection.ts";

/** Refuses when `limit` events already lie within the hour before `now`; says when the next may come. */
export function checkHourlyLimit(
  events: readonly Instant[],
  { policy, limit, now }: {
    readonly policy: string;
    readonly limit: number;
    readonly now: Instant;
  },
): RejectionOf<"rate_limited"> | undefined {
  const recent = withinTheHour(events, now);
  const first = recent[recent.length - limit];
  if (first === undefined) return undefined;
  const retryAfterSeconds = Math.max(1, Math.ceil((first + HOUR_MILLISECONDS - now) / 1_000));
  return {
    code: "rate_limited",
    policy,
    limit,
    windowSeconds: HOUR_MILLISECONDS / 1_000,
    retryAfterSeconds,
  };
}

/** The events with one more, without those that an hour has passed over and beyond the newest `limit`. */
export function rememberEvent(
  events: readonly Instant[],
  { limit, now }: { readonly limit: number; readonly now: Instant },
): readonly Instant[] {
  return [...withinTheHour(events, now), now].slice(-limit);
}

function withinTheHour(events: readonly Instant[], now: Instant): readonly Instant[] {
  return events.filter((at) => at > now - HOUR_MILLISECONDS);
}
