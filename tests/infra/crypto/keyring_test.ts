import { assert, assertEquals, assertNotEquals, assertRejects, assertThrows } from "@std/assert";
import { Buffer } from "node:buffer";
import { StoreUnavailableError } from "../../../domain/ports/errors.ts";
import { createKeyring, type KeyringOptions, type KeyUse } from "../../../infra/crypto/keyring.ts";
import { StartRefusedError } from "../../../infra/process/start_refused.ts";
import { openSqliteStore } from "../../../infra/sqlite/store.ts";
import type { Store } from "../../../infra/store.ts";
import { createUser, openTestKese, send } from "../../support/kese.ts";
import { mongoUri, withMongoStore } from "../../support/mongo_store.ts";
import { withMongo } from "../../support/services.ts";

const keyOf = (filled: number) => new Uint8Array(32).fill(filled);
const [K1, K2, F1, F2, OTHER] = [1, 2, 3, 4, 5].map(keyOf) as [
  Uint8Array,
  Uint8Array,
  Uint8Array,
  Uint8Array,
  Uint8Array,
];
const USES: readonly KeyUse[] = ["card_fingerprint", "idempotency", "account_snapshot"];

type Cards = Readonly<Record<string, Uint8Array>>;

interface Start {
  readonly cards?: Cards;
  readonly fingerprint?: readonly Uint8Array[];
  readonly mode?: "development" | "production";
  readonly mayMake?: boolean;
}

function optionsOf(store: KeyringOptions["store"], start: Start = {}): KeyringOptions {
  const { cards = { k1: K1 }, fingerprint = [F1], mode = "production", mayMake = true } = start;
  const environment = {
    mode,
    sqlitePath: "data/x.db",
    cardKeys: new Map(Object.entries(cards)),
    cardFingerprintKeys: fingerprint,
  };
  return { store, environment, mayMake };
}

/** The store's keys as one start finds them. */
async function keysOf(store: Store, start: Start = {}): Promise<readonly string[]> {
  const keyring = createKeyring(optionsOf(store, start));
  await keyring.open();
  return USES.map((use) => Buffer.from(keyring.key(use)).toString("hex"));
}

async function faultsOf(store: Store, start: Start): Promise<readonly string[]> {
  const keyring = createKeyring(optionsOf(store, start));
  const { faults } = await assertRejects(() => keyring.open(), StartRefusedError);
  assertThrows(() => keyring.key("idempotency"), StoreUnavailableError);
  await keyring.open().catch(() => {});
  const secrets = [K1, K2, F1, F2, OTHER].map((key) => Buffer.from(key).toString("base64"));
  for (const fault of faults) assertEquals(secrets.some((key) => fault.includes(key)), false);
  return faults;
}

async function saveCard(store: Store, keyId: string): Promise<void> {
  const account = { filo: "hergele", userNo: "1" };
  const [nonce, ciphertext] = [new Uint8Array(12), new Uint8Array(32)];
  await store.vault.put([{ account, cardId: keyId, keyId, nonce, ciphertext, createdAt: 0 }]);
}

function onStores(name: string, test: (store: Store) => Promise<void>): void {
  Deno.test(`SQLite: ${name}`, async () => {
    const store = openSqliteStore(":memory:");
    await test(store);
    await store.close();
  });
  if (mongoUri === undefined) withMongo(`MongoDB: ${name}`, () => Promise.resolve());
  else Deno.test(`MongoDB: ${name}`, () => withMongoStore(test));
}

onStores("open() makes keys once, each of its own, and finds them again", async (store) => {
  const first = await keysOf(store);
  assertEquals(new Set(first).size, USES.length);
  const kept = await store.meta.get("identity");
  assertEquals(await keysOf(store), first);
  // An ordinary start writes nothing.
  assertEquals(await store.meta.get("identity"), kept);
  const other = openSqliteStore(":memory:");
  const others = await keysOf(other);
  await other.close();
  assertEquals(others.length, first.length);
  for (const [place, key] of others.entries()) assertNotEquals(key, first[place]);
});

