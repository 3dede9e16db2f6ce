import type { SqliteDatabase } from "./database.ts";
import { IS_MARK, MARK_EVERY } from "./schema.ts";

/** Where an account's journal ends: the row and the number of its last entry. */
export interface ChainEnd {
  readonly account_no: number;
  readonly last_entry: number;
  readonly seq: number;
}

/** The way to an entry by its number, without an index of all of them. */
export interface EntryChain {
  /** The row of entry `target`, which is not after the last one. */
  seek(end: ChainEnd, target: number): number;
}

interface Mark {
  readonly entry_no: number;
  readonly seq: number;
}

interface Reached {
  readonly entry_no: number;
  /** Null if there is no entry in that row. */
  readonly seq: number | null;
}

/** So many steps back, from each entry to the one before it. */
const STEP_BACK = `
  WITH RECURSIVE way (entry_no, steps) AS (
    VALUES ($from, $steps)
    UNION ALL
    SELECT prev, steps - 1 FROM way CROSS JOIN journal USING (entry_no) WHERE steps > 0
  )
  SELECT entry_no, seq
  FROM (SELECT entry_no FROM way ORDER BY steps LIMIT 1) LEFT JOIN journal USING (entry_no)`;

/**
 * Goes to the first mark at or after an entry, or to the last entry if none is nearer, and from
 * there back: fewer than {@linkcode MARK_EVERY} steps, however long the journal is.
 */
export function createEntryChain(database: Pick<SqliteDatabase, "prepare">): EntryChain {
  const selectMark = database.prepare(
    `SELECT entry_no, seq FROM journal WHERE account_no = ? AND seq = ? AND ${IS_MARK}`,
  );
  const stepBack = database.prepare(STEP_BACK);

  return {
    seek: ({ account_no, last_entry, seq: lastSeq }, target) => {
      const markSeq = Math.ceil(target / MARK_EVERY) * MARK_EVERY;
      const mark = markSeq < lastSeq ? selectMark.get(account_no, markSeq) : undefined;
      const from = mark as Mark | undefined ?? { entry_no: last_entry, seq: lastSeq };
      if (from.seq === target) return from.entry_no;
      const way = { from: from.entry_no, steps: from.seq - target };
      const { entry_no, seq } = stepBack.get(way) as unknown as Reached;
      if (seq !== target) throw missingEntry(entry_no);
      return entry_no;
    },
  };
}

/** An entry points at a row that is not there. */
export function missingEntry(entryNo: number | null): Error {
  return new Error(`Cannot follow the journal: there is no entry ${entryNo}`);
}
