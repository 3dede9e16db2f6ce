import { type Account, type Card, findCard, type Instant, type OpenTopUp } from "./account.ts";
import { isExpired } from "./card_expiry.ts";
import { accepted, type Command, type Decision, rejected, UNCHANGED } from "./decision.ts";
import { checkHourlyLimit, hourlyLimitReached, recentEvents } from "./hourly_limit.ts";
import {
  cardSnapshot,
  type DeclineReason,
  type TopUpActionRequired,
  type TopUpCredited,
  type TopUpFailed,
  type TopUpStarted,
} from "./journal.ts";
import {
  DECLINES_PER_HOUR,
  GATEWAY_TIMEOUT_MILLISECONDS,
  OPEN_TOP_UPS_PER_ACCOUNT,
} from "./limits.ts";
import type { Kurus } from "./money.ts";
import { type Inactive, refuseExcess, refuseInactive } from "./refusals.ts";
import type { Rejection, RejectionOf } from "./rejection.ts";

export interface TopUpCommand extends Command {
  readonly amountKurus: Kurus;
  /** Which card to charge. If left out: the selected one. */
  readonly cardId?: string;
  /** Which gateway charges it. */
  readonly gateway: string;
  /** Where the user's browser goes after 3-D Secure. */
  readonly returnUrl?: string;
  /** What this process knows about the first charges of open top-ups. If left out: nothing. */
  readonly firstChargeOf?: (topUpId: string) => FirstCharge | undefined;
}

/** How far the first charge of an open top-up has come. */
export type FirstCharge = "under_way" | "unclear";

/** What is known about a charge by the gateway that was asked for it. */
interface ChargeFacts {
  readonly topUpId: string;
  readonly gateway: string;
}

/** Credits a top-up. Its entry id is {@linkcode closingEntryId}, as that of a failure. */
export interface TopUpCreditCommand extends Command, ChargeFacts {
  readonly providerRef: string;
}

/** Closes a top-up whose card was not charged. */
export interface TopUpFailureCommand extends Command, ChargeFacts {
  readonly reason: DeclineReason;
  readonly providerRef?: string;
}

/** Notes that the bank wants to see the user. Its entry id is {@linkcode actionEntryId}. */
export interface TopUpActionCommand extends Command, ChargeFacts {
  readonly providerRef: string;
  readonly expiresAt: Instant;
}

export type TopUpRejection = RejectionOf<
  | Inactive
  | "no_cards"
  | "card_not_found"
  | "card_not_chargeable"
  | "too_many_open_top_ups"
  | "balance_limit_exceeded"
  | "rate_limited"
>;

/**
 * Starts a top-up from a saved card (the seed's `update_balance_with_card`). It is in the journal
 * before the card is charged, so that no charge is ever forgotten. The balance moves when it is credited.
 */
export function decideTopUp(
  account: Account,
  command: TopUpCommand,
): Decision<TopUpStarted, TopUpRejection> {
  const inactive = refuseInactive(account);
  if (inactive) return inactive;
  const card = cardToCharge(account, command);
  if ("code" in card) return rejected(card);
  const tooMany = checkTopUpLimits(account, command);
  if (tooMany) return rejected(tooMany);
  const excess = refuseExcess(account, command);
  if (excess) return excess;
  return accepted<"top_up_started">(account, command, {
    type: "top_up_started",
    amountKurus: command.amountKurus,
    card: cardSnapshot(card, account.selectedCardId),
    gateway: command.gateway,
    ...(command.returnUrl !== undefined && { returnUrl: command.returnUrl }),
  });
}

/** Credits an open top-up. No limit can refuse it, because the card is charged. A closed one stays closed. */
export function decideTopUpCredit(
  account: Account,
  command: TopUpCreditCommand,
): Decision<TopUpCredited, never> {
  const open = readOpenTopUp(account, command);
  if (open === undefined) return UNCHANGED;
  const { providerRef } = command;
  return accepted<"top_up_credited">(account, command, {
    type: "top_up_credited",
    ...open.facts,
    providerRef,
  });
}

