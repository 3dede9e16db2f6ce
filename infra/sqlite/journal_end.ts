import type { SqliteDatabase } from "./database.ts";
import { createRowsInsert, type Row } from "./rows_insert.ts";
import type { EntryRow } from "./rows.ts";

/** Where an account's journal ends. */
export interface JournalEnd {
  readonly accountNo: number;
  /** The id of its last entry, and that entry's number. */
  readonly head: string;
  readonly seq: number;
  /** Rows of the journal. */
  readonly lastEntry: number;
  readonly lastPayment: number | null;
}

/** Reads where journals end, by the keys of their accounts. */
export function createEndReader(
  database: SqliteDatabase,
): (keys: readonly string[]) => Map<string, JournalEnd> {
  const select = database.prepare(`
    SELECT account_key AS key, accounts.account_no AS accountNo, entry_id AS head, seq,
      last_entry AS lastEntry, last_payment AS lastPayment
    FROM json_each(?) AS asked
    CROSS JOIN accounts ON account_key = asked.value
    CROSS JOIN heads USING (account_no)
    CROSS JOIN journal ON entry_no = last_entry AND journal.account_no = accounts.account_no`);
  return (keys) => {
    const rows = select.all(
      JSON.stringify(keys),
    ) as unknown as (JournalEnd & { readonly key: string })[];
    return new Map(rows.map((row) => [row.key, row]));
  };
}

/** Entries that are gathered to be written together. */
export interface Appending {
  /** Puts entries after an account's last one, and gives where its journal then ends. */
  append(end: JournalEnd, entries: readonly EntryRow[]): JournalEnd;
  write(): void;
}

const ENTRY_COLUMNS =
  "entry_no, prev, account_no, seq, entry_id, type, amount, delta, balance_after, at, key_hash, facts"
    .split(", ");

/** Begins to gather, within the transaction that will write. */
export function createAppender(database: SqliteDatabase): () => Appending {
  const selectNewest = database.prepare(
    "SELECT coalesce(max(entry_no), 0) AS newest FROM journal",
  );
  const insertEntries = createRowsInsert(database, {
    into: "journal",
    columns: ENTRY_COLUMNS,
  });
  const upsertHeads = createRowsInsert(database, {
    into: "heads",
    columns: ["account_no", "last_entry", "last_payment"],
    onConflict: `ON CONFLICT (account_no) DO UPDATE
      SET last_entry = excluded.last_entry, last_payment = excluded.last_payment`,
  });

  return () => {
    let { newest } = selectNewest.get() as { newest: number };
    const journal: Row[] = [];
    const heads: Row[] = [];
    return {
      append: (before, entries) => {
        const { accountNo } = before;
        let { head, seq, lastEntry, lastPayment } = before;
        for (const entry of entries) {
          journal.push([++newest, lastEntry, accountNo, ++seq, ...entry]);
          const [id, type] = entry;
          head = String(id);
          lastEntry = newest;
          if (type === "payment") lastPayment = newest;
        }
        heads.push([accountNo, lastEntry, lastPayment]);
        return { accountNo, head, seq, lastEntry, lastPayment };
      },
      write: () => {
        insertEntries(journal);
        upsertHeads(heads);
      },
    };
  };
}
