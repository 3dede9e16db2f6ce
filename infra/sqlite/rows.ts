import type { Account, AccountId, PaymentState } from "../../domain/account.ts";
import type { EntryType, JournalEntry } from "../../domain/journal.ts";
import { type Kurus, NO_MONEY } from "../../domain/money.ts";

/** A row of `heads` joined with its `accounts`. */
export interface AccountRow {
  readonly account_no: number;
  readonly state: string;
  readonly head: string;
  readonly seq: number;
  readonly balance: number;
  readonly last_entry: number;
  readonly payment_id: string | null;
  readonly payment_amount: number;
  readonly payment_refunded: number;
  readonly payment_at: number;
}

/** A row of `journal` as it is read. */
export interface JournalRow {
  readonly entry_no: number;
  readonly prev: number;
  readonly entry_id: string;
  readonly seq: number;
  readonly type: EntryType;
  readonly amount: number;
  readonly delta: number;
  readonly balance_after: number;
  readonly at: number;
  readonly facts: string;
}

/** The part of an account that payments and refunds leave as it is. */
type AccountState = Pick<
  Account,
  "cards" | "selectedCardId" | "openTopUps" | "cardSavesAt" | "declinesAt"
>;

export function toState(account: Account): string {
  const { cards, selectedCardId, openTopUps, cardSavesAt, declinesAt } = account;
  return JSON.stringify(
    { cards, selectedCardId, openTopUps, cardSavesAt, declinesAt } satisfies AccountState,
  );
}

export function fromAccountRow(id: AccountId, row: AccountRow): Account {
  return {
    id,
    head: row.head,
    seq: row.seq,
    balanceKurus: row.balance as Kurus,
    lastPayment: lastPayment(row),
    // A look-up by key costs as little here as reading the account, so it keeps no window of them.
    recentKeys: { hashes: [], complete: false },
    ...(JSON.parse(row.state) as AccountState),
  };
}

/**
 * Written for a last payment that is also the head, as it mostly is: the shorter the rows, the fewer
 * pages does a commit write.
 */
const IS_HEAD = "";

function lastPayment(row: AccountRow): PaymentState | null {
  if (row.payment_id === null) return null;
  return {
    paymentId: row.payment_id === IS_HEAD ? row.head : row.payment_id,
    amountKurus: row.payment_amount as Kurus,
    refundedKurus: row.payment_refunded as Kurus,
    at: row.payment_at,
  };
}

/** The columns of `heads` that a save writes, in the order of its statement. */
export function toHeadColumns(
  { head, seq, balanceKurus, lastPayment }: Account,
): (string | number | null)[] {
  const { paymentId = null, amountKurus = NO_MONEY, refundedKurus = NO_MONEY, at = 0 } =
    lastPayment ?? {};
  const writtenId = paymentId === head ? IS_HEAD : paymentId;
  return [head, seq, balanceKurus, writtenId, amountKurus, refundedKurus, at];
}

/** The fields of an entry that have no column of their own. */
export function toFacts(entry: JournalEntry): string {
  const {
    id: _id,
    seq: _seq,
    type: _type,
    at: _at,
    amountKurus: _amount,
    deltaKurus: _delta,
    ...others
  } = entry;
  const { balanceAfterKurus: _balance, ...facts } = others;
  return JSON.stringify(facts);
}

export function fromJournalRow(row: JournalRow): JournalEntry {
  return {
    type: row.type,
    id: row.entry_id,
    seq: row.seq,
    at: row.at,
    amountKurus: row.amount as Kurus,
    deltaKurus: row.delta as Kurus,
    balanceAfterKurus: row.balance_after as Kurus,
    ...JSON.parse(row.facts),
  };
}

/** Forty-eight bits of a key's hash: enough to find it, and an integer that JavaScript holds exactly. */
export function toKeyColumn(keyHash: string | undefined): number | null {
  return keyHash === undefined ? null : Number.parseInt(keyHash.slice(0, 12), 16);
}
