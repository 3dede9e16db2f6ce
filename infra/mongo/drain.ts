import type { Collection } from "mongodb";
import type { Instant } from "../../domain/account.ts";
import { CHAIN_START } from "../../domain/entry_chain.ts";
import type { Log } from "../../domain/ports/log.ts";
import { StoreInconsistentError } from "../../domain/ports/errors.ts";
import { isDuplicateKey } from "./connection.ts";
import type { AccountDocument } from "./account_documents.ts";
import { type LedgerDocument, ledgerId, toLedgerDocument } from "./entry_documents.ts";
import type { EventMarking } from "./event_marking.ts";

/** What a move reads of an account. */
type Undrained = Pick<AccountDocument, "journal" | "undrainedSince">;

const NOTHING_WAITS = { $unset: { undrainedSince: "" } } as const;

function isDrained(_id: string) {
  return { _id, "journal.0": { $exists: false } };
}

interface DrainOptions {
  readonly users: Collection<AccountDocument>;
  readonly ledger: Collection<LedgerDocument>;
  readonly log: Log;
  /** Marks what fleets that listen are to hear of, and tells them. */
  readonly events?: EventMarking;
}

/** Accounts whose waiting entries are moved at the same time. */
const DRAINS_AT_ONCE = 4;

/** Moves the entries of accounts from their documents to the ledger. */
export interface Drain {
  /** Moves all entries that the document holds now, or joins a move in progress. */
  move(account: string): Promise<void>;
  /** Whether the last move found that account and ledger contradict each other. */
  isStopped(account: string): boolean;
  /** Moves the entries of all accounts in which some have waited since that time or longer. */
  moveWaiting(since: Instant): Promise<void>;
  /** Moves in the background: nobody waits, and the next move makes up for one that fails. */
  start(account: string): void;
  /** Resolves when no move is in progress. */
  settled(): Promise<void>;
}

/**
 * Creates a drain. An entry leaves the document only when a majority has acknowledged its copy in the
 * ledger, and the pull changes nothing that a decision reads, `head` included. So whoever reads the
 * document first and the ledger second misses no entry, and a concurrent save is not disturbed.
 */
export function createDrain({ users, ledger, log, events }: DrainOptions): Drain {
  const underway = new Map<string, Promise<void>>();
  const stopped = new Set<string>();

  function move(account: string): Promise<void> {
    const joined = underway.get(account);
    if (joined) return joined;
    const moving = moveEntries(account)
      .then(() => void stopped.delete(account), (error) => {
        if (error instanceof StoreInconsistentError) stopped.add(account);
        throw error;
      })
      .finally(() => underway.delete(account));
    underway.set(account, moving);
    return moving;
  }

  async function moveEntries(account: string): Promise<void> {
    const projection = { journal: 1, undrainedSince: 1 } as const;
    const document = await users.findOne<Undrained>({ _id: account }, { projection });
    const entries = document?.journal ?? [];
    const [first] = entries;
    const last = entries.at(-1);
    if (first === undefined || last === undefined) {
      // Another process moved them, and stopped before it said so.
      if (document?.undrainedSince) await users.updateOne(isDrained(account), NOTHING_WAITS);
      return;
    }
    let previous = await readHashBefore(account, first.seq);
    const documents = entries.map((entry) => {
      const document = toLedgerDocument(account, entry, previous);
      previous = document.hash;
      return document;
    });
    await copyToLedger(ledger, events?.mark(documents) ?? documents);
    events?.copied(account);
    await takeOut(account, last.seq);
  }

  /** Takes entries out of the document, which says that none is left if they were the last. */
  async function takeOut(_id: string, seq: number): Promise<void> {
    const taken = { $pull: { journal: { seq: { $lte: seq } } } };
    const { matchedCount } = await users.updateOne({ _id, seq }, { ...taken, ...NOTHING_WAITS });
    if (matchedCount === 0) await users.updateOne({ _id }, taken);
  }

  /** Reads the hash of the entry before the one with that number. */
  async function readHashBefore(account: string, seq: number): Promise<string> {
    if (seq === 1) return CHAIN_START;
    const _id = ledgerId(account, seq - 1);
    const before = await ledger.findOne({ _id }, { projection: { hash: 1 } });
    if (before === null) {
      // A gap must not stop payments. Reconciling names the missing entry and the one after it.
      log.error("ledger_entry_missing", { account, seq: seq - 1 });
      return CHAIN_START;
    }
    // Somebody changed the ledger. A chain that began again here would hide what came before.
    if (!before.hash) {
      throw new StoreInconsistentError(account, `has no hash at ${_id} of its ledger`);
    }
    return before.hash;
  }

  /** A few at a time, so that a backlog takes no connection from payments. */
  async function moveWaiting(since: Instant): Promise<void> {
    const waiting = users.find(
      { undrainedSince: { $lte: new Date(since) } },
      { projection: { _id: 1 } },
    ).sort({ undrainedSince: 1 });
    let some: Promise<void>[] = [];
    for await (const { _id } of waiting) {
      // Somebody has to look at it first, and has been told.
      if (stopped.has(_id)) continue;
      some.push(moveOrSay(_id));
      if (some.length < DRAINS_AT_ONCE) continue;
      await Promise.all(some);
      some = [];
    }
    await Promise.all(some);
  }

  async function moveOrSay(account: string): Promise<void> {
    try {
      await move(account);
    } catch (error) {
      const isInconsistent = error instanceof StoreInconsistentError;
      log.error(isInconsistent ? "store_inconsistent" : "ledger_drain_stopped", { account, error });
    }
  }

  return {
    move,
    moveWaiting,
    isStopped: (account) => stopped.has(account),
    start: (account) => void moveOrSay(account),
    settled: async () => {
      await Promise.allSettled([...underway.values()]);
    },
  };
}

/**
 * Copies entries, some of which may be in the ledger already because an earlier move was interrupted. They
 * are copied in their order, so that an entry is in the ledger only after the one before it. Another
 * entry under the same number means that account and ledger do not belong together: then nothing may
 * leave the document until an operator has looked.
 */
async function copyToLedger(
  ledger: Collection<LedgerDocument>,
  documents: readonly LedgerDocument[],
): Promise<void> {
  for (let missing = documents; missing.length > 0;) {
    try {
      await ledger.insertMany([...missing], { ordered: true });
      return;
    } catch (error) {
      if (!isDuplicateKey(error)) throw error;
    }
    missing = await findMissing(ledger, documents);
  }
}

/** Finds which entries the ledger does not have. */
async function findMissing(
  ledger: Collection<LedgerDocument>,
  documents: readonly LedgerDocument[],
): Promise<readonly LedgerDocument[]> {
  // Read with a majority: entries may leave the document only if all of them are there, unchanged.
  const ids = documents.map(({ _id }) => _id);
  const kept = await ledger.find({ _id: { $in: ids } }, { projection: { id: 1 } }).toArray();
  const entryIds = new Map(kept.map(({ _id, id }) => [_id, id]));
  const other = documents.find(({ _id, id }) => entryIds.has(_id) && entryIds.get(_id) !== id);
  if (other) {
    throw new StoreInconsistentError(other.account, `has another entry ${other._id} in its ledger`);
  }
  return documents.filter(({ _id }) => !entryIds.has(_id));
}
