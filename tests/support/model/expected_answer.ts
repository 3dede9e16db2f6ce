import { lira } from "../amounts.ts";
import { toShownCard } from "./journal.ts";
import type { Entry } from "./wallet.ts";

type Facts = Readonly<Record<string, unknown>>;

export interface ExpectedAnswer {
  readonly status: number;
  readonly facts: Facts;
}

/** What the answer to a request has to say, by the entry that it appended. */
export function expectedAnswer(entry: Entry, closing: Entry | undefined): ExpectedAnswer {
  const { id, at: createdAt, card, cards, paymentId, orderId } = entry;
  const balance = lira(entry.balanceAfter);
  const money = { amount: lira(entry.amount), balance, createdAt };
  switch (entry.type) {
    case "account_opened":
      return { status: 201, facts: { balance, cards } };
    case "card_saved":
      return { status: 201, facts: { card } };
    case "card_selected":
      return { status: 200, facts: { card } };
    case "card_removed":
      return { status: 200, facts: {} };
    case "payment":
      return { status: 201, facts: { paymentId, ...money, orderId } };
    case "refund":
      return { status: 201, facts: { refundId: id, paymentId, ...money } };
    case "top_up_started":
      return topUpAnswer(entry, closing);
    case "account_frozen":
    case "account_unfrozen":
    case "account_closed":
    case "hold_placed":
    case "hold_released":
    case "hold_expired":
    case "adjustment":
    case "top_up_action_required":
    case "card_refund_started":
    case "card_refund_completed":
    case "card_refund_failed":
    case "top_up_credited":
    case "top_up_failed":
      throw new Error(`Cannot answer a request with ${entry.type}`);
  }
}

function topUpAnswer(started: Entry, closing: Entry | undefined): ExpectedAnswer {
  const { id: topUpId, card, amount, at: createdAt } = started;
  if (closing?.type === "top_up_failed") {
    const { declineReason } = closing;
    return { status: 402, facts: { code: "card_declined", topUpId, declineReason } };
  }
  const balance = lira((closing ?? started).balanceAfter);
  const facts = { topUpId, card, amount: lira(amount), balance, createdAt };
  return closing
    ? { status: 201, facts: { ...facts, status: "credited" } }
    : { status: 202, facts: { ...facts, status: "pending" } };
}

/** A body with its cards and times in the model's own shape. */
export function readBody(body: Readonly<Record<string, unknown>>): Facts {
  const { card, cards, createdAt, ...more } = body;
  return {
    ...more,
    ...(card ? { card: toShownCard(card) } : {}),
    ...(Array.isArray(cards) ? { cards: cards.map(toShownCard) } : {}),
    ...(createdAt ? { createdAt: Date.parse(String(createdAt)) } : {}),
  };
}
