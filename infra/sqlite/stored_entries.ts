import type { StoredEntry } from "../../domain/reconciliation.ts";
import { COLUMNS } from "./journal.ts";
import { fromJournalRow, type JournalRow } from "./entry_rows.ts";
import { toKeyColumn } from "./hash_columns.ts";

/** Ordered by their own numbers, not by their pointers, so that none is passed over. */
export const SELECT_ENTRIES = `SELECT account_no, prev, key_hash, hash, ${COLUMNS},
    EXISTS (SELECT 1 FROM keys WHERE keys.account_no = journal.account_no
      AND keys.key_hash = journal.key_hash AND keys.entry_no = journal.entry_no) AS is_filed
  FROM journal LEFT JOIN chain USING (entry_no) ORDER BY account_no, seq, entry_no`;

export interface StoredRow extends JournalRow {
  readonly account_no: number;
  readonly prev: number;
  readonly key_hash: number | null;
  readonly hash: string | null;
  readonly is_filed: 0 | 1;
}

/** The place of an entry in its journal. */
interface EntryPlace {
  readonly previous: number;
  readonly isChained: boolean;
  /** The last entry of the account whose key is filed, if it has one. */
  readonly filedSeq: number;
}

function* findFilingFaults(
  { seq, key_hash, is_filed }: StoredRow,
  filedSeq: number,
): Generator<string> {
  const isDue = key_hash !== null && seq <= filedSeq;
  if (isDue && is_filed === 0) yield "its key is not filed";
  if (!isDue && is_filed === 1) yield "its key is filed, and counts as not filed";
  if (seq === filedSeq + 1 && key_hash === null) {
    yield "is the first that is not filed, without a key";
  }
}

export function toStoredEntry(
  row: StoredRow,
  { previous, isChained, filedSeq }: EntryPlace,
): StoredEntry {
  const faults = [
    ...(row.prev === previous ? [] : [`does not point at entry ${row.seq - 1} before it`]),
    // Only entries after the last hashed one may have no hash yet.
    ...(row.hash === null && isChained ? ["its hash is missing"] : []),
    ...findFilingFaults(row, filedSeq),
  ];
  try {
    const entry = fromJournalRow(row);
    const isFound = row.key_hash === toKeyColumn(entry.idempotency?.keyHash);
    return {
      entry,
      hash: row.hash,
      faults: isFound ? faults : [...faults, "is found by another key than its own"],
    };
  } catch {
    const entry = fromJournalRow({ ...row, facts: "{}" });
    return { entry, hash: row.hash, faults: [...faults, "its facts cannot be read"] };
  }
}
