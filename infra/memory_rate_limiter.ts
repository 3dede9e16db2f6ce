import type { ExceededLimit, RateLimiter } from "../domain/ports.ts";
import { exceededUntilNextWindow, windowStart } from "./rate_window.ts";

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
        const start = windowStart(limit, now);
        let count = counts.get(limit.key);
        if (count?.windowStart !== start) {
          if (counts.size >= KEYS_MAX) counts.clear();
          counts.set(limit.key, count = { windowStart: start, used: 0 });
        }
        count.used++;
        if (count.used > limit.limit) exceeded ??= exceededUntilNextWindow(limit, now);
      }
      return exceeded;
    },
  };
}