onStores("open() gives all who start at one moment the same keys", async (store) => {
  const starts: readonly Start[] = [
    { cards: { k1: K1 } },
    { cards: { k2: K2, k1: K1 } },
    { cards: { k1: K1, k2: K2 }, fingerprint: [F2, F1] },
  ];
  const found = await Promise.all(
    [...starts, ...starts].map((start) =>
      keysOf(store, start).catch((error) => {
        // Whoever comes with less than what another has written by then hears of it, and has no keys.
        assert(error instanceof StartRefusedError);
        return undefined;
      })
    ),
  );
  const keys = found.filter((one) => one !== undefined).map(String);
  assert(keys.length > 0);
  assertEquals(new Set(keys).size, 1);
  assertEquals(
    String(await keysOf(store, { cards: { k2: K2, k1: K1 }, fingerprint: [F2, F1] })),
    keys[0],
  );
});

onStores("open() keeps the keys while both outer keys are replaced", async (store) => {
  const first = await keysOf(store);
  const rotation: readonly Start[] = [
    { cards: { k2: K2, k1: K1 } },
    { cards: { k2: K2, k1: K1 }, fingerprint: [F2, F1] },
    { cards: { k2: K2 }, fingerprint: [F2] },
  ];
  for (const start of rotation) assertEquals(await keysOf(store, start), first);
  // What was replaced opens nothing any more.
  assertEquals(await faultsOf(store, {}), [
    "CARD_KEYS lacks k2: the secret of data/x.db (SQLITE_PATH) cannot be opened without it",
  ]);
  assertEquals(await faultsOf(store, { cards: { k2: K2 } }), [
    "CARD_FINGERPRINT_KEY is another key than that of data/x.db (SQLITE_PATH)",
  ]);
});

onStores("open() refuses other keys, and names them", async (store) => {
  await keysOf(store, { cards: { k1: K1, k2: K2 } });
  const place = "data/x.db (SQLITE_PATH)";
  const wrong = (id: string) => `CARD_KEYS: ${id} is another key than that of ${place}`;
  const fingerprint = `CARD_FINGERPRINT_KEY is another key than that of ${place}`;
  const shut = (id: string) =>
    `CARD_KEYS lacks ${id}: the secret of ${place} cannot be opened without it`;
  const cases: readonly (readonly [Start, readonly string[]])[] = [
    [{ cards: { k1: OTHER, k2: K2 } }, [wrong("k1")]],
    [{ cards: { k1: OTHER, k2: OTHER } }, [wrong("k1"), wrong("k2")]],
    [{ cards: { k1: K2, k2: K1 } }, [wrong("k1"), wrong("k2")]],
    [{ cards: { k3: K1 } }, [shut("k1"), shut("k2")]],
    [{ cards: { k1: K1, k2: K2 }, fingerprint: [OTHER] }, [fingerprint]],
    [{ cards: { k1: OTHER, k2: K2 }, fingerprint: [OTHER] }, [wrong("k1"), fingerprint]],
  ];
  for (const [start, faults] of cases) assertEquals(await faultsOf(store, start), faults);
  await keysOf(store, { cards: { k1: K1, k2: K2 } });
});

onStores("open() refuses to lack a key that cards were sealed with", async (store) => {
  await keysOf(store, { cards: { k1: K1, k2: K2 } });
  await saveCard(store, "k1");
  assertEquals(await faultsOf(store, { cards: { k2: K2 } }), [
    "CARD_KEYS lacks k1: cards of data/x.db (SQLITE_PATH) cannot be opened without it",
  ]);
  await store.vault.remove({ filo: "hergele", userNo: "1" }, ["k1"]);
  await keysOf(store, { cards: { k2: K2 } });
});

onStores("open() refuses the store of another environment", async (store) => {
  await keysOf(store, { mode: "development" });
  const fault = "data/x.db (SQLITE_PATH) was made in development and this is production, " +
    "which needs a store of its own";
  assertEquals(await faultsOf(store, {}), [fault]);
  const fresh = openSqliteStore(":memory:");
  await keysOf(fresh);
  const [said = ""] = await faultsOf(fresh, { mode: "development" });
  assert(said.includes("was made in production and this is development"), said);
  await fresh.close();
});

