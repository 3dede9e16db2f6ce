import {
  BALANCE_MAX_KURUS,
  DAY_MILLISECONDS,
  DECLINES_PER_CARD_AND_HOUR,
  DECLINES_PER_HOUR,
  GATEWAY_TIMEOUT_MILLISECONDS,
  HOUR_MILLISECONDS,
  OPEN_TOP_UPS_PER_ACCOUNT,
  REFUND_WINDOW_DAYS,
} from "../../../domain/limits.ts";
import { lira } from "../amounts.ts";
import { knownCard } from "./cards.ts";
import { refuseClosed, refuseInactive, refuseShort } from "./hold_rules.ts";
import { secondsToWait, tooFast, withEvent } from "./hourly.ts";
import {
  accepted,
  type Circumstances,
  type CommandOf,
  type EntryFacts,
  refused,
  shownCard,
  type Verdict,
  type Wallet,
} from "./wallet.ts";

export function pay(
  wallet: Wallet,
  command: CommandOf<"pay">,
  circumstances: Circumstances,
): Verdict {
  const { amount, orderId } = command;
  const { at, entryId: paymentId } = circumstances;
  const refusal = refuseInactive(wallet) ?? refuseShort(wallet, amount, at);
  if (refusal) return refusal;
  const payments = new Map(wallet.payments).set(paymentId, { amount, refunded: 0, at });
  const facts: EntryFacts = {
    type: "payment",
    amount,
    delta: -amount,
    paymentId,
    ...orderId && { orderId },
  };
  return accepted({ ...wallet, payments, newestPayment: paymentId }, facts, {
    circumstances,
    command,
  });
}

export function refund(
  wallet: Wallet,
  command: CommandOf<"refund">,
  circumstances: Circumstances,
): Verdict {
  const closed = refuseClosed(wallet);
  if (closed) return closed;
  const paymentId = command.paymentId ?? wallet.newestPayment ?? "";
  const payment = wallet.payments.get(paymentId);
  if (payment === undefined) return refused("payment_not_found");
  const left = payment.amount - payment.refunded;
  if (left === 0) return refused("already_refunded", { paymentId });
  if (circumstances.at > payment.at + REFUND_WINDOW_DAYS * DAY_MILLISECONDS) {
    return refused("refund_window_passed", { paymentId });
  }
  const amount = command.amount ?? left;
  if (amount > left) {
    const facts = { paymentId, refundable: lira(left), amount: lira(amount) };
    return refused("refund_exceeds_payment", facts);
  }
  const refunded = payment.refunded + amount;
  const payments = new Map(wallet.payments).set(paymentId, { ...payment, refunded });
  const facts: EntryFacts = { type: "refund", amount, delta: amount, paymentId };
  return accepted({ ...wallet, payments }, facts, { circumstances, command });
}

export function startTopUp(
  wallet: Wallet,
  command: CommandOf<"top_up">,
  circumstances: Circumstances,
): Verdict {
  const { amount, cardId } = command;
  const { at, entryId: topUpId } = circumstances;
  const inactive = refuseInactive(wallet);
  if (inactive) return inactive;
  if (wallet.cards.length === 0) return refused("no_cards");
  const wanted = cardId ?? wallet.selected;
  const card = wallet.cards.find((card) => card.cardId === wanted);
  if (card === undefined && cardId !== undefined) return refused("card_not_found");
  if (card === undefined || !knownCard(card.number).verified) {
    return refused("card_not_chargeable", { cardId: card?.cardId ?? null });
  }
  const wait = secondsToWait(wallet.declinesAt, at, DECLINES_PER_HOUR);
  if (wait) return tooFast("card_declines", DECLINES_PER_HOUR, wait);
  if (wallet.openTopUps.size >= OPEN_TOP_UPS_PER_ACCOUNT) return refused("too_many_open_top_ups");
  const excess = refuseExcess(wallet, amount);
  if (excess) return excess;
  const started = { amount, cardId: card.cardId, startedAt: at };
  const openTopUps = new Map(wallet.openTopUps).set(topUpId, started);
  const topUps = new Set(wallet.topUps).add(topUpId);
  const shown = { topUpId, card: shownCard(card, wallet.selected), gateway: "sandbox" };
  const facts: EntryFacts = { type: "top_up_started", amount, ...shown };
  return accepted({ ...wallet, openTopUps, topUps }, facts, { circumstances, command });
}

/** A refusal of an amount that would lead past the limit once every open top-up is credited. */
export function refuseExcess(wallet: Wallet, amount: number): Verdict | undefined {
  const open = [...wallet.openTopUps.values()].reduce((sum, topUp) => sum + topUp.amount, 0);
  if (wallet.balance + open + amount <= BALANCE_MAX_KURUS) return undefined;
  const facts = { balance: lira(wallet.balance), amount: lira(amount) };
  return refused("balance_limit_exceeded", facts);
}

/** What a top-up may also be told while cards are being charged: each charge may be one more decline. */
export function refusalWhileCharging(
  { openTopUps, declinesAt }: Wallet,
  at: number,
): readonly Verdict[] {
  const declines = withEvent(declinesAt, at, DECLINES_PER_HOUR).length - 1;
  if (openTopUps.size === 0 || declines + openTopUps.size < DECLINES_PER_HOUR) return [];
  return [tooFast("card_declines", DECLINES_PER_HOUR, GATEWAY_TIMEOUT_MILLISECONDS / 1_000)];
}

/** What a top-up that the account itself would take may be told because of its card in the fleet. */
export function refusalByFleet({ kind }: Verdict, at: number): readonly Verdict[] {
  if (kind !== "accepted") return [];
  const wait = Math.ceil((HOUR_MILLISECONDS - at % HOUR_MILLISECONDS) / 1_000);
  return [tooFast("fleet_card_declines", DECLINES_PER_CARD_AND_HOUR, wait)];
}
