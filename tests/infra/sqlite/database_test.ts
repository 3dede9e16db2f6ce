import { assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { SqliteDatabase } from "../../../infra/sqlite/database.ts";
import { SCHEMA_VERSION } from "../../../infra/sqlite/schema.ts";
import { withTemporaryFile } from "../../support/temporary_store.ts";

const INSERT = `INSERT INTO sandbox_charges (reference, amount, last4, waits, refunds)
  VALUES ('a', 1, '4242', 0, '[]')`;
const COUNT = "SELECT count(*) AS charges FROM sandbox_charges";

Deno.test("SqliteDatabase keeps what it wrote for the next start", () =>
  withTemporaryFile(async ({ path }) => {
    const first = new SqliteDatabase(path);
    first.transact(() => first.prepare(INSERT).run());
    first.close();
    const second = new SqliteDatabase(path);
    assertEquals({ ...second.prepare(COUNT).get() }, { charges: 1 });
    second.close();
    await Promise.resolve();
  }));

Deno.test("transact() gives what its work gives, and undoes the work that throws", () =>
  withTemporaryFile(async ({ path }) => {
    const database = new SqliteDatabase(path);
    const insert = database.prepare(INSERT);
    assertThrows(
      () =>
        database.transact(() => {
          insert.run();
          throw new Error("no");
        }),
      Error,
      "no",
    );
    assertEquals({ ...database.prepare(COUNT).get() }, { charges: 0 });
    assertEquals(database.transact(() => Number(insert.run().changes)), 1);
    database.close();
    await Promise.resolve();
  }));

Deno.test("SqliteDatabase refuses a file of another version, and leaves it alone", () =>
  withTemporaryFile(async ({ path }) => {
    new SqliteDatabase(path).close();
    const raw = new DatabaseSync(path);
    raw.exec(`PRAGMA user_version = ${SCHEMA_VERSION + 1}`);
    raw.close();
    const error = assertThrows(() => new SqliteDatabase(path), Error, "Cannot open");
    assertNotEquals(error.message.indexOf(`${SCHEMA_VERSION + 1}, must be ${SCHEMA_VERSION}`), -1);
    const again = new DatabaseSync(path);
    assertEquals({ ...again.prepare("PRAGMA user_version").get() }, {
      user_version: SCHEMA_VERSION + 1,
    });
    again.close();
    await Promise.resolve();
  }));

Deno.test("SqliteDatabase acknowledges no commit before it is on disk", () =>
  withTemporaryFile(async ({ path }) => {
    const database = new SqliteDatabase(path);
    // 2 is FULL: the log is synced at each commit.
    assertEquals({ ...database.prepare("PRAGMA synchronous").get() }, { synchronous: 2 });
    assertEquals({ ...database.prepare("PRAGMA journal_mode").get() }, { journal_mode: "wal" });
    database.close();
    await Promise.resolve();
  }));
