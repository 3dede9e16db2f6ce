import { type Account, type Card, findCard, type OpenTopUp } from "./account.ts";
import { accepted, type Command, type Decision, rejected, UNCHANGED } from "./decision.ts";
import { checkHourlyLimit, hourlyLimitReached, recentEvents } from "./hourly_limit.ts";
import {
  cardSnapshot,
  type DeclineReason,
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
  /** What this process knows about the first charges of open top-ups. If left out: nothing. */
  readonly firstChargeOf?: (topUpId: string) => FirstCharge | undefined;
}

/** How far the first charge of an open top-up has come. */
export type FirstCharge = "under_way" | "unclear";

/** Closes a top-up whose outcome is known. Its entry id is {@linkcode closingEntryId}. */
export interface TopUpClosingCommand extends Command {
  readonly topUpId: string;
  /** The gateway that was asked to charge the card. */
  readonly gateway: string;
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
  const card = cardToCharge(account, command.cardId);
  if ("code" in card) return rejected(card);
  const tooMany = checkTopUpLimits(account, command);
  if (tooMany) return rejected(tooMany);
  const excess = refuseExcess(account, command);
  if (excess) return excess;
  return accepted<"top_up_started">(account, command, {
    type: "top_up_started",
    amountKurus: command.amountKurus,
    card: cardSnapshot(card, account.selectedCardId),
  });
}

/** Credits an open top-up. No limit can refuse it, because the card is charged. A closed one stays closed. */
export function decideTopUpCredit(
  account: Account,
  command: TopUpClosingCommand & { readonly providerRef: string },
): Decision<TopUpCredited, never> {
  const closing = closeTopUp(account, command.topUpId);
  if (closing === undefined) return UNCHANGED;
  const { gateway, providerRef } = command;
  return accepted<"top_up_credited">(account, command, {
    type: "top_up_credited",
    ...closing,
    gateway,
    providerRef,
  });
}

/** Closes an open top-up whose card was declined: nothing was charged, and nothing is credited. */
export function decideTopUpFailure(
  account: Account,
  command: TopUpClosingCommand & {
    readonly reason: DeclineReason;
    readonly providerRef?: string;
  },
): Decision<TopUpFailed, never> {
  const closing = closeTopUp(account, command.topUpId);
  if (closing === undefined) return UNCHANGED;
  const { reason, gateway, providerRef } = command;
  return accepted<"top_up_failed">(account, command, {
    type: "top_up_failed",
    ...closing,
    reason,
    gateway,
    ...(providerRef !== undefined && { providerRef }),
  });
}

function cardToCharge(
  account: Account,
  cardId: string | undefined,
): Card | RejectionOf<"no_cards" | "card_not_found" | "card_not_chargeable"> {
  if (account.cards.length === 0) return { code: "no_cards" };
  const card = findCard(account, cardId ?? account.selectedCardId);
  if (card === undefined && cardId !== undefined) return { code: "card_not_found" };
  if (!card?.verified) return { code: "card_not_chargeable", cardId: card?.cardId ?? null };
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

/** What a closing entry says about its top-up; undefined if that is closed already. */
function closeTopUp(
  account: Account,
  topUpId: string,
): Pick<TopUpCredited, "topUpId" | "amountKurus" | "card"> | undefined {
  const topUp = account.openTopUps.find((open) => open.topUpId === topUpId);
  if (topUp === undefined) return undefined;
  const card = findCard(account, topUp.cardId);
  // decideCardRemoval keeps the card of an open top-up.
  if (card === undefined) throw new Error(`Cannot close ${topUpId}: its card is gone`);
  const { amountKurus } = topUp;
  return { topUpId, amountKurus, card: cardSnapshot(card, account.selectedCardId) };
}
