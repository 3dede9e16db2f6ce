import type { SqliteDatabase } from "./database.ts";

/** An entry's place: its row, and its number within the account. Row 0 is before the first entry. */
export interface Place {
  readonly entryNo: number;
  readonly seq: number;
}

/**
 * The way through an account's entries without an index: entry n points at entry n-1 (`prev`) and at
 * entry n minus the lowest set bit of n (`skip`), as a Fenwick tree's nodes do. Any entry is reached
 * in O(log² n) steps, and appending one follows a single pointer on average.
 */
export interface EntryChain {
  /** What the entry after `last` has to point at. */
  skipAfter(last: Place): number;
  /** The row of entry `seq`, which is not after `from`. */
  seek(from: Place, seq: number): number;
}

export function createEntryChain(database: SqliteDatabase): EntryChain {
  const pointers = database.prepare("SELECT prev, skip FROM journal WHERE entry_no = ?");
  const pointersOf = (entryNo: number): { prev: number; skip: number } => {
    const row = pointers.get(entryNo);
    if (row === undefined) {
      throw new Error(`Cannot follow the journal: there is no entry ${entryNo}`);
    }
    return row as { prev: number; skip: number };
  };
  return {
    skipAfter: (last) => {
      const target = withoutLowestBit(last.seq + 1);
      let { entryNo, seq } = last;
      for (; seq > target; seq = withoutLowestBit(seq)) entryNo = pointersOf(entryNo).skip;
      return entryNo;
    },
    seek: (from, target) => {
      let { entryNo, seq } = from;
      while (seq > target) {
        const { prev, skip } = pointersOf(entryNo);
        const far = withoutLowestBit(seq);
        [entryNo, seq] = far >= target ? [skip, far] : [prev, seq - 1];
      }
      return entryNo;
    },
  };
}

function withoutLowestBit(number: number): number {
  return number & (number - 1);
}
