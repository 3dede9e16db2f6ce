import type { Instant } from "../../domain/account.ts";
import { COMMIT_DELAY_MAX_MILLISECONDS } from "../../domain/limits.ts";
import type { SqliteDatabase } from "./database.ts";

/** Rows of the journal by their number. */
export interface RowRange {
  readonly first: number;
  /** Not included. */
  readonly end: number;
}

/** Finds entries by their time, without an index that every payment would have to write. */
export interface JournalTimes {
  /**
   * Rows that hold every entry from `from` up to, and not including, `to`. Some others lie among them,
   * so `at` has to be looked at too. Without `to`: up to the newest row there is now.
   */
  rowsOf(span: { readonly from?: Instant; readonly to?: Instant }): RowRange;
}

interface RowTime {
  readonly entry_no: number;
  readonly at: number;
}

/**
 * Creates it over the journal's own order. Rows are in the order of their commits, and an entry is
 * committed at most {@linkcode COMMIT_DELAY_MAX_MILLISECONDS} after its time: so before a row that is
 * older than that margin, and after one that is younger, no entry of the time in question can lie, and
 * halving finds such a row.
 */
export function createJournalTimes(database: Pick<SqliteDatabase, "prepare">): JournalTimes {
  // Asked for apart, because SQLite finds only a single one of them at the edge of the tree.
  const selectEnds = database.prepare(
    `SELECT coalesce((SELECT min(entry_no) FROM journal), 1) AS first,
      coalesce((SELECT max(entry_no) FROM journal), 0) + 1 AS end`,
  );
  // Numbers may have gaps, so the row at a number or the next one after it.
  const selectRow = database.prepare(
    "SELECT entry_no, at FROM journal WHERE entry_no >= ? ORDER BY entry_no LIMIT 1",
  );

  /** The first row for which `isBeyond` was seen to hold, or the end. */
  function halve({ first, end }: RowRange, isBeyond: (at: Instant) => boolean): number {
    let low = first;
    let high = end;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const row = selectRow.get(middle) as RowTime | undefined;
      if (row === undefined || row.entry_no >= high || isBeyond(row.at)) high = middle;
      else low = row.entry_no + 1;
    }
    return low;
  }

  return {
    rowsOf: ({ from = -Infinity, to = Infinity }) => {
      const all = selectEnds.get() as unknown as RowRange;
      const first = halve(all, (at) => at >= from - COMMIT_DELAY_MAX_MILLISECONDS);
      const end = halve(all, (at) => at >= to + COMMIT_DELAY_MAX_MILLISECONDS);
      return { first, end: Math.max(first, end) };
    },
  };
}
