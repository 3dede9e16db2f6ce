import { assertEquals, assertThrows } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { kurus } from "../../../domain/money.ts";
import { SqliteDatabase } from "../../../infra/sqlite/database.ts";
import { TABLES } from "../../../infra/sqlite/schema.ts";
import { commitTo, createCommands, paying } from "../../support/commands.ts";
import { withTemporaryFile } from "../../support/temporary_store.ts";

const ID = { filo: "hergele", userNo: "1" };
const REFUNDED = { filo: "hergele", userNo: "2" };
const NEW = { filo: "hergele", userNo: "3" };
const STATE = {
  cards: [],
  selectedCardId: null,
  openTopUps: [],
  cardSavesAt: [],
  declinesAt: [],
};

/** The table that version 3 changed, as version 2 had it. */
const VERSION_2 = `
  DROP VIEW audit;
  DROP TABLE audit_batches;
  CREATE TABLE audit (
    record_no INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    request_id TEXT NOT NULL,
    who TEXT NOT NULL,
    filo TEXT,
    user_no TEXT,
    operation TEXT NOT NULL,
    status INTEGER NOT NULL,
    code TEXT
  );
  PRAGMA user_version = 2;
`;

/** The tables that version 2 changed, as version 1 had them. */
const VERSION_1 = `
  DROP TABLE heads;
  DROP TABLE journal;
  CREATE TABLE heads (
    account_no INTEGER PRIMARY KEY REFERENCES accounts,
    head TEXT NOT NULL,
    seq INTEGER NOT NULL,
    balance INTEGER NOT NULL CHECK (balance >= 0),
    last_entry INTEGER NOT NULL,
    payment_id TEXT,
    payment_amount INTEGER,
    payment_refunded INTEGER,
    payment_at INTEGER
  );
  CREATE TABLE journal (
    entry_no INTEGER PRIMARY KEY,
    prev INTEGER NOT NULL,
    skip INTEGER NOT NULL,
    entry_id TEXT NOT NULL UNIQUE,
    account_no INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    type TEXT NOT NULL,
    amount INTEGER NOT NULL,
    delta INTEGER NOT NULL,
    balance_after INTEGER NOT NULL,
    at INTEGER NOT NULL,
    key_hash INTEGER,
    facts TEXT NOT NULL
  );
  CREATE INDEX journal_keys ON journal (account_no, key_hash) WHERE key_hash IS NOT NULL;
  PRAGMA user_version = 1;
`;

/** One account that has paid last, one whose last payment was given back in part, one new one. */
const ROWS = `
  INSERT INTO accounts VALUES (1, 'hergele/1', '${JSON.stringify(STATE)}'),
    (2, 'hergele/2', '${JSON.stringify(STATE)}'), (3, 'hergele/3', '${JSON.stringify(STATE)}');
  INSERT INTO journal VALUES
    (1, 0, 0, 'ent_1', 1, 1, 'account_opened', 1000, 1000, 1000, 11, NULL, '{"cards":[],"requestId":"r"}'),
    (2, 0, 0, 'ent_2', 2, 1, 'account_opened', 2000, 2000, 2000, 12, NULL, '{"cards":[],"requestId":"r"}'),
    (3, 1, 0, 'pay_1', 1, 2, 'payment', 300, -300, 700, 13, 81985529216486, '{"requestId":"r"}'),
    (4, 2, 0, 'pay_2', 2, 2, 'payment', 500, -500, 1500, 14, NULL, '{"requestId":"r"}'),
    (5, 4, 0, 'ref_2', 2, 3, 'refund', 200, 200, 1700, 15, NULL, '{"requestId":"r","paymentId":"pay_2","refundedKurus":200}'),
    (6, 0, 0, 'ent_3', 3, 1, 'account_opened', 0, 0, 0, 16, NULL, '{"cards":[],"requestId":"r"}');
  INSERT INTO refunded VALUES ('pay_2', 200);
  INSERT INTO heads VALUES (1, 'pay_1', 2, 700, 3, '', 300, 0, 13),
    (2, 'ref_2', 3, 1700, 5, 'pay_2', 500, 200, 14), (3, 'ent_3', 1, 0, 6, NULL, 0, 0, 0);
`;

function writeVersion1(path: string): void {
  const database = new DatabaseSync(path);
  database.exec(TABLES + VERSION_2 + VERSION_1 + ROWS);
  database.close();
}

