import { z } from "zod";
import { decideHold } from "../domain/hold.ts";
import { HOLD_DEFAULT_MINUTES, MINUTE_MILLISECONDS } from "../domain/limits.ts";
import { captureHold, findHold, releaseHold } from "../domain/workflows/holds.ts";
import type { Dependencies } from "./http/dependencies.ts";
import { defineAccountEndpoint, type Endpoint } from "./http/endpoint.ts";
import { toPayment } from "./contract/present_money.ts";
import { toHold, toHoldState } from "./contract/present_hold.ts";
import { problem, toProblem } from "./contract/problems.ts";
import { markReplayed } from "./contract/replayed.ts";
import { holdAnswer, holdStateAnswer, paymentAnswer } from "./contract/money_answers.ts";
import { holdId, userNo } from "./contract/fields.ts";
import { amount, description, expiresInMinutes, orderId } from "./contract/money_fields.ts";

/** Money that is set aside when a ride starts and taken when it ends. Only the fleet may do that. */
export function createHoldRoutes(dependencies: Dependencies): readonly Endpoint[] {
  const { accounts, ids, journal } = dependencies;
  return [
    defineAccountEndpoint("fleet", {
      method: "post",
      path: "/provizyon",
      operation: "place_hold",
      scope: "pay",
      tag: "holds",
      summary: "Sets money aside, when a ride starts",
      parameters: z.object({
        userNo,
        amount,
        orderId: orderId.optional(),
        description: description.optional(),
        expiresInMinutes: expiresInMinutes.optional(),
      }),
      answers: { 201: holdAnswer },
      problems: [
        "user_not_found",
        "insufficient_balance",
        "account_frozen",
        "account_closed",
        "too_many_holds",
        "invalid_amount",
      ],
    }, async ({ account: id, command, parameters }) => {
      const { amount: amountKurus, orderId, description } = parameters;
      const { expiresInMinutes = HOLD_DEFAULT_MINUTES } = parameters;
      const hold = {
        ...command,
        entryId: ids.next("hold", command.at),
        amountKurus,
        expiresAt: command.at + expiresInMinutes * MINUTE_MILLISECONDS,
        ...(orderId !== undefined && { orderId }),
        ...(description !== undefined && { description }),
      };
      const outcome = await accounts.update(
        { account: id, command: hold },
        ({ account }) => decideHold(account, hold),
      );
      if (!("entry" in outcome)) return toProblem(outcome);
      const body = toHold(outcome.entry);
      return { status: 201, message: "hold_placed", body, ...markReplayed(outcome) };
    }),

    defineAccountEndpoint("fleet_or_session", {
      method: "get",
      path: "/provizyon/{holdId}",
      operation: "get_hold",
      scope: "read",
      tag: "holds",
      summary: "Shows a hold and what became of it",
      parameters: z.object({ userNo, holdId }),
      answers: { 200: holdStateAnswer },
      problems: ["hold_not_found"],
    }, async ({ account, at, parameters: { holdId } }) => {
      const state = await findHold(journal, account, { holdId, at });
      if (state === undefined) return problem("hold_not_found");
      return { status: 200, message: "hold_found", body: toHoldState(state) };
    }),

    defineAccountEndpoint("fleet", {
      method: "post",
      path: "/provizyon/{holdId}/tahsilat",
      operation: "capture_hold",
      scope: "pay",
      tag: "holds",
      summary: "Takes what a ride came to, all that is held by default, and ends the hold",
      parameters: z.object({ userNo, holdId, amount: amount.optional() }),
      answers: { 201: paymentAnswer },
      problems: [
        "user_not_found",
        "insufficient_balance",
        "account_closed",
        "hold_not_found",
        "hold_closed",
        "invalid_amount",
      ],
    }, async ({ account, command, parameters: { holdId, amount: amountKurus } }) => {
      const outcome = await captureHold(dependencies, {
        ...command,
        account,
        holdId,
        ...(amountKurus !== undefined && { amountKurus }),
      });
      if (!("entry" in outcome)) return toProblem(outcome);
      const body = toPayment(outcome.entry);
      return { status: 201, message: "payment_accepted", body, ...markReplayed(outcome) };
    }),

    defineAccountEndpoint("fleet", {
      method: "post",
      path: "/provizyon/{holdId}/iptal",
      operation: "release_hold",
      scope: "pay",
      tag: "holds",
      summary: "Frees what a hold set aside, when a ride is cancelled",
      parameters: z.object({ userNo, holdId }),
      answers: { 200: holdAnswer },
      problems: ["user_not_found", "account_closed", "hold_not_found", "hold_closed"],
    }, async ({ account, command, parameters: { holdId } }) => {
      const outcome = await releaseHold(dependencies, { ...command, account, holdId });
      if (!("entry" in outcome)) return toProblem(outcome);
      const body = toHold(outcome.entry);
      return { status: 200, message: "hold_released", body, ...markReplayed(outcome) };
    }),
  ];
}
