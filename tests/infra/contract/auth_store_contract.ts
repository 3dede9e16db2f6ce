import { assertEquals } from "@std/assert";
import type { AccountId } from "../../../domain/account.ts";
import type { Session } from "../../../domain/auth.ts";
import type { NewCode } from "../../../domain/ports/auth_store.ts";
import type { RateLimit } from "../../../domain/ports/rate_limiter.ts";
import type { ContractStore, WithStore } from "./contract_store.ts";

const ID: AccountId = { filo: "hergele", userNo: "1" };
const OTHER: AccountId = { filo: "hergele", userNo: "2" };
const NOW = Date.UTC(2026, 0, 1);
const MINUTE = 60_000;

function code(codeHash: string, more: Partial<NewCode> = {}): NewCode {
  return { codeHash, delivery: "response", now: NOW, expiresAt: NOW + MINUTE, ...more };
}

function session(tokenHash: string, more: Partial<Session> = {}): Session {
  return { account: ID, tokenHash, createdAt: NOW, expiresAt: NOW + MINUTE, ...more };
}

/** What every {@linkcode AuthStore} has to do. */
export function authStoreContract(name: string, withStore: WithStore<ContractStore>): void {
  const test = (what: string, body: (store: ContractStore) => Promise<void>) =>
    Deno.test(`${name}: ${what}`, () => withStore(body));

  test("addCode() takes the same code twice for one, which is taken once", async ({ auth }) => {
    for (let twice = 0; twice < 2; twice++) {
      assertEquals(await auth.addCode(ID, code("a"), 5), true);
    }
    assertEquals(await auth.takeCode(ID, "a", NOW), true);
    assertEquals(await auth.takeCode(ID, "a", NOW), false);
  });

  test("takeCode() takes a waiting code once", async ({ auth }) => {
    assertEquals(await auth.addCode(ID, code("a"), 5), true);
    assertEquals(await auth.takeCode(ID, "a", NOW), true);
    assertEquals(await auth.takeCode(ID, "a", NOW), false);
  });

  test("takeCode() gives a code to exactly one of many who ask at one moment", async ({ auth }) => {
    await auth.addCode(ID, code("a"), 5);
    const asking = Array.from({ length: 50 }, () => auth.takeCode(ID, "a", NOW));
    assertEquals((await Promise.all(asking)).filter(Boolean).length, 1);
  });

  test("takeCode() takes no unknown code, none of another user, and none that has expired", async ({ auth }) => {
    await auth.addCode(ID, code("a"), 5);
    assertEquals(await auth.takeCode(ID, "b", NOW), false);
    assertEquals(await auth.takeCode(OTHER, "a", NOW), false);
    assertEquals(await auth.takeCode(ID, "a", NOW + MINUTE), false);
    assertEquals(await auth.takeCode(ID, "a", NOW + MINUTE - 1), true);
  });

  test("addCode() lets a new code void none that waits", async ({ auth }) => {
    for (const hash of ["a", "b"]) await auth.addCode(ID, code(hash), 5);
    assertEquals(await auth.takeCode(ID, "a", NOW), true);
    assertEquals(await auth.takeCode(ID, "b", NOW), true);
  });

  test("addCode() adds none beyond the bound, which a user has for each delivery", async ({ auth }) => {
    const adding = Array.from({ length: 10 }, (_, place) => auth.addCode(ID, code(`c${place}`), 5));
    assertEquals((await Promise.all(adding)).filter(Boolean).length, 5);
    assertEquals(await auth.addCode(ID, code("d", { delivery: "out_of_band" }), 5), true);
    assertEquals(await auth.addCode(OTHER, code("e"), 5), true);
  });

  test("addCode() has room again for each code that was taken or has expired", async ({ auth }) => {
    await auth.addCode(ID, code("a"), 2);
    await auth.addCode(ID, code("b", { expiresAt: NOW + 2 * MINUTE }), 2);
    assertEquals(await auth.addCode(ID, code("c"), 2), false);
    await auth.takeCode(ID, "a", NOW);
    assertEquals(await auth.addCode(ID, code("d"), 2), true);
    const later = NOW + MINUTE;
    assertEquals(await auth.addCode(ID, code("e", { now: later, expiresAt: later + 1 }), 2), true);
    assertEquals(await auth.addCode(ID, code("f", { now: later, expiresAt: later + 1 }), 2), false);
  });

  test("findSession() gives a session until it expires or ends", async ({ auth }) => {
    await auth.addSession(session("a"), 10);
    assertEquals(await auth.findSession("a", NOW), session("a"));
    assertEquals(await auth.findSession("a", NOW + MINUTE - 1), session("a"));
    assertEquals(await auth.findSession("a", NOW + MINUTE), undefined);
    assertEquals(await auth.findSession("b", NOW), undefined);
    await auth.endSession("a");
    assertEquals(await auth.findSession("a", NOW), undefined);
  });

  test("endSession() ends one session, and minds none that is not there", async ({ auth }) => {
    await auth.addSession(session("a"), 10);
    await auth.addSession(session("b"), 10);
    await auth.endSession("a");
    await auth.endSession("a");
    assertEquals(await auth.findSession("b", NOW), session("b"));
  });

  test("addSession() ends the oldest beyond the bound, of this user alone", async ({ auth }) => {
    await auth.addSession(session("other", { account: OTHER, createdAt: NOW - 1 }), 2);
    // The order of time counts, not that of arrival.
    for (const [hash, createdAt] of [["b", NOW + 2], ["a", NOW + 1], ["c", NOW + 3]] as const) {
      await auth.addSession(session(hash, { createdAt }), 2);
    }
    assertEquals(await auth.findSession("a", NOW), undefined);
    const left = await Promise.all(["b", "c", "other"].map((hash) => auth.findSession(hash, NOW)));
    assertEquals(left.map((one) => one?.tokenHash), ["b", "c", "other"]);
  });

  test("addSession() never ends the one that it adds, whatever came at the same moment", async ({ auth }) => {
    for (const hash of ["c", "b", "a", "d"]) {
      await auth.addSession(session(hash), 2);
      assertEquals((await auth.findSession(hash, NOW))?.tokenHash, hash);
    }
    const left = await Promise.all(["a", "b", "c", "d"].map((hash) => auth.findSession(hash, NOW)));
    assertEquals(left.filter((one) => one !== undefined).length, 2);
  });

  const limit = (key: string, more: Partial<RateLimit> = {}): RateLimit => {
    return { policy: "codes", key, limit: 2, windowSeconds: 60, ...more };
  };

  test("count() counts each limit by itself, within windows that begin at whole multiples", async ({ auth }) => {
    const [a, b, hourOfA] = [limit("a"), limit("b"), limit("a", { windowSeconds: 3_600 })];
    assertEquals(await auth.count([a, b], NOW + 30_000), undefined);
    assertEquals(await auth.count([a], NOW + 59_999), undefined);
    assertEquals(await auth.count([a], NOW + 59_001), { ...a, retryAfterSeconds: 1 });
    assertEquals(await auth.count([b], NOW + 30_000), undefined);
    assertEquals(await auth.count([a], NOW + 60_000), undefined);
    // The same key and the same beginning, and yet another window.
    assertEquals(await auth.count([hourOfA], NOW), undefined);
    assertEquals(await auth.count([hourOfA], NOW), undefined);
    assertEquals(await auth.count([hourOfA], NOW), { ...hourOfA, retryAfterSeconds: 3_600 });
  });

  test("count() writes nothing once one of the limits is used up", async ({ auth, counters }) => {
    const [narrow, wide] = [limit("narrow", { limit: 1 }), limit("wide", { limit: 3 })];
    await auth.count([narrow, wide], NOW);
    const before = await counters();
    for (let more = 0; more < 3; more++) {
      const others = [limit(`new-${more}`), narrow, wide];
      assertEquals(await auth.count(others, NOW), { ...narrow, retryAfterSeconds: 60 });
    }
    assertEquals(await counters(), before);
    assertEquals(before, [1, 1]);
  });

  test("takeBack() takes an event back, and never counts below nothing", async ({ auth }) => {
    const [a, other] = [limit("a", { limit: 1 }), limit("new", { limit: 1 })];
    assertEquals(await auth.count([a], NOW), undefined);
    await auth.takeBack([a], NOW);
    for (let more = 0; more < 2; more++) await auth.takeBack([a, other], NOW);
    assertEquals(await auth.count([a, other], NOW), undefined);
    assertEquals((await auth.count([a], NOW))?.key, "a");
    assertEquals((await auth.count([other], NOW))?.key, "new");
  });

  test("takeBack() leaves no counter in which nobody is counted", async ({ auth, counters }) => {
    const limits = ["a", "b", "c"].map((key) => limit(key, { limit: 50 }));
    await auth.count(limits, NOW);
    await auth.takeBack(limits, NOW);
    assertEquals(await counters(), []);
    await Promise.all(Array.from({ length: 20 }, () => auth.count(limits, NOW)));
    await Promise.all(Array.from({ length: 19 }, () => auth.takeBack(limits, NOW)));
    assertEquals(await counters(), [1, 1, 1]);
    await auth.takeBack(limits, NOW);
    assertEquals(await counters(), []);
  });

  test("count() lets exactly as many through as the limit says when many come at one moment", async ({ auth }) => {
    const many = (key: string) => Array.from({ length: 30 }, () => limit(key, { limit: 7 }));
    const counted = await Promise.all(many("a").map((one) => auth.count([one], NOW)));
    assertEquals(counted.filter((exceeded) => exceeded === undefined).length, 7);
    // What is past the first limit never reaches the second.
    const wide = limit("wide", { limit: 8 });
    await Promise.all(many("b").map((one) => auth.count([one, wide], NOW)));
    assertEquals(await auth.count([wide], NOW), undefined);
    assertEquals((await auth.count([wide], NOW))?.key, "wide");
  });
}
