import { assertEquals } from "@std/assert";
import type { RateLimit } from "../../domain/ports.ts";
import { createMemoryRateLimiter } from "../../infra/memory_rate_limiter.ts";

const START = Date.UTC(2026, 0, 1);
const USER: RateLimit = { policy: "user", key: "user:1", limit: 2, windowSeconds: 60 };
const FLEET: RateLimit = { policy: "fleet", key: "fleet:a", limit: 3, windowSeconds: 60 };

Deno.test("take() lets as many through as the limit says, and not one more", async () => {
  const limiter = createMemoryRateLimiter();
  assertEquals(await limiter.take([USER], START), undefined);
  assertEquals(await limiter.take([USER], START + 1), undefined);
  assertEquals(await limiter.take([USER], START + 2), { ...USER, retryAfterSeconds: 60 });
});

Deno.test("take() begins anew with the next window, and says when that is", async () => {
  const limiter = createMemoryRateLimiter();
  for (let count = 0; count < 3; count++) await limiter.take([USER], START + 20_000);
  const exceeded = await limiter.take([USER], START + 20_001);
  assertEquals(exceeded?.retryAfterSeconds, 40);
  const last = await limiter.take([USER], START + 59_999);
  assertEquals(last?.retryAfterSeconds, 1);
  assertEquals(await limiter.take([USER], START + 60_000), undefined);
});

Deno.test("take() counts each key by itself", async () => {
  const limiter = createMemoryRateLimiter();
  const other = { ...USER, key: "user:2" };
  for (let count = 0; count < 3; count++) await limiter.take([USER], START);
  assertEquals(await limiter.take([other], START), undefined);
});

Deno.test("take() counts up to the first limit that is exceeded, and no further", async () => {
  const limiter = createMemoryRateLimiter();
  const outcomes = [];
  for (let count = 0; count < 4; count++) {
    outcomes.push((await limiter.take([USER, FLEET], START))?.policy);
  }
  assertEquals(outcomes, [undefined, undefined, "user", "user"]);
  // Two of the fleet's three are used: what the first user sent too much counts for him alone.
  const another = { ...USER, key: "user:2" };
  assertEquals(await limiter.take([another, FLEET], START), undefined);
  assertEquals((await limiter.take([another, FLEET], START))?.policy, "fleet");
});

Deno.test("take() without a limit lets everything through", async () => {
  assertEquals(await createMemoryRateLimiter().take([], START), undefined);
});

Deno.test("take() remembers no endless number of keys", async () => {
  const limiter = createMemoryRateLimiter();
  const limit = { ...USER, limit: 1 };
  await limiter.take([limit], START);
  assertEquals((await limiter.take([limit], START))?.policy, "user");
  // As many other keys as it remembers: then all are forgotten, this one too.
  for (let count = 0; count < 100_000; count++) {
    await limiter.take([{ ...limit, key: `other:${count}` }], START);
  }
  assertEquals(await limiter.take([limit], START), undefined);
});
