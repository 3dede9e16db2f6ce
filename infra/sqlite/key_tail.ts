/**
 * The rows of an account's newest entries, whose keys are not filed: $unfiled of them, newest first,
 * starting at row $last. If an entry is missing, the walk ends with the row where it should be.
 */
export const WITH_UNFILED = `
  WITH RECURSIVE unfiled (entry_no, steps) AS (
    SELECT $last, $unfiled WHERE $unfiled > 0
    UNION ALL
    SELECT prev, steps - 1 FROM unfiled CROSS JOIN journal USING (entry_no) WHERE steps > 1
  )`;

const LEAST = 32;
/** With a whole fold in addition they still fit into the window of keys that an account may remember. */
export const UNFILED_MOST = 512;

/**
 * After how many unfiled entries an account's keys are filed. The table is ordered by hash, so each of
 * a few keys would change a page of its own: an account with many pages of keys waits for more keys.
 */
export function unfiledMost(seq: number): number {
  return Math.min(Math.max(LEAST, Math.floor(seq / 16)), UNFILED_MOST);
}

/** The number of unfiled entries after one more. They begin with an entry that has a key. */
export function unfiledAfter(unfiled: number, key: number | null): number {
  return unfiled === 0 && key === null ? 0 : unfiled + 1;
}
