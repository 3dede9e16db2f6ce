import type { Instant } from "../account.ts";
import type { Fold } from "../fold.ts";
import { isDerivedEntryId } from "../derived_ids.ts";
import type { JournalEntry } from "../journal.ts";
import type { AccountStore } from "../ports/account_store.ts";
import type { Clock } from "../ports/clock.ts";
import { StoreInconsistentError } from "../ports/errors.ts";
import type { Journal } from "../ports/journal.ts";
import type { Log } from "../ports/log.ts";
import type { ObservedSave, Observer } from "../ports/observer.ts";
import { pauseMilliseconds } from "./retry_pause.ts";

export interface SavingPorts {
  readonly store: Pick<AccountStore, "load" | "save">;
  readonly journal: Pick<Journal, "find">;
  readonly clock: Pick<Clock, "now">;
  readonly log: Log;
  readonly observer?: Observer;
  /** Waits between two tries. */
  readonly pause: (milliseconds: number) => Promise<void>;
}

/** How a save ended, or `unknown` if that could not be found out before the deadline. */
type Fate = "saved" | "filed" | "conflict" | "full" | "unknown";

interface SavingTerms {
  readonly expectedHead: string;
  readonly deadline: Instant;
}

/**
 * Saves what was decided. If the answer is lost, finds out what became of the save, and repeats the
 * identical save, never a new decision.
 */
export async function saveFold(ports: SavingPorts, fold: Fold, terms: SavingTerms): Promise<Fate> {
  const { clock, log, pause } = ports;
  const { expectedHead, deadline } = terms;
  for (let attempt = 0;; attempt++) {
    try {
      const result = await save(ports, fold, expectedHead);
      // After a repeat, a conflict may be with the first save, so its fate is asked for.
      if (result === "saved" || result === "filed" || attempt === 0) return result;
    } catch (error) {
      if (error instanceof StoreInconsistentError) throw error;
      log.warn("account_save_unclear", { error });
    }
    if (clock.now() >= deadline) return "unknown";
    const fate = await findFate(ports, fold, expectedHead);
    if (fate !== "unknown") return fate;
    if (clock.now() >= deadline) return "unknown";
    await pause(pauseMilliseconds(attempt));
  }
}

/** Saves once, and lets it be observed. */
function save(
  { store, observer, clock }: SavingPorts,
  { account, entries }: Fold,
  expectedHead: string,
): ReturnType<AccountStore["save"]> {
  const saving = store.save(account, expectedHead, entries);
  if (observer === undefined) return saving;
  const startedAt = clock.now();
  const observe = (result: ObservedSave["result"]) =>
    observer.saved({ entries, result, milliseconds: clock.now() - startedAt });
  saving.then(observe, () => observe("unclear"));
  return saving;
}

/** Whether a save whose answer was lost has happened: only its entries can tell. */
async function findFate(
  { store, journal, log }: SavingPorts,
  { account: { id, head }, entries }: Fold,
  expectedHead: string,
): Promise<"saved" | "conflict" | "unknown"> {
  try {
    const stored = (await store.load(id))?.account;
    if (stored?.head === head && !isDerivedEntryId(head)) return "saved";
    if (stored?.head === expectedHead) return "unknown";
    const found = await journal.find(id, head);
    return found && isSameEntry(found, entries.at(-1)) ? "saved" : "conflict";
  } catch (error) {
    log.warn("account_unreadable", { error });
    return "unknown";
  }
}

/** A derived id may have been used by another writer, for another entry. */
function isSameEntry(found: JournalEntry, own: JournalEntry | undefined): boolean {
  return found.type === own?.type && found.seq === own.seq && found.at === own.at &&
    found.requestId === own.requestId && found.balanceAfterKurus === own.balanceAfterKurus;
}
