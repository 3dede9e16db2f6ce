import type { Account, CreditedTopUp } from "./account.ts";
import { availableKurus } from "./available.ts";
import { leftOf } from "./credited_top_up.ts";
import { accepted, type Command, type Decision, rejected, UNCHANGED } from "./decision.ts";
import { cardMoneyKurus } from "./granted.ts";
import type {
  CardRefundCompleted,
  CardRefundFailed,
  CardRefundStarted,
  GiveBackWay,
} from "./journal.ts";
import { DAY_MILLISECONDS, OPEN_CARD_REFUNDS_PER_ACCOUNT } from "./limits.ts";
import { add, type Kurus, subtract } from "./money.ts";
import { refuseClosed, refuseShort } from "./refusals.ts";
import type { AccountView } from "./refund.ts";
import type { RejectionOf } from "./rejection.ts";

/** What a gateway gives back of what it charged. */
export interface GiveBackTerms {
  readonly givesBackParts: boolean;
  readonly giveBackWithinDays: number;
}

export interface CardRefundCommand extends Command {
  /** How much. If left out: all that is left and may go back, at most what is available. */
  readonly amountKurus?: Kurus;
  /** The terms of a gateway by its name; undefined if it is no longer there. */
  readonly termsOf: (gateway: string) => GiveBackTerms | undefined;
}

/** Ends a card refund whose outcome is known. Its entry id is `cardRefundEndId()`. */
export interface CardRefundEndCommand extends Command {
  readonly cardRefundId: string;
}

export type CardRefundRejection = RejectionOf<
  | "account_closed"
  | "top_up_not_found"
  | "nothing_to_refund"
  | "refund_exceeds_top_up"
  | "refund_window_passed"
  | "only_whole_top_up"
  | "card_refund_refused"
  | "insufficient_balance"
  | "too_many_open_card_refunds"
>;

/**
 * Starts to give a top-up, or part of it, back to its card: the amount leaves the balance before the
 * gateway is asked, so that it cannot be spent meanwhile. Never more than is left of that top-up, than
 * is left of what cards brought, or than is available.
 */
export function decideCardRefund(
  view: AccountView,
  { topUpId, ...command }: CardRefundCommand & { readonly topUpId: string },
): Decision<CardRefundStarted, CardRefundRejection> {
  const refusal = refuseEarly(view.account);
  if (refusal) return refusal;
  const topUp = view.topUps.get(topUpId);
  if (topUp === undefined) return rejected({ code: "top_up_not_found" });
  return giveBack(view.account, topUp, command);
}

/** A page of an account's credited top-ups, newest first. */
export interface TopUpSearch {
  readonly topUpIds: readonly string[];
  /** Whether no older one is looked at. */
  readonly isLast: boolean;
}

/**
 * Starts to give back the newest top-up of which anything can still go back. Unchanged where it has to
 * be searched, or searched further.
 */
export function decideNewestCardRefund(
  { account, topUps }: AccountView,
  command: CardRefundCommand,
  search: TopUpSearch | undefined,
): Decision<CardRefundStarted, CardRefundRejection> {
  const refusal = refuseEarly(account);
  if (refusal) return refusal;
  if (search === undefined) return UNCHANGED;
  const newest = search.topUpIds.map((topUpId) => topUps.get(topUpId))
    .find((topUp) => topUp !== undefined && canGoBack(topUp, command));
  if (newest !== undefined) return giveBack(account, newest, command);
  return search.isLast ? rejected({ code: "nothing_to_refund" }) : UNCHANGED;
}

/** Notes that a card got its money. What has ended stays as it is. */
export function decideCardRefundCompletion(
  { account, topUps }: AccountView,
  command: CardRefundEndCommand & { readonly how: GiveBackWay },
): Decision<CardRefundCompleted, never> {
  const ending = endCardRefund(account, topUps, command);
  if (ending === undefined) return UNCHANGED;
  const { refundedKurus: _, ...facts } = ending;
  return accepted<"card_refund_completed">(account, command, {
    type: "card_refund_completed",
    ...facts,
    how: command.how,
  });
}

