import type { Account, Instant } from "./account.ts";
import { type Idempotency, rememberKey } from "./idempotency.ts";
import type { EntryType, JournalEntry } from "./journal.ts";
import { add, type Kurus, NO_MONEY } from "./money.ts";
import type { Rejection } from "./rejection.ts";

/** What every command brings. Id and time are fixed before the first try, so a retry decides alike. */
export interface Command {
  /** The id of the entry that the command appends when it is accepted. */
  readonly entryId: string;
  readonly at: Instant;
  readonly requestId: string;
  readonly idempotency?: Idempotency;
}

/**
 * How a decision ends: with a new state and exactly one entry, with what was asked being so already,
 * or with a refusal. A refusal is a value; an exception is a bug.
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

/** Refuses, with the code and its numbers. */
export function rejected<Refusal extends Rejection>(rejection: Refusal): Rejected<Refusal> {
  return { outcome: "rejected", rejection };
}

/** The fields that {@linkcode accepted} fills in; a rule gives the others. */
type Numbered =
  | "id"
  | "seq"
  | "at"
  | "requestId"
  | "amountKurus"
  | "deltaKurus"
  | "balanceAfterKurus";
type Facts<Entry> = Entry extends JournalEntry ? Omit<Entry, Numbered | "idempotency"> : never;

/** What an accepted command does beside its entry. Sums that are left out are 0. */
interface Change {
  readonly amountKurus?: Kurus;
  readonly deltaKurus?: Kurus;
  readonly account?: Partial<Omit<Account, "id" | "head" | "seq" | "balanceKurus" | "recentKeys">>;
}

/**
 * Accepts a command: appends one entry with the next number and moves head and balance with it.
 *
 * @throws {RangeError} when the balance would fall below zero: no rule may let that happen.
 */
export function accepted<Type extends EntryType>(
  account: Account,
  command: Command,
  facts: Facts<Extract<JournalEntry, { type: Type }>> & { readonly type: Type },
  change: Change = {},
): Accepted<Extract<JournalEntry, { type: Type }>> {
  const deltaKurus = change.deltaKurus ?? NO_MONEY;
  const balanceKurus = add(account.balanceKurus, deltaKurus);
  if (balanceKurus < 0) {
    throw new RangeError(`Cannot accept ${facts.type}: balance would be ${balanceKurus}`);
  }
  const seq = account.seq + 1;
  const { entryId: id, at, requestId, idempotency } = command;
  const entry = {
    ...facts,
    id,
    seq,
    at,
    requestId,
    amountKurus: change.amountKurus ?? NO_MONEY,
    deltaKurus,
    balanceAfterKurus: balanceKurus,
  };
  const recentKeys = idempotency
    ? rememberKey(account.recentKeys, idempotency.keyHash)
    : account.recentKeys;
  return {
    outcome: "accepted",
    account: Object.assign({ ...account, head: id, seq, balanceKurus, recentKeys }, change.account),
    entry: (idempotency ? { ...entry, idempotency } : entry) as unknown as Extract<
      JournalEntry,
      { type: Type }
    >,
  };
}
