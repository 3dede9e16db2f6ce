import { fromAccountKey } from "../../domain/account.ts";
import { movesCardRefund } from "../../domain/credited_top_up.ts";
import { textOf } from "../../domain/erased.ts";
import { entryHash } from "../../domain/entry_chain.ts";
import type { JournalEntry } from "../../domain/journal.ts";
import { AMOUNT_NAMES } from "../../domain/entry_traits.ts";
import { chainDigest } from "../crypto/chain_digest.ts";
import { fromStored, type StoredAmount, toStored } from "./stored_amount.ts";

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
