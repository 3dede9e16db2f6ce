import { CURRENCY } from "../../../domain/money.ts";
import type { GiveBackOrder, GiveBackOutcome } from "../../../domain/ports/card_gateway.ts";
import { isSameSignature } from "../signatures.ts";
import { readAmount, trimAmount, writeAmount } from "./amounts.ts";
import type { IyzicoBuyerDefaults } from "./buyer.ts";
import type { Reply } from "./calls.ts";
import type { Charging } from "./charging.ts";
import { type Failure, meaningOf, unexplained, unknownOutcome } from "./errors.ts";
import { type Fields, textOf } from "./reply.ts";
import { listPayments } from "./reporting.ts";
import { signFields } from "./signing.ts";

type Outcome = GiveBackOutcome | { readonly status: "not_found" };

const CANCEL = "payment/cancel";
const REFUND = "v2/payment/refund";

/**
 * Gives money back: all of a charge by a cancellation while the bank's day lasts, otherwise by a refund.
 * iyzico has no key against doubled refunds, so each is looked up in the reports before it is asked for.
 */
export async function giveBack(
  charging: Charging,
  order: GiveBackOrder,
  { ip }: Pick<IyzicoBuyerDefaults, "ip">,
): Promise<GiveBackOutcome> {
  const before = await inquireGiveBack(charging, order);
  if (before.status !== "not_found") return before;
  const { calls, secretKey, signal } = charging;
  const { refundReference, providerRef, amountKurus } = order;
  const common = { locale: "tr", conversationId: refundReference, paymentId: providerRef, ip };
  if (order.whole) {
    const reply = await calls.send("POST", `/${CANCEL}`, common, signal);
    if (isCancelled(reply, order)) return { status: "given_back", how: "void" };
  }
  const price = writeAmount(amountKurus);
  const body = { ...common, price, currency: CURRENCY };
  const reply = await calls.send("POST", `/${REFUND}`, body, signal);
  if (!reply.ok) return await toRefused(charging, order, reply.failure);
  checkAnswer(REFUND, reply.fields, order);
  if (!isSignedRefund(reply.fields, secretKey)) {
    throw unknownOutcome(REFUND, "its signature is wrong");
  }
  return { status: "given_back", how: "refund" };
}

/** Looks up in the reports how a `giveBack` ended. */
export async function inquireGiveBack(
  { calls, signal }: Charging,
  { reference, providerRef, refundReference, whole }: GiveBackOrder,
): Promise<Outcome> {
  const payments = await listPayments(calls, reference, signal);
  const payment = payments.find(({ paymentId }) => paymentId === providerRef);
  if (payment === undefined) throw unknownOutcome(REFUND, "the reports do not have the charge");
  const own = payment.givenBack.filter((given) => given.refundReference === refundReference);
  const done = own.find(({ isDone }) => isDone);
  if (done !== undefined) return { status: "given_back", how: done.how };
  if (whole && payment.isGivenBack) {
    const [given] = payment.givenBack;
    return { status: "given_back", how: given?.how ?? "refund" };
  }
  return { status: own.length > 0 ? "pending" : "not_found" };
}

/** Whether all of it was cancelled. If not, a refund may still do, unless it is not known. */
function isCancelled(reply: Reply, order: GiveBackOrder): boolean {
  if (reply.ok) {
    checkAnswer(CANCEL, reply.fields, order);
    return true;
  }
  const { failure } = reply;
  // With the bank's day, cancelling ends. How iyzico says so is not documented.
  const isOver = isDefinite(failure) || (/^10\d{3}$/.test(failure.code) && !isOpen(failure));
  if (!isOver) throw unexplained(CANCEL, failure);
  return false;
}

/** Bank and iyzico say no, and not that something is wrong with the request's form or with them. */
function isDefinite(failure: Failure): boolean {
  return meaningOf(failure).kind === "declined" ||
    (/^5\d{3}$/.test(failure.code) && failure.retryable !== true);
}

/** The bank did not answer iyzico, so that it may have done what it was asked for. */
function isOpen({ group, retryable }: Failure): boolean {
  return retryable === true || group === undefined || UNANSWERED.has(group);
}

const UNANSWERED: ReadonlySet<string> = new Set([
  "UNKNOWN",
  "COMMUNICATION_OR_SYSTEM_ERROR",
  "REQUEST_TIMEOUT",
  "ISSUER_OR_SWITCH_INOPERATIVE",
]);

/** A refund that was refused: looked up again, because it may have been done before. */
async function toRefused(
  charging: Charging,
  order: GiveBackOrder,
  failure: Failure,
): Promise<GiveBackOutcome> {
  if (failure.retryable === true) return { status: "pending" };
  if (!isDefinite(failure)) throw unexplained(REFUND, failure);
  const after = await inquireGiveBack(charging, order);
  return after.status === "not_found" ? { status: "refused" } : after;
}

/** What an answer repeats of the request must be the same. */
function checkAnswer(call: string, fields: Fields, order: GiveBackOrder): void {
  const { providerRef, amountKurus } = order;
  if (textOf(fields, "paymentId") !== providerRef) {
    throw unknownOutcome(call, "it speaks of another payment");
  }
  const price = textOf(fields, "price");
  if (price !== undefined && readAmount(price) !== amountKurus) {
    throw unknownOutcome(call, "it speaks of another amount");
  }
  if ((textOf(fields, "currency") ?? CURRENCY) !== CURRENCY) {
    throw unknownOutcome(call, "it speaks of another currency");
  }
}

/** The documents sign four fields, and the samples of this version of the call sign two of them. */
function isSignedRefund(fields: Fields, secretKey: string): boolean {
  const read = (name: string) => textOf(fields, name) ?? "";
  const [paymentId, conversationId] = [read("paymentId"), read("conversationId")];
  return [
    [paymentId, trimAmount(read("price")), read("currency"), conversationId],
    [paymentId, conversationId],
  ].some((signed) => isSameSignature(textOf(fields, "signature"), signFields(secretKey, signed)));
}
