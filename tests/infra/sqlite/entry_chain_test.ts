import { assertEquals, assertLessOrEqual, assertThrows } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import fc from "fast-check";
import {
  createEntryChain,
  type EntryChain,
  type Place,
} from "../../../infra/sqlite/entry_chain.ts";
import { TABLES } from "../../../infra/sqlite/schema.ts";
import { countJournalReads } from "../../support/journal_reads.ts";

const ACCOUNTS = 3;

/** What the entry after `last` points at beside `last`; `own` are the account's rows until then. */
type SkipRule = (chain: EntryChain, last: Place, own: readonly number[]) => number;

const asAppended: SkipRule = (chain, last) => chain.skipAfter(last);

/** Writes entries whose accounts follow in the given order; counts how many rows are read. */
function buildChains(accounts: readonly number[], skipRule = asAppended) {
  const database = new DatabaseSync(":memory:");
  database.exec(TABLES);
  const insert = database.prepare(`
    INSERT INTO main.journal (prev, skip, entry_id, account_no, seq, type, amount, delta, balance_after, at, facts)
    VALUES (?, ?, ?, ?, ?, 'payment', 0, 0, 0, 0, '{}')`);
  const reads = countJournalReads(database);
  const chain = createEntryChain(database);
  const rows: number[][] = Array.from({ length: ACCOUNTS }, () => []);
  for (const [place, account] of accounts.entries()) {
    const own = rows[account] ?? [];
    const last = { entryNo: own.at(-1) ?? 0, seq: own.length };
    const skip = skipRule(chain, last, own);
    const { lastInsertRowid } = insert.run(last.entryNo, skip, `e${place}`, account, last.seq + 1);
    own.push(Number(lastInsertRowid));
  }
  return { chain, rows, reads, close: () => database.close() };
}

/** Bits of a number that counts so many. */
function bitsOf(length: number): number {
  return Math.ceil(Math.log2(length + 1));
}

/** At most three steps a bit, each of which reads an entry and the one that its skip leads to; and the end. */
function mostReads(length: number): number {
  return 6 * bitsOf(length) + 2;
}

Deno.test("seek() finds every entry of interleaved accounts in a few steps", () => {
  const order = fc.array(fc.nat({ max: ACCOUNTS - 1 }), {
    minLength: 1,
    maxLength: 3_000,
    size: "max",
  });
  fc.assert(
    fc.property(order, (accounts) => {
      const { chain, rows, reads, close } = buildChains(accounts);
      assertLessOrEqual(reads.taken(), accounts.length);
      for (const own of rows) {
        const found = own.map((_, index) => {
          const entryNo = chain.seek(own.at(-1) ?? 0, index + 1);
          assertLessOrEqual(reads.taken(), mostReads(own.length));
          return entryNo;
        });
        assertEquals(found, own);
      }
      close();
    }),
    { seed: 20260101, numRuns: 15, examples: [[new Array(4_000).fill(0)]] },
  );
});

Deno.test("seek() finds every entry from every later one", () => {
  const { chain, rows: [own = []], close } = buildChains(
    Array.from({ length: 600 }, (_, place) => place % ACCOUNTS),
  );
  for (let from = 1; from <= own.length; from++) {
    for (let seq = 1; seq <= from; seq++) {
      assertEquals(chain.seek(own[from - 1] ?? 0, seq), own[seq - 1]);
    }
  }
  close();
});

/** As a Fenwick tree's nodes point, which the first files were written with. */
const asFenwick: SkipRule = (_chain, { seq: last }, own) => own[(last & (last + 1)) - 1] ?? 0;

const OTHER_RULES: Readonly<Record<string, SkipRule>> = {
  "as in the first files": asFenwick,
  "as in the first files, and later as now": (chain, last, own) => {
    return last.seq < 100 ? asFenwick(chain, last, own) : chain.skipAfter(last);
  },
  "nowhere": () => 0,
};

for (const [where, rule] of Object.entries(OTHER_RULES)) {
  Deno.test(`seek() finds every entry where skips lead ${where}`, () => {
    const { chain, rows: [own = []], close } = buildChains(new Array(300).fill(0), rule);
    assertEquals(own.map((_, index) => chain.seek(own.at(-1) ?? 0, index + 1)), own);
    close();
  });
}

Deno.test("skipAfter() follows at most two pointers, however long the journal is", () => {
  const { chain, rows: [own = []], reads, close } = buildChains(new Array(2_000).fill(0));
  reads.taken();
  for (let seq = 0; seq <= own.length; seq++) {
    chain.skipAfter({ entryNo: own[seq - 1] ?? 0, seq });
    assertLessOrEqual(reads.taken(), 2);
  }
  close();
});

Deno.test("skipAfter() of an empty journal points before its first entry", () => {
  const { chain, close } = buildChains([]);
  assertEquals(chain.skipAfter({ entryNo: 0, seq: 0 }), 0);
  close();
});

Deno.test("seek() says where a chain is broken instead of giving a wrong entry", () => {
  const { chain, close } = buildChains([0]);
  assertThrows(() => chain.seek(99, 1), Error, "there is no entry 99");
  close();
});

Deno.test("skipAfter() says where a chain is broken", () => {
  const { chain, close } = buildChains([0]);
  assertThrows(() => chain.skipAfter({ entryNo: 99, seq: 2 }), Error, "there is no entry 99");
  close();
});