onStores("open() makes nothing for a task, and refuses what it cannot read", async (store) => {
  assertEquals(await faultsOf(store, { mayMake: false }), [
    "There is no store at data/x.db (SQLITE_PATH). Only the tasks start and dev make one, and db:init on MongoDB.",
  ]);
  assertEquals(await store.meta.get("identity"), undefined);
  for (const text of ["", "{", "{}", '{"environment":"production","secret":[]}']) {
    await store.meta.swap("identity", await store.meta.get("identity"), text);
    const [fault = ""] = await faultsOf(store, {});
    assert(fault.includes("what it keeps of itself is damaged"), fault);
  }
});

onStores("Kese knows cards and keys again after every key was replaced", async (store) => {
  const old = { cardKeys: new Map([["k1", K1]]), cardFingerprintKeys: [F1] };
  const both = { cardKeys: new Map([["k2", K2], ["k1", K1]]), cardFingerprintKeys: [F2, F1] };
  // The card key stays as long as it has cards; the fingerprint key goes with the next start.
  const rotated = { ...both, cardFingerprintKeys: [F2] };
  const pay = ["POST /kart-saklamali-odeme", {
    json: { userNo: "1", amount: "1.00" },
    headers: { "idempotency-key": "k" },
  }] as const;
  const save = ["POST /kart-saklama", {
    json: { userNo: "1", cardNo: "4242424242424242" },
  }] as const;
  const first = await openTestKese({ store, environment: old });
  await createUser(first, "1");
  assertEquals((await send(first, ...save)).status, 201);
  const paid = await send(first, ...pay);
  await first.dependencies.audit.flush();
  for (const environment of [both, rotated]) {
    const kese = await openTestKese({ store, environment });
    const again = await send(kese, ...save);
    assertEquals([again.status, again.body.code], [409, "duplicate_card"]);
    const replayed = await send(kese, ...pay);
    assertEquals([replayed.text, replayed.headers.get("idempotent-replayed")], [paid.text, "true"]);
    assertEquals((await send(kese, "POST /update_balance?userNo=1&balance=1")).status, 201);
    await kese.dependencies.audit.flush();
  }
  await assertRejects(
    () => openTestKese({ store, environment: { ...both, cardKeys: new Map([["k2", K2]]) } }),
    StartRefusedError,
    "CARD_KEYS lacks k1: cards of",
  );
});

Deno.test("open() opens a store that was away before, and tells of one that must not be used", async () => {
  const store = openSqliteStore(":memory:");
  let isAway = true;
  const away = () => Promise.reject(new StoreUnavailableError(new Error("away")));
  const meta: Store["meta"] = {
    get: (name) => isAway ? away() : store.meta.get(name),
    swap: (name, was, text) => isAway ? away() : store.meta.swap(name, was, text),
  };
  const refusals: string[] = [];
  const onRefused = ({ message }: StartRefusedError) => void refusals.push(message);
  const options = { ...optionsOf({ ...store, meta }), onRefused };
  const keyring = createKeyring(options);
  await assertRejects(() => keyring.open(), StoreUnavailableError);
  isAway = false;
  assertThrows(() => keyring.key("idempotency"), StoreUnavailableError);
  await keyring.open();
  assertEquals(keyring.key("idempotency").length, 32);
  const wrong = createKeyring({
    ...options,
    ...optionsOf(store, { fingerprint: [OTHER] }),
    onRefused,
  });
  await assertRejects(() => wrong.open(), StartRefusedError);
  assertEquals(refusals, [
    "CARD_FINGERPRINT_KEY is another key than that of data/x.db (SQLITE_PATH)",
  ]);
  await store.close();
});

Deno.test("open() leaves in the store nothing that one outer key alone opens", async () => {
  const store = openSqliteStore(":memory:");
  await keysOf(store);
  const kept = await store.meta.get("identity") ?? "";
  const forged = openSqliteStore(":memory:");
  await forged.meta.swap("identity", undefined, kept);
  assertEquals((await faultsOf(forged, { fingerprint: [OTHER] })).length, 1);
  assertEquals((await faultsOf(forged, { cards: { k1: OTHER } })).length, 1);
  await keysOf(forged);
  await Promise.all([store.close(), forged.close()]);
});
