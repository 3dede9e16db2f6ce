import { assert, assertEquals, assertRejects } from "@std/assert";
import type { Account, AccountId } from "../../../domain/account.ts";
import type { ErasableCache } from "../../../domain/ports/account_cache.ts";
import {
  createLayeredAccountCache,
  SNAPSHOT_WRITES_AT_ONCE,
  SNAPSHOT_WRITES_WAITING,
} from "../../../infra/memory/layered_account_cache.ts";
import { createMemoryAccountCache } from "../../../infra/memory/account_cache.ts";
import { ACCOUNT_ID, testAccount } from "../../support/account.ts";
import { settled } from "../../support/clock.ts";
import { createTestLog } from "../../support/logs.ts";

type Far = Partial<ErasableCache>;

/** A cache over a far layer that writes down its calls and does as it is told. */
function createBench(told: Far = {}) {
  const calls: string[] = [];
  const { log, lines } = createTestLog();
  const kept = createMemoryAccountCache();
  const noted = (call: string, id: AccountId, more = ""): void => {
    calls.push(`${call} ${id.userNo}${more}`);
  };
  const far: ErasableCache = {
    get: (id) => {
      noted("get", id);
      return (told.get ?? kept.get)(id);
    },
    put: (account) => {
      noted("put", account.id, ` at ${account.seq}`);
      return (told.put ?? kept.put)(account);
    },
    drop: (id) => {
      noted("drop", id);
      return (told.drop ?? kept.drop)(id);
    },
    replace: (account) => {
      noted("replace", account.id, ` at ${account.seq}`);
      return (told.replace ?? kept.replace)(account);
    },
  };
  const near = createMemoryAccountCache();
  return { cache: createLayeredAccountCache({ near, far, log }), calls, kept, lines };
}

/** Calls that end when the test says so. */
function createHeld() {
  const ends: (() => void)[] = [];
  return {
    hold: () => new Promise<void>((resolve) => ends.push(resolve)),
    endAll: () => ends.splice(0).forEach((end) => end()),
    count: () => ends.length,
  };
}

const user = (userNo: number, seq = 7): Account =>
  testAccount({ id: { ...ACCOUNT_ID, userNo: String(userNo) }, seq });

Deno.test("get() asks memory, then the far layer once", async () => {
  const { cache, calls, kept } = createBench();
  await kept.put(user(1));
  assertEquals(await cache.get(user(1).id), user(1));
  assertEquals(await cache.get(user(1).id), user(1));
  assertEquals(calls, ["get 1"]);
});

Deno.test("put() and drop() wait for no far layer, and count in memory at once", async () => {
  const held = createHeld();
  const { cache, calls } = createBench({ put: held.hold, drop: held.hold });
  await cache.put(user(1));
  assertEquals(await cache.get(user(1).id), user(1));
  await cache.drop(user(1).id);
  // Not even the far layer is asked, which has not heard of the drop.
  assertEquals(await cache.get(user(1).id), undefined);
  assertEquals(calls, ["put 1 at 7"]);
  held.endAll();
  while (calls.length < 2) await Promise.resolve();
  held.endAll();
  await cache.settled();
  assertEquals(calls, ["put 1 at 7", "drop 1"]);
});

Deno.test("put() tells the far layer of the newest state only, one write an account at a time", async () => {
  const held = createHeld();
  const { cache, calls } = createBench({ put: held.hold });
  for (const seq of [1, 2, 4, 3]) await cache.put(user(1, seq));
  assertEquals(calls, ["put 1 at 1"]);
  held.endAll();
  while (calls.length < 2) await Promise.resolve();
  held.endAll();
  await cache.settled();
  assertEquals(calls, ["put 1 at 1", "put 1 at 4"]);
});

Deno.test("put() does not swallow the drop before it: it makes room for an older number", async () => {
  const held = createHeld();
  const { cache, calls, kept } = createBench({ get: () => Promise.resolve(undefined) });
  await kept.put(user(1, 100));
  const gate = held.hold();
  const { cache: blocked, calls: later } = createBench({ put: () => gate });
  await cache.drop(user(1).id);
  await cache.put(user(1, 51));
  await cache.settled();
  assertEquals(calls, ["drop 1", "put 1 at 51"]);
  assertEquals((await kept.get(user(1).id))?.seq, 51);
  // The same while an earlier write is on its way and both have to wait.
  await blocked.put(user(2, 100));
  await blocked.drop(user(2).id);
  await blocked.put(user(2, 51));
  await blocked.put(user(2, 52));
  held.endAll();
  await blocked.settled();
  assertEquals(later, ["put 2 at 100", "drop 2", "put 2 at 52"]);
});

Deno.test("put() keeps the far layer to a bounded number of writes, and leaves out what is past the bound", async () => {
  const held = createHeld();
  const { cache, calls, lines } = createBench({ put: held.hold });
  const all = SNAPSHOT_WRITES_AT_ONCE + SNAPSHOT_WRITES_WAITING;
  for (let userNo = 1; userNo <= all + 1; userNo++) await cache.put(user(userNo));
  assertEquals(calls.length, SNAPSHOT_WRITES_AT_ONCE);
  assertEquals(lines.length, 1);
  // Whoever waits already may still be replaced by a newer state.
  await cache.put(user(all, 8));
  assertEquals(lines.length, 1);
  let settled = false;
  const end = cache.settled().then(() => settled = true);
  while (!settled) {
    assert(held.count() <= SNAPSHOT_WRITES_AT_ONCE);
    held.endAll();
    await new Promise((resolve) => setImmediate(resolve));
  }
  await end;
  assertEquals(calls.length, all);
  assertEquals(calls.at(-1), `put ${all} at 8`);
});

Deno.test("get(), put() and drop() do without a far layer that fails, and log nothing of what it says", async () => {
  const fail = () => Promise.reject(new Error("cannot run: SET 5555444433332222"));
  const { cache, lines } = createBench({ get: fail, put: fail, drop: fail });
  assertEquals(await cache.get(user(1).id), undefined);
  await cache.put(user(1));
  await cache.settled();
  assertEquals(await cache.get(user(1).id), user(1));
  await cache.drop(user(1).id);
  await cache.settled();
  assertEquals(await cache.get(user(1).id), undefined);
  assertEquals(lines.length, 4);
  assert(!lines.join("").includes("SET"));
});

Deno.test("replace() waits for the far layer, behind what is under way, and drops what waits to be written", async () => {
  const held = createHeld();
  const { cache, calls } = createBench({ put: held.hold });
  await cache.put(user(1, 7));
  await cache.put(user(1, 8));
  await cache.drop(user(1).id);
  let isDone = false;
  const replacing = Promise.resolve(cache.replace(user(1, 9))).then(() => void (isDone = true));
  await settled();
  assertEquals([isDone, calls], [false, ["put 1 at 7"]]);
  held.endAll();
  await replacing;
  await cache.settled();
  assertEquals(calls, ["put 1 at 7", "replace 1 at 9"]);
  assertEquals(await cache.get(user(1).id), user(1, 9));
});

Deno.test("replace() rejects when the far layer does not say that it has replaced", async () => {
  const { cache } = createBench({ replace: () => Promise.reject(new Error("no connection")) });
  await assertRejects(async () => await cache.replace(user(1)), Error, "no connection");
});
