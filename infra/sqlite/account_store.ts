import {
  type Account,
  type AccountId,
  accountKey,
  fromAccountKey,
  type Instant,
} from "../../domain/account.ts";
import type { Accepted } from "../../domain/decision.ts";
import type { EntriesByKey, LoadedAccount } from "../../domain/fold.ts";
import { changesSumsOnly, type EntryOf, type JournalEntry } from "../../domain/journal.ts";
import { COMMANDS_PER_FOLD } from "../../domain/limits.ts";
import type { AccountStore, LoadOptions, NewPerson, OpenTopUpAddress } from "../../domain/ports.ts";
import type { SqliteDatabase } from "./database.ts";
import { createEntryChain, type Place } from "./entry_chain.ts";
import type { SqliteJournal } from "./journal.ts";
import { promised } from "./promised.ts";
import {
  type AccountRow,
  fromAccountRow,
  toFacts,
  toHeadColumns,
  toKeyColumn,
  toState,
} from "./rows.ts";

/** Accounts and the appending end of their journals. */
export function createSqliteAccountStore(
  database: SqliteDatabase,
  journal: SqliteJournal,
): AccountStore {
  const selectAccount = database.prepare(`
    SELECT account_no, state, head, seq, balance, last_entry,
      payment_id, payment_amount, payment_refunded, payment_at
    FROM accounts JOIN heads USING (account_no) WHERE account_key = ?`);
  const selectHead = database.prepare(`
    SELECT account_no, head, seq, last_entry FROM accounts JOIN heads USING (account_no) WHERE account_key = ?`);
  const insertAccount = database.prepare(
    "INSERT INTO accounts (account_key, state) VALUES (?, ?) ON CONFLICT DO NOTHING",
  );
  const insertPerson = database.prepare(
    "INSERT INTO people (account_no, profile, auth_code_hash) VALUES (?, ?, ?)",
  );
  const insertHead = database.prepare(`
    INSERT INTO heads (head, seq, balance, payment_id, payment_amount, payment_refunded, payment_at, last_entry, account_no)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`);
  const updateHead = database.prepare(`
    UPDATE heads SET head = ?, seq = ?, balance = ?, payment_id = ?, payment_amount = ?, payment_refunded = ?,
      payment_at = ?, last_entry = ? WHERE account_no = ?`);
  const updateState = database.prepare("UPDATE accounts SET state = ? WHERE account_no = ?");
  const appendEntries = createAppender(database);
  const selectKeys = database.prepare(
    "SELECT account_key FROM accounts WHERE account_key > ? ORDER BY account_key LIMIT ?",
  );
  const selectOpenTopUps = database.prepare(`
    SELECT account_key, top_up_id, started_at FROM open_top_ups
    WHERE started_at < ? AND (started_at, top_up_id) > (?, ?) ORDER BY started_at, top_up_id LIMIT ?`);

  function load(
    id: AccountId,
    { keys = [], payments = [] }: LoadOptions = {},
  ): LoadedAccount | undefined {
    const row = selectAccount.get(accountKey(id)) as AccountRow | undefined;
    if (row === undefined) return undefined;
    return {
      account: fromAccountRow(id, row),
      entriesByKey: journal.entriesByKey(row.account_no, keys),
      payments: journal.payments(row.account_no, payments),
    };
  }

  function entriesByKey(id: AccountId, keys: readonly string[]): EntriesByKey {
    const stored = selectHead.get(accountKey(id)) as StoredHead | undefined;
    return stored ? journal.entriesByKey(stored.account_no, keys) : new Map();
  }

  function save(
    next: Account,
    expectedHead: string,
    entries: readonly JournalEntry[],
  ): "saved" | "conflict" {
    const stored = selectHead.get(accountKey(next.id)) as StoredHead | undefined;
    if (stored?.head !== expectedHead) return "conflict";
    const { account_no: accountNo, last_entry: entryNo, seq } = stored;
    const last = appendEntries(
      { key: accountKey(next.id), accountNo, last: { entryNo, seq } },
      entries,
    );
    updateHead.run(...toHeadColumns(next), last.entryNo, accountNo);
    if (!entries.every(changesSumsOnly)) updateState.run(toState(next), accountNo);
    return "saved";
  }

  function insert(
    opening: Accepted<EntryOf<"account_opened">>,
    { profile, authCodeHash }: NewPerson,
  ): boolean {
    const { account, entry } = opening;
    const key = accountKey(account.id);
    const { changes, lastInsertRowid } = insertAccount.run(key, toState(account));
    if (changes === 0) return false;
    const accountNo = Number(lastInsertRowid);
    insertPerson.run(accountNo, JSON.stringify(profile), authCodeHash);
    const last = appendEntries({ key, accountNo, last: { entryNo: 0, seq: 0 } }, [entry]);
    insertHead.run(...toHeadColumns(account), last.entryNo, accountNo);
    return true;
  }

  return {
    entriesPerSave: COMMANDS_PER_FOLD,
    insert: (opening, person) => database.write(() => insert(opening, person)),
    load: (id, options) => promised(() => load(id, options)),
    // Recent or old, all entries lie in one place.
    entriesOfOldKeys: (id, keys) => promised(() => entriesByKey(id, keys)),
    save: (next, expectedHead, entries) => database.write(() => save(next, expectedHead, entries)),
    list: ({ limit, after }) => promised(() => list(limit, after)),
    openTopUps: (...page) => promised(() => openTopUps(...page)),
  };

  function list(limit: number, after: AccountId | undefined): AccountId[] {
    const rows = selectKeys.all(after ? accountKey(after) : "", limit) as { account_key: string }[];
    return rows.map((row) => fromAccountKey(row.account_key));
  }

  function openTopUps(
    startedBefore: Instant,
    limit: number,
    after?: OpenTopUpAddress,
  ): OpenTopUpAddress[] {
    const from = [after?.startedAt ?? 0, after?.topUpId ?? ""];
    const rows = selectOpenTopUps.all(startedBefore, ...from, limit) as unknown as OpenTopUpRow[];
    return rows.map(({ account_key, top_up_id: topUpId, started_at: startedAt }) => {
      return { account: fromAccountKey(account_key), topUpId, startedAt };
    });
  }
}

