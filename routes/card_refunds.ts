import { z } from "zod";
import type { CardRefundState } from "../domain/workflows/card_refund_settling.ts";
import type { Dependencies } from "./http/dependencies.ts";
import { defineAccountEndpoint, type Endpoint } from "./http/endpoint.ts";
import { toCardRefund } from "./contract/present_money.ts";
import { problem, toProblem } from "./contract/problems.ts";
import { markReplayed } from "./contract/replayed.ts";
import { cardRefundAnswer } from "./contract/money_answers.ts";
import { cardRefundId, topUpId, userNo } from "./contract/fields.ts";
import { amount } from "./contract/money_fields.ts";

/** Money back to the card that brought it. The fleet alone starts it; the user may look. */
export function createCardRefundRoutes(
  { cardRefunds, ids }: Dependencies,
): readonly Endpoint[] {
  return [
    defineAccountEndpoint("fleet", {
      method: "post",
      path: "/karta-iade",
      operation: "card_refund",
      scope: "refund",
      tag: "top-ups",
      summary: "Gives a top-up, or part of it, back to its card",
      parameters: z.object({ userNo, topUpId: topUpId.optional(), amount: amount.optional() }),
      answers: { 201: cardRefundAnswer, 202: cardRefundAnswer },
      problems: [
        "user_not_found",
        "top_up_not_found",
        "account_closed",
        "nothing_to_refund",
        "card_refund_refused",
        "too_many_open_card_refunds",
        "insufficient_balance",
        "refund_exceeds_top_up",
        "only_whole_top_up",
        "refund_window_passed",
        "invalid_amount",
      ],
    }, async ({ account: id, command, parameters: { topUpId, amount: amountKurus } }) => {
      const outcome = await cardRefunds.start(id, {
        ...command,
        entryId: ids.next("crf", command.at),
        ...(topUpId !== undefined && { topUpId }),
        ...(amountKurus !== undefined && { amountKurus }),
      });
      if (!("entry" in outcome)) return toProblem(outcome);
      const { entry: started } = outcome;
      // A repeated request asks how the first one ended; nothing is given back twice.
      const state = outcome.outcome === "accepted"
        ? await cardRefunds.giveBack(id, started)
        : await cardRefunds.find(id, started.id) ?? { status: "pending", started } as const;
      return toReply(state, markReplayed(outcome));
    }),

    defineAccountEndpoint("fleet_or_session", {
      method: "get",
      path: "/karta-iade/{cardRefundId}",
      operation: "get_card_refund",
      scope: "read",
      tag: "top-ups",
      summary: "Shows a card refund; while it is pending, asks the card gateway for the outcome",
      parameters: z.object({ userNo, cardRefundId }),
      answers: { 200: cardRefundAnswer },
      problems: ["card_refund_not_found"],
    }, async ({ account: id, parameters: { cardRefundId } }) => {
      const state = await cardRefunds.find(id, cardRefundId);
      if (state === undefined) return problem("card_refund_not_found");
      return { status: 200, message: `card_refund_${state.status}`, body: toCardRefund(state) };
    }),
  ];
}

/** How a card refund stands, as the answer to the request that asked for it. */
function toReply(state: CardRefundState, mark: ReturnType<typeof markReplayed>) {
  const body = toCardRefund(state);
  switch (state.status) {
    case "completed":
      return { status: 201, message: "card_refund_completed", body, ...mark } as const;
    case "pending":
      return { status: 202, message: "card_refund_pending", body, ...mark } as const;
    case "failed": {
      const { id: cardRefundId, topUpId } = state.started;
      return { ...problem("card_refund_refused", { cardRefundId, topUpId }), ...mark };
    }
  }
}
