import { assertLess, assertLessOrEqual } from "@std/assert";
import { RECENT_KEYS_PER_ACCOUNT } from "../../domain/limits.ts";
import { REDIS_BACK_OFF_MILLISECONDS } from "../../infra/redis/connection.ts";
import type { AccountDocument } from "../../infra/mongo/account_documents.ts";
import type { MongoStore } from "../../infra/mongo/store.ts";
import {
  createUser,
  FLEET,
  openTestKese,
  redisOfTests,
  send,
  type TestKese,
} from "../support/kese.ts";
import { mongoUri, openFreshMongoStore, startMongoProxy } from "../support/mongo_store.ts";

const DELAY_MILLISECONDS = 20;
/** Payments of a case, each of another user: the middle one counts. */
const SAMPLES = 7;
const ROUNDS_MAX = 3;

/** A payment, and how many round trips it may take at most in the middle. */
interface Case {
  readonly name: string;
  /** Where the account is at hand before the payment. */
  readonly known: "here" | "to_another_instance" | "nowhere";
  readonly withKey: boolean;
  readonly hasForgottenKeys: boolean;
  readonly roundTripsMax: number;
}

const CASES: readonly Case[] = [
  {
    name: "on a warm account",
    known: "here",
    withKey: false,
    hasForgottenKeys: false,
    roundTripsMax: 1.3,
  },
  {
    name: "with a key, on a warm account",
    known: "here",
    withKey: true,
    hasForgottenKeys: false,
    roundTripsMax: 1.3,
  },
  {
    name: "with a key, on a cold account",
    known: "nowhere",
    withKey: true,
    hasForgottenKeys: false,
    roundTripsMax: 2.3,
  },
  {
    name: "past the window of keys, on a warm account",
    known: "here",
    withKey: true,
    hasForgottenKeys: true,
    roundTripsMax: 2.3,
  },
  {
    name: "past the window of keys, on a cold account",
    known: "nowhere",
    withKey: true,
    hasForgottenKeys: true,
    roundTripsMax: 3.3,
  },
];

/** What Redis adds: an account that another instance used last is warm here as well. */
const CASES_OF_REDIS: readonly Case[] = [
  {
    name: "with a key, on an account that another instance used",
    known: "to_another_instance",
    withKey: true,
    hasForgottenKeys: false,
    roundTripsMax: 1.3,
  },
  {
    name: "past the window of keys, on an account that another instance used",
    known: "to_another_instance",
    withKey: true,
    hasForgottenKeys: true,
    roundTripsMax: 2.3,
  },
];

interface Instances {
  readonly store: MongoStore;
  readonly here: TestKese;
  readonly elsewhere: () => Promise<TestKese>;
}

async function withInstances(
  environment: ReturnType<typeof redisOfTests>,
  test: (instances: Instances) => Promise<void>,
): Promise<void> {
  await using resources = new AsyncDisposableStack();
  const proxy = resources.adopt(startMongoProxy(DELAY_MILLISECONDS), ({ close }) => close());
  const store = resources.adopt(await openFreshMongoStore({ proxy }), ({ close }) => close());
  const shared = { ...store, close: () => Promise.resolve() };
  const open = () => openTestKese({ store: shared, environment });
  await test({ store, here: resources.use(await open()), elsewhere: open });
}

/** Users that the case asks for; opening an account puts it into no cache. */
async function createUsers(
  { store, here, elsewhere }: Instances,
  { known, hasForgottenKeys }: Case,
): Promise<readonly string[]> {
  const users = Array.from({ length: SAMPLES }, () => crypto.randomUUID());
  await Promise.all(users.map((user) => createUser(here, user)));
  if (hasForgottenKeys) {
    const recentKeys = Array.from({ length: RECENT_KEYS_PER_ACCOUNT }, (_, place) => place);
    await store.database.collection<AccountDocument>("users")
      .updateMany({}, { $set: { recentKeys, keysComplete: false } });
  }
  if (known === "nowhere") return users;
  const instance = known === "here" ? here : await elsewhere();
  await Promise.all(users.map((user) => pay(instance, user)));
  // Closed, it has told Redis all it had to tell.
  if (instance !== here) await instance.close();
  return users;
}

async function pay(kese: TestKese, user: string, headers: Record<string, string> = {}) {
  const line = `POST /kart-saklamali-odeme?userNo=${user}&amount=1`;
  const { status, text } = await send(kese, line, { headers });
  if (status !== 201) throw new Error(`Cannot pay: ${text}`);
}

async function timed(call: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await call();
  return performance.now() - begun;
}

function middleOf(times: readonly number[]): number {
  return times.toSorted((one, other) => one - other)[Math.floor(times.length / 2)] ?? NaN;
}

/** The median payment, measured in plain updates of the same documents that are made in between. */
async function measure(instances: Instances, one: Case): Promise<number> {
  const { here, store: { database } } = instances;
  // A Redis that was late once is asked again.
  here.clock.advance(REDIS_BACK_OFF_MILLISECONDS);
  const payments: number[] = [];
  const roundTrips: number[] = [];
  const accounts = database.collection<AccountDocument>("users");
  for (const user of await createUsers(instances, one)) {
    const headers: Record<string, string> = one.withKey ? { "idempotency-key": "a new one" } : {};
    const update = { $inc: { countOfNothing: 1 } };
    roundTrips.push(await timed(() => accounts.updateOne({ _id: `${FLEET}/${user}` }, update)));
    payments.push(await timed(() => pay(here, user, headers)));
  }
  // If the proxy delayed nothing, the ratio below would say nothing.
  assertLess(DELAY_MILLISECONDS - 1, middleOf(roundTrips));
  return middleOf(payments) / middleOf(roundTrips);
}

/** A machine with other things to do adds time to some rounds; one round trip more adds it to all. */
async function quietestOf(
  rounds: number,
  instances: Instances,
  one: Case,
): Promise<number> {
  const measured = await measure(instances, one);
  if (rounds === 1 || measured <= one.roundTripsMax) return measured;
  return Math.min(measured, await quietestOf(rounds - 1, instances, one));
}

const WORLDS = [
  { world: "", environment: {}, cases: CASES, ignore: false },
  {
    world: " beside Redis",
    environment: redisOfTests(),
    cases: [...CASES, ...CASES_OF_REDIS],
    ignore: redisOfTests().redis === undefined,
  },
];

for (const { world, environment, cases, ignore } of WORLDS) {
  Deno.test({
    name: `POST /kart-saklamali-odeme keeps to its round trips on a slow network${world}`,
    ignore: ignore || mongoUri === undefined,
    fn: (test) =>
      withInstances(environment, async (instances) => {
        await pay(instances.here, await firstUser(instances.here));
        for (const one of cases) {
          await test.step(`a payment ${one.name}: at most ${one.roundTripsMax}`, async () => {
            assertLessOrEqual(await quietestOf(ROUNDS_MAX, instances, one), one.roundTripsMax);
          });
        }
      }),
  });
}

/** The first payment waits for connections and for the database's id. */
async function firstUser(kese: TestKese): Promise<string> {
  const user = crypto.randomUUID();
  await createUser(kese, user);
  return user;
}
