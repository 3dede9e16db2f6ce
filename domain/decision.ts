import type { Account, Instant } from "./account.ts";
import { heldKurus } from "./available.ts";
import { evolve } from "./evolve.ts";
import type { Idempotency } from "./idempotency.ts";
import type { Asker, EntryOf, EntryType, JournalEntry } from "./journal.ts";
import { deltaOf } from "./entry_traits.ts";
import { add, type Kurus, NO_MONEY } from "./money.ts";
import type { Rejection } from "./rejection.ts";

/** What every command brings. Id and time are fixed before the first try, so that a retry decides the same. */
export interface Command {
  /** The id of the entry that the command appends when it is accepted. */
  readonly entryId: string;
  readonly at: Instant;
  readonly requestId: string;
  readonly by: Asker;
  readonly idempotency?: Idempotency;
}

/**
 * How a decision ends: accepted with exactly one entry and the account after it, unchanged because what
 * was asked is already so, or rejected. A refusal is a value; an exception is a bug.
 */
export type Decision<
  Entry extends JournalEntry = JournalEntry,
  Refusal extends Rejection = Rejection,
> =
  | Accepted<Entry>
  | Unchanged
  | Rejected<Refusal>;

export interface Accepted<Entry extends JournalEntry = JournalEntry> {
  readonly outcome: "accepted";
  readonly account: Account;
  readonly entry: Entry;
}
export interface Unchanged {
  readonly outcome: "unchanged";
}
export interface Rejected<Refusal extends Rejection = Rejection> {
  readonly outcome: "rejected";
  readonly rejection: Refusal;
}

export const UNCHANGED: Unchanged = { outcome: "unchanged" };

/** Rejects a command, with the code and its numbers. */
export function rejected<Refusal extends Rejection>(rejection: Refusal): Rejected<Refusal> {
  return { outcome: "rejected", rejection };
}

/** The members that {@linkcode accepted} fills in; a rule gives the others. */
type FilledIn =
  | "id"
  | "seq"
  | "at"
  | "requestId"
  | "by"
  | "amountKurus"
  | "deltaKurus"
  | "balanceAfterKurus"
  | "heldAfterKurus"
  | "idempotency";

/** What a rule says about the entry. An amount that is left out is 0. */
export type FactsOf<Type extends EntryType> = Omit<EntryOf<Type>, FilledIn> & {
  readonly type: Type;
  readonly amountKurus?: Kurus;
};

/**
 * Accepts a command: makes the entry with the next number, and the account after it through
 * {@linkcode evolve}. Whatever the account must know later has to be in the entry.
 *
 * @throws {RangeError} if the balance would fall below zero: no rule may let that happen.
 */
export function accepted<Type extends EntryType>(
  account: Account,
  { entryId: id, at, requestId, by, idempotency }: Command,
  facts: FactsOf<Type>,
): Accepted<EntryOf<Type>> {
  const { type, amountKurus = NO_MONEY } = facts;
  const deltaKurus = deltaOf({ ...facts, amountKurus });
  const balanceAfterKurus = add(account.balanceKurus, deltaKurus);
  if (balanceAfterKurus < 0) {
    throw new RangeError(`Cannot accept ${type}: balance would be ${balanceAfterKurus}`);
  }
  const seq = account.seq + 1;
  const entry = {
    ...facts,
    id,
    seq,
    at,
    requestId,
    by,
    amountKurus,
    deltaKurus,
    balanceAfterKurus,
    ...(idempotency && { idempotency }),
  } as unknown as EntryOf<Type>;
  const next = evolve(account, entry);
  if (next.openHolds.length === 0) return { outcome: "accepted", account: next, entry };
  return { outcome: "accepted", account: next, entry: { ...entry, ...toHeldAfter(next, at) } };
}

/** What an entry says while holds are open, so that its answer can show what was available then. */
function toHeldAfter(account: Account, at: Instant): { readonly heldAfterKurus?: Kurus } {
  const heldAfterKurus = heldKurus(account, at);
  return heldAfterKurus > 0 ? { heldAfterKurus } : {};
}
