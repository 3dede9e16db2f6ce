import { Long } from "mongodb";
import {
  type Account,
  type AccountId,
  type AccountStatus,
  type Card,
  fromAccountKey,
} from "../../domain/account.ts";
import { movesCardRefund } from "../../domain/credited_top_up.ts";
import type { Profile } from "../../domain/auth.ts";
import { textOf } from "../../domain/erased.ts";
import { entryHash } from "../../domain/entry_chain.ts";
import type { RecentKeys } from "../../domain/idempotency.ts";
import type { JournalEntry } from "../../domain/journal.ts";
import { AMOUNT_NAMES } from "../../domain/entry_members.ts";
import { RECENT_KEYS_PER_ACCOUNT } from "../../domain/limits.ts";
import type { Kurus } from "../../domain/money.ts";
import { chainDigest } from "../crypto/chain_digest.ts";

/** Amounts are Int64 in the database. The driver returns them as numbers, all of them safe integers. */
type StoredAmount = Long | number;

/** A journal entry as it is stored, in the account's document and in the ledger alike. */
export interface EntryDocument {
  readonly id: string;
  readonly seq: number;
  readonly type: JournalEntry["type"];
  readonly at: Date;
  readonly amountKurus: StoredAmount;
  readonly deltaKurus: StoredAmount;
  readonly balanceAfterKurus: StoredAmount;
  readonly heldAfterKurus?: StoredAmount;
  readonly refundedKurus?: StoredAmount;
  /** The fields that only its type has. */
  readonly [fact: string]: unknown;
}

/** An entry in the ledger. `_id` is account and number, so an account's entries lie in order. */
export interface LedgerDocument extends EntryDocument {
  readonly _id: string;
  readonly account: string;
  /** The fleet, whose entries are found by it in the order of their times. */
  readonly filo: string;
  /** Set on entries that name an order: the fleet and the order. */
  readonly order?: string;
  /** Set on entries that a key appended. */
  readonly key?: string;
  /** Set on refunds of payments, and on what says how much of a top-up went back to its card. */
  readonly refundOf?: string;
  /** Over the entry and the hash of the entry before. */
  readonly hash: string;
}

/** The part of a user's document that decisions need, with the seed's names where it has them. */
export interface AccountDocument {
  readonly _id: string;
  readonly head: string;
  readonly seq: number;
  readonly balance: StoredAmount;
  readonly allCards: readonly Card[];
  readonly selectedCard: string | null;
  readonly lastPayment: StoredPayment | null;
  readonly status: AccountStatus;
  readonly openHolds: readonly StoredHold[];
  readonly openTopUps: readonly StoredTopUp[];
  readonly openCardRefunds: readonly StoredCardRefund[];
  readonly grantedKurus: StoredAmount;
  readonly spentGrantsKurus: StoredAmount;
  readonly recentKeys: readonly string[];
  readonly keysComplete: boolean;
  readonly cardSavesAt: readonly Date[];
  readonly declinesAt: readonly Date[];
  /** The newest entries, those that the ledger has not yet taken over. */
  readonly journal: readonly EntryDocument[];
  /** No later than the oldest of them; absent if there are none. */
  readonly undrainedSince?: Date;
}

/** A whole user: account, personal data and the hash of the authCode, in one document. */
export interface UserDocument extends AccountDocument, Profile {
  readonly filo: string;
  readonly userNo: string;
  readonly authCode: string;
}

interface StoredPayment {
  readonly paymentId: string;
  readonly amountKurus: StoredAmount;
  readonly refundedKurus: StoredAmount;
  readonly at: Date;
}

interface StoredHold {
  readonly holdId: string;
  readonly amountKurus: StoredAmount;
  readonly expiresAt: Date;
  readonly orderId?: string;
  readonly description?: string;
}

interface StoredTopUp {
  readonly topUpId: string;
  readonly amountKurus: StoredAmount;
  readonly cardId: string;
  readonly startedAt: Date;
  readonly providerRef?: string;
  readonly actionExpiresAt?: Date;
}

interface StoredCardRefund {
  readonly cardRefundId: string;
  readonly topUpId: string;
  readonly amountKurus: StoredAmount;
  readonly startedAt: Date;
}

