import type { Collection } from "mongodb";
import { type AccountId, accountKey, fromAccountKey } from "../../domain/account.ts";
import type { JournalEntry } from "../../domain/journal.ts";
import { NO_MONEY } from "../../domain/money.ts";
import type { StoredAccount, StoreRecords } from "../../domain/ports/store_records.ts";
import { type LookedUp, type StoredEntry } from "../../domain/reconciliation.ts";
import { findDifferences } from "../../domain/differences.ts";
import { fromAccountDocument, type UserDocument } from "./account_documents.ts";
import {
  entriesOf,
  type EntryDocument,
  fromEntryDocument,
  fromLedgerDocument,
  type LedgerDocument,
  toLedgerDocument,
  withoutPlace,
} from "./entry_documents.ts";
import type { VaultDocument } from "./vault_store.ts";

interface RecordCollections {
  readonly users: Collection<UserDocument>;
  readonly ledger: Collection<LedgerDocument>;
  readonly vault: Collection<VaultDocument>;
}

/**
 * Reads accounts and their entries as they are stored: first those in the ledger, then those that only
 * the document has. Kese may be writing at the same time, so what looks wrong is read `again`.
 */
export function createMongoRecords({ users, ledger, vault }: RecordCollections): StoreRecords {
  /** Reads the ledger's entries, then those that are only in the document, each with its faults. */
  async function* entries({ _id: account, journal }: UserDocument): AsyncGenerator<StoredEntry> {
    const drained = new Set<EntryDocument>();
    const kept = ledger.find({ _id: entriesOf(account) }).sort({ _id: 1 });
    for await (const document of kept) {
      const copy = journal.find(({ seq }) => seq === document.seq);
      if (copy) drained.add(copy);
      yield toStoredEntry(account, document, copy);
    }
    for (const entry of journal) {
      if (!drained.has(entry)) yield { entry: fromEntryDocument(entry), hash: null, faults: [] };
    }
  }

  async function refunded(
    { _id: account, journal }: UserDocument,
    id: string,
  ): Promise<LookedUp | undefined> {
    const recent = journal.find((entry) => entry.id === id);
    const kept = recent ? null : await ledger.findOne({ _id: entriesOf(account), id });
    const entry = recent ? fromEntryDocument(recent) : kept && fromLedgerDocument(kept);
    if (entry?.type !== "payment" && entry?.type !== "top_up_credited") return undefined;
    // Refunds are found by a field of their own, which is checked for each entry.
    return { entry, refundedKurus: NO_MONEY };
  }

  function toStored(document: UserDocument): StoredAccount {
    const { _id: name, filo, userNo } = document;
    const isNamed = name === accountKey({ filo, userNo });
    return {
      name,
      ...readAccount(document),
      // Of an erased account the document has no personal field left.
      hasPerson: document.name !== undefined,
      ...(!isNamed && { faults: [`is of user ${filo}/${userNo}`] }),
      entries: () => entries(document),
      refunded: (entryId) => refunded(document, entryId),
      openTopUps: undefined,
      openCardRefunds: undefined,
      openHolds: undefined,
      keeps: { refunded: false, recentKeys: true },
    };
  }

  async function* accounts(): AsyncGenerator<StoredAccount> {
    for await (const document of users.find().sort({ _id: 1 })) yield toStored(document);
  }

  async function again(id: AccountId): Promise<StoredAccount | undefined> {
    const document = await users.findOne({ _id: accountKey(id) });
    return document === null ? undefined : toStored(document);
  }

  async function* strays(): AsyncGenerator<string> {
    yield* findStrayEntries();
    const places = { projection: { account: 1, cardId: 1 } };
    for await (const { _id, account, cardId } of vault.find({}, places)) {
      if (_id !== `${account}/${cardId}`) {
        yield `${account}: card ${cardId} is in the vault at ${_id}`;
      }
    }
  }

  /** Goes from account to account, with two queries for each. */
  async function* findStrayEntries(): AsyncGenerator<string> {
    for (let from = "";;) {
      const first = await ledger.findOne({ _id: { $gt: from } }, { sort: { _id: 1 } });
      if (first === null) return;
      const { _id } = first;
      const account = _id.slice(0, Math.max(0, _id.lastIndexOf("/")));
      if (account === "") {
        yield `${_id}: entry ${first.seq} (${first.type} ${first.id}) is of no account`;
        from = _id;
        continue;
      }
      if (await users.findOne({ _id: account }, { projection: { _id: 1 } }) === null) {
        yield `${account}: entry ${first.seq} (${first.type} ${first.id}) has no account`;
      }
      from = entriesOf(account).$lt;
    }
  }

  return { accounts, again, strays };
}

function readAccount(document: UserDocument): Pick<StoredAccount, "account" | "faults"> {
  try {
    const account = fromAccountDocument(fromAccountKey(document._id), document);
    return { account, faults: findDrainFaults(document) };
  } catch {
    return { account: undefined, faults: ["its document cannot be read"] };
  }
}

/** Checks that entries which wait to be moved are found: whoever reads a fleet's entries looks for them. */
function findDrainFaults({ journal, undrainedSince }: UserDocument): readonly string[] {
  const oldest = Math.min(...journal.map(({ at }) => at.getTime()));
  const since = undrainedSince?.getTime() ?? Infinity;
  return oldest < since ? ["has entries that wait to be moved, and is not found by them"] : [];
}

function toStoredEntry(
  account: string,
  document: LedgerDocument,
  copy: EntryDocument | undefined,
): StoredEntry {
  const { hash = "" } = document;
  try {
    const entry = fromLedgerDocument(document);
    const faults = [...findPlaceFaults(account, document)];
    if (copy && findDifferences(fromEntryDocument(copy), entry, "").length > 0) {
      faults.push(`is another entry than ${copy.id} in the account's document`);
    }
    return { entry, hash, faults };
  } catch {
    const entry = { ...document, at: 0 } as unknown as JournalEntry;
    return { entry, hash, faults: ["cannot be read"] };
  }
}

/** Checks that the fields by which the ledger finds an entry are those of the entry. */
function* findPlaceFaults(account: string, document: LedgerDocument): Generator<string> {
  const right = toLedgerDocument(account, withoutPlace(document), "");
  if (document._id !== right._id) yield `lies at ${document._id}`;
  if (document.account !== right.account) yield `is of account ${document.account}`;
  if (document.filo !== right.filo) yield `is of fleet ${document.filo}`;
  if (document.order !== right.order) yield "is found by another order than its own";
  if (document.key !== right.key) yield "is found by another key than its own";
  if (document.refundOf !== right.refundOf) {
    yield right.refundOf === undefined
      ? "is found as a refund"
      : `is not found as a refund of ${right.refundOf.slice(account.length + 1)}`;
  }
}
