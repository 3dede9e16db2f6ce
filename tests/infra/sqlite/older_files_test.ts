import { assertEquals, assertThrows } from "@std/assert";
import { SqliteDatabase } from "../../../infra/sqlite/database.ts";
import { type Schema, TABLES } from "../../../infra/sqlite/schema.ts";
import { withTemporaryFile } from "../../support/temporary_store.ts";

const FIRST: Schema = { version: 1, changes: new Map([[0, { to: 1, sql: TABLES }]]) };
const ROW = "INSERT INTO refunded (payment_id, refunded) VALUES ('pay_1', 200), ('pay_2', 300)";

/** A later version, in which what is refunded has a currency. */
function laterWith(third: string): Schema {
  return {
    version: 3,
    changes: new Map([
      [0, { to: 3, sql: "SELECT no_such_column" }],
      [1, { to: 2, sql: "ALTER TABLE refunded ADD COLUMN currency TEXT NOT NULL DEFAULT 'TRY'" }],
      [2, { to: 3, sql: third }],
    ]),
  };
}

const REFUNDED = "SELECT * FROM refunded ORDER BY payment_id";

function withOlderFile(test: (path: string) => void): Promise<void> {
  return withTemporaryFile(async ({ path }) => {
    const older = new SqliteDatabase(path, FIRST);
    older.prepare(ROW).run();
    older.close();
    test(path);
    await Promise.resolve();
  });
}

function rowsOf(database: SqliteDatabase, sql: string): Record<string, unknown>[] {
  return database.prepare(sql).all().map((row) => ({ ...row }));
}

Deno.test("SqliteDatabase brings an older file to the newest version, change by change", () =>
  withOlderFile((path) => {
    const later = laterWith("UPDATE refunded SET refunded = refunded + 1");
    for (const _opening of ["first", "second"]) {
      const database = new SqliteDatabase(path, later);
      assertEquals(rowsOf(database, REFUNDED), [
        { payment_id: "pay_1", refunded: 201, currency: "TRY" },
        { payment_id: "pay_2", refunded: 301, currency: "TRY" },
      ]);
      assertEquals(rowsOf(database, "PRAGMA user_version"), [{ user_version: 3 }]);
      database.close();
    }
  }));

Deno.test("SqliteDatabase leaves an older file as it is when it cannot be changed to the end", () =>
  withOlderFile((path) => {
    const later = laterWith("UPDATE refunded SET currency = NULL");
    assertThrows(() => new SqliteDatabase(path, later), Error, "NOT NULL constraint failed");
    const database = new SqliteDatabase(path, FIRST);
    assertEquals(rowsOf(database, REFUNDED), [
      { payment_id: "pay_1", refunded: 200 },
      { payment_id: "pay_2", refunded: 300 },
    ]);
    database.close();
  }));
