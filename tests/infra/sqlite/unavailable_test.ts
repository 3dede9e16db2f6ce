import { assertEquals, assertInstanceOf, assertRejects, assertThrows } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { kurus } from "../../../domain/money.ts";
import { StoreUnavailableError } from "../../../domain/ports/errors.ts";
import { createSqliteAuthStore } from "../../../infra/sqlite/auth_store.ts";
import { SqliteDatabase } from "../../../infra/sqlite/database.ts";
import { commitHere, createSqliteStore } from "../../../infra/sqlite/store.ts";
import { pause } from "../../../infra/process/clock.ts";
import { toPromise } from "../../../infra/sqlite/to_promise.ts";
import { readNow, toStoreError } from "../../../infra/sqlite/unavailable.ts";
import { withTemporaryFile } from "../../support/temporary_store.ts";

const SESSION = {
  account: { filo: "hergele", userNo: "1" },
  tokenHash: "hash",
  createdAt: 1,
  expiresAt: 2,
};

Deno.test("openSqliteStore() waits for another process whose commit takes a second", () =>
  withTemporaryFile(async ({ path, open }) => {
    const store = open();
    const other = new DatabaseSync(path);
    other.exec("BEGIN IMMEDIATE");
    const letGo = pause(1_000).then(() => other.exec("ROLLBACK"));
    await Promise.all([store.auth.addSession(SESSION, 10), letGo]);
    other.close();
    await store.close();
  }));

Deno.test("openSqliteStore() says that a file which another process holds for longer is not available", () =>
  withTemporaryFile(async ({ path, open }) => {
    const store = open();
    const other = new DatabaseSync(path);
    other.exec("BEGIN IMMEDIATE");
    await assertRejects(
      () => store.auth.addSession(SESSION, 10),
      StoreUnavailableError,
      "database is locked",
    );
    other.exec("ROLLBACK");
    await store.auth.addSession(SESSION, 10);
    assertEquals((await store.auth.findSession("hash", 1))?.createdAt, 1);
    other.close();
    await store.close();
  }));

Deno.test("createSqliteStore() says that a full disk is not available, and writes again when it has room", () =>
  withTemporaryFile(async ({ path }) => {
    const database = new SqliteDatabase(path);
    const store = createSqliteStore(database, commitHere(database));
    const write = (reference: string) =>
      store.sandboxCharges.insertOnce({
        reference,
        amountKurus: kurus(1),
        last4: "4242",
        declined: null,
        waits: false,
        refunds: [],
      });
    const pages = database.prepare("PRAGMA page_count").get()?.page_count;
    database.prepare(`PRAGMA max_page_count = ${pages}`).get();
    await assertRejects(
      () => write("x".repeat(100_000)),
      StoreUnavailableError,
      "database or disk is full",
    );
    database.prepare(`PRAGMA max_page_count = 1000000`).get();
    await write("x".repeat(100_000));
    await store.close();
  }));

for (
  const message of ["database table is locked", "disk I/O error", "unable to open database file"]
) {
  Deno.test(`toStoreError() takes "${message}" for a store that is away`, () => {
    const error = toStoreError(new Error(message));
    assertInstanceOf(error, StoreUnavailableError);
    assertEquals((error.cause as Error).message, message);
  });
}

Deno.test("toStoreError() leaves every other error as it is", () => {
  for (const error of [new Error("UNIQUE constraint failed: people.account_no"), "away", null]) {
    assertEquals(toStoreError(error), error);
  }
});

Deno.test("findSession() says of a file that cannot be read that it is not available", () => {
  const get = (): never => {
    throw new Error("disk I/O error");
  };
  const broken = { prepare: () => ({ get }) } as unknown as SqliteDatabase;
  const unused = { write: () => Promise.reject(), close: () => Promise.resolve() };
  const auth = createSqliteAuthStore(broken, unused);
  assertThrows(() => auth.findSession("hash", 1), StoreUnavailableError);
});

Deno.test("readNow() and toPromise() say of a read that the store is away", async () => {
  const read = (): never => {
    throw new Error("disk I/O error");
  };
  assertThrows(() => readNow(read), StoreUnavailableError);
  await assertRejects(() => toPromise(read), StoreUnavailableError);
});
