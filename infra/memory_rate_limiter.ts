import type { RateLimit, RateLimiter } from "../domain/ports.ts";

/** Keys of one window that are remembered; past it the window starts anew for all. */
const KEYS_MAX = 100_000;

interface Count {
  windowStart: number;
  used: number;
}

/** Counts requests in fixed windows, for this process alone. */
export function createMemoryRateLimiter(): RateLimiter {
  const counts = new Map<string, Count>();

  function countIn({ key }: RateLimit, windowStart: number): number {
    let count = counts.get(key);
    if (count?.windowStart !== windowStart) {
      if (counts.size >= KEYS_MAX) counts.clear();
      counts.set(key, count = { windowStart, used: 0 });
    }
    return ++count.used;
  }

  return {
    take(limits, now) {
      // One after the other: what a user sends past his own limit must not use up his fleet's.
      for (const limit of limits) {
        const windowMilliseconds = limit.windowSeconds * 1_000;
        const windowStart = now - now % windowMilliseconds;
        if (countIn(limit, windowStart) <= limit.limit) continue;
        const left = windowStart + windowMilliseconds - now;
        return { ...limit, retryAfterSeconds: Math.max(1, Math.ceil(left / 1_000)) };
      }
      return undefined;
    },
  };
}
