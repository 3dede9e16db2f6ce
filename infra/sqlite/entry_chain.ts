import type { SqliteDatabase } from "./database.ts";

/** An entry's place: its row, and its number within the account. Row 0 is before the first entry. */
export interface Place {
  readonly entryNo: number;
  readonly seq: number;
}

/**
 * The way through an account's entries without an index: each points at the entry before it (`prev`)
 * and at one further back (`skip`). How far `skip` leads is Myers' choice (An Applicative
 * Random-Access Stack, 1983): any entry is reached in O(log n) steps, and appending one follows two
 * pointers at most.
 */
export interface EntryChain {
  /** What the entry after `last` has to point at. */
  skipAfter(last: Place): number;
  /** The row of entry `seq`, which is not after the one in row `from`. */
  seek(from: number, seq: number): number;
}

/** Where a way ended, and the number of the entry there; null if there is none. */
interface Reached {
  readonly reached: number;
  readonly seq: number | null;
}

/**
 * From an entry to an older one: by `skip` where that does not lead past it, else one back. One
 * statement takes all steps, for as many statements cost several times as much. Pointers only lead
 * back, so the smallest row on the way is the one that it ends at.
 */
const SEEK = `
  WITH RECURSIVE way (entry_no) AS (
    VALUES ($from)
    UNION ALL
    SELECT iif(far.seq >= $target, here.skip, here.prev)
    FROM way
    CROSS JOIN journal AS here USING (entry_no)
    LEFT JOIN journal AS far ON far.entry_no = here.skip
    WHERE here.seq > $target
  )
  SELECT reached, seq
  FROM (SELECT min(entry_no) AS reached FROM way) LEFT JOIN journal ON entry_no = reached`;

export function createEntryChain(database: Pick<SqliteDatabase, "prepare">): EntryChain {
  const selectSkip = database.prepare("SELECT skip FROM journal WHERE entry_no = ?");
  const seek = database.prepare(SEEK);

  function skipOf(entryNo: number): number {
    if (entryNo === 0) return 0;
    const row = selectSkip.get(entryNo) as { skip: number } | undefined;
    if (row === undefined) throw missingEntry(entryNo);
    return row.skip;
  }

  return {
    skipAfter: ({ entryNo, seq }) => {
      return skipLength(seq + 1) === 1 ? entryNo : skipOf(skipOf(entryNo));
    },
    seek: (from, target) => {
      const { reached, seq } = seek.get({ from, target }) as unknown as Reached;
      if (seq === null) throw missingEntry(reached);
      return reached;
    },
  };
}

/** An entry points at a row that is not there. */
export function missingEntry(entryNo: number): Error {
  return new Error(`Cannot follow the journal: there is no entry ${entryNo}`);
}

/**
 * How many entries back `skip` leads: `seq` is taken apart into numbers 1, 3, 7, 15 …, the largest
 * that fits each time, and this is the last of them. Where it is not 1, the entry before has a skip
 * and that one a further skip of half this length each, so the two together lead to the same place.
 */
function skipLength(seq: number): number {
  const largest = 2 ** Math.floor(Math.log2(seq + 1)) - 1;
  return largest === seq ? largest : skipLength(seq - largest);
}
