import type { ChargeOutcome, Completion } from "../../../domain/ports/card_gateway.ts";
import { unclear } from "../http.ts";
import { type Calls, describe } from "./calls.ts";
import { inquire } from "./inquiring.ts";
import {
  checkPayment,
  type Expected,
  meaningOf,
  type Payment,
  payment,
  toOutcome,
  toPayment,
} from "./payments.ts";
import { readCallback } from "./signing.ts";

const COMPLETE = "payment/v1/card-payments/3ds-complete";
const PAYMENT = "payment/v1/card-payments";

export interface CompletingOptions {
  readonly callbackKey: string;
  readonly signal: AbortSignal;
}

/**
 * Ends a charge after the user came back: only now money moves, unless the bank has charged by itself,
 * as some do. So what the browser brought decides only what is asked, and the payment how it ended.
 */
export async function complete(
  calls: Calls,
  completion: Completion,
  options: CompletingOptions,
): Promise<ChargeOutcome> {
  const outcome = await completeOrLookUp(calls, completion, options);
  if (outcome.status !== "declined") return outcome;
  // A doubled request may have been charged without the user, if Craftgate has forgotten the key.
  const inquiry = await inquire(calls, completion, options.signal);
  return inquiry.status === "charged" ? inquiry : outcome;
}

async function completeOrLookUp(
  calls: Calls,
  { reference, providerRef, amountKurus, message }: Completion,
  { callbackKey, signal }: CompletingOptions,
): Promise<ChargeOutcome> {
  const expected = { reference, providerRef, amountKurus };
  const callback = readCallback(message.body, callbackKey);
  const isOther = callback?.paymentId !== providerRef ||
    (callback.conversationId !== "" && callback.conversationId !== reference);
  if (isOther) {
    throw unclear("Craftgate", COMPLETE, "what the browser brought is not of this charge");
  }
  if (callback.status !== "SUCCESS" || callback.completeStatus !== "WAITING") {
    return await lookUp(calls, expected, { hasFailed: callback.status === "FAILURE", signal });
  }
  const reply = await calls({
    name: COMPLETE,
    path: `/${COMPLETE}`,
    body: { paymentId: Number(providerRef) },
    idempotencyKey: `${reference}-complete`,
  }, signal);
  if (reply.kind === "data") {
    return toOutcome(COMPLETE, toPayment(COMPLETE, reply.data, expected), expected);
  }
  const meaning = meaningOf(reply);
  // A payment that was completed before is refused as well, so that the payment itself is asked.
  const outcome = await lookUp(calls, expected, { hasFailed: false, signal });
  if (outcome.status === "charged" || outcome.status === "declined") return outcome;
  if (meaning.kind !== "declined" || meaning.reason === "card_gone") {
    throw unclear("Craftgate", COMPLETE, describe(reply));
  }
  return { status: "declined", reason: meaning.reason };
}

/** How a charge ended that is not completed now. */
async function lookUp(
  calls: Calls,
  expected: Expected & { readonly providerRef: string },
  { hasFailed, signal }: { readonly hasFailed: boolean; readonly signal: AbortSignal },
): Promise<ChargeOutcome> {
  const found = await findPayment(calls, expected.providerRef, signal);
  checkPayment(PAYMENT, found, expected);
  if (found.paymentStatus === "INIT_THREEDS" || found.paymentStatus === "CALLBACK_THREEDS") {
    return hasFailed
      ? { status: "declined", reason: "authentication_failed" }
      : { status: "pending", providerRef: found.id };
  }
  const outcome = toOutcome(PAYMENT, found, expected);
  const isUnexplained = outcome.status === "pending" && found.paymentStatus === "FAILURE";
  return hasFailed && isUnexplained
    ? { status: "declined", reason: "authentication_failed" }
    : outcome;
}

/** Reads one payment by its id. */
export async function findPayment(
  calls: Calls,
  providerRef: string,
  signal: AbortSignal,
): Promise<Payment> {
  const reply = await calls({ name: PAYMENT, path: `/${PAYMENT}/${providerRef}` }, signal);
  if (reply.kind === "refused") throw unclear("Craftgate", PAYMENT, describe(reply));
  const read = payment.safeParse(reply.data).data;
  if (read === undefined) throw unclear("Craftgate", PAYMENT, "its payment cannot be read");
  return read;
}
