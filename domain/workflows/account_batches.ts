import type { AccountId, Instant } from "../account.ts";
import type { Fold, WaitingCommand } from "../fold.ts";
import type { UpdateOutcome } from "../ports/accounts.ts";
import type { LoadOptions } from "../ports/account_store.ts";

/** A command in the queue of its account, and how to answer the request that brought it. */
export interface Pending extends WaitingCommand {
  readonly payments: readonly string[];
  readonly topUps: readonly string[];
  readonly deadline: Instant;
  readonly settle: (outcome: UpdateOutcome) => void;
  readonly fail: (error: unknown) => void;
}

/** Commands of one account that are decided and saved together. */
export interface Batch {
  readonly id: AccountId;
  readonly pending: readonly Pending[];
  /** The keys, payments and top-ups that the commands ask for. */
  readonly asked: Required<LoadOptions>;
  /** The latest of the commands' deadlines. */
  readonly deadline: Instant;
}

/** Makes a batch of at least one command. */
export function toBatch(id: AccountId, pending: readonly Pending[]): Batch {
  const keys: string[] = [];
  const payments: string[] = [];
  const topUps: string[] = [];
  let latest = -Infinity;
  for (const one of pending) {
    const { command: { idempotency }, deadline } = one;
    if (idempotency) keys.push(idempotency.keyHash);
    if (one.payments.length > 0) payments.push(...one.payments);
    if (one.topUps.length > 0) topUps.push(...one.topUps);
    latest = Math.max(latest, deadline);
  }
  return { id, pending, asked: { keys, payments, topUps }, deadline: latest };
}

/** Gives every command of a batch the same answer. */
export function answerAll(
  { pending }: Batch,
  outcome: "busy" | "user_not_found" | "outcome_unknown",
): "answered" {
  for (const { settle } of pending) settle({ outcome });
  return "answered";
}

/** Gives each command of a batch its own answer. */
export function answerFold({ pending }: Batch, { outcomes }: Fold): "answered" {
  pending.forEach(({ settle, fail }, place) => {
    const outcome = outcomes[place];
    if (outcome === undefined) return fail(new Error("Cannot answer: the fold has no outcome"));
    if (outcome.outcome === "threw") return fail(outcome.error);
    settle(outcome);
  });
  return "answered";
}
