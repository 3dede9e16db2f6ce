import type { SqliteDatabase } from "../database.ts";
import { WITH_UNFILED } from "../key_tail.ts";

/** The newest entries of an account whose keys are to be filed, ending with row `last`. */
export interface FilingOrder {
  readonly account: number;
  readonly last: number;
  readonly unfiled: number;
}

/**
 * Creates the work that files the keys of entries that are in the journal, in the order of the table.
 * If an entry is missing, its row is refused (NOT NULL), and the save with it.
 */
export function createKeyFiling(
  database: Pick<SqliteDatabase, "prepare">,
): (order: FilingOrder) => void {
  const insertKeys = database.prepare(`
    INSERT INTO keys (account_no, key_hash, entry_no)
    ${WITH_UNFILED}
    SELECT account_no, key_hash, unfiled.entry_no
    FROM unfiled LEFT JOIN journal
      ON journal.entry_no = unfiled.entry_no AND account_no = $account
    WHERE key_hash IS NOT NULL OR account_no IS NULL
    ORDER BY key_hash`);
  return ({ account, last, unfiled }) => void insertKeys.run({ account, last, unfiled });
}
