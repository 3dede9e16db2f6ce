import type { Collection, UpdateFilter } from "mongodb";
import { type Account, type AccountId, accountKey, fromAccountKey } from "../../domain/account.ts";
import type { Accepted } from "../../domain/decision.ts";
import type { LoadedAccount } from "../../domain/fold.ts";
import { hasForgotten, shortHash } from "../../domain/idempotency.ts";
import type { EntryOf, JournalEntry } from "../../domain/journal.ts";
import { changesAmountsOnly } from "../../domain/entry_traits.ts";
import { COMMANDS_PER_FOLD, RECENT_KEYS_PER_ACCOUNT } from "../../domain/limits.ts";
import type { AccountStore, LoadOptions } from "../../domain/ports/account_store.ts";
import type { Log } from "../../domain/ports/log.ts";
import type { NewPerson } from "../../domain/ports/accounts.ts";
import { StoreInconsistentError } from "../../domain/ports/errors.ts";
import { isDuplicateKey } from "./connection.ts";
import {
  type AccountDocument,
  fromAccountDocument,
  toHeadFields,
  toStateFields,
  type UserDocument,
} from "./account_documents.ts";
import { toEntryDocument } from "./entry_documents.ts";
import type { Drain } from "./drain.ts";
import type { EventDrains } from "./event_marking.ts";
import type { MongoJournal } from "./journal.ts";
import type { LedgerGuard } from "./ledger_guard.ts";
import { createOpenLookUps } from "./open_look_ups.ts";
import { createSwaps, type Swap } from "./swaps.ts";

/** Entries that an account's document may hold, because MongoDB rewrites the whole document at each save. */
export const ENTRIES_PER_DOCUMENT = 256;
/** A drain starts each time an account has this many more entries. */
export const DRAIN_EVERY = 16;

/** Two, because the first may join one that had already started and moves too little. */
const DRAINS_FOR_A_SAVE = 2;

/** Leaves out what no decision may see: personal data and the hash of the authCode. */
const WITHOUT_PERSON = { name: 0, surname: 0, birthDate: 0, phoneNumber: 0, email: 0, authCode: 0 };

interface AccountStoreOptions {
  readonly users: Collection<UserDocument>;
  readonly journal: MongoJournal;
  readonly drain: Drain;
  readonly guard: LedgerGuard;
  readonly log: Log;
  /** Has entries moved at once for fleets that listen to events. */
  readonly eventDrains?: Pick<EventDrains, "saved">;
}

/**
 * Stores each account in one document. It holds everything that an accepted command changes, so a save
 * is one atomic update, which succeeds only while the head is the expected one.
 */