/** Puts the amount back on the balance, because the card did not get it. It is owed: no limit refuses it. */
export function decideCardRefundFailure(
  { account, topUps }: AccountView,
  command: CardRefundEndCommand,
): Decision<CardRefundFailed, never> {
  const ending = endCardRefund(account, topUps, command);
  if (ending === undefined) return UNCHANGED;
  return accepted<"card_refund_failed">(account, command, {
    type: "card_refund_failed",
    ...ending,
  });
}

/** What is refused whichever top-up it is. */
function refuseEarly(
  account: Account,
): ReturnType<typeof rejected<CardRefundRejection>> | undefined {
  const closed = refuseClosed(account);
  if (closed) return closed;
  if (cardMoneyKurus(account) === 0) return rejected({ code: "nothing_to_refund" });
  if (account.openCardRefunds.length < OPEN_CARD_REFUNDS_PER_ACCOUNT) return undefined;
  return rejected({ code: "too_many_open_card_refunds" });
}

function canGoBack(topUp: CreditedTopUp, command: CardRefundCommand): boolean {
  const terms = command.termsOf(topUp.gateway);
  return leftOf(topUp) > 0 && terms !== undefined && isInTime(topUp, command, terms);
}

function isInTime(
  topUp: CreditedTopUp,
  command: CardRefundCommand,
  { giveBackWithinDays }: GiveBackTerms,
): boolean {
  return command.at - topUp.at <= giveBackWithinDays * DAY_MILLISECONDS;
}

function giveBack(
  account: Account,
  topUp: CreditedTopUp,
  command: CardRefundCommand,
): Decision<CardRefundStarted, CardRefundRejection> {
  const { topUpId, gateway, providerRef } = topUp;
  const terms = command.termsOf(gateway);
  const refundableKurus = pickSmaller(leftOf(topUp), cardMoneyKurus(account));
  const amountKurus = command.amountKurus ??
    pickSmaller(refundableKurus, availableKurus(account, command.at));
  if (refundableKurus === 0 || amountKurus === 0) {
    return rejected({ code: "nothing_to_refund", topUpId });
  }
  if (terms === undefined) return rejected({ code: "card_refund_refused", topUpId });
  if (!isInTime(topUp, command, terms)) return rejected({ code: "refund_window_passed", topUpId });
  if (amountKurus > refundableKurus) {
    return rejected({ code: "refund_exceeds_top_up", topUpId, refundableKurus, amountKurus });
  }
  const short = refuseShort(account, { at: command.at, amountKurus });
  if (short) return short;
  const whole = amountKurus === topUp.amountKurus;
  if (!whole && !terms.givesBackParts) {
    return rejected({ code: "only_whole_top_up", topUpId, amountKurus: topUp.amountKurus });
  }
  return accepted<"card_refund_started">(account, command, {
    type: "card_refund_started",
    amountKurus,
    topUpId,
    gateway,
    providerRef,
    whole,
    refundedKurus: add(topUp.refundedKurus, amountKurus),
  });
}

/** What an ending entry says about its card refund; undefined if that has ended already. */
function endCardRefund(
  account: Account,
  topUps: AccountView["topUps"],
  { cardRefundId }: CardRefundEndCommand,
):
  | Pick<
    CardRefundFailed,
    "cardRefundId" | "topUpId" | "gateway" | "amountKurus" | "refundedKurus"
  >
  | undefined {
  const open = account.openCardRefunds.find((one) => one.cardRefundId === cardRefundId);
  if (open === undefined) return undefined;
  const { topUpId, amountKurus } = open;
  const topUp = topUps.get(topUpId);
  if (topUp === undefined) throw new Error(`Cannot end ${cardRefundId}: its top-up is not loaded`);
  const refundedKurus = subtract(topUp.refundedKurus, amountKurus);
  return { cardRefundId, topUpId, gateway: topUp.gateway, amountKurus, refundedKurus };
}

function pickSmaller(first: Kurus, second: Kurus): Kurus {
  return first < second ? first : second;
}
