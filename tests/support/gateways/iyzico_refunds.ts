import { kurus } from "../../../domain/money.ts";
import { givenBackOf, toKurus } from "./iyzico_bank.ts";
import { amount, failure, sign, success } from "./iyzico_replies.ts";
import { type Handlers, type IyzicoState, UNANSWERED } from "./iyzico_state.ts";
import { SAMPLE_KEYS } from "./iyzico_keys.ts";

const { secretKey } = SAMPLE_KEYS;

/** Cancels payments and refunds them. */
export function refundHandlers(state: IyzicoState): Handlers {
  return {
    "POST /payment/cancel": {
      call: "give_back",
      run: ({ step, body }) => {
        const payment = state.bank.find(body.paymentId);
        const isWhole = payment?.status === "SUCCESS" && payment.givenBack.length === 0;
        if (!isWhole || state.dayIsOver) return failure(body.conversationId, ["5093"]);
        if (step === "refused" || step === "pending") {
          state.carried = step;
          return failure(body.conversationId, ["10223", "REQUIRES_DAY_END"]);
        }
        if (step === "says_unknown") return failure(body.conversationId, UNANSWERED);
        const { amountKurus, paymentId } = payment;
        const reference = String(body.conversationId);
        payment.givenBack.push({ reference, kind: "cancel", amountKurus, status: 1 });
        return success(reference, {
          paymentId: step === "wrong_signature" ? "1" : paymentId,
          price: amount(kurus(amountKurus + (step === "wrong_amount" ? 100 : 0))),
          currency: step === "wrong_currency" ? "USD" : "TRY",
          authCode: "587114",
        });
      },
    },
    "POST /v2/payment/refund": {
      call: "give_back",
      run: ({ step: own, body }) => {
        const step = state.carried === "works" ? own : state.carried;
        state.carried = "works";
        const payment = state.bank.find(body.paymentId);
        const reference = String(body.conversationId);
        const amountKurus = toKurus(body.price);
        const left = payment === undefined || payment.status !== "SUCCESS"
          ? 0
          : payment.amountKurus - givenBackOf(payment, { pending: true });
        if (payment === undefined || amountKurus > left) return failure(reference, ["5092"]);
        if (step === "says_unknown") return failure(reference, UNANSWERED);
        if (step === "refused") {
          return failure(reference, ["10005", "DO_NOT_HONOUR"], { retryable: false });
        }
        const isPending = step === "pending";
        const status = isPending ? 0 : 1;
        payment.givenBack.push({ reference, kind: "refund", amountKurus, status });
        if (isPending) {
          return failure(reference, ["10219", "REQUEST_TIMEOUT"], { retryable: true });
        }
        const price = kurus(amountKurus + (step === "wrong_amount" ? 100 : 0));
        const currency = step === "wrong_currency" ? "USD" : "TRY";
        const signed = [payment.paymentId, String(price / 100), currency, reference];
        return success(reference, {
          paymentId: payment.paymentId,
          price: amount(price),
          currency,
          refundHostReference: "mock00007iyzihostrfn",
          signature: sign(step === "wrong_signature" ? "another" : secretKey, signed),
        });
      },
    },
  };
}