export function createMongoAccountStore(
  { users, journal, drain, guard, log, eventDrains }: AccountStoreOptions,
): AccountStore {
  const swap = createSwaps({ users, journal });

  async function load(
    id: AccountId,
    options?: LoadOptions,
  ): Promise<LoadedAccount | undefined> {
    const { keys = [], payments = [], topUps = [] } = options ?? {};
    const key = accountKey(id);
    const needsEntries = keys.length > 0 || payments.length > 0 || topUps.length > 0;
    const projection = needsEntries ? WITHOUT_PERSON : { ...WITHOUT_PERSON, journal: 0 };
    // The document first: an entry that leaves it after this read is in the ledger already.
    const [document, newest] = await Promise.all([
      users.findOne<AccountDocument>({ _id: key }, { projection }),
      // A mere look may show an outdated account; a command must not be based on one.
      options && guard.newest(key),
    ]);
    if (document === null) return undefined;
    await guard.check(key, document.seq, newest);
    const account = fromAccountDocument(id, document);
    return {
      account,
      entriesByKey: await journal.entriesByKey(
        { ...document, recentKeys: account.recentKeys },
        keys,
      ),
      payments: await journal.payments(document, payments),
      topUps: await journal.topUps(document, topUps),
    };
  }

  async function insert(
    { account, entry }: Accepted<EntryOf<"account_opened">>,
    { profile, authCodeHash }: NewPerson,
  ): Promise<boolean> {
    const { filo, userNo } = account.id;
    try {
      await users.insertOne({
        _id: accountKey(account.id),
        filo,
        userNo,
        ...profile,
        authCode: authCodeHash,
        ...toHeadFields(account),
        ...toStateFields(account),
        recentKeys: account.recentKeys.hashes,
        journal: [toEntryDocument(entry)],
        undrainedSince: new Date(entry.at),
      });
      eventDrains?.saved(accountKey(account.id));
      return true;
    } catch (error) {
      if (isDuplicateKey(error)) return false;
      throw error;
    }
  }

  async function save(
    next: Account,
    expectedHead: string,
    entries: readonly JournalEntry[],
  ): Promise<"saved" | "conflict" | "full"> {
    const account = accountKey(next.id);
    // An account that contradicted its ledger accepts nothing until it is repaired.
    if (drain.isStopped(account)) await drain.move(account);
    const condition = { [lastPlaceFor(entries)]: { $exists: false } };
    const update = toUpdate(next, entries);
    const wanted = { account, expectedHead, nextHead: next.head, condition, update };
    if (await swap(wanted)) {
      eventDrains?.saved(account);
      if (crossesDrain(next.seq, entries.length)) drain.start(account);
      return "saved";
    }
    const saved = await saveAfterDrain(wanted, lastPlaceFor(entries));
    if (saved === "saved") eventDrains?.saved(account);
    return saved;
  }

  /** Saves what did not match at first, because the head moved on or the document has no room. */
  async function saveAfterDrain(
    wanted: Swap,
    lastPlace: string,
  ): Promise<"saved" | "conflict" | "full"> {
    const { account } = wanted;
    for (let drains = 0; drains < DRAINS_FOR_A_SAVE; drains++) {
      // A drain may have ended between the two reads, so a document with room is tried again.
      if (!await isFull(wanted, lastPlace)) {
        if (await swap(wanted)) return "saved";
        guard.doubt(account);
        return "conflict";
      }
      try {
        await drain.move(account);
      } catch (error) {
        if (error instanceof StoreInconsistentError) throw error;
        // A drain that fails leaves the document full.
        log.error("ledger_drain_stopped", { account, error });
        return "full";
      }
      if (await swap(wanted)) return "saved";
    }
    return await isFull(wanted, lastPlace) ? "full" : "conflict";
  }

  async function isFull(
    { account: _id, expectedHead: head }: Swap,
    lastPlace: string,
  ): Promise<boolean> {
    const full = { _id, head, [lastPlace]: { $exists: true } };
    return await users.findOne(full, { projection: { _id: 1 } }) !== null;
  }

  return {
    entriesPerSave: COMMANDS_PER_FOLD,
    insert,
    load,
    // The document has no room for that many later entries, so all entries of old keys have left it,
    // each after a majority had its copy in the ledger.
    entriesOfOldKeys: (id, keys) => journal.ledgerEntriesByKey(accountKey(id), keys),
    save,
    ...createOpenLookUps(users),
    list: async ({ limit, after }) => {
      const from = after ? { _id: { $gt: accountKey(after) } } : {};
      const found = await users.find(from, { projection: { _id: 1 } }).sort({ _id: 1 }).limit(limit)
        .toArray();
      return found.map(({ _id }) => fromAccountKey(_id));
    },
  };
}

/** Names the place in the document's journal that must be free if the entries are to have room. */
function lastPlaceFor(entries: readonly JournalEntry[]): string {
  return `journal.${ENTRIES_PER_DOCUMENT - entries.length}`;
}

/** Makes one update of everything that a save changes. What payments leave unchanged is not sent. */
function toUpdate(next: Account, entries: readonly JournalEntry[]): UpdateFilter<UserDocument> {
  const keys = entries.flatMap(({ idempotency }) =>
    idempotency ? [shortHash(idempotency.keyHash)] : []
  );
  const state = entries.every(changesAmountsOnly) ? {} : toStateFields(next);
  // A slice makes MongoDB write and replicate the whole array, so it is sent only if it removes keys.
  const slice = hasForgotten(next.recentKeys, keys.length)
    ? { $slice: -RECENT_KEYS_PER_ACCOUNT }
    : {};
  return {
    $set: { ...toHeadFields(next), ...state },
    $min: { undrainedSince: new Date(Math.min(...entries.map(({ at }) => at))) },
    $push: {
      journal: { $each: entries.map(toEntryDocument) },
      ...(keys.length > 0 && { recentKeys: { $each: keys, ...slice } }),
    },
  };
}

function crossesDrain(seq: number, entries: number): boolean {
  return Math.floor(seq / DRAIN_EVERY) > Math.floor((seq - entries) / DRAIN_EVERY);
}
