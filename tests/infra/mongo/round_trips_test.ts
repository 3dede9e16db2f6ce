import { assertEquals } from "@std/assert";
import { RECENT_KEYS_PER_ACCOUNT, RECENT_KEYS_SLACK } from "../../../domain/limits.ts";
import { createKeyring } from "../../../infra/crypto/keyring.ts";
import { pause } from "../../../infra/process/clock.ts";
import type { Environment } from "../../../infra/process/environment.ts";
import type { MongoCommand } from "../../../infra/mongo/connection.ts";
import { createRedisAccountCache } from "../../../infra/redis/account_cache.ts";
import { openRedis, REDIS_BACK_OFF_MILLISECONDS } from "../../../infra/redis/connection.ts";
import { createPatientClock } from "../../support/clock.ts";
import {
  createUser,
  FLEET,
  newUser,
  openTestKese,
  redisOfTests,
  send,
  signIn,
  TEST_ENVIRONMENT,
  type TestKese,
  type TestRequest,
  useKeys,
} from "../../support/kese.ts";
import { mongoUri, openFreshMongoStore } from "../../support/mongo_store.ts";

/** A program whose commands to the database are counted, those of its drains and its audit left out. */
interface Counted {
  readonly kese: TestKese;
  /** Sends a request and gives the commands that it waited for: they follow one another. */
  commandsOf(line: string, request?: TestRequest): Promise<readonly string[]>;
  /** Another instance on the same database, which has cached nothing. */
  cold(): Promise<TestKese>;
}

async function withCounting(
  test: (counted: Counted) => Promise<void>,
  environment: Partial<Environment> = {},
): Promise<void> {
  let commands: string[] = [];
  const note = ({ name, collection }: MongoCommand) => {
    if (collection !== "audit") commands.push(`${name} ${collection}`);
  };
  const store = await openFreshMongoStore({ onCommand: note });
  const shared = { ...store, close: () => Promise.resolve() };
  const kese = await openTestKese({ store: shared, environment, clock: createPatientClock() });
  await createUser(kese, "1", "1000.00");
  await send(kese, "POST /kart-saklama", { json: { userNo: "1", cardNo: "4242424242424242" } });
  const others: TestKese[] = [];
  let asked: TestKese = kese;
  const close = async () => {
    for (const other of others) await other.close();
    await kese.close();
    await store.close();
  };
  await test({
    kese,
    commandsOf: async (line, request) => {
      await store.settled();
      commands = [];
      const { status, text } = await send(asked, line, request);
      if (status >= 500) throw new Error(`${line}: ${text}`);
      return [...commands];
    },
    cold: async () => {
      asked = await openTestKese({ store: shared, environment });
      others.push(asked);
      return asked;
    },
  }).finally(close);
}

function mongoTest(name: string, test: (counted: Counted) => Promise<void>): void {
  Deno.test({ name, ignore: mongoUri === undefined }, () => withCounting(test));
}

const PAY_LITTLE = "POST /kart-saklamali-odeme?userNo=1&amount=0.01";
const PAY = "POST /kart-saklamali-odeme?userNo=1&amount=1";
const keyed = (key: string) => ({ headers: { "idempotency-key": key } });

mongoTest(
  "POST /kart-saklamali-odeme takes one round trip on a warm account",
  async ({ commandsOf }) => {
    await commandsOf(PAY);
    assertEquals(await commandsOf(PAY), ["update users"]);
    assertEquals(await commandsOf(PAY, keyed("k")), ["update users"]);
  },
);

mongoTest(
  "POST /kart-saklamali-odeme takes two round trips on a cold account",
  async ({ commandsOf, cold }) => {
    await commandsOf(PAY, keyed("k"));
    await cold();
    assertEquals(await commandsOf(PAY), ["find users", "update users"]);
    await cold();
    assertEquals(await commandsOf(PAY, keyed("another")), ["find users", "update users"]);
  },
);

mongoTest(
  "POST /kart-saklamali-odeme takes one round trip to give an answer again",
  async ({ commandsOf, kese }) => {
    const first = await send(kese, PAY, keyed("k"));
    assertEquals(await commandsOf(PAY, keyed("k")), ["find users"]);
    assertEquals((await send(kese, PAY, keyed("k"))).text, first.text);
  },
);

mongoTest(
  "POST /kart-saklamali-odeme reads the session of a user first, and nothing more",
  async ({ commandsOf, kese }) => {
    const bearer = await signIn(kese, "1");
    await commandsOf(PAY);
    assertEquals(await commandsOf(PAY, { bearer }), ["find auth", "update users"]);
  },
);

