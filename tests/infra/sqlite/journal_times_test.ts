import { assertEquals, assertLessOrEqual } from "@std/assert";
import fc from "fast-check";
import { COMMIT_DELAY_MAX_MILLISECONDS } from "../../../domain/limits.ts";
import { SqliteDatabase } from "../../../infra/sqlite/database.ts";
import { createJournalTimes } from "../../../infra/sqlite/journal_times.ts";

/** A journal whose rows have these numbers and times, in the order of their commits. */
function journalOf(rows: readonly { readonly no: number; readonly at: number }[]): SqliteDatabase {
  const database = new SqliteDatabase(":memory:");
  const insert = database.prepare(`
    INSERT INTO journal (entry_no, prev, entry_id, account_no, seq, type, amount, delta,
      balance_after, at, facts)
    VALUES (?1, 0, 'entry ' || ?1, 1, ?1, 'payment', 0, 0, 0, ?2, '{}')`);
  for (const { no, at } of rows) insert.run(no, at);
  return database;
}

/** Times that grow, each entry committed some time after its own; numbers have gaps. */
const JOURNALS = fc.array(
  fc.record({
    gap: fc.integer({ min: 1, max: 3 }),
    pause: fc.integer({ min: 0, max: 2 * COMMIT_DELAY_MAX_MILLISECONDS }),
    delay: fc.integer({ min: 0, max: COMMIT_DELAY_MAX_MILLISECONDS }),
  }),
  { maxLength: 60 },
).map((steps) => {
  let [no, committedAt] = [0, 1_000_000_000];
  return steps.map(({ gap, pause, delay }) => {
    no += gap;
    committedAt += pause;
    return { no, at: committedAt - delay };
  });
});

Deno.test("rowsOf() holds every entry of the time, however late each was committed", () => {
  const times = fc.integer({ min: 999_000_000, max: 1_030_000_000 });
  fc.assert(
    fc.property(JOURNALS, times, times, (rows, one, other) => {
      const [from, to] = [Math.min(one, other), Math.max(one, other)];
      const database = journalOf(rows);
      const { first, end } = createJournalTimes(database).rowsOf({ from, to });
      for (const { no, at } of rows) {
        if (at >= from && at < to) assertEquals(no >= first && no < end, true, `row ${no}`);
      }
      const all = createJournalTimes(database).rowsOf({});
      assertEquals(all, { first: rows[0]?.no ?? 1, end: (rows.at(-1)?.no ?? 0) + 1 });
      database.close();
    }),
    { numRuns: 200, seed: 18 },
  );
});

Deno.test("rowsOf() holds few rows of other times", () => {
  const minute = 60_000;
  const database = journalOf(
    Array.from({ length: 1_000 }, (_, place) => ({ no: place + 1, at: place * minute })),
  );
  const from = 500 * minute;
  const { first, end } = createJournalTimes(database).rowsOf({ from, to: from + minute });
  assertLessOrEqual(end - first, 2 * COMMIT_DELAY_MAX_MILLISECONDS / minute + 2);
  database.close();
});
