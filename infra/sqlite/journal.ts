import { type AccountId, accountKey, type PaymentState } from "../../domain/account.ts";
import { type JournalEntry, paymentState } from "../../domain/journal.ts";
import { PAGE_SCAN_MAX } from "../../domain/limits.ts";
import { type Kurus, NO_MONEY } from "../../domain/money.ts";
import type { FoundPayment, Journal, JournalListOptions, JournalPage } from "../../domain/ports.ts";
import type { SqliteDatabase } from "./database.ts";
import { createEntryChain } from "./entry_chain.ts";
import { fromJournalRow, type JournalRow, toKeyColumn } from "./rows.ts";
import { promised } from "./promised.ts";

/** The reading side of the journal, for routes and for the account store. */
export interface SqliteJournal extends Journal {
  entriesByKey(accountNo: number, keys: readonly string[]): ReadonlyMap<string, JournalEntry>;
  payments(accountNo: number, paymentIds: readonly string[]): ReadonlyMap<string, PaymentState>;
}

interface Head {
  readonly account_no: number;
  readonly seq: number;
  readonly last_entry: number;
}

const COLUMNS = "entry_no, prev, entry_id, seq, type, amount, delta, balance_after, at, facts";

export function createSqliteJournal(database: SqliteDatabase): SqliteJournal {
  const chain = createEntryChain(database);
  const selectHead = database.prepare(
    "SELECT account_no, seq, last_entry FROM accounts JOIN heads USING (account_no) WHERE account_key = ?",
  );
  const selectEntry = database.prepare(`SELECT ${COLUMNS} FROM journal WHERE entry_no = ?`);
  const selectById = database.prepare(
    `SELECT ${COLUMNS} FROM journal WHERE entry_id = ? AND account_no = ?`,
  );
  const selectByKey = database.prepare(
    `SELECT ${COLUMNS} FROM journal WHERE account_no = ? AND key_hash = ? AND key_hash IS NOT NULL`,
  );
  const selectRefunded = database.prepare("SELECT refunded FROM refunded WHERE payment_id = ?");

  function headOf(id: AccountId): Head | undefined {
    return selectHead.get(accountKey(id)) as Head | undefined;
  }

  function findIn(accountNo: number | undefined, entryId: string): JournalEntry | undefined {
    if (accountNo === undefined) return undefined;
    const row = selectById.get(entryId, accountNo) as JournalRow | undefined;
    return row && fromJournalRow(row);
  }

  function findPayment(accountNo: number | undefined, paymentId: string): FoundPayment | undefined {
    const entry = findIn(accountNo, paymentId);
    if (entry?.type !== "payment") return undefined;
    const row = selectRefunded.get(paymentId) as { refunded: number } | undefined;
    return { entry, refundedKurus: row === undefined ? NO_MONEY : row.refunded as Kurus };
  }

  /** Entries newest first, beginning with number `fromSeq`. */
  function* walk(head: Head, fromSeq: number): Generator<JournalRow> {
    if (fromSeq < 1) return;
    let entryNo = chain.seek(head.last_entry, fromSeq);
    while (entryNo !== 0) {
      const row = selectEntry.get(entryNo) as JournalRow | undefined;
      if (row === undefined) {
        throw new Error(`Cannot follow the journal: there is no entry ${entryNo}`);
      }
      yield row;
      entryNo = row.prev;
    }
  }

  function list(id: AccountId, { limit, beforeSeq, types }: JournalListOptions): JournalPage {
    const head = headOf(id);
    if (head === undefined) return { entries: [] };
    const entries: JournalEntry[] = [];
    let scanned = 0;
    for (const row of walk(head, Math.min(head.seq, (beforeSeq ?? Infinity) - 1))) {
      if (types === undefined || types.includes(row.type)) entries.push(fromJournalRow(row));
      const full = entries.length === limit || ++scanned === PAGE_SCAN_MAX;
      if (full && row.seq > 1) return { entries, nextBeforeSeq: row.seq };
      if (full) break;
    }
    return { entries };
  }

  return {
    list: (id, options) => promised(() => list(id, options)),
    find: (id, entryId) => promised(() => findIn(headOf(id)?.account_no, entryId)),
    findPayment: (id, paymentId) => promised(() => findPayment(headOf(id)?.account_no, paymentId)),
    entriesByKey: (accountNo, keys) => {
      const found = keys.flatMap((keyHash) => {
        const rows = selectByKey.all(accountNo, toKeyColumn(keyHash)) as unknown as JournalRow[];
        const entry = rows.map(fromJournalRow).find(({ idempotency }) =>
          idempotency?.keyHash === keyHash
        );
        return entry ? [[keyHash, entry] as const] : [];
      });
      return new Map(found);
    },
    payments: (accountNo, paymentIds) => {
      const found = paymentIds.flatMap((paymentId) => {
        const payment = findPayment(accountNo, paymentId);
        if (payment === undefined) return [];
        const { entry, refundedKurus } = payment;
        return [[paymentId, { ...paymentState(entry), refundedKurus }] as const];
      });
      return new Map(found);
    },
  };
}
