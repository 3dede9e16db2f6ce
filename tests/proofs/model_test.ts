/**
 * Random requests of many clients at once, to two instances on one store, while saves fail, answers
 * get lost, Redis stops and clocks disagree; held against a model that knows the contract and none of
 * the code. The seed is fixed; another one and more runs:
 * `MODEL_SEED=7 MODEL_RUNS=1000 deno task test tests/proofs/model_test.ts`
 *
 * @module
 */

import fc from "fast-check";
import { openSqliteStore } from "../../infra/sqlite/store.ts";
import { liveOut } from "../support/model/clients.ts";
import { type Plan, PLANS } from "../support/model/plan.ts";
import { proveWorld } from "../support/model/prove.ts";
import { startStoppableRedis } from "../support/model/stoppable_redis.ts";
import { createTally, type Tally } from "../support/model/tally.ts";
import { closeWorld, type Ground, openWorld } from "../support/model/world.ts";
import { openTestMongoStore } from "../support/mongo_store.ts";
import { createIndexes } from "../../infra/mongo/indexes.ts";
import { withMongo } from "../support/services.ts";
import {
  given,
  UPSTASH_REDIS_REST_TOKEN,
  UPSTASH_REDIS_REST_URL,
} from "../support/services/variables.ts";

const SEED = Number(Deno.env.get("MODEL_SEED") ?? 20260101);
const RUNS = Deno.env.get("MODEL_RUNS");
const SQLITE_RUNS = 80;
const MONGO_RUNS = 25;

Deno.test("SQLite: whatever many clients ask at once, the journal and every answer agree with the model", async () => {
  const store = openSqliteStore(":memory:");
  try {
    await prove("SQLite", { stores: [store, store] }, SQLITE_RUNS);
  } finally {
    await store.close();
  }
});

withMongo(
  "MongoDB and Redis: whatever many clients ask at once, the journal and every answer agree with the model",
  async (_uri, dbName) => {
    const stores = [openTestMongoStore(dbName), openTestMongoStore(dbName)];
    const redis = redisOfTests();
    try {
      for (const { database } of stores.slice(0, 1)) await createIndexes(database);
      await prove("MongoDB", { stores, ...(redis && { redis }) }, MONGO_RUNS);
    } finally {
      await redis?.close();
      for (const store of stores) await store.close();
    }
  },
);

function redisOfTests() {
  const url = given(UPSTASH_REDIS_REST_URL);
  const token = given(UPSTASH_REDIS_REST_TOKEN);
  return url && token ? startStoppableRedis({ url, token }) : undefined;
}

async function prove(database: string, ground: Ground, runs: number): Promise<void> {
  const tally = createTally();
  const property = fc.asyncProperty(PLANS, (plan) => run(ground, plan, tally));
  const numRuns = RUNS === undefined ? runs : Number(RUNS);
  // Nothing is made smaller: in another plan other requests meet.
  const result = await fc.check(property, { seed: SEED, numRuns, endOnFailure: true });
  const replay = `MODEL_SEED=${SEED} MODEL_RUNS=${result.numRuns}`;
  console.log(`${database}, ${replay}: ${tally.text()}`);
  if (result.failed) {
    throw new Error(`${database} and the model disagree: ${replay}`, {
      cause: result.errorInstance,
    });
  }
}

async function run(ground: Ground, plan: Plan, tally: Tally): Promise<void> {
  const world = await openWorld(ground, plan);
  try {
    await liveOut(world, plan);
    const histories = await proveWorld(world);
    tally.add(world, histories);
  } finally {
    await closeWorld(world);
  }
}
