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

/** Where the journal of an account ends that has none yet. */
export function journalStart(accountNo: number): JournalEnd {
  return { accountNo, head: "", seq: 0, lastEntry: 0, lastPayment: null };
}

/** Entries that are gathered, within a transaction, to be written together. */
export interface Appending {
  /** Where these accounts' journals end, what is gathered included; nothing for an unknown account. */
  endsOf(keys: readonly string[]): ReadonlyMap<string, JournalEnd>;
  /** Puts entries of an account after its last one. */
  append(key: string, end: JournalEnd, entries: readonly EntryRow[]): void;
  write(): void;
}

/** Accounts of which it is remembered where their journals end; 300 bytes each. */
export const ENDS_REMEMBERED = 10_000;

const ENTRY_COLUMNS =
  "entry_no, prev, account_no, seq, entry_id, type, amount, delta, balance_after, at, key_hash, facts"
    .split(", ");

/**
 * Begins to gather, within the transaction that will write. Where journals end is read once and then
 * remembered, for that costs as much as the entry: it holds while no other connection has committed
 * anything and the row that this one appended last is still there, so while nothing was rolled back.
 */
export function createAppender(database: Pick<SqliteDatabase, "prepare">): () => Appending {
  const selectVersion = database.prepare("PRAGMA data_version");
  const selectNewest = database.prepare("SELECT coalesce(max(entry_no), 0) AS newest FROM journal");
  const readEnds = createEndReader(database);
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
  const remembered = new Map<string, JournalEnd>();
  let known = { version: 0, newest: 0 };

  function look(): void {
    const { data_version: version } = selectVersion.get() as { data_version: number };
    const { newest } = selectNewest.get() as { newest: number };
    const isKnown = version === known.version && newest === known.newest;
    if (!isKnown || remembered.size > ENDS_REMEMBERED) remembered.clear();
    known = { version, newest };
  }

  return () => {
    look();
    const journal: Row[] = [];
    const heads: Row[] = [];
    return {
      endsOf: (keys) => {
        const unknown = keys.filter((key) => !remembered.has(key));
        for (const { key, ...end } of unknown.length > 0 ? readEnds(unknown) : []) {
          remembered.set(key, end);
        }
        return remembered;
      },
      append: (key, before, entries) => {
        const { accountNo } = before;
        let { head, seq, lastEntry, lastPayment } = before;
        for (const entry of entries) {
          journal.push([++known.newest, lastEntry, accountNo, ++seq, ...entry]);
          const [id, type] = entry;
          head = String(id);
          lastEntry = known.newest;
          if (type === "payment") lastPayment = known.newest;
        }
        heads.push([accountNo, lastEntry, lastPayment]);
        remembered.set(key, { accountNo, head, seq, lastEntry, lastPayment });
      },
      write: () => {
        insertEntries(journal);
        upsertHeads(heads);
      },
    };
  };
}

type KeyedEnd = JournalEnd & { readonly key: string };

/** Reads where journals end, by the keys of their accounts. */
function createEndReader(
  database: Pick<SqliteDatabase, "prepare">,
): (keys: readonly string[]) => KeyedEnd[] {
  const select = database.prepare(`
    SELECT account_key AS key, accounts.account_no AS accountNo, entry_id AS head, seq,
      last_entry AS lastEntry, last_payment AS lastPayment
    FROM json_each(?) AS asked
    CROSS JOIN accounts ON account_key = asked.value
    CROSS JOIN heads USING (account_no)
    CROSS JOIN journal ON entry_no = last_entry AND journal.account_no = accounts.account_no`);
  return (keys) => select.all(JSON.stringify(keys)) as unknown as KeyedEnd[];
}
