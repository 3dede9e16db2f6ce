import type { Account, AccountId, Instant, PaymentState } from "../../domain/account.ts";
import type { Contact } from "../../domain/auth.ts";
import type { Accepted } from "../../domain/decision.ts";
import { UNKNOWN_KEYS } from "../../domain/idempotency.ts";
import type { EntryOf, EntryType, JournalEntry } from "../../domain/journal.ts";
import { changesAmountsOnly, isCapture } from "../../domain/entry_effects.ts";
import { type Kurus, NO_MONEY } from "../../domain/money.ts";
import type { NewPerson } from "../../domain/ports/accounts.ts";
import { sha256 } from "../crypto/digests.ts";

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

/** A row of `journal` as it is read. */
export interface JournalRow {
  readonly entry_no: number;
  readonly entry_id: string;
  readonly seq: number;
  readonly type: EntryType;
  readonly amount: number;
  readonly delta: number;
  readonly balance_after: number;
  readonly at: number;
  readonly facts: string;
}

/** The columns of an entry that all types have, where a row is read as one array. */
export const ENTRY_COLUMNS = "entry_id, journal.seq, type, amount, delta, balance_after, at";
export type EntryColumns = readonly [
  id: string,
  seq: number,
  type: EntryType,
  amount: number,
  delta: number,
  balanceAfter: number,
  at: number,
];

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

declare const column: unique symbol;
/** An amount for one column: a row is all numbers, so a swapped pair would be stored unnoticed. */
export type KurusFor<Column extends string> = Kurus & { readonly [column]: Column };

/** The columns of `journal` from `entry_id` to `facts`. */
export type EntryRow = readonly [
  id: string,
  type: EntryType,
  amountKurus: KurusFor<"amount">,
  deltaKurus: KurusFor<"delta">,
  balanceAfterKurus: KurusFor<"balance_after">,
  at: Instant,
  key: number | null,
  facts: string,
];

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

/** What an entry changes in the look-ups by payment, top-up and hold. */
export type LookUp =
  | { readonly is: "refunded"; readonly paymentId: string; readonly refundedKurus: Kurus }
  | { readonly is: "given_back"; readonly topUpId: string; readonly refundedKurus: Kurus }
  | { readonly is: "card_refund_opened"; readonly cardRefundId: string; readonly at: Instant }
  | { readonly is: "card_refund_ended"; readonly cardRefundId: string }
  | { readonly is: "top_up_opened"; readonly topUpId: string; readonly at: Instant }
  | { readonly is: "top_up_closed"; readonly topUpId: string }
  | { readonly is: "hold_placed"; readonly holdId: string; readonly expiresAt: Instant }
  | { readonly is: "hold_ended"; readonly holdId: string };

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

/** A part of a text's hash, of which the text cannot be told apart from many others. */
export function toLookUpColumn(text: string): number {
  return Number.parseInt(sha256(text).slice(0, COLUMN_HEX), 16);
}

export function toEntryRow(entry: JournalEntry): EntryRow {
  const { id, type, at, idempotency } = entry;
  const amount = entry.amountKurus as KurusFor<"amount">;
  const delta = entry.deltaKurus as KurusFor<"delta">;
  const balanceAfter = entry.balanceAfterKurus as KurusFor<"balance_after">;
  const key = toKeyColumn(idempotency?.keyHash);
  return [id, type, amount, delta, balanceAfter, at, key, toFacts(entry)];
}

function toLookUps(entry: JournalEntry): readonly LookUp[] {
  switch (entry.type) {
    case "refund":
      return [{
        is: "refunded",
        paymentId: entry.paymentId,
        refundedKurus: entry.refundedKurus,
      }];
    case "top_up_started":
      return [{ is: "top_up_opened", topUpId: entry.id, at: entry.at }];
    case "top_up_credited":
    case "top_up_failed":
      return [{ is: "top_up_closed", topUpId: entry.topUpId }];
    case "card_refund_started":
      return [toGivenBack(entry), {
        is: "card_refund_opened",
        cardRefundId: entry.id,
        at: entry.at,
      }];
    case "card_refund_completed":
      return [{ is: "card_refund_ended", cardRefundId: entry.cardRefundId }];
    case "card_refund_failed":
      return [
        toGivenBack(entry),
        { is: "card_refund_ended", cardRefundId: entry.cardRefundId },
      ];
    case "payment":
      return isCapture(entry) ? [{ is: "hold_ended", holdId: entry.holdId }] : [];
    case "hold_placed":
      return [{ is: "hold_placed", holdId: entry.id, expiresAt: entry.expiresAt }];
    case "hold_released":
    case "hold_expired":
      return [{ is: "hold_ended", holdId: entry.holdId }];
    case "top_up_action_required":
    case "account_opened":
    case "account_frozen":
    case "account_unfrozen":
    case "account_closed":
    case "account_erased":
    case "card_saved":
    case "card_selected":
    case "card_removed":
    case "adjustment":
      return [];
  }
}

function toGivenBack(
  { topUpId, refundedKurus }: EntryOf<"card_refund_started" | "card_refund_failed">,
): LookUp {
  return { is: "given_back", topUpId, refundedKurus };
}

/** The fields of an entry that have no column of their own. */
function toFacts(entry: JournalEntry): string {
  const {
    id: _id,
    seq: _seq,
    type: _type,
    at: _at,
    amountKurus: _amount,
    deltaKurus: _delta,
    balanceAfterKurus: _balance,
    ...facts
  } = entry;
  return JSON.stringify(facts);
}

export function fromJournalRow(row: JournalRow): JournalEntry {
  const { entry_id, seq, type, amount, delta, balance_after, at, facts } = row;
  return toEntry([entry_id, seq, type, amount, delta, balance_after, at], JSON.parse(facts));
}

export function toEntry(
  [id, seq, type, amount, delta, balanceAfter, at]: EntryColumns,
  facts: object,
): JournalEntry {
  return {
    type,
    id,
    seq,
    at,
    amountKurus: amount,
    deltaKurus: delta,
    balanceAfterKurus: balanceAfter,
    ...facts,
  } as JournalEntry;
}

/** 48 bits: enough to find what was hashed, and an integer that JavaScript represents exactly. */
const COLUMN_HEX = 12;

/** The beginning of a key's hash. */
export function toKeyColumn(keyHash: string | undefined): number | null {
  return keyHash === undefined ? null : Number.parseInt(keyHash.slice(0, COLUMN_HEX), 16);
}
