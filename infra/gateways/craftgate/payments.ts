import { z } from "zod";
import { CURRENCY, type Kurus, parseAmount } from "../../../domain/money.ts";
import type { ChargeOutcome } from "../../../domain/ports/card_gateway.ts";
import { type GroupMeaning, meaningOfErrorGroup } from "../error_groups.ts";
import { unclear } from "../http.ts";
import type { Refusal } from "./calls.ts";

/** An id, which Craftgate writes as a number. */
export const id = z.union([z.int(), z.string().regex(/^\d{1,15}$/)]).transform(String);
/** An amount of money, which Craftgate writes as a number of lira. */
export const amount = z.number().transform(parseAmount);
export const word = z.string().nullish().transform((value) => value ?? undefined);

/** What Craftgate tells of a payment, as far as Kese reads it. */
export const payment = z.object({
  id,
  externalId: word,
  paidPrice: amount,
  price: amount,
  currency: z.string(),
  paymentStatus: z.string(),
  refundStatus: word,
  paymentError: z.object({ errorCode: word, errorGroup: word }).nullish(),
  paymentTransactions: z.array(z.object({ id, paidPrice: amount })).nullish(),
});
export type Payment = z.output<typeof payment>;

/** What a payment must be about. */
export interface Expected {
  readonly reference: string;
  readonly amountKurus: Kurus;
  readonly providerRef?: string;
}

/** Reads the payment that a call is answered with. */
export function toPayment(call: string, data: unknown, expected: Expected): Payment {
  const read = payment.safeParse(data).data;
  if (read === undefined) throw unclear("Craftgate", call, "its payment cannot be read");
  checkPayment(call, read, expected);
  return read;
}

/** Throws if a payment is another one than that which was asked about. */
export function checkPayment(
  call: string,
  { id, externalId, paidPrice, price, currency }: Payment,
  { reference, amountKurus, providerRef = id }: Expected,
): void {
  if (externalId !== reference || id !== providerRef) {
    throw unclear("Craftgate", call, "it speaks of another payment");
  }
  if (paidPrice !== amountKurus || price !== amountKurus) {
    throw unclear("Craftgate", call, "it speaks of another amount");
  }
  if (currency !== CURRENCY) throw unclear("Craftgate", call, "it speaks of another currency");
}

/** How a charge ended that the bank was just asked for. */
export function toOutcome(call: string, payment: Payment, expected: Expected): ChargeOutcome {
  const { id: providerRef, paymentStatus } = payment;
  if (paymentStatus === "SUCCESS") {
    return { status: "charged", providerRef, amountKurus: expected.amountKurus };
  }
  // Under review, or taken on by a bank that answers later.
  if (paymentStatus === "WAITING") return { status: "pending", providerRef };
  if (paymentStatus !== "FAILURE") {
    throw unclear("Craftgate", call, "its payment is in no end state");
  }
  const meaning = meaningOfErrorGroup(payment.paymentError?.errorGroup);
  switch (meaning.kind) {
    case "declined":
      return { status: "declined", reason: meaning.reason };
    case "wants_authentication":
      return { status: "declined", reason: "authentication_required" };
    case "unknown":
      return { status: "pending", providerRef };
  }
}

/** What it means that Craftgate refused to charge. */
export function meaningOf({ errorGroup, httpStatus }: Refusal & {
  readonly httpStatus: number;
}): GroupMeaning {
  // Of what a charge names, only the card can be missing. Craftgate documents no code of its own for it.
  if (httpStatus === 404) return { kind: "declined", reason: "card_gone" };
  return meaningOfErrorGroup(errorGroup);
}