mongoTest(
  "POST /kart-saklamali-odeme asks the ledger for a key once some are forgotten",
  async ({ commandsOf, cold, kese }) => {
    await useKeys(kese, RECENT_KEYS_PER_ACCOUNT + RECENT_KEYS_SLACK);
    assertEquals(await commandsOf(PAY, keyed("one too many")), ["update users"]);
    assertEquals(await commandsOf(PAY, keyed("new")), ["find ledger", "update users"]);
    assertEquals(await commandsOf(PAY), ["update users"]);
    const recent = await commandsOf(PAY, keyed("new"));
    assertEquals(recent[0], "find users");
    assertEquals(recent.includes("update users"), false);
    const old = await commandsOf(PAY_LITTLE, keyed("key-0"));
    assertEquals(old, ["find ledger", "find users", "find ledger"]);
    await cold();
    assertEquals(await commandsOf(PAY, keyed("newer")), [
      "find users",
      "find ledger",
      "update users",
    ]);
    assertEquals(await commandsOf(PAY, keyed("newest")), ["find ledger", "update users"]);
  },
);

const redis = redisOfTests();
const TRIES_MAX = 20;
const TRY_MILLISECONDS = 100;

/**
 * Pays, without a key, until Redis has the account as it is now: a write that takes too long is left
 * out there, which costs speed and is nothing that this test is about.
 */
async function payUntilShared(kese: TestKese): Promise<void> {
  const { clock, dependencies: { accounts, log }, store: { databaseId } } = kese;
  if (redis.redis === undefined || databaseId === undefined) throw new Error("There is no Redis");
  const connection = await openRedis({ ...redis.redis, clock, log });
  const environment = TEST_ENVIRONMENT;
  const keyring = createKeyring({ store: kese.store, environment, mayMake: false });
  await keyring.open();
  const owner = { databaseId: await databaseId(), sealingKey: keyring.key("account_snapshot") };
  const shared = createRedisAccountCache(connection, owner);
  const id = { filo: FLEET, userNo: "1" };
  for (let tried = 0; tried < TRIES_MAX; tried++) {
    await send(kese, PAY_LITTLE);
    await pause(TRY_MILLISECONDS);
    const [stored, kept] = await Promise.allSettled([accounts.read(id), shared.get(id)]);
    if (stored.status === "fulfilled" && kept.status === "fulfilled") {
      if (stored.value && stored.value.head === kept.value?.head) return;
    }
    // A Redis that was late is asked again.
    clock.advance(REDIS_BACK_OFF_MILLISECONDS);
  }
  throw new Error(`Redis did not take the account in ${TRIES_MAX} tries`);
}

Deno.test({
  name: "POST /kart-saklamali-odeme reads no account that another instance has left in Redis",
  ignore: mongoUri === undefined || redis.redis === undefined,
  fn: () =>
    withCounting(async ({ commandsOf, cold, kese }) => {
      await createUser(kese, "2");
      await useKeys(kese, RECENT_KEYS_PER_ACCOUNT + RECENT_KEYS_SLACK);
      await payUntilShared(kese);
      await kese.close();
      const second = await cold();
      // The first payment of an instance also asks for the database's id.
      await commandsOf("POST /kart-saklamali-odeme?userNo=2&amount=1");
      assertEquals(await commandsOf(PAY, keyed("one too many")), ["update users"]);
      await payUntilShared(second);
      await second.close();
      await cold();
      await commandsOf("POST /kart-saklamali-odeme?userNo=2&amount=1");
      assertEquals(await commandsOf(PAY, keyed("new")), ["find ledger", "update users"]);
    }, redis),
});

const MASTERCARD = { json: { userNo: "1", cardNo: "5555555555554444" } };

const HOLD = "POST /provizyon?userNo=1&amount=1";

async function hold(kese: TestKese): Promise<string> {
  const { body: { holdId } } = await send(kese, HOLD);
  return holdId;
}

/** An operation on a warm account, and the commands that it sends. */
interface Operation {
  readonly name: string;
  readonly commands: readonly string[];
  /** Sends what must be there first, and gives the request to count. */
  readonly prepare: (kese: TestKese) => Promise<[string, TestRequest?]> | [string, TestRequest?];
}

