import type { SqliteDatabase } from "../database.ts";
import { WITH_UNFILED } from "../key_tail.ts";

/** The newest entries of an account, up to a row, that are to be filed. */
export interface FilingOrder {
  readonly account: number;
  readonly last: number;
  readonly unfiled: number;
}

/**
 * Files the keys of entries that are in the journal already, in the order in which the table has
 * them. Where an entry is missing the row that takes its place is refused, and with it the save.
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
