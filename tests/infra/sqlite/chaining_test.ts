import { assertEquals, assertRejects } from "@std/assert";
import { SqliteDatabase } from "../../../infra/sqlite/database.ts";
import { commitHere, createSqliteStore } from "../../../infra/sqlite/store.ts";
import { commitTo, createCommands, paying, PERSON } from "../../support/commands.ts";

const ID = { filo: "hergele", userNo: "1" };

Deno.test("keepHouse() begins no chain in the middle of an account whose last hash is lost", async () => {
  const database = new SqliteDatabase(":memory:");
  const store = createSqliteStore(database, commitHere(database));
  const count = (table: string) => database.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.n;
  const commands = createCommands();
  await store.accounts.insert(commands.opening(ID, { balanceKurus: 100 }), PERSON);
  await store.keepHouse(0);
  // Another account's hash comes last, so that the lost one is not simply made again.
  await store.accounts.insert(commands.opening({ ...ID, userNo: "2" }), PERSON);
  await store.keepHouse(0);
  database.prepare("DELETE FROM chain WHERE entry_no = 1").run();
  await store.auth.addCode(ID, {
    codeHash: "old",
    delivery: "response",
    now: 0,
    expiresAt: 1,
  }, 1);
  await commitTo(store.accounts, ID, paying(commands.payment(1)));
  await assertRejects(() => store.keepHouse(2), Error, "there is no hash of entry 1");
  assertEquals([count("chain"), count("codes")], [1, 0], "nothing chained, what expired is gone");
  await store.close();
});
