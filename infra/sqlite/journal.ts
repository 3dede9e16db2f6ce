import {
  type AccountId,
  accountKey,
  type CreditedTopUp,
  fromAccountKey,
  type PaymentState,
} from "../../domain/account.ts";
import { creditedTopUp } from "../../domain/credited_top_up.ts";
import { closingEntryId } from "../../domain/derived_ids.ts";
import type { JournalEntry } from "../../domain/journal.ts";
import { paymentState } from "../../domain/payment_state.ts";
import type { LookedUp } from "../../domain/reconciliation.ts";
import { PAGE_SCAN_MAX } from "../../domain/limits.ts";
import { type Kurus, NO_MONEY } from "../../domain/money.ts";
import type {
  FoundPayment,
  Journal,
  JournalListOptions,
  JournalPage,
} from "../../domain/ports/journal.ts";
import type { SqliteDatabase } from "./database.ts";
import { type ChainEnd, createEntryChain, missingEntry } from "./entry_chain.ts";
import { fromJournalRow, type JournalRow } from "./entry_rows.ts";
import { toPromise } from "./to_promise.ts";

/** The reading side of the journal, for routes and for the account store. */
export interface SqliteJournal extends Journal {
  payments(accountNo: number, paymentIds: readonly string[]): ReadonlyMap<string, PaymentState>;
  topUps(accountNo: number, topUpIds: readonly string[]): ReadonlyMap<string, CreditedTopUp>;
  /** The payment or credit of that entry id, with what is refunded of it. */
  refundedIn(accountNo: number, entryId: string): LookedUp | undefined;
}

/** An account whose last entry is missing. */
interface Endless {
  readonly seq: null;
  readonly last_entry: number | null;
}

export const COLUMNS = "entry_no, entry_id, seq, type, amount, delta, balance_after, at, facts";

export function createSqliteJournal(database: Pick<SqliteDatabase, "prepare">): SqliteJournal {
  const chain = createEntryChain(database);
  const selectEnd = database.prepare(
    `SELECT accounts.account_no, seq, last_entry FROM accounts LEFT JOIN heads USING (account_no)
     LEFT JOIN journal ON entry_no = last_entry AND journal.account_no = accounts.account_no
     WHERE account_key = ?`,
  );
  const selectById = database.prepare(
    `SELECT ${COLUMNS} FROM journal WHERE entry_id = ? AND account_no = ?`,
  );
  const selectOwner = database.prepare(
    "SELECT account_key FROM journal JOIN accounts USING (account_no) WHERE entry_id = ?",
  );
  const selectRefunded = database.prepare("SELECT refunded FROM refunded WHERE payment_id = ?");

  const selectGivenBack = database.prepare(
    "SELECT given_back FROM given_back WHERE top_up_id = ?",
  );

  function endOf(id: AccountId): ChainEnd | undefined {
    const end = selectEnd.get(accountKey(id)) as ChainEnd | Endless | undefined;
    if (end?.seq === null) throw missingEntry(end.last_entry);
    return end;
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

  function findTopUp(accountNo: number, entryId: string): LookedUp | undefined {
    const entry = findIn(accountNo, entryId);
    if (entry?.type !== "top_up_credited") return undefined;
    const row = selectGivenBack.get(entry.topUpId) as { given_back: number } | undefined;
    return { entry, refundedKurus: row === undefined ? NO_MONEY : row.given_back as Kurus };
  }

  function topUpIn(accountNo: number, topUpId: string): CreditedTopUp | undefined {
    if (!topUpId.startsWith("top_")) return undefined;
    const found = findTopUp(accountNo, closingEntryId(topUpId));
    if (found?.entry.type !== "top_up_credited") return undefined;
    return { ...creditedTopUp(found.entry), refundedKurus: found.refundedKurus };
  }

  function list(id: AccountId, options: JournalListOptions): JournalPage {
    const end = endOf(id);
    if (end === undefined) return { entries: [] };
    const { limit, beforeSeq = Infinity, ...filter } = options;
    const newest = Math.min(end.seq, beforeSeq - 1);
    if (newest < 1) return { entries: [] };
    const oldest = Math.max(1, newest - PAGE_SCAN_MAX + 1);
    const entries = chain.read(end, { newest, oldest, limit, ...filter });
    const last = entries.length === limit ? entries.at(-1)?.seq ?? oldest : oldest;
    return last > 1 ? { entries, nextBeforeSeq: last } : { entries };
  }

  return {
    list: (id, options) => toPromise(() => list(id, options)),
    find: (id, entryId) => toPromise(() => findIn(endOf(id)?.account_no, entryId)),
    ownerOf: (entryId) =>
      toPromise(() => {
        const row = selectOwner.get(entryId) as { account_key: string } | undefined;
        return row && fromAccountKey(row.account_key);
      }),
    findPayment: (id, paymentId) => toPromise(() => findPayment(endOf(id)?.account_no, paymentId)),
    refundedIn: (accountNo, entryId) =>
      findPayment(accountNo, entryId) ?? findTopUp(accountNo, entryId),
    topUps: (accountNo, topUpIds) => {
      const found = topUpIds.flatMap((topUpId) => {
        const topUp = topUpIn(accountNo, topUpId);
        return topUp === undefined ? [] : [[topUpId, topUp] as const];
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
