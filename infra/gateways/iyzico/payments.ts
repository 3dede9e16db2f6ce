import { CURRENCY, type Kurus } from "../../../domain/money.ts";
import type { ChargeOutcome } from "../../../domain/ports/card_gateway.ts";
import { isSameSignature } from "../signatures.ts";
import { readAmount, trimAmount } from "./amounts.ts";
import { unknownOutcome } from "./errors.ts";
import { type Fields, textOf } from "./reply.ts";
import { signFields } from "./signing.ts";

/** What was asked for, which every answer must repeat. */
export interface Expected {
  readonly reference: string;
  readonly amountKurus: Kurus;
  readonly providerRef?: string;
}

/** fraudStatus 1: nothing stands against it. 0 is under review; -1 is rejected, how it ends is not said. */
const APPROVED = "1";

/** Reads a payment that iyzico carried out. Rejects unless it is signed and is the one that was asked for. */
export function toCharged(
  call: string,
  fields: Fields,
  expected: Expected,
  secretKey: string,
): ChargeOutcome {
  const providerRef = checkPayment(call, fields, expected, secretKey);
  return textOf(fields, "fraudStatus") === APPROVED
    ? { status: "charged", providerRef, amountKurus: expected.amountKurus }
    : { status: "pending", providerRef };
}

/** Checks a signed payment of an answer, whatever its state is. Returns its id. */
export function checkPayment(
  call: string,
  fields: Fields,
  { reference, amountKurus, providerRef }: Expected,
  secretKey: string,
): string {
  const read = (name: string) => textOf(fields, name) ?? "";
  const signed = [
    ...["paymentId", "currency", "basketId", "conversationId"].map(read),
    ...["paidPrice", "price"].map((name) => trimAmount(read(name))),
  ];
  if (!isSameSignature(textOf(fields, "signature"), signFields(secretKey, signed))) {
    throw unknownOutcome(call, "its signature is wrong");
  }
  const paymentId = read("paymentId");
  if (paymentId === "" || (providerRef !== undefined && paymentId !== providerRef)) {
    throw unknownOutcome(call, "it speaks of another payment");
  }
  // Together with conversationId, which every call compares.
  if (read("basketId") !== reference) throw unknownOutcome(call, "it speaks of another reference");
  if (read("currency") !== CURRENCY) throw unknownOutcome(call, "it speaks of another currency");
  if ([read("price"), read("paidPrice")].some((text) => readAmount(text) !== amountKurus)) {
    throw unknownOutcome(call, "it speaks of another amount");
  }
  return paymentId;
}
