import { assert, assertEquals, assertNotEquals, assertRejects, assertThrows } from "@std/assert";
import { type AccountId, accountKey } from "../../../domain/account.ts";
import { CardNumber } from "../../../domain/card_number.ts";
import { CardToken } from "../../../domain/card_token.ts";
import type {
  CardToKeep,
  CardVault,
  VaultRecord,
  VaultStore,
} from "../../../domain/ports/card_vault.ts";
import { createCardVault } from "../../../infra/crypto/card_vault.ts";

const ID: AccountId = { filo: "hergele", userNo: "1" };
const OTHER: AccountId = { filo: "hergele", userNo: "2" };
const DIGITS = "4242424242424242";
const NOW = Date.UTC(2026, 0, 1);

const K1 = new Uint8Array(32).fill(1);
const K2 = new Uint8Array(32).fill(2);
const FINGERPRINT_KEY = new Uint8Array(32).fill(3);

function cardNumber(digits: string = DIGITS): CardNumber {
  const number = CardNumber.parse(digits);
  assert(number);
  return number;
}

/** A vault store in a map that a test can tamper with. */
function createRecords() {
  const records = new Map<string, VaultRecord>();
  const key = (id: AccountId, cardId: string) => `${accountKey(id)}/${cardId}`;
  const store: VaultStore = {
    put: (put) => {
      for (const record of put) records.set(key(record.account, record.cardId), record);
      return Promise.resolve();
    },
    get: (id, cardId) => Promise.resolve(records.get(key(id, cardId))),
    remove: (id, cardIds) => {
      for (const cardId of cardIds) records.delete(key(id, cardId));
      return Promise.resolve();
    },
    list: () => Promise.resolve([...records.values()]),
    anyUnder: (keyId) =>
      Promise.resolve([...records.values()].some((record) => record.keyId === keyId)),
  };
  const kept = (id: AccountId, cardId: string): VaultRecord => {
    const record = records.get(key(id, cardId));
    assert(record);
    return record;
  };
  return { store, records, kept, key };
}

function vaultOn(
  store: VaultStore,
  sealing: readonly (readonly [string, Uint8Array])[] = [["k1", K1]],
): CardVault {
  return createCardVault(store, { sealing: new Map(sealing), fingerprint: () => FINGERPRINT_KEY });
}

/** A card that is charged by its number, as with the sandbox. */
function toKeep(cardId: string, number = cardNumber()): CardToKeep {
  const token = new CardToken(number.reveal());
  return { cardId, identity: number, gateway: "sandbox", token };
}

Deno.test("open() gives back the number that keep() sealed", async () => {
  const { store, kept } = createRecords();
  const vault = vaultOn(store);
  const longest = "1234567890123456789";
  await vault.keep(ID, [
    toKeep("a"),
    toKeep("b", cardNumber(longest)),
  ], NOW);
  assertEquals((await vault.open(ID, "a")).token?.reveal(), DIGITS);
  assertEquals((await vault.open(ID, "b")).token?.reveal(), longest);
  const { account, cardId, keyId, createdAt } = kept(ID, "a");
  assertEquals({ account, cardId, keyId, createdAt }, {
    account: ID,
    cardId: "a",
    keyId: "k1",
    createdAt: NOW,
  });
});

Deno.test("keep() leaves no digit of the number readable", async () => {
  const { store, kept } = createRecords();
  await vaultOn(store).keep(ID, [toKeep("a")], NOW);
  const { ciphertext, nonce } = kept(ID, "a");
  const text = new TextDecoder("latin1").decode(new Uint8Array([...nonce, ...ciphertext]));
  assertEquals(text.includes("4242"), false);
});

Deno.test("keep() takes a fresh nonce each time", async () => {
  const { store, records } = createRecords();
  const cards = Array.from({ length: 500 }, (_, place) => ({
    ...toKeep(`c${place}`),
  }));
  await vaultOn(store).keep(ID, cards, NOW);
  const nonces = [...records.values()].map(({ nonce }) => nonce.toString());
  assertEquals(new Set(nonces).size, 500);
  assertEquals(new Set([...records.values()].map((one) => one.ciphertext.toString())).size, 500);
});

