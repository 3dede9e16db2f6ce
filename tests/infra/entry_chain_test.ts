import { assertEquals, assertLessOrEqual, assertThrows } from "@std/assert";
import fc from "fast-check";
import { SqliteDatabase } from "../../infra/sqlite/database.ts";
import { createEntryChain, type Place } from "../../infra/sqlite/entry_chain.ts";

const ACCOUNTS = 3;

/** Writes entries whose accounts follow in the given order; counts how many pointers are followed. */
function buildChains(accounts: readonly number[]) {
  const database = new SqliteDatabase(":memory:");
  let steps = 0;
  const counting = {
    prepare: (sql: string) => {
      const statement = database.prepare(sql);
      return {
        get: (entryNo: number) => {
          steps++;
          return statement.get(entryNo);
        },
      };
    },
  } as unknown as SqliteDatabase;
  const chain = createEntryChain(counting);
  const insert = database.prepare(`
    INSERT INTO journal (prev, skip, entry_id, account_no, seq, type, amount, delta, balance_after, at, facts)
    VALUES (?, ?, ?, ?, ?, 'payment', 0, 0, 0, 0, '{}')`);
  const rows: number[][] = Array.from({ length: ACCOUNTS }, () => []);
  const lasts: Place[] = Array.from({ length: ACCOUNTS }, () => ({ entryNo: 0, seq: 0 }));
  for (const [place, account] of accounts.entries()) {
    const last = lasts[account] ?? { entryNo: 0, seq: 0 };
    const seq = last.seq + 1;
    const skip = chain.skipAfter(last);
    const { lastInsertRowid } = insert.run(last.entryNo, skip, `e${place}`, account, seq);
    const entryNo = Number(lastInsertRowid);
    lasts[account] = { entryNo, seq };
    rows[account]?.push(entryNo);
  }
  const taken = () => {
    const before = steps;
    steps = 0;
    return before;
  };
  return { chain, rows, lasts, taken, close: () => database.close() };
}

/** Steps from the newest of `length` entries to any other: a bit to skip, and at most its bits to step down. */
function mostSteps(length: number): number {
  const bits = Math.ceil(Math.log2(length + 1));
  return bits * (bits + 1) / 2;
}

Deno.test("seek() finds every entry of interleaved accounts in a few steps", () => {
  const order = fc.array(fc.nat({ max: ACCOUNTS - 1 }), {
    minLength: 1,
    maxLength: 3_000,
    size: "max",
  });
  fc.assert(
    fc.property(order, (accounts) => {
      const { chain, rows, lasts, taken, close } = buildChains(accounts);
      assertLessOrEqual(taken(), accounts.length);
      for (const [account, last] of lasts.entries()) {
        const found = rows[account]?.map((_, index) => {
          const entryNo = chain.seek(last, index + 1);
          assertLessOrEqual(taken(), mostSteps(last.seq));
          return entryNo;
        });
        assertEquals(found, rows[account]);
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
      assertEquals(chain.seek({ entryNo: own[from - 1] ?? 0, seq: from }, seq), own[seq - 1]);
    }
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
  assertThrows(() => chain.seek({ entryNo: 99, seq: 4 }, 1), Error, "there is no entry 99");
  close();
});
