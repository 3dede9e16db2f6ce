import type { PaymentState } from "./account.ts";
import type { JournalEntry, Payment } from "./journal.ts";
import { type Kurus, NO_MONEY, subtract } from "./money.ts";

/** The payment that an entry made or refunded, as it is after the entry; undefined if it is not in view. */
export function paymentAfter(
  entry: JournalEntry,
  payments: ReadonlyMap<string, PaymentState>,
): PaymentState | undefined {
  if (entry.type === "payment") return paymentState(entry);
  const refunded = entry.type === "refund" ? payments.get(entry.paymentId) : undefined;
  if (entry.type !== "refund" || refunded === undefined) return undefined;
  return { ...refunded, refundedKurus: entry.refundedKurus };
}

/** A payment of which nothing is refunded yet. */
export function paymentState(
  payment: Pick<Payment, "id" | "amountKurus" | "at">,
): PaymentState {
  return {
    paymentId: payment.id,
    amountKurus: payment.amountKurus,
    refundedKurus: NO_MONEY,
    at: payment.at,
  };
}

/** How much of a payment can still be refunded. */
export function refundableKurus(payment: PaymentState): Kurus {
  return subtract(payment.amountKurus, payment.refundedKurus);
}
