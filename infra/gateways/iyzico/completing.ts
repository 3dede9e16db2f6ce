import type { DeclineReason } from "../../../domain/journal.ts";
import { CURRENCY } from "../../../domain/money.ts";
import type { ChargeOutcome, Completion } from "../../../domain/ports/card_gateway.ts";
import { writeAmount } from "./amounts.ts";
import type { Charging } from "./charging.ts";
import { meaningOf, unknownOutcome } from "./errors.ts";
import { inquire } from "./inquiring.ts";
import { readCallback } from "./messages.ts";
import { type Expected, toCharged } from "./payments.ts";

const COMPLETE = "payment/v2/3dsecure/auth";

/**
 * Ends a charge after the user came back: only now money moves. iyzico does not say what a second
 * completion does, so whatever it refuses is looked up before it counts.
 */
export async function complete(
  charging: Charging,
  { reference, providerRef, amountKurus, message }: Completion,
): Promise<ChargeOutcome> {
  const { calls, secretKey, signal } = charging;
  const callback = readCallback(message, secretKey);
  if (
    callback?.providerRef !== providerRef || (callback.reference ?? reference) !== reference
  ) {
    throw unknownOutcome(COMPLETE, "what the browser brought is not of this charge");
  }
  const expected = { reference, providerRef, amountKurus };
  if (!callback.isVerified) return await lookUp(charging, expected, "authentication_failed");
  const reply = await calls.send("POST", `/${COMPLETE}`, {
    locale: "tr",
    conversationId: reference,
    paymentId: providerRef,
    paidPrice: writeAmount(amountKurus),
    basketId: reference,
    currency: CURRENCY,
  }, signal);
  if (reply.ok) return toCharged(COMPLETE, reply.fields, expected, secretKey);
  const meaning = meaningOf(reply.failure);
  return await lookUp(
    charging,
    expected,
    meaning.kind === "declined" ? meaning.reason : undefined,
  );
}

/**
 * The end of a charge that was not completed now: an earlier completion may have charged it, or a doubled
 * request without the user.
 */
async function lookUp(
  charging: Charging,
  expected: Expected,
  reason: DeclineReason | undefined,
): Promise<ChargeOutcome> {
  const outcome = await inquire(charging, expected);
  if (outcome.status === "not_found") throw unknownOutcome(COMPLETE, "its payment is not found");
  const isUncharged = outcome.status === "declined" ||
    (outcome.status === "pending" && outcome.awaitsUser === true);
  return isUncharged && reason !== undefined ? { status: "declined", reason } : outcome;
}