type HeadFields = Pick<
  AccountDocument,
  "head" | "seq" | "balance" | "lastPayment" | "keysComplete"
>;
type StateFields = Omit<
  AccountDocument,
  "_id" | "journal" | "undrainedSince" | "recentKeys" | keyof HeadFields
>;

export function fromAccountDocument(id: AccountId, document: AccountDocument): Account {
  const { lastPayment } = document;
  return {
    id,
    head: document.head,
    seq: document.seq,
    status: document.status,
    ...fromMoneyFields(document),
    cards: document.allCards,
    selectedCardId: document.selectedCard,
    lastPayment: lastPayment && {
      paymentId: lastPayment.paymentId,
      amountKurus: fromStored(lastPayment.amountKurus),
      refundedKurus: fromStored(lastPayment.refundedKurus),
      at: lastPayment.at.getTime(),
    },
    openTopUps: document.openTopUps.map((
      { amountKurus, startedAt, actionExpiresAt, ...topUp },
    ) => ({
      ...topUp,
      amountKurus: fromStored(amountKurus),
      startedAt: startedAt.getTime(),
      ...(actionExpiresAt && { actionExpiresAt: actionExpiresAt.getTime() }),
    })),
    openCardRefunds: document.openCardRefunds.map(({ amountKurus, startedAt, ...refund }) => ({
      ...refund,
      amountKurus: fromStored(amountKurus),
      startedAt: startedAt.getTime(),
    })),
    grantedKurus: fromStored(document.grantedKurus),
    spentGrantsKurus: fromStored(document.spentGrantsKurus),
    recentKeys: toRecentKeys(document),
    cardSavesAt: document.cardSavesAt.map((at) => at.getTime()),
    declinesAt: document.declinesAt.map((at) => at.getTime()),
  };
}

/** The balance, and what open holds set aside of it. */
export function fromMoneyFields(
  { balance, openHolds }: Pick<AccountDocument, "balance" | "openHolds">,
): Pick<Account, "balanceKurus" | "openHolds"> {
  return {
    balanceKurus: fromStored(balance),
    openHolds: openHolds.map(({ amountKurus, expiresAt, ...hold }) => ({
      ...hold,
      amountKurus: fromStored(amountKurus),
      expiresAt: expiresAt.getTime(),
    })),
  };
}

function toRecentKeys({ recentKeys: hashes, keysComplete }: AccountDocument): RecentKeys {
  if (keysComplete) return { hashes, others: "none" };
  // A window with fewer keys than it should have says nothing about the others.
  return { hashes, others: hashes.length >= RECENT_KEYS_PER_ACCOUNT ? "stored" : "unknown" };
}

/** What every save sets. */
export function toHeadFields(
  { head, seq, balanceKurus, lastPayment, recentKeys }: Account,
): HeadFields {
  return {
    head,
    seq,
    balance: toStored(balanceKurus),
    lastPayment: lastPayment && {
      paymentId: lastPayment.paymentId,
      amountKurus: toStored(lastPayment.amountKurus),
      refundedKurus: toStored(lastPayment.refundedKurus),
      at: new Date(lastPayment.at),
    },
    keysComplete: recentKeys.others === "none",
  };
}

/** What payments and refunds leave as it is. */
export function toStateFields(account: Account): StateFields {
  const { openHolds, openTopUps, openCardRefunds, cardSavesAt, declinesAt } = account;
  return {
    status: account.status,
    openHolds: openHolds.map(({ amountKurus, expiresAt, ...hold }) => ({
      ...hold,
      amountKurus: toStored(amountKurus),
      expiresAt: new Date(expiresAt),
    })),
    allCards: account.cards,
    selectedCard: account.selectedCardId,
    openTopUps: openTopUps.map(({ amountKurus, startedAt, actionExpiresAt, ...topUp }) => ({
      ...topUp,
      amountKurus: toStored(amountKurus),
      startedAt: new Date(startedAt),
      ...(actionExpiresAt !== undefined && { actionExpiresAt: new Date(actionExpiresAt) }),
    })),
    openCardRefunds: openCardRefunds.map(({ amountKurus, startedAt, ...refund }) => ({
      ...refund,
      amountKurus: toStored(amountKurus),
      startedAt: new Date(startedAt),
    })),
    grantedKurus: toStored(account.grantedKurus),
    spentGrantsKurus: toStored(account.spentGrantsKurus),
    cardSavesAt: cardSavesAt.map((at) => new Date(at)),
    declinesAt: declinesAt.map((at) => new Date(at)),
  };
}

