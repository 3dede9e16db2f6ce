/**
 * The newest entries of an account that are not filed, newest first, by their rows: $unfiled of them,
 * from row $last on. Where one is missing, the row that should hold it comes last.
 */
export const WITH_UNFILED = `
  WITH RECURSIVE unfiled (entry_no, steps) AS (
    SELECT $last, $unfiled WHERE $unfiled > 0
    UNION ALL
    SELECT prev, steps - 1 FROM unfiled CROSS JOIN journal USING (entry_no) WHERE steps > 1
  )`;

const LEAST = 32;
/** With a whole fold on top they are within the window of keys that an account may remember. */
export const UNFILED_MOST = 512;

/**
 * Entries at which an account's keys are filed. They lie in the order of their hashes, so each of a
 * few keys would change a page of its own: an account with many pages of keys waits for more of them.
 */
export function unfiledMost(seq: number): number {
  return Math.min(Math.max(LEAST, Math.floor(seq / 16)), UNFILED_MOST);
}

/** The tail after one more entry: unfiled entries begin with one that has a key. */
export function unfiledAfter(unfiled: number, key: number | null): number {
  return unfiled === 0 && key === null ? 0 : unfiled + 1;
}
