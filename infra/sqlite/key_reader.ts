import { type RecentKeys, shortHash } from "../../domain/idempotency.ts";
import type { EntriesByKey } from "../../domain/fold.ts";
import type { SqliteDatabase } from "./database.ts";
import { missingEntry } from "./entry_chain.ts";
import { WITH_UNFILED } from "./key_tail.ts";
import { COLUMNS } from "./journal.ts";
import { fromJournalRow, type JournalRow } from "./entry_rows.ts";

/** The end of an account's journal, and how many of its newest entries have keys that are not filed. */
export interface KeyTail {
  readonly account_no: number;
  readonly last_entry: number;
  readonly unfiled: number;
}

/** Finds keys: those of the newest entries by walking the journal back, all others in the table `keys`. */
export interface KeyReader {
  /** The window of an account's keys, as of its last entry. */
  recentKeys(tail: KeyTail): RecentKeys;
  /** The entries that keys appended, filed or not; `recent` is the window of the same tail. */
  entriesByKey(
    tail: KeyTail & { readonly recent: RecentKeys },
    keys: readonly string[],
  ): EntriesByKey;
}

/** The entry of a key, or only the row's number if the entry is missing. */
type FoundRow = JournalRow | { readonly entry_no: number; readonly entry_id: null };

interface Window {
  readonly found: number;
  readonly oldest: number | null;
  readonly hashes: string;
  readonly others: 0 | 1;
}

export function createKeyReader(database: Pick<SqliteDatabase, "prepare">): KeyReader {
  const selectWindow = database.prepare(`${WITH_UNFILED}
    SELECT count(journal.entry_no) AS found, min(unfiled.entry_no) AS oldest,
      json_group_array(key_hash) FILTER (WHERE key_hash IS NOT NULL) AS hashes,
      EXISTS (SELECT 1 FROM keys WHERE account_no = $account) AS others
    FROM unfiled LEFT JOIN journal
      ON journal.entry_no = unfiled.entry_no AND journal.account_no = $account`);
  const selectUnfiled = database.prepare(`${WITH_UNFILED}
    SELECT ${COLUMNS} FROM unfiled CROSS JOIN journal USING (entry_no) WHERE key_hash = $key`);
  const selectFiled = database.prepare(`
    SELECT ${COLUMNS.replace("entry_no", "keys.entry_no")}
    FROM keys LEFT JOIN journal ON journal.entry_no = keys.entry_no
    WHERE keys.account_no = ? AND keys.key_hash = ?`);

  function filed({ account_no: account }: KeyTail, keyHash: string): FoundRow[] {
    return selectFiled.all(account, shortHash(keyHash)) as unknown as FoundRow[];
  }

  function unfiled({ last_entry: last, unfiled }: KeyTail, keyHash: string): FoundRow[] {
    const asked = { last, unfiled, key: shortHash(keyHash) };
    return selectUnfiled.all(asked) as unknown as JournalRow[];
  }

  return {
    recentKeys: ({ account_no: account, last_entry: last, unfiled }) => {
      const row = selectWindow.get({ account, last, unfiled }) as unknown as Window;
      // A key that was overlooked would be taken for a new one.
      if (row.found !== unfiled) throw missingEntry(row.oldest);
      const hashes = (JSON.parse(row.hashes) as number[]).reverse();
      return { hashes, others: row.others === 0 ? "none" : "stored" };
    },
    entriesByKey: (tail, keys) =>
      entriesOf(keys, (keyHash) => {
        const { hashes, others } = tail.recent;
        return [
          ...(hashes.includes(shortHash(keyHash)) ? unfiled(tail, keyHash) : []),
          ...(others === "none" ? [] : filed(tail, keyHash)),
        ];
      }),
  };
}

/** For each key the one row whose whole hash is the key's, of those with the same short hash. */
function entriesOf(
  keys: readonly string[],
  rowsOf: (keyHash: string) => readonly FoundRow[],
): EntriesByKey {
  const found = keys.flatMap((keyHash) => {
    const entry = rowsOf(keyHash).map(toEntry).find(({ idempotency }) =>
      idempotency?.keyHash === keyHash
    );
    return entry ? [[keyHash, entry] as const] : [];
  });
  return new Map(found);
}

function toEntry(row: FoundRow) {
  if (row.entry_id === null) throw missingEntry(row.entry_no);
  return fromJournalRow(row);
}
