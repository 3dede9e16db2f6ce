import { assertEquals } from "@std/assert";
import { createMemoryAccountCache } from "../../../infra/memory/account_cache.ts";
import { ACCOUNT_ID, testAccount } from "../../support/account.ts";

function numbered(userNo: number, keys = 0) {
  const hashes = Array.from({ length: keys }, (_, place) => place);
  const id = { ...ACCOUNT_ID, userNo: String(userNo) };
  return testAccount({ id, recentKeys: { hashes, others: "none" } });
}

/** Which of the users 1 to 5 are still there. */
async function keptOf(cache: ReturnType<typeof createMemoryAccountCache>): Promise<number[]> {
  const kept = [];
  for (const userNo of [1, 2, 3, 4, 5]) {
    if (await cache.get(numbered(userNo).id)) kept.push(userNo);
  }
  return kept;
}

Deno.test("put() forgets the account that was not put for longest when there are too many", async () => {
  const cache = createMemoryAccountCache({ accounts: 3, keys: 100 });
  for (const userNo of [1, 2, 3]) await cache.put(numbered(userNo));
  await cache.put(numbered(1));
  await cache.put(numbered(2));
  await cache.put(numbered(4));
  assertEquals(await keptOf(cache), [1, 2, 4]);
});

Deno.test("put() counts use from when half of the room is taken", async () => {
  for (
    const { accounts, kept } of [{ accounts: 4, kept: [1, 3, 4, 5] }, {
      accounts: 3,
      kept: [1, 4, 5],
    }]
  ) {
    const cache = createMemoryAccountCache({ accounts, keys: 100 });
    for (const userNo of [1, 2, 3, 1, 4, 5]) await cache.put(numbered(userNo));
    assertEquals(await keptOf(cache), kept);
  }
});

Deno.test("put() forgets accounts when they remember too many keys together", async () => {
  const cache = createMemoryAccountCache({ accounts: 5, keys: 100 });
  for (const userNo of [1, 2, 3]) await cache.put(numbered(userNo, 30));
  assertEquals(await keptOf(cache), [1, 2, 3]);
  await cache.put(numbered(4, 70));
  assertEquals(await keptOf(cache), [3, 4]);
  // What was dropped or replaced weighs nothing any more.
  await cache.drop(numbered(4).id);
  await cache.put(numbered(3, 0));
  await cache.put(numbered(5, 100));
  assertEquals(await keptOf(cache), [3, 5]);
});

Deno.test("put() and drop() take effect before they return", async () => {
  const cache = createMemoryAccountCache();
  const put = cache.put(testAccount());
  const found = cache.get(ACCOUNT_ID);
  const dropped = cache.drop(ACCOUNT_ID);
  const lost = cache.get(ACCOUNT_ID);
  await Promise.all([put, dropped]);
  assertEquals([await found, await lost], [testAccount(), undefined]);
});
