import { assertEquals } from "@std/assert";
import { type AccountId, accountKey } from "../../../domain/account.ts";
import type { CardGateway } from "../../../domain/ports/card_gateway.ts";
import type { VaultRecord, VaultStore } from "../../../domain/ports/card_vault.ts";
import { CardToken } from "../../../domain/card_token.ts";
import { type OrphanPorts, removeVaultOrphans } from "../../../domain/workflows/vault_orphans.ts";
import { ACCOUNT_ID, testAccount, testCard } from "../../support/account.ts";
import { HOUR, NOW } from "../../support/clock.ts";
import { createScriptedGateway } from "../../support/scripted_gateway.ts";

const NOBODY: AccountId = { filo: "hergele", userNo: "0" };

function recordOf(account: AccountId, cardId: string, createdAt = NOW - 2 * HOUR): VaultRecord {
  const sealed = { keyId: "k1", nonce: new Uint8Array(12), ciphertext: new Uint8Array(32) };
  return { account, cardId, createdAt, ...sealed };
}

/** A vault with those records, and one account that names `card_1` alone. */
function createPorts(
  stored: readonly VaultRecord[],
  forget: (token: CardToken) => Promise<void> = () => Promise.resolve(),
) {
  const removed: string[] = [];
  const forgotten: string[] = [];
  const named = testAccount({ cards: [testCard("card_1")] });
  const refuse = () => Promise.reject(new Error("not asked here"));
  const vault: VaultStore = {
    put: refuse,
    get: refuse,
    anyUnder: refuse,
    remove: (id, cardIds) => {
      removed.push(...cardIds.map((cardId) => `${accountKey(id)} ${cardId}`));
      return Promise.resolve();
    },
    list: ({ createdBefore, limit, after }) => {
      const old = stored.filter(({ createdAt }) => createdAt < createdBefore);
      const start = after ? old.findIndex(({ cardId }) => cardId === after.cardId) + 1 : 0;
      return Promise.resolve(old.slice(start, start + limit));
    },
  };
  const read = (id: AccountId) =>
    Promise.resolve(accountKey(id) === accountKey(ACCOUNT_ID) ? named : undefined);
  const gateway = {
    ...createScriptedGateway(),
    forget: async (token: CardToken) => {
      await forget(token);
      forgotten.push(token.reveal());
    },
  };
  const traits = { ...gateway.traits, name: "keeper", keepsCards: true };
  const keeper: CardGateway = { ...gateway, traits };
  const ports: OrphanPorts = {
    accounts: { read },
    vaultStore: vault,
    vault: {
      remove: vault.remove,
      open: (_, cardId) =>
        Promise.resolve({
          gateway: "keeper",
          token: new CardToken(`token of ${cardId}`),
          fingerprint: "",
          fleetFingerprint: "",
        }),
    },
    gateways: { named: (name) => name === "keeper" ? keeper : undefined },
    clock: { within: (promise) => promise },
    log: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
  };
  return { ports, removed, forgotten };
}

const CASES: readonly (readonly [string, readonly VaultRecord[], readonly string[]])[] = [
  ["leaves an empty vault", [], []],
  ["leaves a number that an account names", [recordOf(ACCOUNT_ID, "card_1")], []],
  [
    "removes a number that its account does not name",
    [recordOf(ACCOUNT_ID, "card_1"), recordOf(ACCOUNT_ID, "card_2")],
    ["hergele/123456 card_2"],
  ],
  [
    "removes the number of an account that was never opened",
    [recordOf(NOBODY, "card_3")],
    ["hergele/0 card_3"],
  ],
  [
    "leaves a number that is an hour old, because its saving may go on",
    [recordOf(ACCOUNT_ID, "card_2", NOW - HOUR)],
    [],
  ],
  [
    "removes a number that is older than an hour",
    [recordOf(ACCOUNT_ID, "card_2", NOW - HOUR - 1)],
    ["hergele/123456 card_2"],
  ],
];

for (const [name, stored, expected] of CASES) {
  Deno.test(`removeVaultOrphans() ${name}`, async () => {
    const { ports, removed } = createPorts(stored);
    assertEquals(await removeVaultOrphans(ports, NOW), expected.length);
    assertEquals(removed, expected);
  });
}

Deno.test("removeVaultOrphans() goes through a vault of many pages", async () => {
  const stored = Array.from(
    { length: 1_001 },
    (_, place) => recordOf(place % 2 === 0 ? ACCOUNT_ID : NOBODY, `card_${place}`),
  );
  const { ports, removed } = createPorts(stored);
  // Only card_1 of the one account is named, and here that number is the other account's.
  assertEquals(await removeVaultOrphans(ports, NOW), 1_001);
  assertEquals(new Set(removed).size, 1_001);
});

Deno.test("removeVaultOrphans() lets the gateway forget a card first, and keeps one that it did not forget", async () => {
  const stored = [recordOf(NOBODY, "card_2"), recordOf(NOBODY, "card_3")];
  const { ports, removed, forgotten } = createPorts(stored, (token) => {
    return token.reveal() === "token of card_2"
      ? Promise.reject(new Error("connection reset"))
      : Promise.resolve();
  });
  assertEquals(await removeVaultOrphans(ports, NOW), 1);
  assertEquals(forgotten, ["token of card_3"]);
  assertEquals(removed, [`${accountKey(NOBODY)} card_3`]);
});