Deno.test("openSqliteStore() finds in a file of version 1 all that was there", () =>
  withTemporaryFile(async ({ path, open }) => {
    writeVersion1(path);
    const { accounts, journal, close } = open();
    const [paid, refunded, unpaid] = await Promise.all(
      [ID, REFUNDED, NEW].map(async (id) => (await accounts.load(id))?.account),
    );
    const recentKeys = { hashes: [], complete: false };
    assertEquals(paid, {
      id: ID,
      head: "pay_1",
      seq: 2,
      balanceKurus: kurus(700),
      lastPayment: {
        paymentId: "pay_1",
        amountKurus: kurus(300),
        refundedKurus: kurus(0),
        at: 13,
      },
      recentKeys,
      ...STATE,
    });
    assertEquals([refunded?.head, refunded?.seq, refunded?.balanceKurus], ["ref_2", 3, 1700]);
    assertEquals(refunded?.lastPayment, {
      paymentId: "pay_2",
      amountKurus: kurus(500),
      refundedKurus: kurus(200),
      at: 14,
    });
    assertEquals([unpaid?.head, unpaid?.lastPayment], ["ent_3", null]);
    const ids = async (id: typeof ID) =>
      (await journal.list(id, { limit: 10 })).entries.map((entry) => entry.id);
    assertEquals(await ids(ID), ["pay_1", "ent_1"]);
    assertEquals(await ids(REFUNDED), ["ref_2", "pay_2", "ent_2"]);
    await close();
  }));

Deno.test("openSqliteStore() goes on in a file of version 1, and every entry can be found", () =>
  withTemporaryFile(async ({ path, open }) => {
    writeVersion1(path);
    const first = open();
    const commands = createCommands();
    const payments = Array.from({ length: 100 }, () => paying(commands.payment(1)));
    await commitTo(first.accounts, ID, ...payments);
    await first.close();
    const { accounts, journal, close } = open();
    assertEquals((await accounts.load(ID))?.account.balanceKurus, 600);
    for (let seq = 1; seq <= 102; seq++) {
      const { entries } = await journal.list(ID, { limit: 1, beforeSeq: seq + 1 });
      assertEquals(entries.map((entry) => entry.seq), [seq]);
    }
    await close();
  }));

Deno.test("SqliteDatabase finds in a file of version 2 every audit record, in its order", () =>
  withTemporaryFile(async ({ path }) => {
    const old = new DatabaseSync(path);
    old.exec(TABLES + VERSION_2);
    const values = "at, request_id, who, filo, user_no, operation, status, code";
    const insert = old.prepare(`INSERT INTO audit (${values}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`);
    for (let at = 1; at <= 2_500; at++) {
      insert.run(at, `request ${at}`, "fleet", null, `"${at}`, "pay", 402, "insufficient_balance");
    }
    const before = old.prepare(`SELECT ${values} FROM audit ORDER BY record_no`).all();
    old.close();
    const changed = new SqliteDatabase(path);
    const after = changed.prepare(`SELECT ${values} FROM audit ORDER BY batch_no, place`).all();
    assertEquals(after, before);
    const batches = changed.prepare("SELECT last_at FROM audit_batches ORDER BY batch_no").all();
    assertEquals(batches.map((batch) => batch.last_at), [999, 1_999, 2_500]);
    changed.close();
    await Promise.resolve();
  }));

Deno.test("SqliteDatabase leaves a file of version 1 as it is when it cannot be changed to the end", () =>
  withTemporaryFile(async ({ path }) => {
    writeVersion1(path);
    const raw = new DatabaseSync(path);
    // Version 2 refuses that, when most is done.
    raw.exec("UPDATE journal SET balance_after = -1 WHERE entry_no = 6");
    const before = raw.prepare("SELECT * FROM heads JOIN journal USING (account_no)").all();
    raw.close();
    assertThrows(() => new SqliteDatabase(path), Error, "CHECK constraint failed");
    const again = new DatabaseSync(path);
    assertEquals(
      again.prepare("SELECT * FROM heads JOIN journal USING (account_no)").all(),
      before,
    );
    assertEquals({ ...again.prepare("PRAGMA user_version").get() }, { user_version: 1 });
    again.close();
    await Promise.resolve();
  }));

Deno.test("SqliteDatabase leaves of a file of version 1 no table that only that version had", () =>
  withTemporaryFile(async ({ path }) => {
    writeVersion1(path);
    new SqliteDatabase(path).close();
    const [changed, made] = [new DatabaseSync(path), new DatabaseSync(":memory:")];
    made.exec(TABLES);
    const names = (database: DatabaseSync) =>
      database.prepare("SELECT type, name, tbl_name FROM sqlite_schema ORDER BY type, name").all()
        .map((row) => ({ ...row }));
    assertEquals(names(changed), names(made));
    for (const database of [changed, made]) database.close();
    await Promise.resolve();
  }));
