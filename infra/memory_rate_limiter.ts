import type { Instant } from "../domain/account.ts";
import type { RateLimit, RateLimiter } from "../domain/ports.ts";
import { exceededUntilNextWindow, windowStart } from "./rate_window.ts";

/** Keys of one window that are remembered; past it the window starts anew for all. */
const KEYS_MAX = 100_000;

interface Count {
  start: Instant;
  used: number;
}

/** Counts requests in fixed windows, for this process alone. */
export function createMemoryRateLimiter(): RateLimiter {
  const counts = new Map<string, Count>();

  function countIn({ key }: RateLimit, start: Instant): number {
    let count = counts.get(key);
    if (count?.start !== start) {
      if (counts.size >= KEYS_MAX) counts.clear();
      counts.set(key, count = { start, used: 0 });
    }
    return ++count.used;
  }

  return {
    // One after the other: what a user sends past his own limit must not use up his fleet's.
    take: (limits, now) => {
      const exceeded = limits.find((limit) =>
        countIn(limit, windowStart(limit, now)) > limit.limit
      );
      return exceeded && exceededUntilNextWindow(exceeded, now);
    },
  };
}
