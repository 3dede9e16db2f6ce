import { assert, assertEquals } from "@std/assert";
import { lira } from "../amounts.ts";
import type { Answer } from "../kese.ts";
import type { Attempt, Question } from "./attempt.ts";
import { closes, type History, spanOf, walletsIn } from "./history.ts";
import { heldIn, openHolds, statusOf } from "./hold_rules.ts";
import { toShownCard } from "./journal.ts";
import { shownCard, type Wallet } from "./wallet.ts";

/** What was read must have been true at some moment of its request. */
export function judgeQuestion(history: History, attempt: Attempt): void {
  const { answer: { status, body } } = attempt;
  // A store that does not answer says nothing about the wallet.
  if (status >= 500) return assertEquals(body.code, "busy");
  const question = attempt.asked as Question;
  if (question.kind === "read_top_up") return judgeTopUp(history, attempt, question.topUpId);
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
  const { cards, selected } = wallet;
  if (cards.length === 0) return [404, "no_cards"];
  const shown = cards.map((card) => shownCard(card, selected));
  return [200, [shown, shown.find(({ cardId }) => cardId === selected) ?? null]];
}

// deno-lint-ignore no-explicit-any -- a body, of which each question has its own
function facts({ kind }: Question, body: any): unknown {
  if (kind === "read_balance") return balanceFacts(body);
  if (kind === "read_hold") {
    const { status, amount, expiresAt, orderId = null } = body;
    const { paymentId = null, capturedAmount = null } = body;
    return [status, amount, Date.parse(expiresAt), orderId, paymentId, capturedAmount];
  }
  if (kind === "read_payment") return [body.amount, body.refunded, body.refundable];
  return [body.cards.map(toShownCard), body.selectedCard && toShownCard(body.selectedCard)];
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
  const { status, balance } = wallet;
  const held = heldIn(wallet, at);
  const holds = openHolds(wallet, at).map((
    [holdId, { amount, expiresAt }],
  ) => [holdId, lira(amount), expiresAt]);
  return [status, lira(balance), lira(held), lira(balance - held), holds];
}

function judgeTopUp(history: History, attempt: Attempt, topUpId: string): void {
  const { answer: { status, body } } = attempt;
  const { from, to } = spanOf(history, attempt);
  const started = history.entries.find(({ id }) => id === topUpId);
  if (started === undefined || started.seq > to) return assertEquals(status, 404);
  const closing = history.entries.find((entry) => closes(entry) && entry.topUpId === topUpId);
  const isClosed = body.status !== "pending";
  assertEquals(status, 200);
  assert(isClosed || closing === undefined || closing.seq > from, "pending, and yet it was closed");
  if (!isClosed) return;
  assert(closing && closing.seq <= to, "closed, and yet it was open");
  assertEquals(`top_up_${body.status}`, closing.type);
  assertEquals(body.balance, lira(closing.balanceAfter));
}
