import { lira } from "../amounts.ts";
import { toShownCard } from "./journal.ts";
import { heldIn } from "./hold_rules.ts";
import type { Entry, Wallet } from "./wallet.ts";

type Facts = Readonly<Record<string, unknown>>;

export interface ExpectedAnswer {
  readonly status: number;
  readonly facts: Facts;
}

/** An entry and the wallet right after it. */
export interface Appended {
  readonly entry: Entry;
  readonly after: Wallet;
}

/**
 * What the answer to a request has to say, by the entry that it appended and the newest of those that
 * followed it.
 */
export function expectedAnswer(
  appended: Appended,
  newest: Appended | undefined,
): ExpectedAnswer {
  const { entry } = appended;
  const { id, at: createdAt, card, cards, paymentId, orderId, holdId, expiresAt } = entry;
  const { balance, held, available } = moneyAfter(appended);
  const money = { amount: lira(entry.amount), balance, available, createdAt };
  switch (entry.type) {
    case "account_opened":
      return { status: 201, facts: { balance, available, cards } };
    case "card_saved":
      return { status: 201, facts: { card } };
    case "card_selected":
      return { status: 200, facts: { card } };
    case "card_removed":
      return { status: 200, facts: {} };
    case "payment":
      return { status: 201, facts: { paymentId, ...money, orderId, holdId } };
    case "refund":
      return { status: 201, facts: { refundId: id, paymentId, ...money } };
    case "top_up_started":
      return topUpAnswer(appended, newest);
    case "card_refund_started":
      return cardRefundAnswer(appended, newest);
    case "hold_placed":
      return {
        status: 201,
        facts: { holdId, status: "open", ...money, held, orderId, expiresAt },
      };
    case "hold_released":
      return { status: 200, facts: { holdId, status: "released", ...money, held } };
    case "adjustment": {
      const { direction, reason, note } = entry;
      return { status: 201, facts: { adjustmentId: id, direction, reason, note, ...money } };
    }
    case "account_frozen":
      return { status: 200, facts: { status: "frozen" } };
    case "account_unfrozen":
      return { status: 200, facts: { status: "active" } };
    case "account_closed":
      return { status: 200, facts: { status: "closed" } };
    case "account_erased":
      return { status: 200, facts: {} };
    case "hold_expired":
    case "top_up_action_required":
    case "card_refund_completed":
    case "card_refund_failed":
    case "top_up_credited":
    case "top_up_failed":
      throw new Error(`Cannot answer a request with ${entry.type}`);
  }
}

/** What an answer says of the money that an entry left behind, by the time of the entry. */
function moneyAfter({ entry: { balanceAfter, at }, after }: Appended) {
  const held = heldIn(after, at);
  return { balance: lira(balanceAfter), held: lira(held), available: lira(balanceAfter - held) };
}

function topUpAnswer(started: Appended, newest: Appended | undefined): ExpectedAnswer {
  const { id: topUpId, card, amount, at: createdAt } = started.entry;
  if (newest?.entry.type === "top_up_failed") {
    const { declineReason } = newest.entry;
    return { status: 402, facts: { code: "card_declined", topUpId, declineReason } };
  }
  const { balance, available } = moneyAfter(newest ?? started);
  const facts = { topUpId, card, amount: lira(amount), balance, available, createdAt };
  if (newest?.entry.type === "top_up_credited") {
    return { status: 201, facts: { ...facts, status: "credited" } };
  }
  if (newest === undefined) return { status: 202, facts: { ...facts, status: "pending" } };
  const action = {
    url: `${PUBLIC_URL}/update_balance/${topUpId}/3ds`,
    expiresAt: new Date(newest.entry.expiresAt ?? 0).toISOString(),
  };
  return { status: 202, facts: { ...facts, status: "requires_action", action } };
}

const PUBLIC_URL = "http://localhost:5000";

function cardRefundAnswer(started: Appended, ending: Appended | undefined): ExpectedAnswer {
  const { cardRefundId, topUpId, amount, at: createdAt } = started.entry;
  const named = { cardRefundId, topUpId };
  if (ending?.entry.type === "card_refund_failed") {
    return { status: 409, facts: { code: "card_refund_refused", ...named } };
  }
  const { balance, available } = moneyAfter(ending ?? started);
  const facts = { ...named, amount: lira(amount), balance, available, createdAt };
  return ending
    ? { status: 201, facts: { ...facts, status: "completed" } }
    : { status: 202, facts: { ...facts, status: "pending" } };
}

/** A body with its cards and times in the model's own shape. */
export function readBody(body: Readonly<Record<string, unknown>>): Facts {
  const { card, cards, createdAt, expiresAt, ...more } = body;
  return {
    ...more,
    ...(card ? { card: toShownCard(card) } : {}),
    ...(Array.isArray(cards) ? { cards: cards.map(toShownCard) } : {}),
    ...(createdAt ? { createdAt: Date.parse(String(createdAt)) } : {}),
    ...(expiresAt ? { expiresAt: Date.parse(String(expiresAt)) } : {}),
  };
}
