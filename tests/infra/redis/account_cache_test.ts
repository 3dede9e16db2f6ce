import { assert, assertEquals, assertLess } from "@std/assert";
import type { Account, AccountId } from "../../../domain/account.ts";
import {
  CARDS_PER_ACCOUNT,
  DESCRIPTION_MAX_LENGTH,
  OPEN_TOP_UPS_PER_ACCOUNT,
  ORDER_ID_MAX_LENGTH,
  RECENT_KEYS_PER_ACCOUNT,
  RECENT_KEYS_SLACK,
  UNENDED_HOLDS_PER_ACCOUNT,
} from "../../../domain/limits.ts";
import {
  createRedisAccountCache,
  SNAPSHOT_TTL_SECONDS,
} from "../../../infra/redis/account_cache.ts";
import {
  fromSnapshot,
  SNAPSHOT_MAX_LENGTH,
  type SnapshotOwner,
  toSnapshot,
  toSnapshotKey,
} from "../../../infra/redis/account_snapshot.ts";
import {
  ACCOUNT_ID,
  testAccount,
  testCards,
  testOpenHold,
  testOpenTopUp,
} from "../../support/account.ts";
import { fullAccount } from "../../support/full_account.ts";
import { type ConnectedRedis, withRedisConnection } from "../../support/redis.ts";
import { createMapRedis, type UpstashAnswer, withUpstash } from "../../support/scripted_upstash.ts";

const OWNER: SnapshotOwner = {
  databaseId: "database",
  sealingKey: new Uint8Array(32).fill(3),
};
const OTHER_DATABASE: SnapshotOwner = { ...OWNER, databaseId: "another" };
const OTHER_KEY: SnapshotOwner = { ...OWNER, sealingKey: new Uint8Array(32).fill(4) };
const OTHER_ID: AccountId = { ...ACCOUNT_ID, userNo: "654321" };

function snapshotOf(account: unknown, owner = OWNER): string {
  const text = toSnapshot(owner, account as Account);
  if (text === undefined) throw new Error("Cannot test: the snapshot is too large");
  return text;
}

// The snapshot

Deno.test("fromSnapshot() gives the account that toSnapshot() took", () => {
  const text = snapshotOf(fullAccount());
  assertEquals(fromSnapshot(OWNER, { id: ACCOUNT_ID, text }), fullAccount());
});

/** As many as a window ever holds. */
const KEYS_MAX = RECENT_KEYS_PER_ACCOUNT + RECENT_KEYS_SLACK;

const { seq: _, ...withoutSeq } = fullAccount();
const [card] = testCards(1);
const GARBAGE: Readonly<Record<string, unknown>> = {
  "nothing": null,
  "a number": 17,
  "an empty text": "",
  "a text that is no snapshot": "hello",
  "JSON without a seal": JSON.stringify({ databaseId: "database", account: fullAccount() }),
  "a snapshot that was cut short": snapshotOf(fullAccount()).slice(0, -2),
  "a snapshot with another balance": snapshotOf(fullAccount()).replace(
    '"balanceKurus":10000',
    '"balanceKurus":90000',
  ),
  "a snapshot that others sealed": snapshotOf(fullAccount(), OTHER_KEY),
  "another database's snapshot": snapshotOf(fullAccount(), OTHER_DATABASE),
  "another user's snapshot": snapshotOf(fullAccount({ id: OTHER_ID })),
  "the snapshot of another fleet's user": snapshotOf(
    fullAccount({ id: { ...ACCOUNT_ID, filo: "baska" } }),
  ),
  "an account without a number": snapshotOf(withoutSeq),
  "an account with a member that this version does not know": snapshotOf({
    ...fullAccount(),
    frozen: true,
  }),
  "a balance that is a text": snapshotOf({ ...fullAccount(), balanceKurus: "10000" }),
  "a balance with a fraction": snapshotOf({ ...fullAccount(), balanceKurus: 0.5 }),
  "a card of an unknown brand": snapshotOf({
    ...fullAccount(),
    cards: [{ ...card, brand: "other" }],
  }),
  "a card number": snapshotOf({
    ...fullAccount(),
    cards: [{ ...card, number: "4242424242424242" }],
  }),
  "more keys than an account has": snapshotOf(fullAccount({
    recentKeys: {
      hashes: Array.from({ length: KEYS_MAX + 1 }, () => 2 ** 48 - 1),
      others: "none",
    },
  })),
};
for (const [what, text] of Object.entries(GARBAGE)) {
  Deno.test(`fromSnapshot() takes ${what} for none`, () => {
    assertEquals(fromSnapshot(OWNER, { id: ACCOUNT_ID, text }), undefined);
  });
}

Deno.test("toSnapshot() holds the whole window of keys, with a gap and without", () => {
  const hashes = Array.from({ length: KEYS_MAX }, () => 2 ** 48 - 1);
  for (const others of ["none", "stored", "unknown"] as const) {
    const text = snapshotOf(fullAccount({ recentKeys: { hashes, others } }));
    const read = fromSnapshot(OWNER, { id: ACCOUNT_ID, text })?.recentKeys;
    // A window that was cut would take a key that was used just now for one from long ago.
    assertEquals(read, { hashes, others });
  }
});

