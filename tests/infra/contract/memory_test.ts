import { createLayeredAccountCache } from "../../../infra/memory/layered_account_cache.ts";
import { createMemoryAccountCache } from "../../../infra/memory/account_cache.ts";
import { createMemoryRateLimiter } from "../../../infra/memory/rate_limiter.ts";
import { accountCacheContract } from "./account_cache_contract.ts";
import { rateLimiterContract } from "./rate_limiter_contract.ts";
import { SILENT } from "../../support/logs.ts";

const log = SILENT;

accountCacheContract((what, body) =>
  Deno.test(`memory: ${what}`, () => body(createMemoryAccountCache()))
);

accountCacheContract((what, body) =>
  Deno.test(`memory over memory: ${what}`, async () => {
    const [near, far] = [createMemoryAccountCache(), createMemoryAccountCache()];
    const cache = createLayeredAccountCache({ near, far, log });
    await body(cache);
    await cache.settled();
  })
);

rateLimiterContract((what, body) =>
  Deno.test(`memory: ${what}`, () => body(createMemoryRateLimiter()))
);
