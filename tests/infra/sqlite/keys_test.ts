import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { DatabaseSync } from "node:sqlite";
import type { Account, AccountId } from "../../../domain/account.ts";
import type { Idempotency } from "../../../domain/idempotency.ts";
import { COMMANDS_PER_FOLD, RECENT_KEYS_PER_ACCOUNT } from "../../../domain/limits.ts";
import { decidePayment } from "../../../domain/payment.ts";
import type { Accounts } from "../../../domain/ports/accounts.ts";
import { createAccounts } from "../../../domain/workflows/accounts.ts";
import { createMemoryAccountCache } from "../../../infra/memory/account_cache.ts";
import { SqliteDatabase } from "../../../infra/sqlite/database.ts";
import { UNFILED_MOST, unfiledAfter, unfiledMost } from "../../../infra/sqlite/key_tail.ts";
import { commitHere, createSqliteStore } from "../../../infra/sqlite/store.ts";
import type { Store } from "../../../infra/store.ts";
import { createTestClock } from "../../support/clock.ts";
import {
  type Commands,
  createCommands,
  decideAll,
  paying,
  PERSON,
} from "../../support/commands.ts";
import { withTemporaryFile } from "../../support/temporary_store.ts";

const ID: AccountId = { filo: "hergele", userNo: "1" };
const LEAST = unfiledMost(1);
const LOG = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** Keys whose short hashes are all over the table, as real ones are. */
function key(place: number, end = 0): Idempotency {
  const short = (place * 0x9e3779b97f4b % 2 ** 48).toString(16).padStart(12, "0");
  return { keyHash: short + String(end).padStart(20, "0"), fingerprint: "asked", language: "tr" };
}

interface Bench {
  readonly accounts: Accounts;
  readonly store: Store;
  readonly loads: () => number;
  /** Pays with a key or without: how it ended, and by which entry. */
  pay(idempotency?: Idempotency): Promise<{ readonly outcome: string; readonly id?: string }>;
}

/** Accounts of one process, with its own cache. */
function openBench(store: Store, commands: Commands): Bench {
  let loads = 0;
  const counted = {
    ...store.accounts,
    load: (...args: Parameters<typeof store.accounts.load>) => {
      loads++;
      return store.accounts.load(...args);
    },
  };
  const accounts = createAccounts({
    store: counted,
    journal: store.journal,
    clock: createTestClock(),
    log: LOG,
    pause: () => Promise.resolve(),
    cache: createMemoryAccountCache(),
  });
  return {
    accounts,
    store,
    loads: () => loads,
    pay: async (idempotency) => {
      const command = commands.payment(1, { ...(idempotency && { idempotency }) });
      const ended = await accounts.update(
        { account: ID, command },
        ({ account }) => decidePayment(account, command),
      );
      return "entry" in ended
        ? { outcome: ended.outcome, id: ended.entry.id }
        : { outcome: ended.outcome };
    },
  };
}

async function openAccount(store: Store, commands: Commands): Promise<Account> {
  const opening = commands.opening(ID, { balanceKurus: 1_000_000_000 });
  assert(await store.accounts.insert(opening, PERSON));
  return opening.account;
}

/** What the file says of keys: how many are filed, and how many entries are not. */
function filing(database: Pick<SqliteDatabase, "prepare">) {
  const row = database.prepare(
    "SELECT (SELECT count(*) FROM keys) AS filed, unfiled FROM heads WHERE account_no = 1",
  ).get();
  return { filed: Number(row?.filed), unfiled: Number(row?.unfiled) };
}

function openHere() {
  const database = new SqliteDatabase(":memory:");
  return { database, store: createSqliteStore(database, commitHere(database)) };
}

Deno.test("entriesPerSave keeps unfiled entries and a fold on top within the window that an account may remember", () => {
  assertEquals(UNFILED_MOST + COMMANDS_PER_FOLD <= RECENT_KEYS_PER_ACCOUNT, true);
  const mosts = [1, 511, 512, 528, 8_191, 8_192, 1_000_000].map(unfiledMost);
  assertEquals(mosts, [32, 32, 32, 33, 511, 512, 512]);
});

Deno.test("unfiledAfter() begins with an entry that has a key", () => {
  assertEquals([unfiledAfter(0, null), unfiledAfter(0, 7)], [0, 1]);
  assertEquals([unfiledAfter(5, null), unfiledAfter(5, 7)], [6, 6]);
});

