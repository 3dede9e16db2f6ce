/**
 * Kese comes first and what it needs comes later, as after the power cut of a whole rack.
 *
 * @module
 */

import { assertEquals, assertGreater } from "@std/assert";
import { productionOn } from "./support/both_stores.ts";
import { findFreePort } from "../scripts/services/free_port.ts";
import { startStoppableRedis } from "./support/model/stoppable_redis.ts";
import { openTestMongoStore, startMongoProxy } from "./support/mongo_store.ts";
import { endNow, startMain } from "./support/process.ts";
import { createUserAt, sendTo, type Url } from "./support/remote.ts";
import { withMongo, withRedis } from "./support/services.ts";
import { MONGODB_URI, readVariable } from "../scripts/services/variables.ts";

/** Runs a test on main.ts, which does not outlive it. */
async function withMain(
  variables: Readonly<Record<string, string>>,
  test: (url: Url, output: () => string) => Promise<void>,
): Promise<void> {
  const running = startMain(productionOn(variables));
  try {
    await test(await running.url, running.output);
  } finally {
    await endNow(running);
  }
}

withMongo(
  "main.ts connects by itself to a MongoDB that was away when it asked first",
  (_uri, DB_NAME) => {
    const port = findFreePort();
    const MONGODB_URI = `mongodb://127.0.0.1:${port}/?directConnection=true`;
    return withMain({ MONGODB_URI, DB_NAME, SQLITE_PATH: ":memory:" }, async (url) => {
      // The driver's time for finding a server passes before the first two are answered.
      for (const line of ["GET /bakiye?userNo=1", "GET /bakiye?userNo=1", "GET /health/ready"]) {
        assertEquals((await sendTo(url, line)).status, 503, line);
      }
      const proxy = startMongoProxy(0, port);
      try {
        await createUserAt(url, "1", 1_000);
        assertEquals((await sendTo(url, "GET /bakiye?userNo=1")).body.balance, "10.00");
        assertEquals((await sendTo(url, "GET /health/ready")).status, 200);
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
  const test = async (url: Url, output: () => string): Promise<void> => {
    await createUserAt(url, "1", 1_000);
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

async function ask(url: Url): Promise<void> {
  assertEquals((await sendTo(url, "GET /bakiye?userNo=1")).status, 200);
}
