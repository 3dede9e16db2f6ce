import type { Instant } from "../../domain/account.ts";
import type { RateLimit, RateLimiter } from "../../domain/ports/rate_limiter.ts";
import { toExceeded, windowStart } from "../../domain/fixed_window.ts";
import { type RedisConnection, RedisUnavailableError } from "./connection.ts";

interface RedisRateLimiterOptions {
  /** The database's random id, so that two installations on one Redis do not count together. */
  readonly databaseId: string;
  /** Counts for this process alone while Redis does not. */
  readonly local: RateLimiter;
}

/**
 * Counts against one limit after the other, in one step and one round trip. Returns the place of the
 * first that is exceeded, from 1, or 0. A counter's first count also sets its expiry.
 */
const COUNT_UP_TO_EXCEEDED = `
for place, key in ipairs(KEYS) do
  local count = redis.call('INCR', key)
  if count == 1 then redis.call('EXPIRE', key, ARGV[place * 2]) end
  if count > tonumber(ARGV[place * 2 - 1]) then return place end
end
return 0`;

/** Counts requests in fixed windows, for all processes together. */
export function createRedisRateLimiter(
  redis: RedisConnection,
  { databaseId, local }: RedisRateLimiterOptions,
): RateLimiter {
  async function askRedis(limits: readonly RateLimit[], now: Instant): Promise<unknown> {
    const keys = limits.map((limit) =>
      `${databaseId}:limit:${limit.windowSeconds}:${windowStart(limit, now)}:${limit.key}`
    );
    // Twice the window, because clocks differ and a counter that expired early would start again.
    const facts = limits.flatMap((each) => [`${each.limit}`, `${each.windowSeconds * 2}`]);
    try {
      return await redis.run((client) => client.eval(COUNT_UP_TO_EXCEEDED, keys, facts));
    } catch (error) {
      if (error instanceof RedisUnavailableError) return undefined;
      throw error;
    }
  }

  return {
    take: async (limits, now) => {
      if (limits.length === 0) return undefined;
      const place = await askRedis(limits, now);
      if (place === 0) return undefined;
      const exceeded = typeof place === "number" ? limits[place - 1] : undefined;
      // Without a valid answer, requests are neither let through uncounted nor refused.
      if (exceeded === undefined) return await local.take(limits, now);
      return toExceeded(exceeded, now);
    },
  };
}
