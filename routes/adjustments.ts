import { z } from "zod";
import { decideAdjustment } from "../domain/adjustment.ts";
import type { Dependencies } from "./http/dependencies.ts";
import { defineAccountEndpoint, type Endpoint } from "./http/endpoint.ts";
import { toAdjustment } from "./contract/present_money.ts";
import { toProblem } from "./contract/problems.ts";
import { markReplayed } from "./contract/replayed.ts";
import { adjustmentAnswer } from "./contract/money_answers.ts";
import { userNo } from "./contract/fields.ts";
import {
  adjustmentDirection,
  adjustmentReason,
  amount,
  note,
  orderId,
} from "./contract/money_fields.ts";

export function createAdjustmentRoutes({ accounts, ids }: Dependencies): readonly Endpoint[] {
  return [
    defineAccountEndpoint("fleet", {
      method: "post",
      path: "/bakiye-duzeltme",
      operation: "adjust_balance",
      scope: "adjust",
      tag: "balance",
      summary: "Books money that came or went outside Kese",
      parameters: z.object({
        userNo,
        direction: adjustmentDirection,
        amount,
        reason: adjustmentReason,
        note: note.optional(),
        orderId: orderId.optional(),
      }),
      answers: { 201: adjustmentAnswer },
      problems: [
        "user_not_found",
        "insufficient_balance",
        "account_closed",
        "balance_limit_exceeded",
        "invalid_amount",
      ],
    }, async ({ account: id, command, parameters }) => {
      const { amount: amountKurus, direction, reason, note, orderId } = parameters;
      const adjustment = {
        ...command,
        entryId: ids.next("adj", command.at),
        direction,
        amountKurus,
        reason,
        ...(note !== undefined && { note }),
        ...(orderId !== undefined && { orderId }),
      };
      const outcome = await accounts.update(
        { account: id, command: adjustment },
        ({ account }) => decideAdjustment(account, adjustment),
      );
      if (!("entry" in outcome)) return toProblem(outcome);
      const body = toAdjustment(outcome.entry);
      return { status: 201, message: "adjustment_accepted", body, ...markReplayed(outcome) };
    }),
  ];
}
