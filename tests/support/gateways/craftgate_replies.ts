import { kurus } from "../../../domain/money.ts";
import { type BankPayment, type BankRefund, givenBackOf } from "./craftgate_bank.ts";
import type { FakeStep } from "./fake.ts";

export type Fields = Readonly<Record<string, unknown>>;

/** A payment as calls and reports show it, with the one thing wrong that the step says. */
export function paymentReply(payment: BankPayment, step: FakeStep = "works"): Fields {
  const { id, reference, amountKurus, status, errorGroup } = payment;
  const price = (step === "wrong_amount" ? amountKurus + 100 : amountKurus) / 100;
  const externalId = step === "wrong_reference" ? "top_another" : reference;
  const currency = step === "wrong_currency" ? "USD" : "TRY";
  const back = givenBackOf(payment);
  const refundStatus = back === 0
    ? "NOT_REFUNDED"
    : back < amountKurus
    ? "PARTIAL_REFUNDED"
    : "FULLY_REFUNDED";
  return {
    id,
    createdDate: "2026-11-25T10:00:00",
    price,
    paidPrice: price,
    walletPrice: 0,
    currency,
    installment: 1,
    conversationId: externalId,
    externalId,
    paymentType: "CARD_PAYMENT",
    paymentProvider: "BANK",
    paymentGroup: "LISTING_OR_SUBSCRIPTION",
    paymentStatus: status,
    paymentPhase: "AUTH",
    isThreeDS: false,
    paidWithStoredCard: true,
    binNumber: "52586400",
    lastFourDigits: "0001",
    refundStatus,
    refundablePrice: kurus(amountKurus - back) / 100,
    paymentError: errorGroup === undefined ? null : {
      errorCode: "10051",
      errorDescription: "Kart: 5258640000000001 AYSE DEMIR",
      errorGroup,
    },
    paymentTransactions: [{ id: id * 10, externalId, price, paidPrice: price, walletPrice: 0 }],
  };
}

/** A refund as calls and reports show it. */
export function refundReply(
  payment: BankPayment,
  { id, reference, amountKurus, type, status, isWhole }: BankRefund,
  step: FakeStep = "works",
): Fields {
  return {
    id,
    createdDate: "2026-11-25T11:00:00",
    status,
    refundDestinationType: "PROVIDER",
    refundPrice: (step === "wrong_amount" ? amountKurus + 100 : amountKurus) / 100,
    conversationId: step === "wrong_reference" ? "crf_another" : reference,
    paymentId: payment.id,
    currency: step === "wrong_currency" ? "USD" : "TRY",
    ...(isWhole ? { refundType: type } : { paymentTransactionId: payment.id * 10 }),
  };
}

/** A page of a listing. */
export function list(items: readonly Fields[]): Fields {
  return { page: 0, size: items.length, totalSize: items.length, items };
}
