import type { ExceededLimit, RateLimiter } from "../domain/ports.ts";

/** Keys of one window that are remembered; past it the window starts anew for all. */
const KEYS_MAX = 100_000;

interface Count {
  windowStart: number;
  used: number;
}

/** Counts requests in fixed windows, for this process alone. */
export function createMemoryRateLimiter(): RateLimiter {
  const counts = new Map<string, Count>();
  return {
    take(limits, now) {
      let exceeded: ExceededLimit | undefined;
      for (const limit of limits) {
        const windowMilliseconds = limit.windowSeconds * 1_000;
        const windowStart = now - now % windowMilliseconds;
        let count = counts.get(limit.key);
        if (count?.windowStart !== windowStart) {
          if (counts.size >= KEYS_MAX) counts.clear();
          counts.set(limit.key, count = { windowStart, used: 0 });
        }
        count.used++;
        if (count.used <= limit.limit || exceeded) continue;
        const retryAfterSeconds = Math.max(
          1,
          Math.ceil((windowStart + windowMilliseconds - now) / 1_000),
        );
        exceeded = { ...limit, retryAfterSeconds };
      }
      return exceeded;
    },
  };
}
