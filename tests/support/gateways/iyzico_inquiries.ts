import { kurus } from "../../../domain/money.ts";
import { charged, failure, reportedPayment, success } from "./iyzico_replies.ts";
import type { Handlers, IyzicoState } from "./iyzico_state.ts";

const NO_SUCH_PAYMENT = ["5087"] as const;

/** Tells what became of payments: in signed details, and in reports. */
export function inquiryHandlers(state: IyzicoState): Handlers {
  return {
    "POST /payment/detail": {
      call: "inquire",
      run: ({ step: own, body }) => {
        const step = state.carried === "works" ? own : state.carried;
        state.carried = "works";
        const isBlind = state.blind === "detail";
        if (isBlind) state.blind = undefined;
        const payment = body.paymentId === undefined
          ? state.bank.under(body.paymentConversationId).at(-1)
          : state.bank.find(body.paymentId);
        return payment === undefined || step === "finds_nothing" || isBlind
          ? failure(body.conversationId, NO_SUCH_PAYMENT)
          : charged(payment, step);
      },
    },
    "GET /v2/reporting/payment/details": {
      call: "inquire",
      run: ({ step, body }) => {
        state.carried = step;
        const isBlind = state.blind === "report";
        if (isBlind) state.blind = undefined;
        const found = step === "finds_nothing" || isBlind
          ? []
          : state.bank.under(body.paymentConversationId);
        const wrong = {
          ...(step === "wrong_currency" && { currency: "USD" }),
          ...(step === "wrong_amount" && { amountKurus: kurus(77_700) }),
        };
        return success(body.conversationId, {
          payments: found.map((payment) =>
            reportedPayment(
              step === "wrong_reference" ? { ...payment, reference: "top_another" } : payment,
              wrong,
            )
          ),
        });
      },
    },
  };
}