const LARGEST = fullAccount({
  cards: testCards(CARDS_PER_ACCOUNT).map((card) => ({ ...card, fingerprint: "f".repeat(64) })),
  openHolds: Array.from(
    { length: UNENDED_HOLDS_PER_ACCOUNT },
    (_, place) =>
      testOpenHold(`hold_${String(place).padStart(26, "0")}`, {
        // JSON writes two characters where there is one.
        orderId: '"'.repeat(ORDER_ID_MAX_LENGTH),
        description: "\\".repeat(DESCRIPTION_MAX_LENGTH),
      }),
  ),
  openTopUps: Array.from(
    { length: OPEN_TOP_UPS_PER_ACCOUNT },
    (_, place) => testOpenTopUp(`top_${String(place).padStart(26, "0")}`),
  ),
  recentKeys: {
    hashes: Array.from({ length: KEYS_MAX }, () => 2 ** 48 - 1),
    others: "none",
  },
});

Deno.test("toSnapshot() has room for the largest account, and refuses what is larger than any", () => {
  assertLess(snapshotOf(LARGEST).length, SNAPSHOT_MAX_LENGTH);
  const tooLarge = fullAccount({ head: "x".repeat(SNAPSHOT_MAX_LENGTH) });
  assertEquals(toSnapshot(OWNER, tooLarge), undefined);
});

// In Redis

/** The cache on Redis, and the one key that it uses for the account. */
function openCache({ redis, databaseId }: ConnectedRedis) {
  const owner = { ...OWNER, databaseId };
  const key = toSnapshotKey(owner, ACCOUNT_ID);
  return {
    cache: createRedisAccountCache(redis, owner),
    key,
    owner,
    set: (text: string) => redis.run((client) => client.set(key, text)),
    ttl: () => redis.run((client) => client.ttl(key)),
    keys: () => redis.run((client) => client.keys(`${databaseId}*`)),
  };
}

withRedisConnection("put() writes one key, which begins with the database's id", async (redis) => {
  const { cache, key, keys } = openCache(redis);
  await cache.put(fullAccount());
  assertEquals(await keys(), [key]);
  assert(key.startsWith(`${redis.databaseId}:`));
  assert(key.endsWith(":hergele/123456"));
});

withRedisConnection("put() makes a snapshot end, and puts its end off", async (redis) => {
  const { cache, key, ttl } = openCache(redis);
  const within = async (seconds: number) => {
    const left = await ttl();
    return left <= seconds && left > seconds - 10;
  };
  await cache.put(fullAccount());
  assert(await within(SNAPSHOT_TTL_SECONDS));
  await redis.redis.run((client) => client.expire(key, 100));
  await cache.put(fullAccount({ seq: 6 }));
  assert(await within(100));
  await cache.put(fullAccount({ seq: 8 }));
  assert(await within(SNAPSHOT_TTL_SECONDS));
});

withRedisConnection("get() gives nothing of another database on the same Redis", async (redis) => {
  const { cache } = openCache(redis);
  const other = openCache({ ...redis, databaseId: `${redis.databaseId}-of-others` });
  await other.cache.put(fullAccount());
  assertEquals(await cache.get(ACCOUNT_ID), undefined);
  await cache.drop(ACCOUNT_ID);
  assertEquals(await other.cache.get(ACCOUNT_ID), fullAccount());
});

withRedisConnection("get() gives nothing of what is no snapshot of the account", async (redis) => {
  const { cache, owner, set } = openCache(redis);
  for (const account of [fullAccount({ id: OTHER_ID }), { ...fullAccount(), seq: "7" }]) {
    await set(snapshotOf(account, owner));
    assertEquals(await cache.get(ACCOUNT_ID), undefined);
  }
  await set("garbage");
  assertEquals(await cache.get(ACCOUNT_ID), undefined);
  await cache.put(fullAccount());
  assertEquals(await cache.get(ACCOUNT_ID), fullAccount());
});

withRedisConnection("put() compares whole numbers, not texts", async (redis) => {
  const { cache } = openCache(redis);
  await cache.put(fullAccount({ seq: 999_999 }));
  await cache.put(fullAccount({ seq: 1_000_000 }));
  await cache.put(fullAccount({ seq: 999_999 }));
  assertEquals((await cache.get(ACCOUNT_ID))?.seq, 1_000_000);
});

withRedisConnection("put() drops what it cannot keep", async (redis) => {
  const { cache, keys } = openCache(redis);
  await cache.put(fullAccount());
  await cache.put(fullAccount({ seq: 8, head: "x".repeat(SNAPSHOT_MAX_LENGTH) }));
  assertEquals(await keys(), []);
});

Deno.test("put() sends no more of an account than its snapshot", () => {
  const { script, values } = createMapRedis();
  return withUpstash(script, async ({ redis, commands }) => {
    await createRedisAccountCache(redis, OWNER).put(LARGEST);
    assertEquals(commands.length, 1);
    assertEquals([...values.values()], [snapshotOf(LARGEST)]);
    const [name] = commands[0] ?? [];
    assertEquals(name, "eval");
  });
});

const ODD: readonly UpstashAnswer[] = [
  { result: null },
  { result: 1 },
  { result: ["a"] },
  { result: { a: 1 } },
  { result: "" },
];
for (const answer of ODD) {
  Deno.test(`get() takes the answer ${JSON.stringify(answer)} for none`, () =>
    withUpstash(() => answer, async ({ redis }) => {
      assertEquals(await createRedisAccountCache(redis, OWNER).get(ACCOUNT_ID), undefined);
    }));
}

Deno.test("testAccount() and fullAccount() have the members that a snapshot has to keep", () => {
  assertEquals(Object.keys(fullAccount()).toSorted(), Object.keys(testAccount()).toSorted());
});
