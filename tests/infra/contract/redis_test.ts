import type { ErasableCache } from "../../../domain/ports/account_cache.ts";
import type { Eventually } from "../../../domain/ports/eventually.ts";
import type { RateLimiter } from "../../../domain/ports/rate_limiter.ts";
import { createLayeredAccountCache } from "../../../infra/memory/layered_account_cache.ts";
import { createMemoryAccountCache } from "../../../infra/memory/account_cache.ts";
import { createMemoryRateLimiter } from "../../../infra/memory/rate_limiter.ts";
import { createRedisAccountCache } from "../../../infra/redis/account_cache.ts";
import { createRedisRateLimiter } from "../../../infra/redis/rate_limiter.ts";
import { withRedisConnection } from "../../support/redis.ts";
import { accountCacheContract } from "./account_cache_contract.ts";
import { rateLimiterContract } from "./rate_limiter_contract.ts";

const sealingKey = new Uint8Array(32).fill(3);
/** Lets everything pass, so that Redis alone decides. */
const NO_LOCAL_LIMITS: RateLimiter = { take: () => undefined };

accountCacheContract((what, body) =>
  withRedisConnection(
    `Redis: ${what}`,
    ({ redis, databaseId }) => body(createRedisAccountCache(redis, { databaseId, sealingKey })),
  )
);

/** The far layer alone, once it has heard of everything. */
accountCacheContract((what, body) =>
  withRedisConnection(`memory over Redis: ${what}`, async ({ redis, databaseId, log }) => {
    const near = createMemoryAccountCache();
    const far = createRedisAccountCache(redis, { databaseId, sealingKey });
    const cache = createLayeredAccountCache({ near, far, log });
    await body(cache);
    await cache.settled();
  })
);

/** Nothing stays in memory: what another process finds. */
accountCacheContract((what, body) =>
  withRedisConnection(`Redis behind the answers: ${what}`, async ({ redis, databaseId, log }) => {
    const near = createMemoryAccountCache({ accounts: 0, keys: 0 });
    const far = createRedisAccountCache(redis, { databaseId, sealingKey });
    const cache = createLayeredAccountCache({ near, far, log });
    const done = async (write: Eventually<void>): Promise<void> => {
      await write;
      await cache.settled();
    };
    const waitingCache: ErasableCache = {
      get: (id) => cache.get(id),
      put: (account) => done(cache.put(account)),
      drop: (id) => done(cache.drop(id)),
      replace: (account) => done(cache.replace(account)),
    };
    await body(waitingCache);
  })
);

for (
  const [name, createLocal] of [
    ["Redis alone", () => NO_LOCAL_LIMITS],
    ["Redis", createMemoryRateLimiter],
  ] as const
) {
  rateLimiterContract((what, body) =>
    withRedisConnection(
      `${name}: ${what}`,
      ({ redis, databaseId }) =>
        body(createRedisRateLimiter(redis, { databaseId, local: createLocal() })),
    )
  );
}
