import { assert, assertEquals } from "@std/assert";
import { lira } from "../amounts.ts";
import type { Answer } from "../kese.ts";
import type { Attempt, Question } from "./attempt.ts";
import { followersOf, type History, spanOf, walletsIn } from "./history.ts";
import { heldIn, openHolds, statusOf } from "./hold_rules.ts";
import { toShownCard } from "./journal.ts";
import { statusesOf, type TopUpStatus } from "./judge_return.ts";
import { valuesOf } from "./registers.ts";
import { shownCard, type Wallet } from "./wallet.ts";

/** What was read must have been true at some moment of its request. */
export function judgeQuestion(history: History, attempt: Attempt): void {
  const { answer: { status, body } } = attempt;
  // A store that does not answer says nothing about the wallet.
  if (status >= 500) return assertEquals(body.code, "busy");
  const question = attempt.asked as Question;
  if (question.kind === "read_top_up") return judgeTopUp(history, attempt, question.topUpId);
  if (question.kind === "read_card_refund") {
    return judgeCardRefund(history, attempt, question.cardRefundId);
  }
  if (question.kind === "read_profile" && status < 300) {
    const emails = [...valuesOf(history, "email", attempt)];
    assert(emails.includes(body.email), `read ${body.email}, written was ${emails.join(" or ")}`);
  }
  const shown = JSON.stringify([status, status < 300 ? facts(question, body) : body.code]);
  const possible = walletsIn(history, spanOf(history, attempt)).flatMap((wallet) =>
    attempt.times.map((at) => JSON.stringify(expected(question, wallet, at)))
  );
  assert(possible.includes(shown), `read ${shown}, the model has ${possible.join(" or ")}`);
}

type Expected = readonly [status: number, facts: unknown];

function expected(question: Question, wallet: Wallet | undefined, at: number): Expected {
  if (question.kind === "read_payment") {
    const payment = wallet?.payments.get(question.paymentId);
    if (payment === undefined) return [404, "payment_not_found"];
    const { amount, refunded } = payment;
    return [200, [amount, refunded, amount - refunded].map(lira)];
  }
  if (question.kind === "read_hold") {
    const hold = wallet?.holds.get(question.holdId);
    if (hold === undefined) return [404, "hold_not_found"];
    const { amount, expiresAt, orderId = null, end } = hold;
    const captured = end?.status === "captured" ? [end.paymentId, lira(end.amount)] : [null, null];
    return [200, [statusOf(hold, at), lira(amount), expiresAt, orderId, ...captured]];
  }
  if (wallet === undefined) return [404, "user_not_found"];
  if (question.kind === "read_balance") return [200, shownBalance(wallet, at)];
  if (question.kind === "read_profile") return expectedProfile(wallet, at);
  const { cards, selected } = wallet;
  if (cards.length === 0) return [404, "no_cards"];
  const shown = cards.map((card) => shownCard(card, selected));
  return [200, [shown, shown.find(({ cardId }) => cardId === selected) ?? null]];
}

// deno-lint-ignore no-explicit-any -- a body, of which each question has its own
function facts({ kind }: Question, body: any): unknown {
  if (kind === "read_balance") return balanceFacts(body);
  if (kind === "read_profile") return [body.status, ...Object.values(body.counts)];
  if (kind === "read_hold") {
    const { status, amount, expiresAt, orderId = null } = body;
    const { paymentId = null, capturedAmount = null } = body;
    return [status, amount, Date.parse(expiresAt), orderId, paymentId, capturedAmount];
  }
  if (kind === "read_payment") return [body.amount, body.refunded, body.refundable];
  return [body.cards.map(toShownCard), body.selectedCard && toShownCard(body.selectedCard)];
}

/** Status and counts: what the account adds to a profile. */
function expectedProfile(wallet: Wallet, at: number): Expected {
  const { status, cards, seq, openTopUps } = wallet;
  if (status === "erased") return [404, "user_not_found"];
  return [200, [status, cards.length, seq, openHolds(wallet, at).length, openTopUps.size]];
}

/** What `/bakiye` shows, in the model's own shape. */
export function balanceFacts(body: Answer["body"]): unknown {
  const { status, balance, held, available, holds } = body;
  const shown = holds.map((
    { holdId, amount, expiresAt }: Record<string, string>,
  ) => [holdId, amount, Date.parse(expiresAt ?? "")]);
  return [status, balance, held, available, shown];
}

/** The same of a wallet. */
export function shownBalance(wallet: Wallet, at: number): unknown {
  const { balance } = wallet;
  const status = wallet.status === "erased" ? "closed" : wallet.status;
  const held = heldIn(wallet, at);
  const holds = openHolds(wallet, at).map((
    [holdId, { amount, expiresAt }],
  ) => [holdId, lira(amount), expiresAt]);
  return [status, lira(balance), lira(held), lira(balance - held), holds];
}

function judgeTopUp(history: History, attempt: Attempt, topUpId: string): void {
  const { answer: { status, body } } = attempt;
  const statuses = statusesOf(history, attempt, topUpId);
  const shown: TopUpStatus = status === 404 ? "none" : body.status;
  assert(statuses.has(shown), `${shown}, the model has ${[...statuses].join(" or ")}`);
  if (shown === "none") return;
  assertEquals(status, 200);
  const type = shown === "pending" ? "top_up_started" : ENTRIES[shown];
  const newest = history.entries.find((entry) =>
    entry.type === type && (entry.topUpId ?? entry.id) === topUpId
  );
  assertEquals(body.balance, newest && lira(newest.balanceAfter));
}

const ENTRIES = {
  requires_action: "top_up_action_required",
  credited: "top_up_credited",
  failed: "top_up_failed",
} as const;

function judgeCardRefund(history: History, attempt: Attempt, cardRefundId: string): void {
  const { answer: { status, body } } = attempt;
  const { from, to } = spanOf(history, attempt);
  const started = history.entries.find(({ id }) => id === cardRefundId);
  if (started === undefined || started.seq > to) return assertEquals(status, 404);
  const [ending] = followersOf(history, started);
  assertEquals([status, body.topUpId], [200, started.topUpId]);
  if (body.status === "pending") {
    return assert(ending === undefined || ending.seq > from, "pending, and yet it had ended");
  }
  assert(ending && ending.seq <= to, "ended, and yet it was pending");
  assertEquals(`card_refund_${body.status}`, ending.type);
  assertEquals(body.balance, lira(ending.balanceAfter));
}