const operations: readonly Operation[] = [
  { name: "balance", commands: ["find users"], prepare: () => ["GET /bakiye?userNo=1"] },
  {
    name: "card list",
    commands: ["find users"],
    prepare: () => ["GET /kart-saklama-listesi?userNo=1"],
  },
  {
    name: "first page of the journal",
    commands: ["find users"],
    prepare: () => ["GET /islemler?userNo=1&limit=2"],
  },
  {
    name: "page that reaches into the ledger",
    commands: ["find users", "find ledger"],
    prepare: () => ["GET /islemler?userNo=1"],
  },
  {
    name: "payment, refused",
    commands: ["find users"],
    prepare: () => ["POST /kart-saklamali-odeme?userNo=1&amount=999999"],
  },
  {
    name: "payment shown",
    commands: ["find users", "find ledger"],
    prepare: async (kese) => {
      const { body: { paymentId } } = await send(kese, PAY);
      return [`GET /kart-saklamali-odeme/${paymentId}?userNo=1`];
    },
  },
  {
    name: "refund of the newest payment",
    commands: ["update users"],
    prepare: () => ["POST /iade?userNo=1"],
  },
  {
    name: "hold placed",
    commands: ["update users"],
    prepare: () => [HOLD],
  },
  {
    name: "hold captured",
    commands: ["update users"],
    prepare: async (kese) => [`POST /provizyon/${await hold(kese)}/tahsilat?userNo=1`],
  },
  {
    name: "hold captured under a key",
    commands: ["update users"],
    prepare: async (kese) => [`POST /provizyon/${await hold(kese)}/tahsilat?userNo=1`, keyed("k")],
  },
  {
    name: "hold released",
    commands: ["update users"],
    prepare: async (kese) => [`POST /provizyon/${await hold(kese)}/iptal?userNo=1`],
  },
  {
    name: "payment after a captured hold",
    // A head that follows from another id could be made twice, so no decision rests on a cached one.
    commands: ["find users", "update users"],
    prepare: async (kese) => {
      await send(kese, `POST /provizyon/${await hold(kese)}/tahsilat?userNo=1`);
      return [PAY];
    },
  },
  {
    name: "hold shown, open",
    // Its placing, then both entries that can have ended it at the same moment: each in the ledger, too.
    commands: ["find users", "find users", "find users", "find ledger", "find ledger"],
    prepare: async (kese) => [`GET /provizyon/${await hold(kese)}?userNo=1`],
  },
  {
    name: "adjustment",
    commands: ["update users"],
    prepare: () => ["POST /bakiye-duzeltme?userNo=1&amount=1&direction=credit&reason=cash"],
  },
  {
    name: "account frozen",
    commands: ["update users"],
    prepare: () => ["POST /hesap/dondur?userNo=1"],
  },
  {
    name: "card saved",
    // Whose card it is, as a gateway wants to know it.
    commands: ["find users", "insert vault", "update users"],
    prepare: () => ["POST /kart-saklama", MASTERCARD],
  },
  {
    name: "card selected",
    commands: ["update users"],
    prepare: async (kese) => {
      const { body: { card: { cardId } } } = await send(kese, "POST /kart-saklama", MASTERCARD);
      return [`PUT /secili-kart?userNo=1&cardId=${cardId}`];
    },
  },
  {
    name: "card removed",
    // Which gateway has to forget it.
    commands: ["update users", "find vault", "delete vault"],
    prepare: async (kese) => {
      const { body: { card: { cardId } } } = await send(kese, "POST /kart-saklama", MASTERCARD);
      return [`DELETE /kart-saklama?userNo=1&cardId=${cardId}`];
    },
  },
  {
    name: "top-up, charged at once",
    commands: [
      "find vault",
      "update auth",
      "update users",
      // At one time.
      "find vault",
      "find users",
      "insert sandbox_charges",
      "update users",
      // At one time.
      "find users",
      "delete auth",
    ],
    prepare: () => ["POST /update_balance?userNo=1&balance=1"],
  },
  {
    name: "top-up shown, closed",
    commands: ["find users", "find users"],
    prepare: async (kese) => {
      const { body: { topUpId } } = await send(kese, "POST /update_balance?userNo=1&balance=1");
      return [`GET /update_balance/${topUpId}?userNo=1`];
    },
  },
  {
    name: "card refund, given back at once",
    commands: [
      // What is left of the top-up.
      ...["find users", "find ledger", "update users"],
      ...["find sandbox_charges", "update sandbox_charges"],
      ...["find users", "find ledger", "update users"],
      "find users",
    ],
    prepare: async (kese) => {
      const { body: { topUpId } } = await send(kese, "POST /update_balance?userNo=1&balance=1");
      return [`POST /karta-iade?userNo=1&topUpId=${topUpId}`];
    },
  },
  {
    name: "user created",
    // The first two at the same moment: whether the user exists.
    commands: ["find users", "find ledger", "insert vault", "insert users"],
    prepare:
      () => ["POST /create_user", { json: newUser("2", { selectedCard: "4242424242424242" }) }],
  },
  {
    name: "sign-in, first step, by the fleet",
    // Whether the account is closed, and its authCode, are asked at the same time.
    commands: ["find users", "find users", "update auth", "update auth"],
    prepare: () => ["POST /authenticate_first_route", { json: { userNo: "1" } }],
  },
  {
    name: "sign-in, second step",
    // Whether the account is closed by now is asked last.
    commands: ["update auth", "insert auth", "find auth", "find users"],
    prepare: async (kese) => {
      const { body: { code } } = await send(kese, "POST /authenticate_first_route", {
        json: { userNo: "1" },
      });
      return ["POST /authenticate_second_route", { bearer: code, headers: { userNo: "1" } }];
    },
  },
];

for (const { name, commands, prepare } of operations) {
  mongoTest(
    `${name}: ${commands.length} commands on a warm account`,
    async ({ commandsOf, kese }) => {
      await commandsOf(PAY);
      const [line, request] = await prepare(kese);
      assertEquals(await commandsOf(line, request), commands);
    },
  );
}

mongoTest(
  "POST /iade of a named older payment takes three round trips",
  async ({ commandsOf, kese }) => {
    const { body: { paymentId } } = await send(kese, PAY);
    await send(kese, PAY);
    const commands = await commandsOf(`POST /iade?userNo=1&paymentId=${paymentId}`);
    assertEquals(commands, ["find users", "find ledger", "update users"]);
  },
);
