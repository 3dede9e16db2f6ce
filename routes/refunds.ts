import { z } from "zod";
import { decideRefund } from "../domain/refund.ts";
import { refundOrder } from "../domain/workflows/refunds.ts";
import type { Dependencies } from "./http/dependencies.ts";
import { defineAccountEndpoint, type Endpoint } from "./http/endpoint.ts";
import { toRefund } from "./contract/present_money.ts";
import { problem, toProblem } from "./contract/problems.ts";
import { markReplayed } from "./contract/replayed.ts";
import { refundAnswer } from "./contract/money_answers.ts";
import { paymentId, userNo } from "./contract/fields.ts";
import { amount, reason, refundOrderId } from "./contract/money_fields.ts";

export function createRefundRoutes({ accounts, ids, journal }: Dependencies): readonly Endpoint[] {
  return [
    // The fleet alone: riders who could refund would give themselves every ride back.
    defineAccountEndpoint("fleet", {
      method: "post",
      path: "/iade",
      operation: "refund",
      scope: "refund",
      tag: "payments",
      summary: "Refunds a payment to the balance, the newest one by default",
      parameters: z.object({
        userNo,
        paymentId: paymentId.optional(),
        orderId: refundOrderId.optional(),
        amount: amount.optional(),
        reason: reason.optional(),
      }),
      answers: { 201: refundAnswer },
      problems: [
        "user_not_found",
        "payment_not_found",
        "ambiguous_order",
        "already_refunded",
        "refund_exceeds_payment",
        "refund_window_passed",
        "invalid_amount",
      ],
    }, async ({ account: id, command, parameters }) => {
      const { paymentId, orderId, amount: amountKurus, reason } = parameters;
      const refund = {
        ...command,
        entryId: ids.next("ref", command.at),
        ...(paymentId !== undefined && { paymentId }),
        ...(amountKurus !== undefined && { amountKurus }),
        ...(reason !== undefined && { reason }),
      };
      if (paymentId !== undefined && orderId !== undefined) {
        const payment = await journal.findPayment(id, paymentId);
        if (payment && payment.entry.orderId !== orderId) {
          return problem("conflicting_parameters", { parameters: "paymentId, orderId" });
        }
      }
      const outcome = paymentId === undefined && orderId !== undefined
        ? await refundOrder({ accounts, journal }, id, { ...refund, orderId })
        : await accounts.update(
          { account: id, command: refund, payments: paymentId === undefined ? [] : [paymentId] },
          (view) => decideRefund(view, refund),
        );
      if (!("entry" in outcome)) return toProblem(outcome);
      const body = toRefund(outcome.entry);
      return { status: 201, message: "refund_accepted", body, ...markReplayed(outcome) };
    }),
  ];
}
