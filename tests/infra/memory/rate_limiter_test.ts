import { assertEquals } from "@std/assert";
import type { RateLimit, RateLimiter } from "../../../domain/ports/rate_limiter.ts";
import {
  createMemoryRateLimiter,
  FORGOTTEN_AT_ONCE,
  KEYS_PER_POLICY,
} from "../../../infra/memory/rate_limiter.ts";

const START = Date.UTC(2026, 0, 1);
const FLEET: RateLimit = { policy: "fleet", key: "fleet:a", limit: 1, windowSeconds: 60 };

function user(name: string | number): RateLimit {
  return { policy: "user", key: `user:${name}`, limit: 1, windowSeconds: 60 };
}

function isOver(limiter: RateLimiter, limit: RateLimit, now: number = START): boolean {
  return limiter.take([limit], now) !== undefined;
}

Deno.test("take() remembers no endless number of users, and forgets the first for one too many", () => {
  const limiter = createMemoryRateLimiter();
  for (let place = 0; place < KEYS_PER_POLICY; place++) limiter.take([user(place)], START);
  const places = [0, FORGOTTEN_AT_ONCE - 1, FORGOTTEN_AT_ONCE, KEYS_PER_POLICY - 1];
  const over = () => places.map((place) => isOver(limiter, user(place)));
  assertEquals(over(), [true, true, true, true]);
  limiter.take([user("one more")], START);
  assertEquals(over(), [false, false, true, true]);
});

Deno.test("take() forgets no fleet for its users, however many they are", () => {
  const limiter = createMemoryRateLimiter();
  assertEquals(limiter.take([FLEET], START), undefined);
  for (let place = 0; place <= 2 * KEYS_PER_POLICY; place++) limiter.take([user(place)], START);
  assertEquals(isOver(limiter, FLEET), true);
});

Deno.test("take() forgets users of a past window before those of this one", () => {
  const limiter = createMemoryRateLimiter();
  const next = START + 60_000;
  for (let place = 0; place < KEYS_PER_POLICY; place++) limiter.take([user(place)], START);
  // Once the first of all, and now the newest.
  limiter.take([user(0)], next);
  const others = KEYS_PER_POLICY - FORGOTTEN_AT_ONCE;
  for (let place = 0; place < others; place++) limiter.take([user(`new-${place}`)], next);
  assertEquals(isOver(limiter, user(0), next), true);
});
