import type { Account, CreditedTopUp, PaymentState } from "./account.ts";
import type { Command, Decision } from "./decision.ts";
import { textOf } from "./erased.ts";
import type { JournalEntry } from "./journal.ts";
import { topUpAfter } from "./credited_top_up.ts";
import { paymentAfter } from "./payment_state.ts";
import type { AccountView } from "./refund.ts";
import type { Rejection } from "./rejection.ts";

/** The entries that keys appended, by the hash of the key. */
export type EntriesByKey = ReadonlyMap<string, JournalEntry>;

/** The account as a store gives it, with the entries, payments and top-ups that the commands asked for. */
export interface LoadedAccount extends AccountView {
  readonly entriesByKey: EntriesByKey;
}

/** A command that waits to be decided, and the rule that decides it. */
export interface WaitingCommand {
  readonly command: Command;
  readonly decide: (view: AccountView) => Decision;
}

/** How one command of a fold ended; `account` is the state right after the command. */
export type FoldedOutcome =
  | { readonly outcome: "accepted"; readonly entry: JournalEntry; readonly account: Account }
  | { readonly outcome: "unchanged"; readonly account: Account }
  | { readonly outcome: "rejected"; readonly rejection: Rejection }
  | { readonly outcome: "replayed"; readonly entry: JournalEntry; readonly account: Account }
  | { readonly outcome: "key_reused" }
  | { readonly outcome: "threw"; readonly error: unknown };

/** A batch of decided commands: the account after all of them, the new entries, and an outcome for each command. */
export interface Fold {
  readonly account: Account;
  readonly entries: readonly JournalEntry[];
  readonly outcomes: readonly FoldedOutcome[];
}

/**
 * Decides waiting commands one after the other, each on the state after the one before. A key that an
 * earlier command of the batch used is found as if it were in the journal. A command that throws fails
 * alone.
 */
export function foldCommands(base: LoadedAccount, waiting: readonly WaitingCommand[]): Fold {
  let account = base.account;
  // Only later commands ask what an earlier one did, and mostly there are none.
  const seen = waiting.length > 1 ? copyOf(base) : undefined;
  const { payments, topUps, entriesByKey } = seen ?? base;
  const entries: JournalEntry[] = [];
  const outcomes = waiting.map(({ command, decide }): FoldedOutcome => {
    const repeated = checkKey(command, entriesByKey);
    if (repeated === "key_reused") return { outcome: "key_reused" };
    if (repeated) return { outcome: "replayed", entry: repeated, account };
    try {
      const decision = decide({ account, payments, topUps });
      if (decision.outcome === "rejected") return decision;
      if (decision.outcome === "unchanged") return { outcome: "unchanged", account };
      ({ account } = decision);
      const { entry } = decision;
      entries.push(entry);
      if (seen) note(entry, seen);
      return { outcome: "accepted", entry, account };
    } catch (error) {
      return { outcome: "threw", error };
    }
  });
  return { account, entries, outcomes };
}

/** The payments, top-ups and keys that a command of a batch sees: the store's, and those of the commands before it. */
interface Seen {
  readonly payments: Map<string, PaymentState>;
  readonly topUps: Map<string, CreditedTopUp>;
  readonly entriesByKey: Map<string, JournalEntry>;
}

function copyOf({ payments, topUps, entriesByKey }: LoadedAccount): Seen {
  return {
    payments: new Map(payments),
    topUps: new Map(topUps),
    entriesByKey: new Map(entriesByKey),
  };
}

function note(entry: JournalEntry, { payments, topUps, entriesByKey }: Seen): void {
  const payment = paymentAfter(entry, payments);
  if (payment) payments.set(payment.paymentId, payment);
  const topUp = topUpAfter(entry, topUps);
  if (topUp) topUps.set(topUp.topUpId, topUp);
  if (entry.idempotency) entriesByKey.set(entry.idempotency.keyHash, entry);
}

/** The entry that answers a repeated key, or `key_reused` if the key came with another request. */
export function checkKey(
  { idempotency }: Command,
  entriesByKey: EntriesByKey,
): JournalEntry | "key_reused" | undefined {
  const entry = idempotency && entriesByKey.get(idempotency.keyHash);
  // What was erased can no longer be answered.
  if (textOf(entry?.idempotency?.fingerprint) === undefined) return undefined;
  return entry?.idempotency?.fingerprint === idempotency?.fingerprint ? entry : "key_reused";
}