export function toEntryDocument(entry: JournalEntry): EntryDocument {
  return convertAmounts({ ...entry, at: new Date(entry.at) }, toStored) as EntryDocument;
}

export function fromEntryDocument(document: EntryDocument): JournalEntry {
  return convertAmounts({ ...document, at: document.at.getTime() }, fromStored) as JournalEntry;
}

/** Amounts are Int64 in the database. Changes the object, which must be a copy. */
function convertAmounts<Amount>(copy: object, convert: (amount: Amount) => unknown): unknown {
  const members = copy as Record<string, unknown>;
  for (const name of AMOUNT_NAMES) {
    if (name in members) members[name] = convert(members[name] as Amount);
  }
  return members;
}

/** The entry as the ledger keeps it, after the one with that hash. */
export function toLedgerDocument(
  account: string,
  document: EntryDocument,
  previous: string,
): LedgerDocument {
  const entry = fromEntryDocument(document);
  const refundOf = refundedOf(entry);
  const { filo } = fromAccountKey(account);
  const orderId = orderOf(entry);
  return {
    ...document,
    _id: ledgerId(account, entry.seq),
    account,
    filo,
    ...(orderId !== undefined && { order: orderKey(filo, orderId) }),
    hash: entryHash(entry, { account, previous, digest: chainDigest }),
    ...(entry.idempotency && { key: ledgerKey(account, entry.idempotency.keyHash) }),
    ...(refundOf !== undefined && { refundOf: refundKey(account, refundOf) }),
  };
}

/** The payment or top-up of which an entry says how much is refunded. */
function refundedOf(entry: JournalEntry): string | undefined {
  if (entry.type === "refund") return entry.paymentId;
  return movesCardRefund(entry) ? entry.topUpId : undefined;
}

/** The order that an entry names, if it names one and nobody erased it. */
function orderOf(entry: JournalEntry): string | undefined {
  return "orderId" in entry ? textOf(entry.orderId) : undefined;
}

export function fromLedgerDocument(document: LedgerDocument): JournalEntry {
  return fromEntryDocument(withoutPlace(document));
}

/** The entry without what only the ledger keeps of it, by which it is found, proved and sent as an event. */
export function withoutPlace(document: LedgerDocument): EntryDocument {
  const { _id, account: _account, filo: _filo, order: _order, key: _key, ...others } = document;
  const { refundOf: _refundOf, hash: _hash, ...marked } = others;
  const { eventOpen: _open, eventDone: _done, ...entry } = marked;
  return entry as unknown as EntryDocument;
}

// Enough for a thousand entries a second over thirty years.
const SEQ_DIGITS = 12;

/** Account and number, so that text order is the order of the entries. */
export function ledgerId(account: string, seq: number): string {
  return `${account}/${String(seq).padStart(SEQ_DIGITS, "0")}`;
}

/** Matches all of an account's entries in the ledger. Next to other conditions, it tells mongos which shard to ask. */
export function entriesOf(account: string): { readonly $gt: string; readonly $lt: string } {
  // "0" is the character after "/", which no part of an id holds.
  return { $gt: `${account}/`, $lt: `${account}0` };
}

export function ledgerKey(account: string, keyHash: string): string {
  return `${account}/${keyHash}`;
}

export function orderKey(filo: string, orderId: string): string {
  return `${filo}/${orderId}`;
}

export function refundKey(account: string, refundedId: string): string {
  return `${account}/${refundedId}`;
}

function toStored(kurus: Kurus): Long {
  return Long.fromNumber(kurus);
}

function fromStored(sum: StoredAmount): Kurus {
  return Number(sum) as Kurus;
}
