/**
 * Kese starts before the services that it needs, as after a power cut of a whole rack.
 *
 * @module
 */

import { assertEquals, assertGreater } from "@std/assert";
import { productionOn } from "../support/both_stores.ts";
import { findFreePort } from "../../scripts/services/free_port.ts";
import { startStoppableRedis } from "../support/model/stoppable_redis.ts";
import { openTestMongoStore, startMongoProxy } from "../support/mongo_store.ts";
import { EVENT_SECRET } from "../support/event_receiver.ts";
import { createUser, FLEET, send } from "../support/kese.ts";
import { startMain } from "../support/process.ts";
import { withMongo, withRedis } from "../support/services.ts";
import { MONGODB_URI, readVariable } from "../../scripts/services/variables.ts";

/** Runs a test on main.ts, which does not outlive it. */
async function withMain(
  variables: Readonly<Record<string, string>>,
  test: (url: string, output: () => string) => Promise<void>,
): Promise<void> {
  await using running = startMain(productionOn(variables));
  await test(await running.url, running.output);
}

withMongo(
  "main.ts connects by itself to a MongoDB that was away when it asked first",
  (_uri, DB_NAME) => {
    const port = findFreePort();
    const variables = {
      MONGODB_URI: `mongodb://127.0.0.1:${port}/?directConnection=true`,
      DB_NAME,
      SQLITE_PATH: ":memory:",
      // The fleet listens, and to nothing that happens here.
      EVENT_WEBHOOKS: `${FLEET}:https://fleet.example/|${EVENT_SECRET};types=card_refund_failed`,
    };
    return withMain(variables, async (url) => {
      // The driver's time for finding a server passes before the first two are answered.
      for (const line of ["GET /bakiye?userNo=1", "GET /bakiye?userNo=1", "GET /health/ready"]) {
        assertEquals((await send(url, line)).status, 503, line);
      }
      const proxy = startMongoProxy(0, port);
      try {
        await createUser(url, "1", "10.00");
        assertEquals((await send(url, "GET /bakiye?userNo=1")).body.balance, "10.00");
        assertEquals((await send(url, "GET /health/ready")).status, 200);
      } finally {
        await proxy.close();
      }
    });
  },
);

withRedis("main.ts uses a Redis that was away when it asked first", async (redis) => {
  const port = findFreePort();
  const variables = {
    MONGODB_URI: readVariable(MONGODB_URI) ?? "",
    // The database's id begins each key, so nothing of another test is found.
    DB_NAME: `kese-test-${crypto.randomUUID().slice(0, 13)}`,
    UPSTASH_REDIS_REST_URL: `http://127.0.0.1:${port}`,
    UPSTASH_REDIS_REST_TOKEN: redis.token,
    SQLITE_PATH: ":memory:",
    REQUESTS_PER_MINUTE_USER: "100000",
  };
  const test = async (url: string, output: () => string): Promise<void> => {
    await createUser(url, "1", "10.00");
    while (!output().includes("redis_unavailable")) await ask(url);
    const later = startStoppableRedis({ ...redis, port });
    try {
      while (!output().includes("redis_available")) await ask(url);
      await ask(url);
      assertGreater(later.counts().answered, 1);
    } finally {
      await later.close();
    }
  };
  await withMain(variables, test).finally(async () => {
    const store = openTestMongoStore(variables.DB_NAME);
    await store.database.dropDatabase();
    await store.close();
  });
});

async function ask(url: string): Promise<void> {
  assertEquals((await send(url, "GET /bakiye?userNo=1")).status, 200);
}
