import type { SqliteDatabase } from "../database.ts";
import { KeyFilter } from "./key_filter.ts";
import { WITH_UNFILED } from "../key_tail.ts";

/** The newest entries of an account whose keys are to be filed, ending with row `last`. */
export interface FilingOrder {
  readonly account: number;
  readonly last: number;
  /** The number of that entry. */
  readonly seq: number;
  readonly unfiled: number;
}

/** Entries of the longest journal whose keys get a filter: to read them all takes some 20 ms. */
const FILTERED_MOST = 131_072;

/**
 * Creates the work that files the keys of entries that are in the journal, in the order of the table.
 * If an entry is missing, its row is refused (NOT NULL), and the save with it. From a filter of all keys
 * of the account that were filed before, if there is one, it makes that of all that are now. An account
 * that files keys is in use, so reading them pays; for one that pays seldom it would not.
 */
export function createKeyFiling(
  database: Pick<SqliteDatabase, "prepare">,
): (order: FilingOrder, filed: KeyFilter | undefined) => KeyFilter | undefined {
  const insertKeys = database.prepare(`
    INSERT INTO keys (account_no, key_hash, entry_no)
    ${WITH_UNFILED}
    SELECT account_no, key_hash, unfiled.entry_no
    FROM unfiled LEFT JOIN journal
      ON journal.entry_no = unfiled.entry_no AND account_no = $account
    WHERE key_hash IS NOT NULL OR account_no IS NULL
    ORDER BY key_hash
    RETURNING key_hash`);
  const selectKeys = database.prepare(
    "SELECT json_group_array(key_hash) AS hashes FROM keys WHERE account_no = ?",
  );

  function readAll(account: number): KeyFilter {
    const { hashes } = selectKeys.get(account) as { hashes: string };
    return new KeyFilter(JSON.parse(hashes));
  }

  return ({ account, last, seq, unfiled }, filed) => {
    const rows = insertKeys.all({ account, last, unfiled }) as unknown as { key_hash: number }[];
    if (seq > FILTERED_MOST) return undefined;
    if (!filed?.hasRoomFor(rows.length)) return readAll(account);
    filed.add(rows.map((row) => row.key_hash));
    return filed;
  };
}