/** Notes once that the bank wants to see the user. The top-up stays open, and nothing is charged. */
export function decideTopUpAction(
  account: Account,
  command: TopUpActionCommand,
): Decision<TopUpActionRequired, never> {
  const open = readOpenTopUp(account, command);
  if (open === undefined || open.topUp.providerRef !== undefined) return UNCHANGED;
  const { providerRef, expiresAt } = command;
  return accepted<"top_up_action_required">(account, command, {
    type: "top_up_action_required",
    ...open.facts,
    providerRef,
    expiresAt,
  });
}

/** Closes an open top-up whose card was declined: nothing was charged, and nothing is credited. */
export function decideTopUpFailure(
  account: Account,
  command: TopUpFailureCommand,
): Decision<TopUpFailed, never> {
  const open = readOpenTopUp(account, command);
  if (open === undefined) return UNCHANGED;
  const { reason, providerRef = open.topUp.providerRef } = command;
  return accepted<"top_up_failed">(account, command, {
    type: "top_up_failed",
    ...open.facts,
    reason,
    ...(providerRef !== undefined && { providerRef }),
  });
}

function cardToCharge(
  account: Account,
  { cardId, at }: TopUpCommand,
): Card | RejectionOf<"no_cards" | "card_not_found" | "card_not_chargeable"> {
  if (account.cards.length === 0) return { code: "no_cards" };
  const card = findCard(account, cardId ?? account.selectedCardId);
  if (card === undefined && cardId !== undefined) return { code: "card_not_found" };
  if (!card?.verified) return { code: "card_not_chargeable", cardId: card?.cardId ?? null };
  if (isExpired(card, at)) {
    return { code: "card_not_chargeable", cardId: card.cardId, expired: true };
  }
  return card;
}

function checkTopUpLimits(
  account: Account,
  command: TopUpCommand,
): Rejection & TopUpRejection | undefined {
  const { openTopUps, declinesAt } = account;
  const tooFast = checkHourlyLimit(declinesAt, {
    policy: "card_declines",
    limit: DECLINES_PER_HOUR,
    now: command.at,
  });
  if (tooFast) return tooFast;
  // Each charge under way may become a decline. Without this, racing requests could all be declined.
  const declines = recentEvents(declinesAt, command.at).length;
  const charging = openTopUps.filter((topUp) => isBeingCharged(topUp, command)).length;
  if (charging > 0 && declines + charging >= DECLINES_PER_HOUR) {
    return hourlyLimitReached(
      { policy: "card_declines", limit: DECLINES_PER_HOUR },
      GATEWAY_TIMEOUT_MILLISECONDS,
    );
  }
  if (openTopUps.length >= OPEN_TOP_UPS_PER_ACCOUNT) return { code: "too_many_open_top_ups" };
  return undefined;
}

/**
 * Whether the card of an open top-up is being charged. A first charge that ended without an outcome no
 * longer counts, because many such top-ups may stay open for long. Of another process's charge it is
 * known only that it has ended once the gateway's time is over.
 */
function isBeingCharged({ topUpId, startedAt }: OpenTopUp, command: TopUpCommand): boolean {
  const known = command.firstChargeOf?.(topUpId);
  if (known !== undefined) return known === "under_way";
  // The clock of the process that started it may be ahead of this one's.
  return Math.abs(command.at - startedAt) < GATEWAY_TIMEOUT_MILLISECONDS;
}

/** An open top-up, and what each later entry says about it; undefined if it is closed already. */
function readOpenTopUp(
  account: Account,
  { topUpId, gateway }: ChargeFacts,
): {
  readonly topUp: OpenTopUp;
  readonly facts: Pick<TopUpCredited, "topUpId" | "amountKurus" | "card" | "gateway">;
} | undefined {
  const topUp = account.openTopUps.find((open) => open.topUpId === topUpId);
  if (topUp === undefined) return undefined;
  const card = findCard(account, topUp.cardId);
  // decideCardRemoval keeps the card of an open top-up.
  if (card === undefined) throw new Error(`Cannot close ${topUpId}: its card is gone`);
  const { amountKurus } = topUp;
  const facts = { topUpId, amountKurus, card: cardSnapshot(card, account.selectedCardId), gateway };
  return { topUp, facts };
}
