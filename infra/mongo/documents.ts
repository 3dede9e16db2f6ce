import { Long } from "mongodb";
import type { Account, AccountId, AccountStatus, Card } from "../../domain/account.ts";
import { movesCardRefund } from "../../domain/credited_top_up.ts";
import type { Profile } from "../../domain/auth.ts";
import { entryHash } from "../../domain/entry_chain.ts";
import type { RecentKeys } from "../../domain/idempotency.ts";
import { AMOUNT_NAMES, type JournalEntry } from "../../domain/journal.ts";
import { RECENT_KEYS_PER_ACCOUNT } from "../../domain/limits.ts";
import type { Kurus } from "../../domain/money.ts";
import { chainDigest } from "../crypto/chain_digest.ts";

/** Sums are Int64 in the database; the driver gives them back as numbers, all of them safe integers. */
type Sum = Long | number;

/** A journal entry as it is stored, in the account's document and in the ledger alike. */
export interface EntryDocument {
  readonly id: string;
  readonly seq: number;
  readonly type: JournalEntry["type"];
  readonly at: Date;
  readonly amountKurus: Sum;
  readonly deltaKurus: Sum;
  readonly balanceAfterKurus: Sum;
  readonly heldAfterKurus?: Sum;
  readonly refundedKurus?: Sum;
  /** The fields that only its type has. */
  readonly [fact: string]: unknown;
}

/** An entry in the ledger. `_id` is account and number, so an account's entries lie in order. */
export interface LedgerDocument extends EntryDocument {
  readonly _id: string;
  readonly account: string;
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
  readonly balance: Sum;
  readonly allCards: readonly Card[];
  readonly selectedCard: string | null;
  readonly lastPayment: StoredPayment | null;
  readonly status: AccountStatus;
  readonly openHolds: readonly StoredHold[];
  readonly openTopUps: readonly StoredTopUp[];
  readonly openCardRefunds: readonly StoredCardRefund[];
  readonly grantedKurus: Sum;
  readonly spentGrantsKurus: Sum;
  readonly recentKeys: readonly string[];
  readonly keysComplete: boolean;
  readonly cardSavesAt: readonly Date[];
  readonly declinesAt: readonly Date[];
  /** The newest entries, those that the ledger has not yet taken over. */
  readonly journal: readonly EntryDocument[];
}

/** A whole user: account, personal data and the hash of his authCode, in one document. */
export interface UserDocument extends AccountDocument, Profile {
  readonly filo: string;
  readonly userNo: string;
  readonly authCode: string;
}

interface StoredPayment {
  readonly paymentId: string;
  readonly amountKurus: Sum;
  readonly refundedKurus: Sum;
  readonly at: Date;
}

interface StoredHold {
  readonly holdId: string;
  readonly amountKurus: Sum;
  readonly expiresAt: Date;
  readonly orderId?: string;
  readonly description?: string;
}

interface StoredTopUp {
  readonly topUpId: string;
  readonly amountKurus: Sum;
  readonly cardId: string;
  readonly startedAt: Date;
  readonly providerRef?: string;
  readonly actionExpiresAt?: Date;
}

interface StoredCardRefund {
  readonly cardRefundId: string;
  readonly topUpId: string;
  readonly amountKurus: Sum;
  readonly startedAt: Date;
}

type HeadFields = Pick<
  AccountDocument,
  "head" | "seq" | "balance" | "lastPayment" | "keysComplete"
>;
type StateFields = Omit<AccountDocument, "_id" | "journal" | "recentKeys" | keyof HeadFields>;

