import { assert, assertEquals, assertRejects } from "@std/assert";
import type { Account } from "../../../../domain/account.ts";
import { newCard } from "../../../../domain/card_registration.ts";
import { CardNumber } from "../../../../domain/card_number.ts";
import { decideRefund } from "../../../../domain/refund.ts";
import { decideTopUp } from "../../../../domain/top_up.ts";
import { kurus } from "../../../../domain/money.ts";
import { SqliteDatabase } from "../../../../infra/sqlite/database.ts";
import { commitHere, createSqliteStore, openSqliteStore } from "../../../../infra/sqlite/store.ts";
import { createCommands, decideAll, paying, PERSON } from "../../../support/commands.ts";
import { withTemporaryFile } from "../../../support/temporary_store.ts";

const ID = { filo: "hergele", userNo: "1" };
/** The account without the window of keys, which SQLite has no use for. */
const bare = (account: Account | undefined) => account && { ...account, recentKeys: null };

/** Lets every write fail whose journal has grown; gives what ends that. */
function refuseHeads(database: SqliteDatabase): () => void {
  database.prepare(`
    CREATE TEMP TRIGGER stop AFTER UPDATE ON heads BEGIN SELECT RAISE(ABORT, 'no'); END`).run();
  return () => void database.prepare("DROP TRIGGER stop").run();
}

Deno.test("save() lets saves of one account in one batch follow each other, and a rival between them change nothing", async () => {
  const { accounts, journal, close } = openSqliteStore(":memory:");
  const commands = createCommands();
  const opening = commands.opening(ID, { balanceKurus: 10_000 });
  await accounts.insert(opening, PERSON);
  const zero = opening.account;
  const pay = (account: Account) =>
    decideAll(account, Array.from({ length: 10 }, () => paying(commands.payment(1))));
  const first = pay(zero);
  const rival = pay(zero);
  const second = pay(first.account);
  const third = decideAll(second.account, [
    (account) =>
      decideRefund({ account, payments: new Map(), topUps: new Map() }, commands.next("ref")),
  ]);
  const results = await Promise.all([
    accounts.save(first.account, zero.head, first.entries),
    accounts.save(rival.account, zero.head, rival.entries),
    accounts.save(second.account, first.account.head, second.entries),
    accounts.save(third.account, second.account.head, third.entries),
  ]);
  assertEquals(results, ["saved", "conflict", "saved", "saved"]);
  assertEquals(bare((await accounts.load(ID))?.account), bare(third.account));
  const { entries } = await journal.list(ID, { limit: 100 });
  assertEquals(entries.toReversed(), [
    opening.entry,
    ...first.entries,
    ...second.entries,
    ...third.entries,
  ]);
  for (let seq = 1; seq <= 22; seq++) {
    const page = await journal.list(ID, { limit: 1, beforeSeq: seq + 1 });
    assertEquals(page.entries[0]?.seq, seq);
  }
  await close();
});

Deno.test("save() whose entry id is taken fails alone among the saves of one batch", async () => {
  const { accounts, journal, close } = openSqliteStore(":memory:");
  const commands = createCommands();
  const ids = ["1", "2", "3"].map((userNo) => ({ filo: "hergele", userNo }));
  const opened: Account[] = [];
  for (const id of ids) {
    const opening = commands.opening(id, { balanceKurus: 100 });
    await accounts.insert(opening, PERSON);
    opened.push(opening.account);
  }
  const same = commands.payment(1);
  const saves = [commands.payment(1), same, same].map((payment, place) => {
    const before = opened[place];
    assert(before);
    const next = decideAll(before, [paying(payment)]);
    return accounts.save(next.account, before.head, next.entries);
  });
  const results = await Promise.allSettled(saves);
  assertEquals(results.map(({ status }) => status), ["fulfilled", "fulfilled", "rejected"]);
  const balances = await Promise.all(
    ids.map(async (id) => (await accounts.load(id))?.account.balanceKurus),
  );
  assertEquals(balances, [99, 99, 100].map((k) => kurus(k)));
  const [, , third = ID] = ids;
  assertEquals((await journal.list(third, { limit: 10 })).entries.length, 1);
  await close();
});

Deno.test("save() keeps cards and open top-ups of every account in one batch", async () => {
  const { accounts, close } = openSqliteStore(":memory:");
  const commands = createCommands();
  const facts = CardNumber.parse("4242424242424242")?.facts;
  assert(facts);
  const next = await Promise.all(["1", "2", "3"].map(async (userNo) => {
    const { entryId: cardId, at } = commands.next("card");
    const opening = commands.opening({ filo: "hergele", userNo }, {
      balanceKurus: 100,
      cards: [newCard({ cardId, fingerprint: cardId, facts, at })],
    });
    await accounts.insert(opening, PERSON);
    const top = { ...commands.next("top"), amountKurus: kurus(100), gateway: "sandbox" };
    return {
      before: opening.account,
      ...decideAll(opening.account, [(account) => decideTopUp(account, top)]),
    };
  }));
  await Promise.all(
    next.map(({ before, account, entries }) => accounts.save(account, before.head, entries)),
  );
  for (const { account } of next) {
    assertEquals(bare((await accounts.load(account.id))?.account), bare(account));
  }
  assertEquals((await accounts.openTopUps({ from: 0, to: 0 }, 10)).length, 3);
  await close();
});

