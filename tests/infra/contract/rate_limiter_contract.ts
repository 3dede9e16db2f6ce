import { assertEquals } from "@std/assert";
import type { RateLimit, RateLimiter } from "../../../domain/ports/rate_limiter.ts";

const START = Date.UTC(2026, 0, 1);
const USER: RateLimit = { policy: "user", key: "user:1", limit: 2, windowSeconds: 60 };
const FLEET: RateLimit = { policy: "fleet", key: "fleet:a", limit: 3, windowSeconds: 60 };

/** Registers a test on a limiter that has counted nothing. */
export type LimiterTest = (what: string, body: (limiter: RateLimiter) => Promise<void>) => void;

/** What every {@linkcode RateLimiter} has to do. */
export function rateLimiterContract(test: LimiterTest): void {
  test("take() lets as many through as the limit says, and not one more", async (limiter) => {
    assertEquals(await limiter.take([USER], START), undefined);
    assertEquals(await limiter.take([USER], START + 1), undefined);
    assertEquals(await limiter.take([USER], START + 2), { ...USER, retryAfterSeconds: 60 });
  });

  test("take() lets as many of a crowd through as the limit says", async (limiter) => {
    const crowd = Array.from({ length: 20 }, async () => await limiter.take([FLEET], START));
    const outcomes = await Promise.all(crowd);
    assertEquals(outcomes.filter((outcome) => outcome === undefined).length, FLEET.limit);
  });

  test("take() begins again with the next window, and says when that is", async (limiter) => {
    for (let count = 0; count < 3; count++) await limiter.take([USER], START + 20_000);
    const exceeded = await limiter.take([USER], START + 20_001);
    assertEquals(exceeded?.retryAfterSeconds, 40);
    const last = await limiter.take([USER], START + 59_999);
    assertEquals(last?.retryAfterSeconds, 1);
    assertEquals(await limiter.take([USER], START + 60_000), undefined);
  });

  test("take() counts each key by itself", async (limiter) => {
    const other = { ...USER, key: "user:2" };
    for (let count = 0; count < 3; count++) await limiter.take([USER], START);
    assertEquals(await limiter.take([other], START), undefined);
  });

  test("take() gives the first limit that is exceeded", async (limiter) => {
    const outcomes = [];
    for (let count = 0; count < 4; count++) {
      outcomes.push((await limiter.take([USER, FLEET], START))?.policy);
    }
    assertEquals(outcomes, [undefined, undefined, "user", "user"]);
  });

  test("take() does not count against the fleet what its user sends past his own limit", async (limiter) => {
    for (let count = 0; count < 10; count++) await limiter.take([USER, FLEET], START);
    const another = { ...USER, key: "user:2" };
    assertEquals(await limiter.take([another, FLEET], START), undefined);
    assertEquals((await limiter.take([another, FLEET], START))?.policy, "fleet");
  });

  test("take() without a limit lets everything through", async (limiter) => {
    assertEquals(await limiter.take([], START), undefined);
  });
}
