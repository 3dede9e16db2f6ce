import type { Collection } from "mongodb";
import { CHAIN_START } from "../../domain/entry_chain.ts";
import type { Log } from "../../domain/ports/log.ts";
import { StoreInconsistentError } from "../../domain/ports/errors.ts";
import { isDuplicateKey } from "./connection.ts";
import {
  type AccountDocument,
  type LedgerDocument,
  ledgerId,
  toLedgerDocument,
} from "./documents.ts";

export interface DrainOptions {
  readonly users: Collection<AccountDocument>;
  readonly ledger: Collection<LedgerDocument>;
  readonly log: Log;
}

/** Moves the entries of accounts from their documents to the ledger. */
export interface Drain {
  /** Moves all that the document holds now; joins a move that is under way. */
  move(account: string): Promise<void>;
  /** Whether the last move found that account and ledger do not belong together. */
  isStopped(account: string): boolean;
  /** The same, in the background: nobody waits for it, and what fails is tried with the next. */
  start(account: string): void;
  /** Ends when no move is under way. */
  settled(): Promise<void>;
}

/**
 * An entry leaves the document only when its copy in the ledger is acknowledged by a majority, and
 * the pull touches nothing that a decision reads, `head` included. So a reader that asks the document
 * first and the ledger second misses none, and a save that runs beside it is not disturbed.
 */
export function createDrain({ users, ledger, log }: DrainOptions): Drain {
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
    const document = await users.findOne({ _id: account }, { projection: { journal: 1 } });
    const entries = document?.journal ?? [];
    const [first] = entries;
    const last = entries.at(-1);
    if (first === undefined || last === undefined) return;
    let previous = await hashBefore(account, first.seq);
    const documents = entries.map((entry) => {
      const document = toLedgerDocument(account, entry, previous);
      previous = document.hash;
      return document;
    });
    await copyToLedger(ledger, documents);
    await users.updateOne({ _id: account }, { $pull: { journal: { seq: { $lte: last.seq } } } });
  }

  /** The hash of an account's entry before one of that number. */
  async function hashBefore(account: string, seq: number): Promise<string> {
    if (seq === 1) return CHAIN_START;
    const _id = ledgerId(account, seq - 1);
    const before = await ledger.findOne({ _id }, { projection: { hash: 1 } });
    // A gap must not stop payments: reconciling names the entry that is missing and the next one.
    if (before === null) log.error("ledger_entry_missing", { account, seq: seq - 1 });
    return before?.hash ?? CHAIN_START;
  }

  return {
    move,
    isStopped: (account) => stopped.has(account),
    start: (account) => {
      move(account).catch((error) => {
        const isInconsistent = error instanceof StoreInconsistentError;
        log.error(isInconsistent ? "store_inconsistent" : "ledger_drain_stopped", {
          account,
          error,
        });
      });
    },
    settled: async () => {
      await Promise.allSettled([...underway.values()]);
    },
  };
}

/**
 * Copies entries that may be there already, from a move that was cut short. The same number with
 * another entry means that account and ledger no longer belong together: nothing may leave the
 * document then, and somebody has to look.
 */
async function copyToLedger(
  ledger: Collection<LedgerDocument>,
  documents: readonly LedgerDocument[],
): Promise<void> {
  try {
    await ledger.insertMany([...documents], { ordered: false });
    return;
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
  }
  // Read from what a majority has: that they are all there, and the same, is what lets them leave.
  const ids = documents.map(({ _id }) => _id);
  const kept = await ledger.find({ _id: { $in: ids } }, { projection: { id: 1 } }).toArray();
  const entryIds = new Map(kept.map(({ _id, id }) => [_id, id]));
  const other = documents.find(({ _id, id }) => entryIds.get(_id) !== id);
  if (other) {
    throw new StoreInconsistentError(other.account, `has another entry ${other._id} in its ledger`);
  }
}
