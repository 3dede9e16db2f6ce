import { z } from "zod";
import { decidePayment } from "../domain/payment.ts";
import type { Dependencies } from "./http/dependencies.ts";
import { defineAccountEndpoint, type Endpoint } from "./http/endpoint.ts";
import { toPayment, toPaymentState } from "./contract/present_money.ts";
import { problem, toProblem } from "./contract/problems.ts";
import { markReplayed } from "./contract/replayed.ts";
import { paymentAnswer, paymentStateAnswer } from "./contract/money_answers.ts";
import { paymentId, userNo } from "./contract/fields.ts";
import { amount, description, orderId } from "./contract/money_fields.ts";

export function createPaymentRoutes({ accounts, ids, journal }: Dependencies): readonly Endpoint[] {
  return [
    defineAccountEndpoint("fleet_or_session", {
      method: "post",
      path: "/kart-saklamali-odeme",
      operation: "pay",
      scope: "pay",
      tag: "payments",
      summary: "Pays from the balance",
      parameters: z.object({
        userNo,
        amount,
        orderId: orderId.optional(),
        description: description.optional(),
      }),
      answers: { 201: paymentAnswer },
      problems: ["user_not_found", "insufficient_balance", "invalid_amount"],
    }, async ({ account: id, command, parameters }) => {
      const { amount: amountKurus, orderId, description } = parameters;
      const payment = {
        ...command,
        entryId: ids.next("pay", command.at),
        amountKurus,
        ...(orderId !== undefined && { orderId }),
        ...(description !== undefined && { description }),
      };
      const outcome = await accounts.update(
        { account: id, command: payment },
        ({ account }) => decidePayment(account, payment),
      );
      if (!("entry" in outcome)) return toProblem(outcome);
      const body = toPayment(outcome.entry);
      return { status: 201, message: "payment_accepted", body, ...markReplayed(outcome) };
    }),

    defineAccountEndpoint("fleet_or_session", {
      method: "get",
      path: "/kart-saklamali-odeme/{paymentId}",
      operation: "get_payment",
      scope: "read",
      tag: "payments",
      summary: "Shows a payment and how much of it is refunded",
      parameters: z.object({ userNo, paymentId }),
      answers: { 200: paymentStateAnswer },
      problems: ["payment_not_found"],
    }, async ({ account: id, parameters: { paymentId } }) => {
      const found = await journal.findPayment(id, paymentId);
      if (found === undefined) return problem("payment_not_found");
      return { status: 200, message: "payment_found", body: toPaymentState(found) };
    }),
  ];
}
