import { assertEquals } from "@std/assert";
import type { ErasableCache } from "../../../domain/ports/account_cache.ts";
import { ACCOUNT_ID, testAccount } from "../../support/account.ts";
import { fullAccount } from "../../support/full_account.ts";

const OTHERS = [
  { ...ACCOUNT_ID, userNo: "1234567" },
  { ...ACCOUNT_ID, filo: "baska" },
];

/** Registers a test on a fresh and empty cache. */
export type CacheTest = (what: string, body: (cache: ErasableCache) => Promise<void>) => void;

/** What every {@linkcode ErasableCache} has to do that is neither lost nor too small. */
export function accountCacheContract(test: CacheTest): void {
  test("get() gives nothing for an account that was never put", async (cache) => {
    assertEquals(await cache.get(ACCOUNT_ID), undefined);
  });

  test("get() gives an account as it was put, whole", async (cache) => {
    await cache.put(fullAccount());
    assertEquals(await cache.get(ACCOUNT_ID), fullAccount());
    assertEquals(await cache.get(ACCOUNT_ID), fullAccount());
  });

  test("put() replaces an older state", async (cache) => {
    await cache.put(testAccount({ seq: 9, head: "ent_9" }));
    await cache.put(testAccount({ seq: 10, head: "ent_10" }));
    assertEquals((await cache.get(ACCOUNT_ID))?.head, "ent_10");
  });

  test("put() never replaces a newer state", async (cache) => {
    await cache.put(testAccount({ seq: 10, head: "ent_10" }));
    await cache.put(testAccount({ seq: 9, head: "ent_9" }));
    assertEquals((await cache.get(ACCOUNT_ID))?.head, "ent_10");
  });

  test("put() takes the later of two states with one number", async (cache) => {
    await cache.put(testAccount({ head: "ent_before" }));
    await cache.put(testAccount({ head: "ent_after" }));
    assertEquals((await cache.get(ACCOUNT_ID))?.head, "ent_after");
  });

  test("put() ends with the newest of many at one time", async (cache) => {
    const order = [5, 20, 3, 17, 11, 2, 19, 8];
    await Promise.all(order.map((seq) => cache.put(testAccount({ seq, head: `ent_${seq}` }))));
    assertEquals((await cache.get(ACCOUNT_ID))?.seq, 20);
  });

  test("drop() forgets a state, and makes room for an older one", async (cache) => {
    await cache.put(testAccount({ seq: 10 }));
    await cache.drop(ACCOUNT_ID);
    assertEquals(await cache.get(ACCOUNT_ID), undefined);
    await cache.put(testAccount({ seq: 4 }));
    assertEquals((await cache.get(ACCOUNT_ID))?.seq, 4);
  });

  test("drop() of what is not there does nothing", async (cache) => {
    await cache.drop(ACCOUNT_ID);
    assertEquals(await cache.get(ACCOUNT_ID), undefined);
  });

  test("replace() leaves no older state, and room for none", async (cache) => {
    await cache.put(testAccount({ seq: 4 }));
    await cache.replace(testAccount({ seq: 9, head: "ent_9" }));
    assertEquals((await cache.get(ACCOUNT_ID))?.head, "ent_9");
    await cache.put(testAccount({ seq: 8 }));
    assertEquals((await cache.get(ACCOUNT_ID))?.head, "ent_9");
  });

  test("get(), put() and drop() touch no other account", async (cache) => {
    await cache.put(testAccount());
    for (const id of OTHERS) assertEquals(await cache.get(id), undefined);
    for (const id of OTHERS) await cache.put(testAccount({ id, seq: 3 }));
    assertEquals((await cache.get(ACCOUNT_ID))?.seq, 7);
    await cache.drop(ACCOUNT_ID);
    for (const id of OTHERS) assertEquals(await cache.get(id), testAccount({ id, seq: 3 }));
  });
}
