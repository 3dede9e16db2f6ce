import type { Collection } from "mongodb";
import {
  type AccountId,
  accountKey,
  type CreditedTopUp,
  fromAccountKey,
  type PaymentState,
} from "../../domain/account.ts";
import { topUpAfter } from "../../domain/credited_top_up.ts";
import { closingEntryId } from "../../domain/derived_ids.ts";
import type { EntriesByKey } from "../../domain/fold.ts";
import { mayHaveSeen, type RecentKeys } from "../../domain/idempotency.ts";
import type { JournalEntry } from "../../domain/journal.ts";
import { paymentState } from "../../domain/payment_state.ts";
import { PAGE_SCAN_MAX } from "../../domain/limits.ts";
import { NO_MONEY } from "../../domain/money.ts";
import type {
  FoundPayment,
  Journal,
  JournalListOptions,
  JournalPage,
} from "../../domain/ports/journal.ts";
import type { AccountDocument } from "./account_documents.ts";
import {
  entriesOf,
  type EntryDocument,
  fromEntryDocument,
  fromLedgerDocument,
  type LedgerDocument,
  ledgerId,
  ledgerKey,
  refundKey,
} from "./entry_documents.ts";

/** The newest entries of an account, as its document holds them. */
interface DocumentEntries {
  readonly _id: string;
  readonly journal?: readonly EntryDocument[];
}

/** Reads the journal, for routes and for the account store. */
export interface MongoJournal extends Journal {
  /** Finds the entries that keys appended. Asks the ledger only for those that it may have. */
  entriesByKey(
    document: DocumentEntries & { readonly recentKeys: RecentKeys },
    keys: readonly string[],
  ): Promise<EntriesByKey>;
  /** Finds them in the ledger alone, for keys whose entries have certainly left the document. */
  ledgerEntriesByKey(account: string, keys: readonly string[]): Promise<EntriesByKey>;
  payments(
    document: DocumentEntries,
    paymentIds: readonly string[],
  ): Promise<ReadonlyMap<string, PaymentState>>;
  topUps(
    document: DocumentEntries,
    topUpIds: readonly string[],
  ): Promise<ReadonlyMap<string, CreditedTopUp>>;
}

/** Payments or top-ups, and the entries that they came with. */
interface Refunded {
  readonly entryIds: readonly string[];
  readonly refundedIds: readonly string[];
}

interface JournalCollections {
  readonly users: Collection<AccountDocument>;
  readonly ledger: Collection<LedgerDocument>;
}

/**
 * Reads a journal in two places: the account's document first, then the ledger. In this order no entry
 * is missed, because it is copied before it leaves the document.
 */