Deno.test("save() files keys when so many entries wait, and all are found before, at and after it", async () => {
  const { database, store } = openHere();
  const commands = createCommands();
  const bench = openBench(store, commands);
  await openAccount(store, commands);
  const paid: (string | undefined)[] = [];
  for (let place = 0; place < 3 * LEAST + 1; place++) {
    // The next one, and each of the last three, as a retry of this process and of a new one.
    const { outcome, id } = await bench.pay(key(place));
    assertEquals(outcome, "accepted");
    paid.push(id);
    assertEquals(filing(database), {
      filed: Math.floor((place + 1) / LEAST) * LEAST,
      unfiled: (place + 1) % LEAST,
    });
    for (const back of [place, Math.max(0, place - 1), Math.max(0, place - LEAST)]) {
      for (const process of [bench, openBench(store, commands)]) {
        assertEquals(await process.pay(key(back)), { outcome: "replayed", id: paid[back] ?? "" });
      }
    }
  }
  await store.close();
});

Deno.test("save() of entries without keys files nothing and counts none, until one with a key comes", async () => {
  const { database, store } = openHere();
  const commands = createCommands();
  const bench = openBench(store, commands);
  await openAccount(store, commands);
  for (let count = 0; count < 2 * LEAST; count++) await bench.pay();
  assertEquals(filing(database), { filed: 0, unfiled: 0 });
  await bench.pay(key(1));
  for (let count = 2; count < LEAST; count++) await bench.pay();
  assertEquals(filing(database), { filed: 0, unfiled: LEAST - 1 });
  await bench.pay();
  assertEquals(filing(database), { filed: 1, unfiled: 0 });
  assertEquals((await bench.pay(key(1))).outcome, "replayed");
  await store.close();
});

Deno.test("update() reads an account for its first key only, and decides all others on the cached one", async () => {
  const { store } = openHere();
  const commands = createCommands();
  const bench = openBench(store, commands);
  await openAccount(store, commands);
  await bench.pay();
  assertEquals(bench.loads(), 1);
  for (let place = 0; place < 10 * LEAST; place++) {
    assertEquals((await bench.pay(place % 3 === 0 ? undefined : key(place))).outcome, "accepted");
  }
  assertEquals(bench.loads(), 2);
  await store.close();
});

Deno.test("save() lets two keys of the same 48 bits both pay, and both are replayed, filed or not", async () => {
  const { store } = openHere();
  const commands = createCommands();
  const bench = openBench(store, commands);
  await openAccount(store, commands);
  const first = await bench.pay(key(1, 1));
  const second = await bench.pay(key(1, 2));
  const check = async () => {
    assertEquals([first.outcome, second.outcome], ["accepted", "accepted"]);
    assertEquals(await bench.pay(key(1, 1)), { ...first, outcome: "replayed" });
    assertEquals(await bench.pay(key(1, 2)), { ...second, outcome: "replayed" });
  };
  await check();
  for (let place = 2; place < 2 * LEAST; place++) await bench.pay(key(place));
  await check();
  assertEquals((await bench.pay(key(1, 3))).outcome, "accepted");
  await store.close();
});

Deno.test("save() whose keys cannot be filed leaves nothing behind, neither money nor keys", async () => {
  const { database, store } = openHere();
  const commands = createCommands();
  const bench = openBench(store, commands);
  await openAccount(store, commands);
  for (let place = 1; place < LEAST; place++) await bench.pay(key(place));
  const before = await store.accounts.load(ID);
  assert(before);
  const { account } = before;
  const next = decideAll(account, [paying(commands.payment(1, { idempotency: key(LEAST) }))]);
  const save = () => store.accounts.save(next.account, account.head, next.entries);
  database.prepare(`
    CREATE TEMP TRIGGER stop BEFORE INSERT ON keys WHEN (SELECT count(*) FROM keys) = 7
    BEGIN SELECT RAISE(ABORT, 'no'); END`).run();
  await assertRejects(save, Error, "no");
  assertEquals(filing(database), { filed: 0, unfiled: LEAST - 1 });
  assertEquals(await store.accounts.load(ID), before);
  database.prepare("DROP TRIGGER stop").run();
  assertEquals(await save(), "filed");
  assertEquals(filing(database), { filed: LEAST, unfiled: 0 });
  await store.close();
});

Deno.test("load() and save() stop at a missing entry, whoever looks for keys or files them", async () => {
  const { database, store } = openHere();
  const commands = createCommands();
  await openAccount(store, commands);
  const pay = async (place: number) => {
    const loaded = await store.accounts.load(ID);
    assert(loaded);
    const { account } = loaded;
    const next = decideAll(account, [paying(commands.payment(1, { idempotency: key(place) }))]);
    return await store.accounts.save(next.account, account.head, next.entries);
  };
  for (let place = 1; place < LEAST; place++) await pay(place);
  database.prepare("DELETE FROM journal WHERE entry_no = 5").run();
  const asked = { keys: [key(1).keyHash] };
  await assertRejects(() => store.accounts.load(ID, asked), Error, "there is no entry 5");
  await assertRejects(() => pay(LEAST), Error, "NOT NULL constraint failed");
  assertEquals(filing(database), { filed: 0, unfiled: LEAST - 1 });
  await store.close();
});

