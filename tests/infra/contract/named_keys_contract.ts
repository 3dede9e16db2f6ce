import { assertEquals } from "@std/assert";
import type { KeyId } from "../../../domain/auth.ts";
import type { NamedKey } from "../../../domain/named_key.ts";
import type { NewNamedKey } from "../../../domain/ports/named_keys.ts";
import type { ContractStore, WithStore } from "./contract_store.ts";

const NOW = 1_800_000_000_000;
const MINUTE = 60_000;
const FILO = "hergele";
const MOST = 3;

function keyOf(name: string, more: Partial<NamedKey> = {}): NamedKey {
  return {
    keyId: `key_${name}` as KeyId,
    filo: FILO,
    name,
    scopes: ["read", "pay"],
    createdAt: NOW,
    ...more,
  };
}

function newKey(name: string, more: Partial<NamedKey> = {}): NewNamedKey {
  return { key: keyOf(name, more), hash: `hash-of-${name}` };
}

function asked(name: string, keyHash: string, fingerprint: string): NewNamedKey {
  return { ...newKey(name), request: { keyHash, fingerprint } };
}

/** What every store of named keys has to do. */
export function namedKeysContract(name: string, withStore: WithStore<ContractStore>): void {
  const test = (what: string, body: (keys: ContractStore["namedKeys"]) => Promise<void>) =>
    Deno.test(`${name}: ${what}`, () => withStore(({ namedKeys }) => body(namedKeys)));

  test("find() gives a key by its hash as it was added", async (keys) => {
    const expiring = { expiresAt: NOW + 1, name: "Kadıköy kasası", scopes: ["admin"] } as const;
    assertEquals(await keys.add(newKey("a"), MOST), { outcome: "added" });
    assertEquals(await keys.add(newKey("b", expiring), MOST), { outcome: "added" });
    assertEquals(await keys.find("hash-of-a"), keyOf("a"));
    assertEquals(await keys.find("hash-of-b"), keyOf("b", expiring));
    assertEquals(await keys.find("hash-of-c"), undefined);
  });

  test("add() makes one key of one request, and says what it was", async (keys) => {
    const before = { outcome: "made_before", keyId: "key_a", fingerprint: "f1" } as const;
    assertEquals(await keys.add(asked("a", "k1", "f1"), MOST), { outcome: "added" });
    assertEquals(await keys.add(asked("b", "k1", "f1"), MOST), before);
    assertEquals(await keys.add(asked("c", "k1", "f2"), MOST), before);
    assertEquals(await keys.add(asked("d", "k2", "f1"), MOST), { outcome: "added" });
    assertEquals(await keys.find("hash-of-b"), undefined);
    const ofOther = asked("e", "k1", "f1");
    const other = { ...ofOther, key: { ...ofOther.key, filo: "baska" } };
    assertEquals(await keys.add(other, MOST), { outcome: "added" });
  });

  test("add() makes one key of a request that comes ten times at once", async (keys) => {
    const names = Array.from({ length: 10 }, (_, place) => `n${place}`);
    const added = await Promise.all(names.map((name) => keys.add(asked(name, "k", "f"), 100)));
    assertEquals(added.filter(({ outcome }) => outcome === "added").length, 1);
    assertEquals((await keys.list(FILO, { limit: 100 })).length, 1);
  });

  test("add() counts the keys of the fleet that open anything", async (keys) => {
    await keys.add(newKey("other", { filo: "baska" }), MOST);
    await keys.add(newKey("expired", { expiresAt: NOW }), MOST);
    for (const name of ["a", "b", "c"]) {
      assertEquals(await keys.add(newKey(name), MOST), { outcome: "added" });
    }
    const full = { outcome: "too_many" } as const;
    assertEquals(await keys.add(asked("d", "k1", "f1"), MOST), full);
    assertEquals(await keys.find("hash-of-d"), undefined);
    await keys.revoke(FILO, "key_a", NOW);
    assertEquals(await keys.add(asked("d", "k1", "f1"), MOST), { outcome: "added" });
    assertEquals(await keys.add(newKey("e"), MOST), full);
  });

  test("add() never leaves more keys than a fleet may have", async (keys) => {
    const names = Array.from({ length: 20 }, (_, place) => `n${place}`);
    await Promise.all(names.map((name) => keys.add(newKey(name), MOST)));
    const left = (await keys.list(FILO, { limit: 100 })).length;
    assertEquals(left <= MOST, true, `${left}`);
  });

  test("list() gives a fleet's keys that were not revoked, newest first, page by page", async (keys) => {
    for (const name of ["a", "d", "b", "c"]) await keys.add(newKey(name), 10);
    await keys.add(newKey("ab", { expiresAt: NOW }), 10);
    await keys.add(newKey("other", { filo: "baska" }), 10);
    await keys.revoke(FILO, "key_c", NOW);
    const idsOf = (page: readonly NamedKey[]) => page.map(({ keyId }) => keyId);
    assertEquals(idsOf(await keys.list(FILO, { limit: 2 })), ["key_d", "key_b"]);
    const next = await keys.list(FILO, { limit: 9, before: "key_b" });
    assertEquals(idsOf(next), ["key_ab", "key_a"]);
    assertEquals(next[1], keyOf("a"));
    assertEquals(await keys.list("nowhere", { limit: 9 }), []);
  });

  test("revoke() revokes a key once, of its own fleet alone", async (keys) => {
    await keys.add(newKey("a"), MOST);
    assertEquals(await keys.revoke("baska", "key_a", NOW), undefined);
    assertEquals(await keys.revoke(FILO, "key_b", NOW), undefined);
    assertEquals(await keys.find("hash-of-a"), keyOf("a"));
    const revoked = keyOf("a", { revokedAt: NOW + 5 });
    assertEquals(await keys.revoke(FILO, "key_a", NOW + 5), revoked);
    assertEquals(await keys.revoke(FILO, "key_a", NOW + 9), revoked);
    assertEquals(await keys.find("hash-of-a"), revoked);
  });

  test("noteUse() keeps the latest minute", async (keys) => {
    await keys.add(newKey("a"), MOST);
    for (const minute of [NOW + MINUTE, NOW + 3 * MINUTE, NOW + 2 * MINUTE]) {
      await keys.noteUse("hash-of-a", minute);
    }
    await keys.noteUse("hash-of-nobody", NOW);
    assertEquals(await keys.find("hash-of-a"), keyOf("a", { lastUsedAt: NOW + 3 * MINUTE }));
  });
}
