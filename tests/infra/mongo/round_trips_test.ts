import { assertEquals } from "@std/assert";
import { RECENT_KEYS_PER_ACCOUNT } from "../../../domain/limits.ts";
import type { MongoCommand } from "../../../infra/mongo/connection.ts";
import {
  createUser,
  openTestKese,
  send,
  type TestKese,
  type TestRequest,
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

async function withCounting(test: (counted: Counted) => Promise<void>): Promise<void> {
  let commands: string[] = [];
  const note = ({ name, collection }: MongoCommand) => {
    if (collection !== "audit") commands.push(`${name} ${collection}`);
  };
  const store = await openFreshMongoStore(undefined, note);
  const shared = { ...store, close: () => Promise.resolve() };
  const kese = await openTestKese({ store: shared });
  await createUser(kese, "1", "1000.00");
  await send(kese, "POST /kart-saklama", { json: { userNo: "1", cardNo: "4242424242424242" } });
  const others: TestKese[] = [];
  let asked: TestKese = kese;
  await test({
    kese,
    commandsOf: async (line, request) => {
      await store.settled();
      commands = [];
      const { status, text } = await send(asked, line, request);
      if (status >= 400) throw new Error(`${line}: ${text}`);
      return [...commands];
    },
    cold: async () => {
      asked = await openTestKese({ store: shared });
      others.push(asked);
      return asked;
    },
  });
  for (const other of others) await other.close();
  await kese.close();
  await store.close();
}

function mongoTest(name: string, test: (counted: Counted) => Promise<void>): void {
  Deno.test({ name, ignore: mongoUri === undefined }, () => withCounting(test));
}

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
  "POST /kart-saklamali-odeme asks the ledger once the window of keys has overflowed",
  async ({ commandsOf, kese }) => {
    const keys = Array.from({ length: RECENT_KEYS_PER_ACCOUNT + 1 }, (_, place) => `key-${place}`);
    for (let from = 0; from < keys.length; from += 50) {
      const some = keys.slice(from, from + 50);
      await Promise.all(
        some.map((key) =>
          send(kese, "POST /kart-saklamali-odeme?userNo=1&amount=0.01", keyed(key))
        ),
      );
    }
    assertEquals(await commandsOf(PAY, keyed("new")), [
      "find users",
      "find ledger",
      "update users",
    ]);
  },
);

const operations: readonly [string, TestRequest, readonly string[]][] = [
  ["GET /bakiye?userNo=1", {}, ["find users"]],
  ["GET /kart-saklama-listesi?userNo=1", {}, ["find users"]],
  ["GET /islemler?userNo=1&limit=2", {}, ["find users"]],
  ["GET /islemler?userNo=1", {}, ["find users", "find ledger"]],
  ["POST /iade?userNo=1", {}, ["update users"]],
  [
    "POST /kart-saklama",
    { json: { userNo: "1", cardNo: "5555555555554444" } },
    ["insert vault", "update users"],
  ],
  [
    "POST /update_balance?userNo=1&balance=1",
    {},
    [
      "update users",
      "find vault",
      "insert sandbox_charges",
      "update users",
      "find users",
    ],
  ],
];

for (const [line, request, expected] of operations) {
  mongoTest(
    `${line} takes ${expected.length} round trips on a warm account`,
    async ({ commandsOf }) => {
      await commandsOf(PAY);
      assertEquals(await commandsOf(line, request), expected);
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
