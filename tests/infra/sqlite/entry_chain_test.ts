import { assertEquals, assertLessOrEqual, assertThrows } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import fc from "fast-check";
import { createEntryChain } from "../../../infra/sqlite/entry_chain.ts";
import { MARK_EVERY, TABLES } from "../../../infra/sqlite/schema.ts";
import { countJournalReads } from "../../support/journal_reads.ts";

const ACCOUNTS = 3;
/** The mark when it is looked for, and each entry from there on. */
const MOST_READS = MARK_EVERY + 1;

/** Writes entries whose accounts follow in the given order; counts how many rows are read. */
function buildChains(accounts: readonly number[]) {
  const database = new DatabaseSync(":memory:");
  database.exec(TABLES);
  const insert = database.prepare(`
    INSERT INTO main.journal (prev, entry_id, account_no, seq, type, amount, delta, balance_after, at, facts)
    VALUES (?, ?, ?, ?, 'payment', 0, 0, 0, 0, '{}')`);
  const rows: number[][] = Array.from({ length: ACCOUNTS }, () => []);
  for (const [place, account] of accounts.entries()) {
    const own = rows[account] ?? [];
    const { lastInsertRowid } = insert.run(
      own.at(-1) ?? 0,
      `${place + 1}`,
      account,
      own.length + 1,
    );
    own.push(Number(lastInsertRowid));
  }
  const reads = countJournalReads(database);
  const chain = createEntryChain(database);
  const endOf = (account: number, seq = rows[account]?.length ?? 0) => {
    return { account_no: account, last_entry: rows[account]?.[seq - 1] ?? 0, seq };
  };
  /** The row of one entry, whose id is its number. */
  const seek = (account: number, target: number, seq?: number) => {
    const found = chain.read(endOf(account, seq), { newest: target, oldest: 1, limit: 1 });
    return Number(found[0]?.id);
  };
  return { database, rows, reads, chain, endOf, seek, close: () => database.close() };
}

Deno.test("read() finds every entry of interleaved accounts in a few steps", () => {
  const order = fc.array(fc.nat({ max: ACCOUNTS - 1 }), {
    minLength: 1,
    maxLength: 3_000,
    size: "max",
  });
  fc.assert(
    fc.property(order, (accounts) => {
      const { rows, reads, seek, close } = buildChains(accounts);
      reads.taken();
      for (const [account, own] of rows.entries()) {
        const found = own.map((_, index) => {
          const entryNo = seek(account, index + 1);
          assertLessOrEqual(reads.taken(), MOST_READS);
          return entryNo;
        });
        assertEquals(found, own);
      }
      close();
    }),
    { seed: 20260101, numRuns: 15, examples: [[new Array(4_000).fill(0)]] },
  );
});

Deno.test("read() finds every entry from every later one", () => {
  const { rows: [own = []], seek, close } = buildChains(
    Array.from({ length: 400 }, (_, place) => place % ACCOUNTS),
  );
  for (let from = 1; from <= own.length; from++) {
    for (let seq = 1; seq <= from; seq++) assertEquals(seek(0, seq, from), own[seq - 1]);
  }
  close();
});

Deno.test("read() says where a chain is broken instead of giving a wrong entry", () => {
  const { database, rows: [own = []], seek, close } = buildChains(new Array(100).fill(0));
  database.exec("DELETE FROM main.journal WHERE seq = 60");
  for (const seq of [59, 58, 33]) {
    assertThrows(() => seek(0, seq), Error, `there is no entry ${own[59]}`);
  }
  for (const seq of [99, 61, 32, 1]) assertEquals(seek(0, seq), own[seq - 1]);
  close();
});

Deno.test("read() says that a pointer leads to a wrong entry", () => {
  const { database, rows: [own = []], seek, close } = buildChains(new Array(20).fill(0));
  database.exec(`UPDATE main.journal SET prev = ${own[4]} WHERE seq = 15`);
  assertThrows(() => seek(0, 14), Error, `there is no entry ${own[4]}`);
  assertEquals(seek(0, 15), own[14]);
  close();
});

Deno.test("read() goes on without a mark that is missing", () => {
  const { database, rows: [own = []], seek, close } = buildChains(new Array(100).fill(0));
  database.exec("DROP INDEX main.journal_marks; DELETE FROM main.journal WHERE seq = 64");
  assertThrows(() => seek(0, 60), Error, `there is no entry ${own[63]}`);
  close();
});

Deno.test("read() says that the last entry itself is missing", () => {
  const { database, rows: [own = []], seek, close } = buildChains([0, 0, 0]);
  database.exec("DELETE FROM main.journal WHERE seq = 3");
  assertThrows(() => seek(0, 1), Error, `there is no entry ${own[2]}`);
  close();
});

Deno.test("read() gives from `newest` down to `oldest`, up to `limit` of the asked types", () => {
  const { database, chain, endOf, close } = buildChains(new Array(100).fill(0));
  database.exec("UPDATE main.journal SET type = 'refund' WHERE seq % 10 = 0");
  const numbersOf = (newest: number, oldest: number, limit: number, types?: string[]) =>
    chain.read(endOf(0), { newest, oldest, limit, ...(types && { types }) }).map(({ seq }) => seq);
  assertEquals(numbersOf(97, 1, 3), [97, 96, 95]);
  assertEquals(numbersOf(97, 96, 3), [97, 96]);
  assertEquals(numbersOf(2, 1, 3), [2, 1]);
  assertEquals(numbersOf(97, 1, 3, ["refund"]), [90, 80, 70]);
  assertEquals(numbersOf(60, 45, 3, ["refund"]), [60, 50]);
  assertEquals(numbersOf(61, 1, 3, ["refund", "payment"]), [61, 60, 59]);
  assertEquals(numbersOf(100, 1, 3, ["fund", "account_opened"]), []);
  close();
});
