import { assertEquals } from "@std/assert";
import type { AccountId } from "../../../domain/account.ts";
import type { VaultRecord } from "../../../domain/ports/card_vault.ts";
import type { ContractStore, WithStore } from "./contract_store.ts";

const ID: AccountId = { filo: "hergele", userNo: "1" };
const OTHER: AccountId = { filo: "hergele", userNo: "2" };

function record(cardId: string, more: Partial<VaultRecord> = {}): VaultRecord {
  return {
    account: ID,
    cardId,
    keyId: "k1",
    nonce: new Uint8Array([0, 1, 255]),
    ciphertext: new Uint8Array([0, 128, 13, 10]),
    createdAt: 100,
    ...more,
  };
}

/** Bytes as plain ones, whatever subclass of them a store gives. */
function plain(one: VaultRecord | undefined): VaultRecord | undefined {
  return one && {
    ...one,
    nonce: new Uint8Array(one.nonce),
    ciphertext: new Uint8Array(one.ciphertext),
  };
}

/** What every {@linkcode VaultStore} has to do. */
export function vaultStoreContract(name: string, withStore: WithStore<ContractStore>): void {
  const test = (what: string, body: (vault: ContractStore["vault"]) => Promise<void>) =>
    Deno.test(`${name}: ${what}`, () => withStore(({ vault }) => body(vault)));

  test("get() gives a record as it was put", async (vault) => {
    await vault.put([record("a"), record("b", { keyId: "k2" })]);
    assertEquals(plain(await vault.get(ID, "a")), record("a"));
    assertEquals(plain(await vault.get(ID, "b")), record("b", { keyId: "k2" }));
  });

  test("get() gives nothing for an unknown card or another account", async (vault) => {
    await vault.put([record("a")]);
    assertEquals(await vault.get(ID, "b"), undefined);
    assertEquals(await vault.get(OTHER, "a"), undefined);
    assertEquals(await vault.get({ ...ID, filo: "baska" }, "a"), undefined);
  });

  test("remove() removes the named cards of this account alone", async (vault) => {
    await vault.put([record("a"), record("b"), record("c"), record("a", { account: OTHER })]);
    await vault.remove(ID, ["a", "b", "unknown"]);
    const left = [await vault.get(ID, "a"), await vault.get(ID, "b"), await vault.get(ID, "c")];
    assertEquals(left.map((one) => one?.cardId), [undefined, undefined, "c"]);
    assertEquals(plain(await vault.get(OTHER, "a")), record("a", { account: OTHER }));
  });

  test("put() and remove() of nothing do nothing", async (vault) => {
    await vault.put([]);
    await vault.remove(ID, []);
    assertEquals(await vault.list({ createdBefore: 1_000, limit: 10 }), []);
  });

  test("anyUnder() says whether a key sealed any record that is left", async (vault) => {
    await vault.put([record("a"), record("b", { keyId: "k2" }), record("c", { keyId: "k2" })]);
    await vault.remove(ID, ["b"]);
    assertEquals(await Promise.all(["k1", "k2", "k3"].map(vault.anyUnder)), [true, true, false]);
    await vault.remove(ID, ["c"]);
    assertEquals(await Promise.all(["k1", "k2", "k3"].map(vault.anyUnder)), [true, false, false]);
  });

  test("list() gives every older record once, page by page", async (vault) => {
    const old = ["a", "b", "c"].flatMap((cardId) => [
      record(cardId),
      record(cardId, { account: OTHER, createdAt: 199 }),
    ]);
    await vault.put([...old, record("young", { createdAt: 200 })]);
    const found: VaultRecord[] = [];
    let after: VaultRecord | undefined;
    do {
      const page = await vault.list({ createdBefore: 200, limit: 4, ...(after && { after }) });
      found.push(...page);
      after = page.at(-1);
    } while (after !== undefined);
    const names = (list: readonly VaultRecord[]) =>
      list.map(({ account, cardId }) => `${account.userNo} ${cardId}`);
    assertEquals(names(found).toSorted(), names(old).toSorted());
    const again = await vault.list({ createdBefore: 200, limit: 10 });
    assertEquals(names(again), names(found));
  });
}
