import { DatabaseSync } from "node:sqlite";
import { type Account, fromAccountKey } from "../../domain/account.ts";
import { type LookedUp, type StoredEntry } from "../../domain/reconciliation.ts";
import type { StoredAccount, StoreRecords } from "../../domain/ports/store_records.ts";
import { SELECT_ACCOUNT } from "./account_store.ts";
import type { SqliteDatabase } from "./database.ts";
import { createSqliteJournal } from "./journal.ts";
import { type AccountRow, fromAccountRow, toPersonLookUps } from "./account_rows.ts";
import { SELECT_ENTRIES, type StoredRow, toStoredEntry } from "./stored_entries.ts";
import { SELECT_STRAYS } from "./strays.ts";

/** A connection that sees the file as it was when it was opened. */
export interface Snapshot {
  readonly database: Pick<SqliteDatabase, "prepare">;
  close(): void;
}

export function openSnapshot(path: string): Snapshot {
  const database = new DatabaseSync(path, { readOnly: true });
  database.exec("BEGIN");
  return { database, close: () => database.close() };
}

/** Every account number in any table, so that the remains of a deleted account are found too. */
const SELECT_NUMBERS = `
  WITH numbers AS (
    SELECT account_no FROM accounts UNION SELECT account_no FROM heads
    UNION SELECT account_no FROM people UNION SELECT account_no FROM journal
  )
  SELECT numbers.account_no, account_key, heads.account_no AS head_no, people.account_no AS person_no,
    last.seq, unfiled
  FROM numbers LEFT JOIN accounts USING (account_no)
  LEFT JOIN heads ON heads.account_no = numbers.account_no
  LEFT JOIN people ON people.account_no = numbers.account_no
  LEFT JOIN journal AS last ON last.entry_no = last_entry
  ORDER BY numbers.account_no`;

interface NumberRow {
  readonly account_no: number;
  readonly account_key: string | null;
  readonly head_no: number | null;
  readonly person_no: number | null;
  /** The number of its last entry, and how many up to that one are not filed. */
  readonly seq: number | null;
  readonly unfiled: number | null;
}

interface OpenHoldRow {
  readonly account_key: string;
  readonly holdId: string;
  readonly expiresAt: number;
}

interface OpenCardRefundRow {
  readonly account_key: string;
  readonly cardRefundId: string;
  readonly startedAt: number;
}

interface OpenTopUpRow {
  readonly account_key: string;
  readonly topUpId: string;
  readonly startedAt: number;
}

/** Reads every table once and in order, as of one moment. Only look-ups of what is open are kept in memory. */
export function createSqliteRecords(open: () => Snapshot): StoreRecords {
  async function* accounts(): AsyncGenerator<StoredAccount> {
    const { database, close } = open();
    try {
      yield* readAccounts(database);
    } finally {
      close();
    }
  }

  async function* strays(): AsyncGenerator<string> {
    const { database, close } = open();
    try {
      for (const { fault } of database.prepare(SELECT_STRAYS).all()) yield String(fault);
    } finally {
      close();
    }
  }

  return { accounts, strays };
}

async function* readAccounts(database: Snapshot["database"]): AsyncGenerator<StoredAccount> {
  const journal = createSqliteJournal(database);
  const selectAccount = database.prepare(SELECT_ACCOUNT);
  const selectPerson = database.prepare(
    "SELECT profile, phone_hash, email_hash FROM people WHERE account_no = ?",
  );
  const openTopUps = groupByAccount<OpenTopUpRow>(
    database,
    "SELECT account_key, top_up_id AS topUpId, started_at AS startedAt FROM open_top_ups",
  );
  const openCardRefunds = groupByAccount<OpenCardRefundRow>(
    database,
    `SELECT account_key, card_refund_id AS cardRefundId, started_at AS startedAt
      FROM open_card_refunds`,
  );
  const openHolds = groupByAccount<OpenHoldRow>(
    database,
    "SELECT account_key, hold_id AS holdId, expires_at AS expiresAt FROM open_holds",
  );
  const entries = database.prepare(SELECT_ENTRIES).iterate() as unknown as Iterator<StoredRow>;
  const { newest: chained } = database.prepare(
    "SELECT coalesce(max(entry_no), 0) AS newest FROM chain",
  ).get() as { newest: number };
  let next = entries.next();

  function* entriesOf({ account_no: accountNo, ...end }: NumberRow): Generator<StoredEntry> {
    const filedSeq = (end.seq ?? 0) - (end.unfiled ?? 0);
    let previous = 0;
    for (; !next.done && next.value.account_no === accountNo; next = entries.next()) {
      const row = next.value;
      yield toStoredEntry(row, { previous, isChained: row.entry_no <= chained, filedSeq });
      previous = row.entry_no;
    }
  }

  for (const row of database.prepare(SELECT_NUMBERS).iterate() as unknown as Iterable<NumberRow>) {
    const { account_no: accountNo, account_key: key } = row;
    const read = readAccount(row, key === null ? undefined : selectAccount.get(key));
    yield {
      name: key ?? `account number ${accountNo}`,
      ...read,
      hasPerson: row.person_no !== null,
      faults: [...read.faults, ...findContactFaults(selectPerson.get(accountNo))],
      entries: () => entriesOf(row),
      refunded: (entryId): LookedUp | undefined => journal.refundedIn(accountNo, entryId),
      keeps: { refunded: true, recentKeys: false },
      openTopUps: openTopUps.get(key ?? "") ?? [],
      openCardRefunds: openCardRefunds.get(key ?? "") ?? [],
      openHolds: openHolds.get(key ?? "") ?? [],
    };
    // Skips what the caller did not read, so that the next account begins with its own entries.
    for (const _left of entriesOf(row));
  }
}

function groupByAccount<Row extends { readonly account_key: string }>(
  database: Snapshot["database"],
  sql: string,
): ReadonlyMap<string, readonly Row[]> {
  return Map.groupBy(
    database.prepare(sql).all() as unknown as Row[],
    ({ account_key }) => account_key,
  );
}

function readAccount(
  { account_key: key, head_no, seq, unfiled }: NumberRow,
  row: unknown,
): { readonly account: Account | undefined; readonly faults: readonly string[] } {
  if (key === null) {
    return { account: undefined, faults: ["is in other tables, and is not an account"] };
  }
  const faults = [
    ...(unfiled === null || unfiled >= 0 && unfiled <= (seq ?? 0)
      ? []
      : [`has ${seq} entries, and ${unfiled} of them are not filed`]),
  ];
  if (head_no === null) return { account: undefined, faults: [...faults, "has no head"] };
  const stored = row as AccountRow | { readonly head: null };
  if (stored.head === null) {
    return { account: undefined, faults: [...faults, "its last entry is missing"] };
  }
  try {
    const account = fromAccountRow(fromAccountKey(key), stored);
    return { account, faults };
  } catch {
    return { account: undefined, faults: [...faults, "its state cannot be read"] };
  }
}

/** Checks that a person is found by the telephone number and address of their profile. */
function findContactFaults(row: unknown): readonly string[] {
  if (row === undefined) return [];
  const { profile, phone_hash, email_hash } = row as PersonRow;
  try {
    const [phone, email] = toPersonLookUps(JSON.parse(profile));
    return phone === phone_hash && email === email_hash
      ? []
      : ["its person is found by another telephone number or address than their own"];
  } catch {
    return ["its person cannot be read"];
  }
}

interface PersonRow {
  readonly profile: string;
  readonly phone_hash: number;
  readonly email_hash: number;
}
