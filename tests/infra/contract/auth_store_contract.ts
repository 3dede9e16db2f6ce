import { assertEquals } from "@std/assert";
import type { AccountId } from "../../../domain/account.ts";
import type { Session } from "../../../domain/auth.ts";
import type { NewCode } from "../../../domain/ports.ts";
import { createCommands, PERSON } from "../../support/commands.ts";
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
export function authStoreContract(
  name: string,
  withStore: WithStore<ContractStore>,
  { countsAreDistinct = true } = {},
): void {
  const test = (what: string, body: (store: ContractStore) => Promise<void>) =>
    Deno.test(`${name}: ${what}`, () => withStore(body));

  test("authCodeHash() gives the hash of a user, and nothing for an unknown one", async ({ accounts, auth }) => {
    await accounts.insert(createCommands().opening(ID), PERSON);
    assertEquals(await auth.authCodeHash(ID), PERSON.authCodeHash);
    assertEquals(await auth.authCodeHash(OTHER), undefined);
    assertEquals(await auth.authCodeHash({ ...ID, filo: "baska" }), undefined);
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

  test("count() counts each key by itself, within windows that begin at whole multiples", async ({ auth }) => {
    const window = { now: NOW + 30_000, seconds: 60, by: 1 } as const;
    assertEquals(await auth.count(["a", "b"], window), [1, 1]);
    assertEquals(await auth.count(["a"], window), [2]);
    assertEquals(await auth.count(["a", "b"], { ...window, now: NOW + 59_999 }), [3, 2]);
    assertEquals(await auth.count(["a"], { ...window, now: NOW + 60_000 }), [1]);
  });

  test("count() takes one back, and never counts below nothing", async ({ auth }) => {
    const window = { now: NOW, seconds: 60, by: 1 } as const;
    assertEquals(await auth.count(["a"], window), [1]);
    assertEquals(await auth.count(["a"], { ...window, by: -1 }), [0]);
    assertEquals(await auth.count(["a", "new"], { ...window, by: -1 }), [0, 0]);
    assertEquals(await auth.count(["a", "new"], window), [1, 1]);
  });

  test("count() loses none of many at one moment", async ({ auth }) => {
    const window = { now: NOW, seconds: 60, by: 1 } as const;
    await Promise.all(Array.from({ length: 50 }, () => auth.count(["a"], window)));
    assertEquals(await auth.count(["a"], window), [51]);
  });

  if (!countsAreDistinct) return;
  test("count() gives each of many at one moment a number of its own", async ({ auth }) => {
    const window = { now: NOW, seconds: 60, by: 1 } as const;
    const counting = Array.from({ length: 50 }, () => auth.count(["a"], window));
    const numbers = (await Promise.all(counting)).flat().toSorted((a, b) => a - b);
    assertEquals(numbers, Array.from({ length: 50 }, (_, place) => place + 1));
  });
}
