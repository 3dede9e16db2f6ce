import type { Instant } from "../../domain/account.ts";
import type { ExceededLimit, RateLimit } from "../../domain/ports/rate_limiter.ts";

/** When the window of a limit began: windows begin at whole multiples of their length. */
export function windowStart({ windowSeconds }: RateLimit, now: Instant): Instant {
  return now - now % (windowSeconds * 1_000);
}

/** What is counted under: a key may have limits of several lengths. */
export function counterKey({ windowSeconds, key }: RateLimit): string {
  return `${windowSeconds}:${key}`;
}

/** The limit as exceeded: it is worth trying again when the next window begins. */
export function exceededUntilNextWindow(limit: RateLimit, now: Instant): ExceededLimit {
  const next = windowStart(limit, now) + limit.windowSeconds * 1_000;
  return { ...limit, retryAfterSeconds: Math.max(1, Math.ceil((next - now) / 1_000)) };
}
