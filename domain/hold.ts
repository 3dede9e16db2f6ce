import type { Account, Instant, OpenHold } from "./account.ts";
import { unexpiredHolds } from "./available.ts";
import {
  accepted,
  type Command,
  type Decision,
  type Rejected,
  rejected,
  UNCHANGED,
} from "./decision.ts";
import {
  type HoldExpired,
  type HoldPlaced,
  type HoldReleased,
  type Payment,
  rideOf,
} from "./journal.ts";
import { OPEN_HOLDS_PER_ACCOUNT, UNENDED_HOLDS_PER_ACCOUNT } from "./limits.ts";
import type { Kurus } from "./money.ts";
import { type Inactive, refuseClosed, refuseInactive, refuseShort } from "./refusals.ts";
import type { RejectionOf } from "./rejection.ts";

export interface HoldCommand extends Command {
  readonly amountKurus: Kurus;
  readonly expiresAt: Instant;
  readonly orderId?: string;
  readonly description?: string;
}

/** Ends a hold. Its entry id is one of {@linkcode holdEndIds}. */
export interface HoldEndCommand extends Command {
  readonly holdId: string;
}

export interface HoldCaptureCommand extends HoldEndCommand {
  /** How much is paid; without it all that is held. */
  readonly amountKurus?: Kurus;
}

type NotOpen = "hold_not_found" | "hold_closed";

/** Sets money aside, when a ride starts: the balance stays, and less of it is available. */
export function decideHold(
  account: Account,
  command: HoldCommand,
): Decision<HoldPlaced, RejectionOf<Inactive | "insufficient_balance" | "too_many_holds">> {
  const refusal = refuseInactive(account) ?? refuseShort(account, command);
  if (refusal) return refusal;
  const { at, amountKurus, expiresAt } = command;
  const isFull = unexpiredHolds(account, at).length >= OPEN_HOLDS_PER_ACCOUNT ||
    account.openHolds.length >= UNENDED_HOLDS_PER_ACCOUNT;
  if (isFull) return rejected({ code: "too_many_holds" });
  return accepted<"hold_placed">(account, command, {
    type: "hold_placed",
    amountKurus,
    expiresAt,
    ...rideOf(command),
  });
}

/**
 * Takes what a ride came to, as one payment with the hold's orderId and description, and ends its hold: what is left of the hold is free
 * again, and what goes beyond it is taken from what else is available. A ride under way is paid even
 * when the account was frozen meanwhile.
 */
export function decideHoldCapture(
  account: Account,
  command: HoldCaptureCommand,
): Decision<Payment, RejectionOf<"account_closed" | "insufficient_balance" | NotOpen>> {
  const { holdId, at } = command;
  const hold = findOpenHold(account, { holdId, at });
  if ("outcome" in hold) return hold;
  const { amountKurus = hold.amountKurus } = command;
  // What the hold set aside is for this payment, what others did is not.
  const openHolds = account.openHolds.filter((open) => open !== hold);
  const refusal = refuseClosed(account) ??
    refuseShort({ ...account, openHolds }, { at, amountKurus });
  if (refusal) return refusal;
  return accepted<"payment">(account, command, {
    type: "payment",
    amountKurus,
    holdId,
    ...rideOf(hold),
  });
}

/** Frees what a hold set aside, when a ride is cancelled. */
export function decideHoldRelease(
  account: Account,
  command: HoldEndCommand,
): Decision<HoldReleased, RejectionOf<"account_closed" | NotOpen>> {
  const hold = findOpenHold(account, command);
  if ("outcome" in hold) return hold;
  const refusal = refuseClosed(account);
  if (refusal) return refusal;
  const { holdId, amountKurus } = hold;
  return accepted<"hold_released">(account, command, {
    type: "hold_released",
    amountKurus,
    holdId,
  });
}

/** Notes that a hold has expired. One that was ended, or has not yet expired, stays as it is. */
export function decideHoldExpiry(
  account: Account,
  command: HoldEndCommand,
): Decision<HoldExpired, never> {
  const hold = account.openHolds.find(({ holdId }) => holdId === command.holdId);
  if (hold === undefined || command.at < hold.expiresAt) return UNCHANGED;
  const { holdId, amountKurus } = hold;
  return accepted<"hold_expired">(account, command, { type: "hold_expired", amountKurus, holdId });
}

/** The account knows only open holds; the journal says what became of others. */
function findOpenHold(
  { openHolds }: Account,
  { holdId, at }: Pick<HoldEndCommand, "holdId" | "at">,
): OpenHold | Rejected<RejectionOf<NotOpen>> {
  const hold = openHolds.find((open) => open.holdId === holdId);
  if (hold === undefined) return rejected({ code: "hold_not_found" });
  return at < hold.expiresAt ? hold : rejected({ code: "hold_closed", holdStatus: "expired" });
}
