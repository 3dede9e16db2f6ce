import type { Instant } from "../../domain/account.ts";
import type { RateLimit, RateLimiter } from "../../domain/ports/rate_limiter.ts";
import { toExceeded, windowStart } from "../../domain/fixed_window.ts";

/** Keys that are remembered per policy. */
export const KEYS_PER_POLICY = 100_000;
/** Keys that are forgotten when there is one too many: finding the first costs as much as finding them all. */
export const FORGOTTEN_AT_ONCE = 1_000;

interface Count {
  start: Instant;
  used: number;
}

/** Counts requests in fixed windows, for this process alone. */
export function createMemoryRateLimiter(): RateLimiter {
  /** By policy, so that no number of users pushes out the counter of a fleet. */
  const policies = new Map<string, Map<string, Count>>();

  function countsOf(policy: string): Map<string, Count> {
    let counts = policies.get(policy);
    if (counts === undefined) policies.set(policy, counts = new Map());
    return counts;
  }

  function countIn({ policy, key }: RateLimit, start: Instant): number {
    const counts = countsOf(policy);
    let count = counts.get(key);
    if (count?.start !== start) {
      counts.delete(key);
      if (counts.size >= KEYS_PER_POLICY) forgetFirst(counts);
      counts.set(key, count = { start, used: 0 });
    }
    return ++count.used;
  }

  return {
    // One after the other: what a user sends beyond their own limit must not use up their fleet's.
    take: (limits, now) => {
      const exceeded = limits.find((limit) =>
        countIn(limit, windowStart(limit, now)) > limit.limit
      );
      return exceeded && toExceeded(exceeded, now);
    },
  };
}

/** Forgets the oldest counts: those of past windows, as long as there are any. */
function forgetFirst(counts: Map<string, Count>): void {
  let left = FORGOTTEN_AT_ONCE;
  for (const key of counts.keys()) {
    counts.delete(key);
    if (--left === 0) return;
  }
}
