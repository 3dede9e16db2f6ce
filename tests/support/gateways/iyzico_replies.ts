import { createHmac } from "node:crypto";
import { type Kurus, kurus } from "../../../domain/money.ts";
import type { FakeStep } from "./fake.ts";
import { type BankPayment, givenBackOf } from "./iyzico_bank.ts";
import { SAMPLE_KEYS } from "./iyzico_keys.ts";

const { secretKey } = SAMPLE_KEYS;

export type Reply = Readonly<Record<string, unknown>>;

/** Texts that JSON takes as they are (ECMAScript's JSON.rawJSON), so that 10.50 keeps its zero. */
const { rawJSON } = JSON as unknown as { rawJSON(text: string): unknown };

/** A number as iyzico writes amounts in answers. */
export function amount(value: Kurus, decimals = 2): unknown {
  return rawJSON((value / 100).toFixed(decimals));
}

export function sign(secretKey: string, parts: readonly (string | undefined)[]): string {
  return createHmac("sha256", secretKey).update(parts.map((part) => part ?? "").join(":"))
    .digest("hex");
}

export function success(conversationId: unknown, fields: Reply = {}): Reply {
  return { status: "success", locale: "tr", systemTime: 1764547200000, conversationId, ...fields };
}

export function failure(
  conversationId: unknown,
  [errorCode, errorGroup]: readonly [string, string?],
  fields: Reply = {},
): Reply {
  const errorMessage = "Mesaj: 5528790000000008 AHMET YILMAZ";
  return {
    ...success(conversationId),
    status: "failure",
    errorCode,
    errorMessage,
    ...fields,
    ...(errorGroup && { errorGroup }),
  };
}

/** A payment as `payment/auth` and `payment/detail` show it, signed. */
export function paymentReply(
  payment: BankPayment,
  secretKey: string,
  { amountKurus = payment.amountKurus, currency = "TRY", reference = payment.reference } = {},
): Reply {
  const { paymentId, status, fraudStatus, errorGroup } = payment;
  // Trimmed as a shortest decimal is.
  const price = String(amountKurus / 100);
  return success(reference, {
    price: amount(amountKurus),
    paidPrice: amount(amountKurus, 8),
    installment: 1,
    paymentId,
    fraudStatus,
    paymentStatus: status,
    basketId: reference,
    currency,
    binNumber: "55287900",
    lastFourDigits: "0008",
    phase: "AUTH",
    itemTransactions: [{
      itemId: reference,
      paymentTransactionId: `9${paymentId}`,
      price: amount(amountKurus),
    }],
    ...(errorGroup && { errorGroup }),
    signature: sign(secretKey, [paymentId, currency, reference, reference, price, price]),
  });
}

/** A payment as the reports list it, without a signature. */
export function reportedPayment(
  payment: BankPayment,
  { amountKurus = payment.amountKurus, currency = "TRY" } = {},
): Reply {
  const { paymentId, reference, basketId, status, fraudStatus, givenBack } = payment;
  const back = givenBackOf(payment);
  const list = (kind: "cancel" | "refund") =>
    givenBack.filter((one) => one.kind === kind).map((one) => ({
      [`${kind}ConversationId`]: one.reference,
      refundPrice: amount(one.amountKurus),
      refundStatus: one.status,
      currencyCode: "TRY",
    }));
  return {
    paymentId: Number(paymentId),
    paymentStatus: { SUCCESS: 1, FAILURE: 2, INIT_THREEDS: 2, CALLBACK_THREEDS: 3 }[status],
    paymentRefundStatus: back === 0
      ? "NOT_REFUNDED"
      : back < payment.amountKurus
      ? "PARTIALLY_REFUNDED"
      : "TOTALLY_REFUNDED",
    price: amount(amountKurus),
    paidPrice: amount(amountKurus),
    paymentConversationId: reference,
    fraudStatus,
    basketId,
    currency,
    cancels: list("cancel"),
    itemTransactions: [{
      paymentTransactionId: `9${paymentId}`,
      price: amount(amountKurus),
      refunds: list("refund"),
    }],
  };
}

/** The answer to a charge that was carried out, with the one thing wrong that the step says. */
export function charged(payment: BankPayment, step: FakeStep): Reply {
  const reply = paymentReply(payment, secretKey, {
    ...(step === "wrong_amount" && { amountKurus: kurus(payment.amountKurus + 100) }),
    ...(step === "wrong_currency" && { currency: "USD" }),
    ...(step === "wrong_reference" && { reference: "top_another" }),
  });
  return step === "wrong_signature" ? { ...reply, signature: sign("another", []) } : reply;
}

/** Signs a payment or refund that says something else now, as iyzico would. */
export function signAgain(reply: Reply): Reply {
  if (!("signature" in reply)) return reply;
  const { paymentId, currency, basketId, conversationId, paidPrice, price } = JSON.parse(
    JSON.stringify(reply),
  );
  const fields = basketId === undefined
    ? price === undefined
      ? [paymentId, conversationId]
      : [paymentId, String(price), currency, conversationId]
    : [paymentId, currency, basketId, conversationId, String(paidPrice), String(price)];
  return { ...reply, signature: sign(secretKey, fields) };
}
