import { fromAccountKey } from "../../domain/account.ts";
import type { Arrivals } from "../arrivals.ts";
import type { LedgerDocument } from "./entry_documents.ts";
import { type EventMarks, markEvent } from "./event_documents.ts";

/** What the drain does for fleets that listen to events. */
export interface EventMarking {
  mark(documents: readonly LedgerDocument[]): readonly (LedgerDocument & EventMarks)[];
  /** The entries of the account are in the ledger. */
  copied(account: string): void;
}

export function createEventMarking(arrivals: Arrivals): EventMarking {
  return {
    mark: (documents) =>
      documents.map((document) => {
        const { filo } = fromAccountKey(document.account);
        return arrivals.hasListener(filo) ? markEvent(filo, document) : document;
      }),
    copied: (account) => arrivals.tell(fromAccountKey(account).filo),
  };
}

/** Moves the entries of accounts to the ledger soon, because a fleet listens to them. */
export interface EventDrains {
  /** Entries of that account were saved. Costs nothing if its fleet does not listen. */
  saved(account: string): void;
  settled(): Promise<void>;
}

interface EventDrainsOptions {
  readonly arrivals: Pick<Arrivals, "hasListener">;
  /** Moves what the account has, or joins a move that may have begun too early. */
  readonly move: (account: string) => Promise<void>;
}

/** Moves at once: a drain takes connections that payments need. */
const MOVES_AT_ONCE = 4;
/** Two, because the first may join one that had already started and moves too little. */
const MOVES_FOR_A_SAVE = 2;

/**
 * Creates them. An account that is saved while it waits is moved once, and one that is saved while it is
 * moved is moved again. One that fails is left to the next save, or to the sweep.
 */
export function createEventDrains({ arrivals, move }: EventDrainsOptions): EventDrains {
  const wanted = new Set<string>();
  const underway = new Set<Promise<void>>();

  async function work(): Promise<void> {
    for (const account of wanted) {
      wanted.delete(account);
      for (let moves = 0; moves < MOVES_FOR_A_SAVE; moves++) {
        await move(account).catch(() => {}); // the drain has logged it, or the sweep will
      }
    }
  }

  return {
    saved: (account) => {
      if (!arrivals.hasListener(fromAccountKey(account).filo)) return;
      wanted.add(account);
      if (underway.size >= MOVES_AT_ONCE) return;
      const working: Promise<void> = work().finally(() => underway.delete(working));
      underway.add(working);
    },
    settled: async () => {
      await Promise.all(underway);
    },
  };
}
