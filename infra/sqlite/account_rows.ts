import type { Account, AccountId, PaymentState } from "../../domain/account.ts";
import type { Contact } from "../../domain/auth.ts";
import type { Accepted } from "../../domain/decision.ts";
import { UNKNOWN_KEYS } from "../../domain/idempotency.ts";
import type { EntryOf, JournalEntry } from "../../domain/journal.ts";
import { changesAmountsOnly, isCapture } from "../../domain/entry_traits.ts";
import { type Kurus, NO_MONEY } from "../../domain/money.ts";
import type { NewPerson } from "../../domain/ports/accounts.ts";
import { toLookUpColumn } from "./hash_columns.ts";
import { type EntryRow, toEntryRow } from "./entry_rows.ts";
import { type LookUp, toLookUps } from "./look_ups.ts";

/** An account with its last entry, and its last payment if it has paid. */
export interface AccountRow {
  readonly account_no: number;
  readonly last_entry: number;
  readonly unfiled: number;
  readonly state: string;
  readonly head: string;
  readonly seq: number;
  readonly balance: number;
  readonly payment_id: string | null;
  readonly payment_amount: number;
  readonly payment_at: number;
  /** Null until some of it was refunded. */
  readonly payment_refunded: number | null;
}

/** The part of an account that payments and refunds leave as it is. */
type AccountState = Pick<
  Account,
  | "status"
  | "openHolds"
  | "cards"
  | "selectedCardId"
  | "openTopUps"
  | "openCardRefunds"
  | "grantedKurus"
  | "spentGrantsKurus"
  | "cardSavesAt"
  | "declinesAt"
>;

function toState(
  { id: _, head: _head, seq: _seq, balanceKurus: _balance, lastPayment: _payment, ...others }:
    Account,
): string {
  const { recentKeys: _keys, ...state } = others;
  return JSON.stringify(state satisfies AccountState);
}

export function fromAccountRow(
  id: AccountId,
  row: AccountRow,
  recentKeys = UNKNOWN_KEYS,
): Account {
  return {
    id,
    head: row.head,
    seq: row.seq,
    balanceKurus: row.balance as Kurus,
    lastPayment: lastPayment(row),
    recentKeys,
    ...(JSON.parse(row.state) as AccountState),
  };
}

function lastPayment(row: AccountRow): PaymentState | null {
  if (row.payment_id === null) return null;
  return {
    paymentId: row.payment_id,
    amountKurus: row.payment_amount as Kurus,
    refundedKurus: (row.payment_refunded ?? NO_MONEY) as Kurus,
    at: row.payment_at,
  };
}

/** What a save writes in addition to its entries. */
export interface SideRows {
  /** Left out if the entries do not change it. */
  readonly state?: string;
  readonly lookUps: readonly LookUp[];
}

/** What opening an account writes. */
export interface OpeningRows {
  readonly state: string;
  readonly entry: EntryRow;
  readonly profile: string;
  readonly authCodeHash: string;
  readonly lookUps: PersonLookUps;
}

/** By what a person is found. */
export type PersonLookUps = readonly [phoneHash: number, emailHash: number];

/** Null for plain payments, which write only their entries. */
export function toSideRows(next: Account, entries: readonly JournalEntry[]): SideRows | null {
  if (entries.every(isPlainPayment)) return null;
  return {
    ...(!entries.every(changesAmountsOnly) && { state: toState(next) }),
    lookUps: entries.flatMap(toLookUps),
  };
}

function isPlainPayment(entry: JournalEntry): boolean {
  return entry.type === "payment" && !isCapture(entry);
}

export function toOpeningRows(
  { account, entry }: Accepted<EntryOf<"account_opened">>,
  { profile, authCodeHash }: NewPerson,
): OpeningRows {
  return {
    state: toState(account),
    entry: toEntryRow(entry),
    profile: JSON.stringify(profile),
    authCodeHash,
    lookUps: toPersonLookUps(profile),
  };
}

export function toPersonLookUps({ phoneNumber, email }: Contact): PersonLookUps {
  return [toLookUpColumn(phoneNumber), toLookUpColumn(email)];
}
