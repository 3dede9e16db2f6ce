import type { Instant } from "./account.ts";
import { HOUR_MILLISECONDS } from "./limits.ts";
import type { RejectionOf } from "./rejection.ts";

/** Refuses if there were `limit` events in the hour before `now`, and says when the next one may come. */
export function checkHourlyLimit(
  events: readonly Instant[],
  { policy, limit, now }: {
    readonly policy: string;
    readonly limit: number;
    readonly now: Instant;
  },
): RejectionOf<"rate_limited"> | undefined {
  const recent = recentEvents(events, now);
  const first = recent[recent.length - limit];
  if (first === undefined) return undefined;
  return hourlyLimitReached({ policy, limit }, first + HOUR_MILLISECONDS - now);
}

/** The refusal, with the time after which trying again makes sense. */
export function hourlyLimitReached(
  { policy, limit }: { readonly policy: string; readonly limit: number },
  milliseconds: number,
): RejectionOf<"rate_limited"> {
  return {
    code: "rate_limited",
    policy,
    limit,
    windowSeconds: HOUR_MILLISECONDS / 1_000,
    retryAfterSeconds: Math.max(1, Math.ceil(milliseconds / 1_000)),
  };
}

/** The events and one more; of those within the hour, the newest `limit`. */
export function rememberEvent(
  events: readonly Instant[],
  { limit, now }: { readonly limit: number; readonly now: Instant },
): readonly Instant[] {
  return [...recentEvents(events, now), now].slice(-limit);
}

/** The events that lie within the hour before `now`. */
export function recentEvents(events: readonly Instant[], now: Instant): readonly Instant[] {
  return events.filter((at) => at > now - HOUR_MILLISECONDS);
}