export function createMongoJournal({ users, ledger }: JournalCollections): MongoJournal {
  async function entriesByKey(
    document: DocumentEntries & { readonly recentKeys: RecentKeys },
    keys: readonly string[],
  ): Promise<EntriesByKey> {
    const found = new Map<string, JournalEntry>();
    for (const entry of (document.journal ?? []).map(fromEntryDocument)) {
      const keyHash = entry.idempotency?.keyHash;
      if (keyHash !== undefined && keys.includes(keyHash)) found.set(keyHash, entry);
    }
    const older = keys.filter((key) => !found.has(key) && mayHaveSeen(document.recentKeys, key));
    if (older.length === 0) return found;
    return new Map([...found, ...await ledgerEntriesByKey(document._id, older)]);
  }

  async function ledgerEntriesByKey(
    account: string,
    keys: readonly string[],
  ): Promise<EntriesByKey> {
    const ledgerKeys = keys.map((key) => ledgerKey(account, key));
    const kept = await ledger.find({ _id: entriesOf(account), key: { $in: ledgerKeys } }).toArray();
    return new Map(
      kept.map(fromLedgerDocument).flatMap((entry) => {
        return entry.idempotency ? [[entry.idempotency.keyHash, entry] as const] : [];
      }),
    );
  }

  /** Reads the entries with those ids and all refunds of what is named, oldest first. */
  async function readRefunded(
    { _id: account, journal = [] }: DocumentEntries,
    { entryIds, refundedIds }: Refunded,
  ): Promise<readonly JournalEntry[]> {
    if (refundedIds.length === 0) return [];
    const kept = await ledger.find({
      _id: entriesOf(account),
      $or: [
        { id: { $in: [...entryIds] } },
        { refundOf: { $in: refundedIds.map((id) => refundKey(account, id)) } },
      ],
    }).toArray();
    // Sorted here, because sorted by `_id` the query could read all entries of the account.
    const older = kept.map(fromLedgerDocument).sort((first, second) => first.seq - second.seq);
    return [...older, ...journal.map(fromEntryDocument)];
  }

  async function findPayments(
    document: DocumentEntries,
    paymentIds: readonly string[],
  ): Promise<ReadonlyMap<string, FoundPayment>> {
    const found = new Map<string, FoundPayment>();
    const named = { entryIds: paymentIds, refundedIds: paymentIds };
    for (const entry of await readRefunded(document, named)) {
      if (entry.type === "payment" && paymentIds.includes(entry.id)) {
        found.set(entry.id, { entry, refundedKurus: NO_MONEY });
      }
      const payment = entry.type === "refund" ? found.get(entry.paymentId) : undefined;
      if (entry.type !== "refund" || payment === undefined) continue;
      // Each refund says how much of its payment is refunded so far, so the last one counts.
      found.set(entry.paymentId, { ...payment, refundedKurus: entry.refundedKurus });
    }
    return found;
  }

  async function topUps(
    document: DocumentEntries,
    topUpIds: readonly string[],
  ): Promise<ReadonlyMap<string, CreditedTopUp>> {
    const refundedIds = topUpIds.filter((id) => id.startsWith("top_"));
    const entryIds = refundedIds.map(closingEntryId);
    const found = new Map<string, CreditedTopUp>();
    for (const entry of await readRefunded(document, { entryIds, refundedIds })) {
      const topUp = topUpAfter(entry, found);
      // The document has other top-ups, too.
      if (topUp && refundedIds.includes(topUp.topUpId)) found.set(topUp.topUpId, topUp);
    }
    return found;
  }

  async function list(
    id: AccountId,
    { limit, beforeSeq = Infinity, types, orderId }: JournalListOptions,
  ): Promise<JournalPage> {
    const account = accountKey(id);
    const document = await users.findOne({ _id: account }, { projection: { seq: 1, journal: 1 } });
    if (document === null) return { entries: [] };
    const newest = Math.min(document.seq, beforeSeq - 1);
    // Numbers have no gaps, so without a filter they alone say which entries a page has.
    const isFiltered = types !== undefined || orderId !== undefined;
    const looksAt = isFiltered ? PAGE_SCAN_MAX : Math.min(limit, PAGE_SCAN_MAX);
    const oldest = Math.max(1, newest - looksAt + 1);
    const entries = document.journal
      .filter(({ seq, type }) => seq >= oldest && seq <= newest && (types?.includes(type) ?? true))
      .filter((entry) => orderId === undefined || entry.orderId === orderId)
      .map(fromEntryDocument).reverse().slice(0, limit);
    if (entries.length < limit) {
      const inLedger = Math.min(newest, (document.journal[0]?.seq ?? Infinity) - 1);
      const kept = await ledger.find({
        _id: { $gte: ledgerId(account, oldest), $lte: ledgerId(account, inLedger) },
        ...(types && { type: { $in: [...types] } }),
        ...(orderId !== undefined && { orderId }),
      }).sort({ _id: -1 }).limit(limit - entries.length).toArray();
      entries.push(...kept.map(fromLedgerDocument));
    }
    const last = entries.length === limit ? entries.at(-1)?.seq ?? oldest : oldest;
    return last > 1 ? { entries, nextBeforeSeq: last } : { entries };
  }

  async function find(id: AccountId, entryId: string): Promise<JournalEntry | undefined> {
    const account = accountKey(id);
    const document = await users.findOne({ _id: account }, { projection: { journal: 1 } });
    const recent = document?.journal.find((entry) => entry.id === entryId);
    if (recent) return fromEntryDocument(recent);
    const kept = document && await ledger.findOne({ _id: entriesOf(account), id: entryId });
    return kept ? fromLedgerDocument(kept) : undefined;
  }

  /** What is not in the ledger yet is in one of the few documents that have anything to move there. */
  async function ownerOf(entryId: string): Promise<AccountId | undefined> {
    const recent = await users.findOne(
      { undrainedSince: { $exists: true }, "journal.id": entryId },
      { projection: { _id: 1 } },
    );
    if (recent) return fromAccountKey(recent._id);
    const kept = await ledger.findOne({ id: entryId }, { projection: { account: 1 } });
    return kept ? fromAccountKey(kept.account) : undefined;
  }

  return {
    list,
    find,
    ownerOf,
    findPayment: async (id, paymentId) => {
      const document = await users.findOne({ _id: accountKey(id) }, { projection: { journal: 1 } });
      if (document === null) return undefined;
      return (await findPayments(document, [paymentId])).get(paymentId);
    },
    entriesByKey,
    ledgerEntriesByKey,
    topUps,
    payments: async (document, paymentIds) => {
      const found = await findPayments(document, paymentIds);
      return new Map([...found].map(([paymentId, { entry, refundedKurus }]) => {
        return [paymentId, { ...paymentState(entry), refundedKurus }] as const;
      }));
    },
  };
}
