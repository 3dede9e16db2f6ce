import type { SqliteDatabase } from "../database.ts";
import { createJournalEnds, type JournalEnd } from "./journal_ends.ts";
import { createKeyFiling, type FilingOrder } from "./key_filing.ts";
import { unfiledAfter, unfiledMost } from "../key_tail.ts";
import { createRowsInsert, type Row } from "./rows_insert.ts";
import type { EntryRow } from "../entry_rows.ts";

/** Gathers entries within a transaction, to write them together. */
export interface Appending {
  /** Where these accounts' journals end, gathered entries included; nothing for an unknown account. */
  endsOf(keys: readonly string[]): ReadonlyMap<string, JournalEnd>;
  /** Appends entries to an account's journal, and says whether all its keys are filed afterwards. */
  append(key: string, end: JournalEnd, entries: readonly EntryRow[]): "saved" | "filed";
  write(): void;
}

const ENTRY_COLUMNS =
  "entry_no, prev, account_no, seq, entry_id, type, amount, delta, balance_after, at, key_hash, facts"
    .split(", ");

/** Prepares the statements. The result starts gathering, and is called within the transaction that writes. */
export function createAppender(database: Pick<SqliteDatabase, "prepare">): () => Appending {
  const ends = createJournalEnds(database);
  const insertEntries = createRowsInsert(database, { into: "journal", columns: ENTRY_COLUMNS });
  const upsertHeads = createRowsInsert(database, {
    into: "heads",
    columns: ["account_no", "last_entry", "last_payment", "unfiled"],
    onConflict: `ON CONFLICT (account_no) DO UPDATE SET last_entry = excluded.last_entry,
      last_payment = excluded.last_payment, unfiled = excluded.unfiled`,
  });

  const fileKeys = createKeyFiling(database);

  return () => {
    let newest = ends.newest();
    const journal: Row[] = [];
    const heads: Row[] = [];
    const filings: FilingOrder[] = [];
    return {
      endsOf: ends.of,
      append: (key, before, entries) => {
        const { accountNo } = before;
        let { head, seq, lastEntry, lastPayment, unfiled } = before;
        for (const entry of entries) {
          journal.push([++newest, lastEntry, accountNo, ++seq, ...entry]);
          const [id, type, , , , , keyHash] = entry;
          head = id;
          lastEntry = newest;
          if (type === "payment") lastPayment = newest;
          unfiled = unfiledAfter(unfiled, keyHash);
        }
        const isDue = unfiled >= unfiledMost(seq);
        if (isDue) filings.push({ account: accountNo, last: lastEntry, unfiled });
        if (isDue) unfiled = 0;
        heads.push([accountNo, lastEntry, lastPayment, unfiled]);
        ends.keep(key, { accountNo, head, seq, lastEntry, lastPayment, unfiled });
        return isDue ? "filed" : "saved";
      },
      write: () => {
        insertEntries(journal);
        upsertHeads(heads);
        filings.forEach(fileKeys);
      },
    };
  };
}