Deno.test("save() takes no filed key for a new one when its entry is missing", async () => {
  const { database, store } = openHere();
  const commands = createCommands();
  const bench = openBench(store, commands);
  await openAccount(store, commands);
  for (let place = 1; place <= LEAST + 1; place++) await bench.pay(key(place));
  database.prepare("DELETE FROM journal WHERE entry_no = 5").run();
  assertEquals((await bench.pay(key(4))).outcome, "busy");
  await store.close();
});

Deno.test("update() answers a refused command of a fold by what its filed key paid, or by its reuse", async () => {
  const { store } = openHere();
  const commands = createCommands();
  const bench = openBench(store, commands);
  await openAccount(store, commands);
  for (let place = 1; place <= LEAST + 1; place++) await bench.pay(key(place));
  const tooMuch = (place: number, fingerprint: string) => {
    const idempotency = { ...key(place), fingerprint };
    const command = commands.payment(2_000_000_000, { idempotency });
    return bench.accounts.update(
      { account: ID, command },
      ({ account }) => decidePayment(account, command),
    );
  };
  // The first is on its way to the store; the others wait and are folded.
  const outcomes = await Promise.all([
    bench.pay(),
    bench.pay(key(LEAST + 2)),
    tooMuch(3, "asked"),
    tooMuch(4, "another"),
    tooMuch(LEAST + 3, "asked"),
  ]);
  assertEquals(
    outcomes.map(({ outcome }) => outcome),
    ["accepted", "accepted", "replayed", "key_reused", "rejected"],
  );
  await store.close();
});

/** An account that has paid so many times with keys, made row by row. */
function insertHistory(database: DatabaseSync, entries: number): void {
  const { head } = database.prepare(
    "SELECT entry_id AS head FROM journal WHERE entry_no = 1",
  ).get() as { head: string };
  assert(head);
  database.exec("BEGIN");
  const insertEntry = database.prepare(
    `INSERT INTO journal (entry_no, prev, account_no, seq, entry_id,
    type, amount, delta, balance_after, at, key_hash, facts)
    VALUES (?, ?, 1, ?, ?, 'payment', 1, -1, ?, 1, ?, ?)`,
  );
  const insertKey = database.prepare("INSERT INTO keys VALUES (1, ?, ?)");
  for (let place = 1; place <= entries; place++) {
    const row = place + 1;
    const idempotency = key(place);
    const hash = Number.parseInt(idempotency.keyHash.slice(0, 12), 16);
    const facts = JSON.stringify({ by: "fleet", requestId: "r", idempotency });
    insertEntry.run(row, place, row, `old_${place}`, 1_000_000_000 - place, hash, facts);
    if (place <= entries - 100) insertKey.run(hash, row);
  }
  database.prepare("UPDATE heads SET last_entry = ?, last_payment = ?, unfiled = 100")
    .run(entries + 1, entries + 1);
  database.exec("COMMIT");
}

Deno.test("save() finds the oldest and the newest of 100,000 keys of an account, and a new one pays", () =>
  withTemporaryFile(async ({ path, open }) => {
    const commands = createCommands();
    const made = open();
    await openAccount(made, commands);
    await made.close();
    const database = new DatabaseSync(path);
    const keys = 100_000;
    insertHistory(database, keys);
    const store = open();
    const bench = openBench(store, commands);
    for (const place of [1, 2, keys - 100, keys - 99, keys]) {
      const replayed = { outcome: "replayed", id: `old_${place}` };
      assertEquals(await bench.pay(key(place)), replayed);
    }
    for (let place = 1; place <= UNFILED_MOST; place++) {
      assertEquals((await bench.pay(key(keys + place))).outcome, "accepted");
    }
    assertEquals(filing(database), { filed: keys + UNFILED_MOST - 100, unfiled: 100 });
    assertEquals((await bench.pay(key(keys + 1))).outcome, "replayed");
    assertEquals(bench.loads(), 6);
    database.close();
    await store.close();
  }));

const STEPS = fc.array(
  fc.record({
    process: fc.nat(1),
    // A new key, one that was used so long ago, or none.
    key: fc.oneof(
      { weight: 6, arbitrary: fc.constant("new") },
      { weight: 2, arbitrary: fc.nat(3 * LEAST) },
      { weight: 2, arbitrary: fc.constant("none") },
      { weight: 1, arbitrary: fc.constant("restart") },
    ),
    times: fc.integer({ min: 1, max: 12 }),
  }),
  { minLength: 20, maxLength: 40 },
);

