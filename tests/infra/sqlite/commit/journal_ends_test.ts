import { assert, assertEquals } from "@std/assert";
import { SqliteDatabase } from "../../../../infra/sqlite/database.ts";
import { createAppender } from "../../../../infra/sqlite/commit/appending.ts";
import { ENDS_REMEMBERED, journalStart } from "../../../../infra/sqlite/commit/journal_ends.ts";
import type { EntryRow, KurusFor } from "../../../../infra/sqlite/entry_rows.ts";

function row(id: string, type: "account_opened" | "payment", amount: number): EntryRow {
  const delta = -amount as KurusFor<"delta">;
  const balanceAfter = 0 as KurusFor<"balance_after">;
  return [id, type, amount as KurusFor<"amount">, delta, balanceAfter, 0, null, "{}"];
}

/** A database with accounts that have one entry each, and how often one is asked where they end. */
function openCounting(accounts: number) {
  const database = new SqliteDatabase(":memory:");
  let reads = 0;
  const begin = createAppender({
    prepare: (sql) => {
      const statement = database.prepare(sql);
      const all = statement.all.bind(statement);
      return Object.assign(statement, {
        all: (...parameters: never[]) => {
          reads++;
          return all(...parameters);
        },
      });
    },
  });
  const insert = database.prepare("INSERT INTO accounts (account_key, state) VALUES (?, '{}')");
  const keys = Array.from({ length: accounts }, (_, place) => `hergele/${place}`);
  database.transact(() => {
    const appending = begin();
    keys.forEach((key, place) => {
      const { lastInsertRowid } = insert.run(key);
      const opened = row(`ent_${place}`, "account_opened", 0);
      appending.append(key, journalStart(Number(lastInsertRowid)), [opened]);
    });
    appending.write();
  });
  return { database, keys, begin, countReads: () => reads };
}

Deno.test("endsOf() reads no account again that this connection knows", () => {
  const { database, keys, begin, countReads } = openCounting(3);
  const ends = begin().endsOf(keys);
  assertEquals(keys.map((key) => ends.get(key)?.head), ["ent_0", "ent_1", "ent_2"]);
  assertEquals(countReads(), 0);
  assertEquals(begin().endsOf(["hergele/none"]).get("hergele/none"), undefined);
  assertEquals(countReads(), 1);
  database.close();
});

Deno.test("keep() of an account that appends nothing hides no rollback", () => {
  const { database, begin } = openCounting(2);
  const paid = row("pay_1", "payment", 1);
  database.prepare("BEGIN").run();
  const appending = begin();
  const ends = appending.endsOf(["hergele/0", "hergele/1"]);
  const [first, last] = [ends.get("hergele/0"), ends.get("hergele/1")];
  assert(first && last);
  appending.append("hergele/0", first, [paid]);
  appending.append("hergele/1", last, []);
  appending.write();
  database.prepare("ROLLBACK").run();
  const after = begin().endsOf(["hergele/0"]);
  assertEquals(after.get("hergele/0")?.head, "ent_0");
  database.close();
});

for (const [accounts, reads] of [[ENDS_REMEMBERED, 0], [ENDS_REMEMBERED + 1, 1]] as const) {
  Deno.test(`endsOf() remembers at most ${ENDS_REMEMBERED} accounts: ${accounts}`, () => {
    const { database, keys, begin, countReads } = openCounting(accounts);
    const first = keys.slice(0, 1);
    assertEquals(begin().endsOf(first).get("hergele/0")?.head, "ent_0");
    assertEquals(countReads(), reads);
    database.close();
  });
}
