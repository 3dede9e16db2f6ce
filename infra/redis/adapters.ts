import type { ErasableCache } from "../../domain/ports/account_cache.ts";
import type { Log } from "../../domain/ports/log.ts";
import type { RateLimiter } from "../../domain/ports/rate_limiter.ts";
import { createRedisAccountCache } from "./account_cache.ts";
import type { RedisConnection } from "./connection.ts";
import { createRedisRateLimiter } from "./rate_limiter.ts";

interface RedisAdapterOptions {
  readonly connect: () => Promise<RedisConnection>;
  readonly databaseId: () => Promise<string>;
  /** Throws until the key is known. */
  readonly sealingKey: () => Uint8Array;
  /** Counts for this process alone while Redis does not. */
  readonly local: RateLimiter;
  readonly log: Log;
}

interface RedisAdapters {
  readonly cache: ErasableCache;
  readonly limiter: RateLimiter;
}

/**
 * Creates both uses of Redis. They need the database's id and a client that is slow to load, and no
 * request waits for either: the first use starts to open them, and until they are open nothing is
 * cached and this process counts for itself.
 */
export function createRedisAdapters(options: RedisAdapterOptions): RedisAdapters {
  const { local, log } = options;
  let adapters: RedisAdapters | undefined;
  let opening: Promise<RedisAdapters> | undefined;

  function open(): Promise<RedisAdapters> {
    opening ??= openAdapters(options)
      .then((opened) => adapters = opened)
      .finally(() => opening = undefined);
    return opening;
  }

  function whenOpen(): RedisAdapters | undefined {
    if (adapters !== undefined || opening !== undefined) return adapters;
    // Only its kind, because the client's text may hold the address.
    open().catch((error) => log.warn("redis_not_opened", { kind: error?.name }));
    return undefined;
  }

  return {
    cache: {
      get: (id) => whenOpen()?.cache.get(id),
      put: (account) => whenOpen()?.cache.put(account),
      // While Redis is not open nothing is dropped there: a save on an outdated account fails by its head.
      drop: (id) => whenOpen()?.cache.drop(id),
      replace: async (account) => await (adapters ?? await open()).cache.replace(account),
    },
    limiter: {
      take: (limits, now) => (whenOpen()?.limiter ?? local).take(limits, now),
    },
  };
}

async function openAdapters(options: RedisAdapterOptions): Promise<RedisAdapters> {
  const { connect, sealingKey, local } = options;
  const [redis, databaseId] = await Promise.all([connect(), options.databaseId()]);
  return {
    cache: createRedisAccountCache(redis, { databaseId, sealingKey: sealingKey() }),
    limiter: createRedisRateLimiter(redis, { databaseId, local }),
  };
}