Deno.test("open() opens what an older key sealed, as long as that is configured", async () => {
  const { store, kept } = createRecords();
  await vaultOn(store).keep(ID, [toKeep("old")], NOW);
  const rotated = vaultOn(store, [["k2", K2], ["k1", K1]]);
  await rotated.keep(ID, [toKeep("new")], NOW);
  assertEquals([kept(ID, "old").keyId, kept(ID, "new").keyId], ["k1", "k2"]);
  assertEquals((await rotated.open(ID, "old")).token?.reveal(), DIGITS);
  assertEquals((await rotated.open(ID, "new")).token?.reveal(), DIGITS);
  const withoutOld = vaultOn(store, [["k2", K2]]);
  await assertRejects(() => withoutOld.open(ID, "old"), Error, "key k1 is not configured");
});

Deno.test("open() opens nothing under another key of the same name", async () => {
  const { store } = createRecords();
  await vaultOn(store).keep(ID, [toKeep("a")], NOW);
  await assertRejects(() => vaultOn(store, [["k1", K2]]).open(ID, "a"));
});

Deno.test("open() says of which card there is no record", async () => {
  const { store } = createRecords();
  await assertRejects(() => vaultOn(store).open(ID, "a"), Error, "has no record of it");
});

const MOVES = {
  "another account": [OTHER, "a"],
  "another fleet's account": [{ ...ID, filo: "baska" }, "a"],
  "another card": [ID, "b"],
} as const;
for (const [where, [account, cardId]] of Object.entries(MOVES)) {
  for (const [how, fields] of [["rewritten", { account, cardId }], ["as it was", {}]] as const) {
    Deno.test(`open() opens no record that was moved to ${where}, ${how}`, async () => {
      const { store, records, kept, key } = createRecords();
      const vault = vaultOn(store);
      await vault.keep(ID, [toKeep("a")], NOW);
      records.set(key(account, cardId), { ...kept(ID, "a"), ...fields });
      await assertRejects(() => vault.open(account, cardId));
    });
  }
}

Deno.test("open() opens nothing of which a single bit was changed", async () => {
  const { store, records, kept, key } = createRecords();
  const vault = vaultOn(store);
  await vault.keep(ID, [toKeep("a")], NOW);
  const sealed = kept(ID, "a");
  for (const field of ["nonce", "ciphertext"] as const) {
    for (let place = 0; place < sealed[field].length; place++) {
      const bytes = new Uint8Array(sealed[field]);
      bytes[place] = (bytes[place] ?? 0) ^ 1;
      records.set(key(ID, "a"), { ...sealed, [field]: bytes });
      await assertRejects(() => vault.open(ID, "a"));
    }
  }
  for (const length of [0, 4, 15, 16, sealed.ciphertext.length - 1]) {
    records.set(key(ID, "a"), { ...sealed, ciphertext: sealed.ciphertext.subarray(0, length) });
    await assertRejects(() => vault.open(ID, "a"));
  }
});

Deno.test("open() throws nothing that tells the number", async () => {
  const { store, records, kept, key } = createRecords();
  const vault = vaultOn(store);
  await vault.keep(ID, [toKeep("a")], NOW);
  records.set(key(ID, "b"), { ...kept(ID, "a"), cardId: "b" });
  const error = await assertRejects(() => vault.open(ID, "b"));
  assertEquals(Deno.inspect(error).includes(DIGITS), false);
});

Deno.test("remove() removes the records of an account", async () => {
  const { store, records } = createRecords();
  const vault = vaultOn(store);
  await vault.keep(ID, [toKeep("a")], NOW);
  await vault.remove(ID, ["a"]);
  assertEquals(records.size, 0);
});

Deno.test("fingerprint() is the same for the same digits of an account, and for nothing else", () => {
  const vault = vaultOn(createRecords().store);
  const own = vault.fingerprint(ID, cardNumber());
  assertEquals(vault.fingerprint(ID, cardNumber("4242-4242 4242-4242")), own);
  assertNotEquals(vault.fingerprint(OTHER, cardNumber()), own);
  assertNotEquals(vault.fingerprint({ ...ID, filo: "baska" }, cardNumber()), own);
  assertNotEquals(vault.fingerprint(ID, cardNumber("5555555555554444")), own);
  const otherKey = createCardVault(createRecords().store, {
    sealing: new Map([["k1", K1]]),
    fingerprint: () => K1,
  });
  assertNotEquals(otherKey.fingerprint(ID, cardNumber()), own);
  assertEquals(/^[0-9a-f]{64}$/.test(own), true);
});

Deno.test("createCardVault() refuses to start without a key to seal with", () => {
  assertThrows(() => vaultOn(createRecords().store, []), Error, "no sealing key");
});
