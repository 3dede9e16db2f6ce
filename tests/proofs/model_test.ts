/**
 * Random requests of many clients at once, to two instances on one store, while saves fail, answers
 * get lost, Redis stops and clocks disagree; checked against a model that knows the contract and none
 * of the code. The seed is fixed; another one and more runs:
 * `MODEL_SEED=7 MODEL_RUNS=1000 deno task test tests/proofs/model_test.ts`
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { ENTRY_TYPES } from "../../domain/entry_traits.ts";
import { createIndexes } from "../../infra/mongo/indexes.ts";
import { openSqliteStore } from "../../infra/sqlite/store.ts";
import { liveOut } from "../support/model/clients.ts";
import type { Plan } from "../support/model/plan.ts";
import { LONG_PLANS, PLANS } from "../support/model/plans.ts";
import { proveWorld } from "../support/model/prove.ts";
import { startStoppableRedis } from "../support/model/stoppable_redis.ts";
import { createTally, type Tally } from "../support/model/tally.ts";
import { closeWorld, type Ground, openWorld } from "../support/model/world.ts";
import { openTestMongoStore } from "../support/mongo_store.ts";
import { withMongo } from "../support/services.ts";
import {
  readVariable,
  UPSTASH_REDIS_REST_TOKEN,
  UPSTASH_REDIS_REST_URL,
} from "../../scripts/services/variables.ts";

const SEED = Number(Deno.env.get("MODEL_SEED") ?? 20260101);
/** What random plans always bring about: a proof in which one of these did not happen proves nothing. */
const MUST_HAPPEN = [
  "answered 201",
  "answered 202",
  "replayed",
  "idempotency_key_reused",
  "insufficient_balance",
  "already_refunded",
  "refund_exceeds_payment",
  "duplicate_card",
  "card_declined",
  "busy",
  "outcome_unknown",
  "hold_not_found",
  "account_frozen",
  "account_not_frozen",
  "account_not_empty",
  "fault fails_before",
  "fault fails_after",
  "fault lands_late",
  "fault conflict",
  "fault full",
  "lost races",
];

/** What takes more runs than the slower store gets. */
const LIMITS = [
  ...["rate_limited card_saves", "rate_limited card_declines", "too_many_open_top_ups"],
  ...["too_many_holds", "account_closed"],
  ...["hold_closed captured", "hold_closed released", "hold_closed expired"],
  ...["profile changed", "authCode changed", "came back credited", "came back failed"],
  ...["card_refund_refused", "nothing_to_refund", "account_not_closed"],
  ...ENTRY_TYPES.map((type) => `entry ${type}`),
];

/** What is proved, and on what. */
interface Subject {
  readonly name: string;
  readonly ground: Ground;
  readonly plans: fc.Arbitrary<Plan>;
  /** How many, where nobody says otherwise. */
  readonly runs: number;
  readonly mustHappen: readonly string[];
}

Deno.test("SQLite: all that many clients are told at once agrees with the model", async () => {
  const store = openSqliteStore(":memory:");
  try {
    const ground = { stores: [store, store] };
    const mustHappen = [...MUST_HAPPEN, ...LIMITS];
    await prove({ name: "SQLite", ground, plans: PLANS, runs: 60, mustHappen });
  } finally {
    await store.close();
  }
});

const redisUrl = readVariable(UPSTASH_REDIS_REST_URL);
const redisToken = readVariable(UPSTASH_REDIS_REST_TOKEN);
const onMongo = redisUrl && redisToken ? "MongoDB and Redis" : "MongoDB";

testOnMongo("all that many clients are told at once agrees with the model", (ground) => {
  const redisNews = ground.redis ? ["answered by Redis", "refused by Redis"] : [];
  const mustHappen = [...MUST_HAPPEN, ...redisNews, "long journals"];
  return prove({ name: onMongo, ground, plans: PLANS, runs: 20, mustHappen });
});

testOnMongo("keys that an account has long forgotten agree with the model", (ground) => {
  const mustHappen = ["keys past the window", "replayed"];
  return prove({ name: `${onMongo}, old keys`, ground, plans: LONG_PLANS, runs: 2, mustHappen });
});

/** Registers a test of two instances, each with connections of its own. */
function testOnMongo(what: string, test: (ground: Ground) => Promise<void>): void {
  withMongo(`${onMongo}: ${what}`, async (_uri, dbName) => {
    const stores = [openTestMongoStore(dbName), openTestMongoStore(dbName)] as const;
    const redis = redisUrl && redisToken
      ? startStoppableRedis({ url: redisUrl, token: redisToken })
      : undefined;
    try {
      await createIndexes(stores[0].database);
      await test({ stores, ...(redis && { redis }) });
    } finally {
      for (const store of stores) await store.close();
      await redis?.close();
    }
  });
}

/** Which requests meet depends on the machine: what is rare may need more plans to happen. */
const BATCHES_MAX = 4;

async function prove(subject: Subject): Promise<void> {
  const { runs, mustHappen } = subject;
  const tally = createTally();
  const numRuns = Number(Deno.env.get("MODEL_RUNS") ?? runs);
  const missing = () => mustHappen.filter((what) => !tally.counts.get(what));
  for (let batch = 0; batch < BATCHES_MAX; batch++) {
    await proveBatch(subject, { seed: SEED + batch, numRuns, tally });
    if (numRuns < runs || missing().length === 0) return;
  }
  assertEquals(missing(), [], "never happened");
}

interface BatchOfPlans {
  readonly seed: number;
  readonly numRuns: number;
  readonly tally: Tally;
}

async function proveBatch(
  { name, ground, plans }: Subject,
  { seed, numRuns, tally }: BatchOfPlans,
): Promise<void> {
  const property = fc.asyncProperty(plans, (plan) => run(ground, plan, tally));
  // No smaller plan is searched for, because in another plan other requests would meet.
  const result = await fc.check(property, { seed, numRuns, endOnFailure: true });
  const replay = `MODEL_SEED=${seed} MODEL_RUNS=${result.numRuns}`;
  console.log(`${name}, ${replay}: ${tally.text()}`);
  if (!result.failed) return;
  const cause = result.errorInstance;
  throw new Error(`${name} and the model disagree: ${replay}`, { cause });
}

async function run(ground: Ground, plan: Plan, tally: Tally): Promise<void> {
  const world = await openWorld(ground, plan);
  try {
    await liveOut(world, plan);
    tally.add(world, await proveWorld(world));
  } finally {
    await closeWorld(world);
  }
}