export function fromAccountDocument(id: AccountId, document: AccountDocument): Account {
  const { lastPayment } = document;
  return {
    id,
    head: document.head,
    seq: document.seq,
    status: document.status,
    balanceKurus: fromSum(document.balance),
    openHolds: document.openHolds.map(({ amountKurus, expiresAt, ...hold }) => ({
      ...hold,
      amountKurus: fromSum(amountKurus),
      expiresAt: expiresAt.getTime(),
    })),
    cards: document.allCards,
    selectedCardId: document.selectedCard,
    lastPayment: lastPayment && {
      paymentId: lastPayment.paymentId,
      amountKurus: fromSum(lastPayment.amountKurus),
      refundedKurus: fromSum(lastPayment.refundedKurus),
      at: lastPayment.at.getTime(),
    },
    openTopUps: document.openTopUps.map((
      { amountKurus, startedAt, actionExpiresAt, ...topUp },
    ) => ({
      ...topUp,
      amountKurus: fromSum(amountKurus),
      startedAt: startedAt.getTime(),
      ...(actionExpiresAt && { actionExpiresAt: actionExpiresAt.getTime() }),
    })),
    openCardRefunds: document.openCardRefunds.map(({ amountKurus, startedAt, ...refund }) => ({
      ...refund,
      amountKurus: fromSum(amountKurus),
      startedAt: startedAt.getTime(),
    })),
    grantedKurus: fromSum(document.grantedKurus),
    spentGrantsKurus: fromSum(document.spentGrantsKurus),
    recentKeys: toRecentKeys(document),
    cardSavesAt: document.cardSavesAt.map((at) => at.getTime()),
    declinesAt: document.declinesAt.map((at) => at.getTime()),
  };
}

function toRecentKeys({ recentKeys: hashes, keysComplete }: AccountDocument): RecentKeys {
  if (keysComplete) return { hashes, others: "none" };
  // What holds fewer than it should says nothing of the others.
  return { hashes, others: hashes.length >= RECENT_KEYS_PER_ACCOUNT ? "stored" : "unknown" };
}

/** What every save sets. */
export function toHeadFields(
  { head, seq, balanceKurus, lastPayment, recentKeys }: Account,
): HeadFields {
  return {
    head,
    seq,
    balance: toSum(balanceKurus),
    lastPayment: lastPayment && {
      paymentId: lastPayment.paymentId,
      amountKurus: toSum(lastPayment.amountKurus),
      refundedKurus: toSum(lastPayment.refundedKurus),
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
      amountKurus: toSum(amountKurus),
      expiresAt: new Date(expiresAt),
    })),
    allCards: account.cards,
    selectedCard: account.selectedCardId,
    openTopUps: openTopUps.map(({ amountKurus, startedAt, actionExpiresAt, ...topUp }) => ({
      ...topUp,
      amountKurus: toSum(amountKurus),
      startedAt: new Date(startedAt),
      ...(actionExpiresAt !== undefined && { actionExpiresAt: new Date(actionExpiresAt) }),
    })),
    openCardRefunds: openCardRefunds.map(({ amountKurus, startedAt, ...refund }) => ({
      ...refund,
      amountKurus: toSum(amountKurus),
      startedAt: new Date(startedAt),
    })),
    grantedKurus: toSum(account.grantedKurus),
    spentGrantsKurus: toSum(account.spentGrantsKurus),
    cardSavesAt: cardSavesAt.map((at) => new Date(at)),
    declinesAt: declinesAt.map((at) => new Date(at)),
  };
}

export function toEntryDocument(entry: JournalEntry): EntryDocument {
  return convertAmounts({ ...entry, at: new Date(entry.at) }, toSum) as EntryDocument;
}

export function fromEntryDocument(document: EntryDocument): JournalEntry {
  return convertAmounts({ ...document, at: document.at.getTime() }, fromSum) as JournalEntry;
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
  return {
    ...document,
    _id: ledgerId(account, entry.seq),
    account,
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

export function fromLedgerDocument(document: LedgerDocument): JournalEntry {
  const { _id, account: _account, key: _key, refundOf: _refundOf, hash: _hash, ...entry } =
    document;
  return fromEntryDocument(entry as unknown as EntryDocument);
}

// Twelve digits hold more entries than one account can have at a thousand a second for thirty years.
const SEQ_DIGITS = 12;

/** Account and number, so that text order is the order of the entries. */
export function ledgerId(account: string, seq: number): string {
  return `${account}/${String(seq).padStart(SEQ_DIGITS, "0")}`;
}

/** All of an account's entries in the ledger. Beside other conditions it tells a sharded ledger which shard to ask. */
export function entriesOf(account: string): { readonly $gt: string; readonly $lt: string } {
  // "0" is the character after "/", which no part of an id holds.
  return { $gt: `${account}/`, $lt: `${account}0` };
}

export function ledgerKey(account: string, keyHash: string): string {
  return `${account}/${keyHash}`;
}

export function refundKey(account: string, refundedId: string): string {
  return `${account}/${refundedId}`;
}

function toSum(kurus: Kurus): Long {
  return Long.fromNumber(kurus);
}

function fromSum(sum: Sum): Kurus {
  return Number(sum) as Kurus;
}
