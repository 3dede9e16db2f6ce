import { assertEquals } from "@std/assert";
import type { RateLimit } from "../../../domain/ports/rate_limiter.ts";
import { createMemoryRateLimiter } from "../../../infra/memory/rate_limiter.ts";
import { createRedisRateLimiter } from "../../../infra/redis/rate_limiter.ts";
import { withRedisConnection } from "../../support/redis.ts";
import {
  type UpstashAnswer,
  type UpstashScript,
  withoutUpstash,
  withUpstash,
} from "../../support/scripted_upstash.ts";

const START = Date.UTC(2026, 0, 1);
const USER: RateLimit = { policy: "user", key: "user:1", limit: 2, windowSeconds: 60 };
const FLEET: RateLimit = { policy: "fleet", key: "fleet:a", limit: 100, windowSeconds: 3_600 };

function createLimiter(
  { redis, databaseId = "database" }:
    & Pick<
      Parameters<Parameters<typeof withUpstash>[1]>[0],
      "redis"
    >
    & { databaseId?: string },
) {
  return createRedisRateLimiter(redis, { databaseId, local: createMemoryRateLimiter() });
}

withRedisConnection("take() counts what all processes let through together", async (connected) => {
  const limiters = [createLimiter(connected), createLimiter(connected)] as const;
  assertEquals(await limiters[0].take([USER], START), undefined);
  assertEquals(await limiters[1].take([USER], START), undefined);
  const exceeded = { ...USER, retryAfterSeconds: 59 };
  assertEquals(await limiters[0].take([USER], START + 1_001), exceeded);
  assertEquals(await limiters[1].take([USER], START + 1_001), exceeded);
});

withRedisConnection("take() does not count together with another database", async (connected) => {
  const databaseId = `${connected.databaseId}-of-others`;
  const [own, other] = [createLimiter(connected), createLimiter({ ...connected, databaseId })];
  for (let count = 0; count < 3; count++) await other.take([USER], START);
  assertEquals(await own.take([USER], START), undefined);
});

withRedisConnection("take() gives every counter an end when it begins", async (connected) => {
  const { redis, databaseId } = connected;
  const limiter = createLimiter(connected);
  const ends = async () => {
    const keys = await redis.run((client) => client.keys(`${databaseId}*`));
    return await Promise.all(keys.toSorted().map((key) => redis.run((client) => client.ttl(key))));
  };
  await limiter.take([USER, FLEET], START);
  assertEquals((await ends()).map((end) => Math.ceil(end / 60) * 60), [7_200, 120]);
  // A later count does not put the end off.
  const [key = ""] = await redis.run((client) => client.keys(`${databaseId}*user*`));
  await redis.run((client) => client.expire(key, 5));
  await limiter.take([USER, FLEET], START);
  assertEquals((await ends()).map((end) => end > 5), [true, false]);
});

Deno.test("take() asks once for all limits of a request", () =>
  withUpstash(() => ({ result: 0 }), async (upstash) => {
    await createLimiter(upstash).take([USER, FLEET], START);
    assertEquals(upstash.commands.length, 1);
    const [_eval, _script, ...rest] = upstash.commands[0] ?? [];
    assertEquals(rest, [
      "2",
      `database:limit:60:${START}:user:1`,
      `database:limit:3600:${START}:fleet:a`,
      "2",
      "120",
      "100",
      "7200",
    ]);
    await createLimiter(upstash).take([], START);
    assertEquals(upstash.commands.length, 1);
  }));

Deno.test("take() sends no count a second time when its answer is lost", () => {
  // The count happened, and its answer was cut off.
  let count = 0;
  const script: UpstashScript = () => {
    count++;
    return "none";
  };
  return withUpstash(script, async (upstash) => {
    assertEquals(await createLimiter(upstash).take([USER], START), undefined);
    assertEquals(count, 1);
  });
});

const DUMB: Readonly<Record<string, UpstashAnswer>> = {
  "is slow": "none",
  "fails": Response.json({ error: "ERR" }, { status: 500 }),
  "gives a text": { result: "many" },
  "gives nothing": { result: null },
  "gives a list": { result: [1, 2] },
  "gives a place that no limit has": { result: 3 },
  "gives a negative place": { result: -1 },
};
for (const [what, answer] of Object.entries(DUMB)) {
  Deno.test(`take() lets the process's own count decide when Redis ${what}`, () =>
    withUpstash(() => answer, async (upstash) => {
      const limiter = createLimiter(upstash);
      assertEquals(await limiter.take([USER, FLEET], START), undefined);
      assertEquals(await limiter.take([USER, FLEET], START), undefined);
      const exceeded = await limiter.take([USER, FLEET], START + 30_000);
      assertEquals(exceeded, { ...USER, retryAfterSeconds: 30 });
    }));
}

Deno.test("take() lets the process's own count decide when there is no Redis", () =>
  withoutUpstash(async (upstash) => {
    const limiter = createLimiter(upstash);
    const outcomes = [];
    for (let count = 0; count < 4; count++) {
      outcomes.push((await limiter.take([USER], START))?.policy);
    }
    assertEquals(outcomes, [undefined, undefined, "user", "user"]);
  }));
