import { assert, assertEquals } from "@std/assert";
import { lira } from "../amounts.ts";
import type { Attempt, Question } from "./attempt.ts";
import { closes, type History, spanOf, walletsIn } from "./history.ts";
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
  const possible = walletsIn(history, spanOf(history, attempt)).map((wallet) =>
    JSON.stringify(expected(question, wallet))
  );
  assert(possible.includes(shown), `read ${shown}, the model has ${possible.join(" or ")}`);
}

type Expected = readonly [status: number, facts: unknown];

function expected(question: Question, wallet: Wallet | undefined): Expected {
  if (question.kind === "read_payment") {
    const payment = wallet?.payments.get(question.paymentId);
    if (payment === undefined) return [404, "payment_not_found"];
    const { amount, refunded } = payment;
    return [200, [amount, refunded, amount - refunded].map(lira)];
  }
  if (wallet === undefined) return [404, "user_not_found"];
  const { balance, cards, selected } = wallet;
  if (question.kind === "read_balance") return [200, lira(balance)];
  if (cards.length === 0) return [404, "no_cards"];
  const shown = cards.map((card) => shownCard(card, selected));
  return [200, [shown, shown.find(({ cardId }) => cardId === selected) ?? null]];
}

// deno-lint-ignore no-explicit-any -- a body, of which each question has its own
function facts({ kind }: Question, body: any): unknown {
  if (kind === "read_balance") return body.balance;
  if (kind === "read_payment") return [body.amount, body.refunded, body.refundable];
  return [body.cards.map(toShownCard), body.selectedCard && toShownCard(body.selectedCard)];
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
