import type { DatabaseSync } from "node:sqlite";

/** How many rows of the journal were read since it was last asked. */
export interface JournalReads {
  taken(): number;
}

/**
 * Puts a view before the journal that counts each row on its way to a query. Statements that are
 * prepared from now on read through it; those that were before, and those that name `main`, do not.
 */
export function countJournalReads(database: DatabaseSync): JournalReads {
  let reads = 0;
  database.function("count_read", (_entryNo) => {
    reads++;
    return 1;
  });
  database.exec(
    "CREATE TEMP VIEW journal AS SELECT * FROM main.journal WHERE count_read(entry_no)",
  );
  return {
    taken: () => {
      const taken = reads;
      reads = 0;
      return taken;
    },
  };
}
