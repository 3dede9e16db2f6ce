import { CURRENCY, type Kurus } from "../../../domain/money.ts";
import { readAmount } from "./amounts.ts";
import type { IyzicoCalls } from "./calls.ts";
import { isNoSuchPayment, unexplained, unknownOutcome } from "./errors.ts";
import { type Fields, listOf, textOf } from "./reply.ts";

/** A payment as the reports list it. Reports are not signed. */
export interface ReportedPayment {
  readonly paymentId: string;
  readonly amountKurus: Kurus;
  /** What is not carried out is refused, or waits for the user: the reports do not tell which. */
  readonly isCarriedOut: boolean;
  /** Whether all of it went back to the card. */
  readonly isGivenBack: boolean;
  readonly givenBack: readonly ReportedGiveBack[];
}

/** A cancellation or refund of a payment. */
export interface ReportedGiveBack {
  /** The reference under which it was asked for. */
  readonly refundReference: string | undefined;
  readonly how: "void" | "refund";
  readonly isDone: boolean;
}

/** paymentStatus and refundStatus of what is carried out. */
const CARRIED_OUT = "1";

const REPORT = "v2/reporting/payment/details";

/** Lists every payment under a reference, those that failed and those that were doubled included. */
export async function listPayments(
  calls: IyzicoCalls,
  reference: string,
  signal: AbortSignal,
): Promise<readonly ReportedPayment[]> {
  const query = { locale: "tr", conversationId: reference, paymentConversationId: reference };
  const reply = await calls.ask(`/${REPORT}`, query, signal);
  if (!reply.ok) {
    if (isNoSuchPayment(reply.failure)) return [];
    throw unexplained(REPORT, reply.failure);
  }
  const payments = listOf(reply.fields, "payments");
  if (payments === undefined) throw unknownOutcome(REPORT, "its list cannot be read");
  return payments.map((fields) => toReported(fields, reference));
}

function toReported(fields: Fields, reference: string): ReportedPayment {
  const paymentId = textOf(fields, "paymentId");
  const amountKurus = readAmount(textOf(fields, "paidPrice"));
  const cancels = listOf(fields, "cancels");
  const refunds = listOf(fields, "itemTransactions")
    ?.map((item) => listOf(item, "refunds"));
  if (!paymentId || amountKurus === undefined || cancels === undefined || refunds === undefined) {
    throw unknownOutcome(REPORT, "a payment of it cannot be read");
  }
  if (textOf(fields, "paymentConversationId") !== reference) {
    throw unknownOutcome(REPORT, "it speaks of another reference");
  }
  if (textOf(fields, "currency") !== CURRENCY) {
    throw unknownOutcome(REPORT, "it speaks of another currency");
  }
  const givenBack = [
    ...cancels.map((cancel) => toGiveBack(cancel, "void")),
    ...refunds.flatMap((list) => {
      if (list === undefined) throw unknownOutcome(REPORT, "a refund of it cannot be read");
      return list.map((refund) => toGiveBack(refund, "refund"));
    }),
  ];
  return {
    paymentId,
    amountKurus,
    isCarriedOut: textOf(fields, "paymentStatus") === CARRIED_OUT,
    isGivenBack: textOf(fields, "paymentRefundStatus") === "TOTALLY_REFUNDED" ||
      givenBack.some(({ how, isDone }) => how === "void" && isDone),
    givenBack,
  };
}

function toGiveBack(fields: Fields, how: ReportedGiveBack["how"]): ReportedGiveBack {
  return {
    refundReference: textOf(
      fields,
      how === "void" ? "cancelConversationId" : "refundConversationId",
    ),
    how,
    isDone: textOf(fields, "refundStatus") === CARRIED_OUT,
  };
}
