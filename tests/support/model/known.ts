import { assert } from "@std/assert";
import { type Asked, asksCommand, type Attempt } from "./attempt.ts";
import { kurusOf } from "../amounts.ts";
import { CARDS } from "./cards.ts";
import type { Action } from "./plan.ts";
import type { Command } from "./wallet.ts";

/** What clients have learned of one user. */
export interface Known {
  readonly cards: string[];
  readonly payments: string[];
  readonly topUps: string[];
  /** Of these the ones whose bank wanted to see the user. */
  readonly waiting: string[];
  readonly cardRefunds: string[];
  readonly holds: string[];
  /** What was last said to be available. */
  available: number;
  /** What was first asked, by operation and key. */
  readonly firstAsked: Map<string, Command>;
}

export function knowNothing(): Known {
  const ids = { cards: [], payments: [], topUps: [], waiting: [], cardRefunds: [], holds: [] };
  return { ...ids, available: 0, firstAsked: new Map() };
}

/** What is asked under a key: what was first asked under it, or whatever is wanted now. */
export function underKey(
  wanted: Asked,
  key: string,
  { mine, repeats }: { readonly mine: Known; readonly repeats: boolean },
): Asked {
  if (!asksCommand(wanted)) return wanted;
  const scope = `${wanted.kind} ${key}`;
  const first = mine.firstAsked.get(scope);
  if (first === undefined) mine.firstAsked.set(scope, wanted);
  return repeats && first !== undefined ? first : wanted;
}

/** The action with ids instead of numbers. */
export function resolve(
  action: Action,
  { cards, payments, topUps, waiting, cardRefunds, holds, available }: Known,
): Asked {
  switch (action.kind) {
    case "create_user": {
      const { kind, balance, selected } = action;
      const numbers = action.cards.map(cardNumber);
      return {
        kind,
        balance,
        numbers,
        ...(selected !== null && { selected: cardNumber(selected) }),
      };
    }
    case "save_card":
      return { kind: action.kind, number: cardNumber(action.card) };
    case "select_card":
    case "remove_card":
      return { kind: action.kind, cardId: pick(cards, action.card, "card_unknown") };
    case "pay": {
      const { kind, amount, order } = action;
      return { kind, amount, ...(order !== null && { orderId: `ride-${order}` }) };
    }
    case "refund": {
      const { kind, payment, amount } = action;
      const paymentId = payment === null ? undefined : pick(payments, payment, "pay_unknown");
      return { kind, ...(paymentId && { paymentId }), ...(amount !== null && { amount }) };
    }
    case "top_up": {
      const { kind, amount, card } = action;
      return { kind, amount, ...(card !== null && { cardId: pick(cards, card, "card_unknown") }) };
    }
    case "place_hold": {
      const { kind, amount, minutes, order } = action;
      const more = { ...(minutes && { minutes }), ...(order && { orderId: `ride-${order}` }) };
      return { kind, amount, ...more };
    }
    case "capture_hold": {
      const { kind, hold, amount } = action;
      const holdId = pick(holds, hold, "hold_unknown");
      return { kind, holdId, ...(amount !== null && { amount }) };
    }
    case "release_hold":
      return { kind: action.kind, holdId: pick(holds, action.hold, "hold_unknown") };
    case "adjust": {
      const { kind, direction, amount } = action;
      return { kind, direction, amount: amount ?? Math.max(1, available), note: "Kasa" };
    }
    case "card_refund": {
      const { kind, topUp, amount } = action;
      const topUpId = topUp === null ? undefined : pick(topUps, topUp, "top_unknown");
      return { kind, ...(topUpId && { topUpId }), ...(amount !== null && { amount }) };
    }
    case "return_from_bank": {
      const { kind, which, result } = action;
      return { kind, topUpId: waiting.at(-1 - which % waiting.length) ?? UNKNOWN_TOP_UP, result };
    }
    case "change_profile":
      return { kind: action.kind, email: `rider-${action.to}@example.com` };
    case "change_auth_code":
      return { kind: action.kind, authCode: `another-secret-${action.to}` };
    case "read_card_refund":
      return { kind: action.kind, cardRefundId: pick(cardRefunds, action.which, "crf_unknown") };
    case "read_hold":
      return { kind: action.kind, holdId: pick(holds, action.which, "hold_unknown") };
    case "read_payment":
      return { kind: action.kind, paymentId: pick(payments, action.which, "pay_unknown") };
    case "read_top_up":
      return { kind: action.kind, topUpId: pick(topUps, action.which, "top_unknown") };
    default:
      return action;
  }
}

/** Well-formed, because the way back from a bank asks for no other. */
const UNKNOWN_TOP_UP = "top_01JABCDEFGHJKMNPQRSTVWXYZ0";

function cardNumber(place: number): string {
  const card = CARDS[place];
  assert(card);
  return card.number;
}

/** The newest are named most often. */
function pick(ids: readonly string[], place: number, unknown: string): string {
  return ids.at(-1 - place % (ids.length + 1)) ?? unknown;
}

/** Notes the ids in an answer. */
export function learn(known: Known, { asked, answer: { status, body } }: Attempt): void {
  const { cards, payments, topUps, waiting, cardRefunds, holds } = known;
  if (body?.available) known.available = kurusOf(body.available);
  if (asked.kind === "top_up" && body?.topUpId) add(topUps, body.topUpId);
  if (asked.kind === "top_up" && body?.action) add(waiting, body.topUpId);
  if (asked.kind === "card_refund" && body?.cardRefundId) add(cardRefunds, body.cardRefundId);
  if (status !== 201) return;
  if (asked.kind === "place_hold") add(holds, body.holdId);
  if (asked.kind === "pay" || asked.kind === "capture_hold") add(payments, body.paymentId);
  if (asked.kind === "save_card") add(cards, body.card.cardId);
  if (asked.kind !== "create_user") return;
  for (const { cardId } of body.cards) add(cards, cardId);
}

function add(ids: string[], id: string): void {
  if (!ids.includes(id)) ids.push(id);
}