interface StoredHead {
  readonly account_no: number;
  readonly head: string;
  readonly seq: number;
  readonly last_entry: number;
}

interface OpenTopUpRow {
  readonly account_key: string;
  readonly top_up_id: string;
  readonly started_at: number;
}

interface Appending {
  readonly key: string;
  readonly accountNo: number;
  readonly last: Place;
}

/** Appends entries behind an account's last one and keeps what is looked up by other things than the account. */
function createAppender(
  database: SqliteDatabase,
): (to: Appending, entries: readonly JournalEntry[]) => Place {
  const chain = createEntryChain(database);
  const insertEntry = database.prepare(`
    INSERT INTO journal (prev, skip, entry_id, account_no, seq, type, amount, delta, balance_after, at, key_hash, facts)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);
  const upsertRefunded = database.prepare(`
    INSERT INTO refunded (payment_id, refunded) VALUES (?, ?)
    ON CONFLICT (payment_id) DO UPDATE SET refunded = excluded.refunded`);
  const insertTopUp = database.prepare(
    "INSERT INTO open_top_ups (top_up_id, account_key, started_at) VALUES (?, ?, ?)",
  );
  const deleteTopUp = database.prepare("DELETE FROM open_top_ups WHERE top_up_id = ?");

  function append({ key, accountNo, last }: Appending, entry: JournalEntry): Place {
    const { id, seq, type, amountKurus, deltaKurus, balanceAfterKurus, at } = entry;
    const sums = [amountKurus, deltaKurus, balanceAfterKurus];
    const keyColumn = toKeyColumn(entry.idempotency?.keyHash);
    const pointers = [last.entryNo, chain.skipAfter(last)];
    const { lastInsertRowid } = insertEntry.run(
      ...pointers,
      id,
      accountNo,
      seq,
      type,
      ...sums,
      at,
      keyColumn,
      toFacts(entry),
    );
    if (type === "refund") upsertRefunded.run(entry.paymentId, entry.refundedKurus);
    if (type === "top_up_started") insertTopUp.run(id, key, at);
    if (type === "top_up_credited" || type === "top_up_failed") deleteTopUp.run(entry.topUpId);
    return { entryNo: Number(lastInsertRowid), seq };
  }

  return (to, entries) => entries.reduce((last, entry) => append({ ...to, last }, entry), to.last);
}
