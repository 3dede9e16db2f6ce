import { assertEquals } from "@std/assert";
import type { RateLimit } from "../../domain/ports.ts";
import { createMemoryRateLimiter } from "../../infra/memory_rate_limiter.ts";

const START = Date.UTC(2026, 0, 1);
const LIMIT: RateLimit = { policy: "user", key: "user:1", limit: 1, windowSeconds: 60 };

Deno.test("take() remembers no endless number of keys", async () => {
  const limiter = createMemoryRateLimiter();
  await limiter.take([LIMIT], START);
  assertEquals((await limiter.take([LIMIT], START))?.policy, "user");
  // As many other keys as it remembers: then all are forgotten, this one too.
  for (let count = 0; count < 100_000; count++) {
    await limiter.take([{ ...LIMIT, key: `other:${count}` }], START);
  }
  assertEquals(await limiter.take([LIMIT], START), undefined);
});
