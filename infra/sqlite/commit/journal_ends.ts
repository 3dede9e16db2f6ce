import type { SqliteDatabase } from "../database.ts";

/** The end of an account's journal. */
export interface JournalEnd {
  readonly accountNo: number;
  /** The id of its last entry, and that entry's number. */
  readonly head: string;
  readonly seq: number;
  /** Rows of the journal. */
  readonly lastEntry: number;
  readonly lastPayment: number | null;
  /** How many of its newest entries have keys that are not filed. */
  readonly unfiled: number;
}

/** The end of the journal of a new account, which has no entries. */
export function journalStart(accountNo: number): JournalEnd {
  return { accountNo, head: "", seq: 0, lastEntry: 0, lastPayment: null, unfiled: 0 };
}

/** Knows where journals end, within the transactions of one connection. */
export interface JournalEnds {
  /** The last row of the journal. Must be called first in a transaction: it forgets what may be outdated. */
  newest(): number;
  /** By the accounts' keys; nothing for an unknown account. The result reflects later calls of `keep`. */
  of(keys: readonly string[]): ReadonlyMap<string, JournalEnd>;
  /** Keeps where an account's journal ends. */
  keep(key: string, end: JournalEnd): void;
}

/** Accounts whose ends are remembered, at 300 bytes each. */
export const ENDS_REMEMBERED = 10_000;

/**
 * Reads the end of a journal once and then remembers it, because reading it costs as much as appending
 * an entry. What is remembered is right as long as no other connection has committed, and the last row
 * that was kept exists, which means that nothing was rolled back.
 */
export function createJournalEnds(database: Pick<SqliteDatabase, "prepare">): JournalEnds {
  const selectVersion = database.prepare("PRAGMA data_version");
  const selectNewest = database.prepare("SELECT coalesce(max(entry_no), 0) AS newest FROM journal");
  const selectEnds = database.prepare(`
    SELECT account_key AS key, accounts.account_no AS accountNo, entry_id AS head, seq,
      last_entry AS lastEntry, last_payment AS lastPayment, unfiled
    FROM json_each(?) AS asked
    CROSS JOIN accounts ON account_key = asked.value
    CROSS JOIN heads USING (account_no)
    CROSS JOIN journal ON entry_no = last_entry AND journal.account_no = accounts.account_no`);
  const remembered = new Map<string, JournalEnd>();
  let knownVersion = 0;
  let knownNewest = 0;

  return {
    newest: () => {
      const { data_version: version } = selectVersion.get() as { data_version: number };
      const { newest } = selectNewest.get() as { newest: number };
      const holds = version === knownVersion && newest === knownNewest;
      if (!holds || remembered.size > ENDS_REMEMBERED) remembered.clear();
      knownVersion = version;
      knownNewest = newest;
      return newest;
    },
    of: (keys) => {
      const unknown = keys.filter((key) => !remembered.has(key));
      if (unknown.length === 0) return remembered;
      const rows = selectEnds.all(JSON.stringify(unknown)) as unknown as KeyedEnd[];
      for (const { key, ...end } of rows) remembered.set(key, end);
      return remembered;
    },
    keep: (key, end) => {
      remembered.set(key, end);
      // A save without entries ends where the journal ended before.
      knownNewest = Math.max(knownNewest, end.lastEntry);
    },
  };
}

type KeyedEnd = JournalEnd & { readonly key: string };