Deno.test("save() writes no entry that leaves less than nothing", async () => {
  const database = new SqliteDatabase(":memory:");
  const { accounts, close } = createSqliteStore(database, commitHere(database));
  const commands = createCommands();
  const opening = commands.opening(ID, { balanceKurus: 1 });
  await accounts.insert(opening, PERSON);
  const next = decideAll(opening.account, [paying(commands.payment(1))]);
  const entries = next.entries.map((entry) => ({ ...entry, balanceAfterKurus: -1 as never }));
  await assertRejects(
    () => accounts.save(next.account, opening.account.head, entries),
    Error,
    "CHECK constraint failed",
  );
  await close();
});

Deno.test("load(), list() and save() take no other account's entry for a last entry that is missing", async () => {
  const database = new SqliteDatabase(":memory:");
  const { accounts, journal, close } = createSqliteStore(database, commitHere(database));
  const commands = createCommands();
  const poor = commands.opening(ID, { balanceKurus: 10 });
  await accounts.insert(poor, PERSON);
  database.prepare("DELETE FROM journal WHERE entry_id = ?").run(poor.entry.id);
  // Its row number is the next one that is given.
  const rich = commands.opening({ filo: "hergele", userNo: "2" }, { balanceKurus: 1_000_000 });
  await accounts.insert(rich, PERSON);
  await assertRejects(() => accounts.load(ID), Error, "there is no entry 1");
  await assertRejects(() => journal.list(ID, { limit: 10 }), Error, "there is no entry 1");
  const { account, entries } = decideAll(rich.account, [paying(commands.payment(1))]);
  const stolen = { ...account, id: ID };
  assertEquals(await accounts.save(stolen, rich.account.head, entries), "conflict");
  await close();
});

Deno.test("save() sees what another connection appended since it looked last", () =>
  withTemporaryFile(async ({ path }) => {
    const [mine, others] = [path, path].map((file) => {
      const database = new SqliteDatabase(file);
      return createSqliteStore(database, commitHere(database));
    });
    assert(mine && others);
    const commands = createCommands();
    const opening = commands.opening(ID, { balanceKurus: 100 });
    await mine.accounts.insert(opening, PERSON);
    const pay = (account: Account) => decideAll(account, [paying(commands.payment(1))]);
    const save = ({ accounts }: typeof mine, before: Account, next: ReturnType<typeof pay>) =>
      accounts.save(next.account, before.head, next.entries);
    const first = pay(opening.account);
    assertEquals(await save(mine, opening.account, first), "saved");
    const second = pay(first.account);
    assertEquals(await save(others, first.account, second), "saved");
    assertEquals(await save(mine, first.account, pay(first.account)), "conflict");
    assertEquals(await save(mine, second.account, pay(second.account)), "saved");
    await Promise.all([mine.close(), others.close()]);
  }));

Deno.test("save() forgets what was rolled back, also when another connection appends as much", () =>
  withTemporaryFile(async ({ path }) => {
    const database = new SqliteDatabase(path);
    const mine = createSqliteStore(database, commitHere(database));
    const others = openSqliteStore(path);
    const commands = createCommands();
    const opening = commands.opening(ID, { balanceKurus: 100 });
    const other = commands.opening({ filo: "hergele", userNo: "2" }, { balanceKurus: 100 });
    for (const each of [opening, other]) await mine.accounts.insert(each, PERSON);
    const pay = (account: Account) => decideAll(account, [paying(commands.payment(1))]);
    const rolledBack = pay(opening.account);
    const allowAgain = refuseHeads(database);
    await assertRejects(
      () => mine.accounts.save(rolledBack.account, opening.account.head, rolledBack.entries),
    );
    allowAgain();
    const elsewhere = pay(other.account);
    await others.accounts.save(elsewhere.account, other.account.head, elsewhere.entries);
    const onTop = pay(rolledBack.account);
    const save = (next: typeof onTop, head: string) =>
      mine.accounts.save(next.account, head, next.entries);
    assertEquals(await save(onTop, rolledBack.account.head), "conflict");
    assertEquals(await save(rolledBack, opening.account.head), "saved");
    assertEquals(await save(onTop, rolledBack.account.head), "saved");
    await Promise.all([mine.close(), others.close()]);
  }));

Deno.test("save() forgets what was rolled back when nobody else appends", async () => {
  const database = new SqliteDatabase(":memory:");
  const { accounts, close } = createSqliteStore(database, commitHere(database));
  const commands = createCommands();
  const opening = commands.opening(ID, { balanceKurus: 100 });
  await accounts.insert(opening, PERSON);
  const next = decideAll(opening.account, [paying(commands.payment(1))]);
  const save = (head: string) => accounts.save(next.account, head, next.entries);
  const allowAgain = refuseHeads(database);
  await assertRejects(() => save(opening.account.head));
  allowAgain();
  assertEquals(await save(next.account.head), "conflict");
  assertEquals(await save(opening.account.head), "saved");
  await close();
});