Deno.test("save() of two processes on one file pays each key once, and answers it by what it paid", async () => {
  await fc.assert(
    fc.asyncProperty(STEPS, (steps) =>
      withTemporaryFile(async ({ open }) => {
        const commands = createCommands();
        const processes = [open(), open()].map((store) => openBench(store, commands));
        assert(processes[0]);
        await openAccount(processes[0].store, commands);
        const paid: (string | undefined)[] = [];
        let unkeyed = 0;
        for (const step of steps) {
          const bench = processes[step.process];
          assert(bench);
          if (step.key === "restart") {
            await bench.store.close();
            processes[step.process] = openBench(open(), commands);
          } else if (typeof step.key === "number") {
            const place = paid.length - 1 - step.key;
            if (place < 0) continue;
            const answer = await bench.pay(key(place));
            assertEquals(answer, { outcome: "replayed", id: paid[place] ?? "" });
          } else {
            const isNew = step.key === "new";
            // At once, so that they are folded.
            const answers = await Promise.all(
              Array.from({ length: step.times }, (_, place) =>
                bench.pay(isNew ? key(paid.length + place) : undefined)),
            );
            for (const { outcome, id } of answers) {
              assertEquals(outcome, "accepted");
              if (isNew) {
                paid.push(id);
              } else unkeyed++;
            }
          }
        }
        const account = await processes[1]?.accounts.read(ID);
        assertEquals(account?.balanceKurus, 1_000_000_000 - paid.length - unkeyed as never);
        for (const { store } of processes) {
          await store.close();
        }
      })),
    { seed: 20260101, numRuns: 8 },
  );
});

/** How many keys each save brings, of saves that share a transaction. */
const SAVES = fc.array(fc.array(fc.integer({ min: 1, max: COMMANDS_PER_FOLD }), { maxLength: 3 }), {
  minLength: 6,
  maxLength: 12,
});

Deno.test("save() refuses every filed key, in however many saves of one transaction the keys came", async () => {
  await fc.assert(
    fc.asyncProperty(SAVES, async (transactions) => {
      const { database, store } = openHere();
      const commands = createCommands();
      let account = await openAccount(store, commands);
      let keys = 0;
      const save = (places: readonly number[]) => {
        const { head } = account;
        const next = decideAll(
          account,
          places.map((place) => paying(commands.payment(1, { idempotency: key(place) }))),
        );
        return { next, saved: store.accounts.save(next.account, head, next.entries) };
      };
      for (const sizes of transactions) {
        const saving = sizes.map((size) => {
          const { next, saved } = save(Array.from({ length: size }, () => ++keys));
          ({ account } = next);
          return saved;
        });
        assertEquals((await Promise.all(saving)).includes("conflict"), false);
      }
      const { unfiled } = filing(database);
      // All wait for the same transaction, and none of them changes anything.
      const again = await Promise.all(
        Array.from({ length: keys - unfiled }, (_, place) => save([place + 1]).saved),
      );
      assertEquals(again.filter((result) => result !== "conflict"), []);
      assertEquals(await save([keys + 1]).saved === "conflict", false);
      await store.close();
    }),
    { seed: 20260101, numRuns: 20 },
  );
});

/** What the store itself finds wrong with the entries and the keys that it keeps. */
async function faultsIn({ records }: Store): Promise<readonly string[]> {
  const faults: string[] = [];
  for await (const account of records.accounts()) {
    faults.push(...account.faults);
    for await (const { faults: found } of account.entries()) faults.push(...found);
  }
  for await (const stray of records.strays()) faults.push(stray);
  return faults;
}

Deno.test("records() names a number of unfiled entries that is another, however near it is", async () => {
  const { database, store } = openHere();
  const commands = createCommands();
  const bench = openBench(store, commands);
  await openAccount(store, commands);
  for (let place = 1; place < LEAST; place++) await bench.pay(key(place));
  for (const next of [key(1_001), key(1_002), undefined, key(1_003), undefined]) {
    await bench.pay(next);
  }
  const { unfiled } = filing(database);
  assertEquals(unfiled, 4);
  const set = (entries: number) => database.prepare("UPDATE heads SET unfiled = ?").run(entries);
  for (const wrong of [-1, 0, 1, 2, 3, 5, 6, LEAST, LEAST + unfiled, LEAST + unfiled + 2]) {
    set(wrong);
    assertEquals((await faultsIn(store)).length > 0, true, `${wrong} of ${unfiled}`);
  }
  set(unfiled);
  assertEquals(await faultsIn(store), []);
  await store.close();
});
