import { z } from "zod";
import type { AccountId } from "../domain/account.ts";
import type { TopUpStarted } from "../domain/journal.ts";
import type { TopUpState } from "../domain/workflows/top_up_state.ts";
import type { Dependencies, Settings } from "./http/dependencies.ts";
import { defineAccountEndpoint, type Endpoint } from "./http/endpoint.ts";
import { toTopUp } from "./contract/present_money.ts";
import { toInstant } from "./contract/instant.ts";
import { listErrors, problem, toProblem } from "./contract/problems.ts";
import { markReplayed } from "./contract/replayed.ts";
import { topUpAnswer } from "./contract/money_answers.ts";
import { cardId, topUpId, userNo } from "./contract/fields.ts";
import { amount, returnUrl } from "./contract/money_fields.ts";

export function createTopUpRoutes(dependencies: Dependencies): readonly Endpoint[] {
  return [defineTopUp(dependencies), defineGetTopUp(dependencies)];
}

function defineTopUp(dependencies: Dependencies): Endpoint {
  const { ids, settings, settlement } = dependencies;
  return defineAccountEndpoint("fleet_or_session", {
    method: "post",
    path: "/update_balance",
    operation: "top_up",
    scope: "pay",
    tag: "top-ups",
    summary: "Tops up the balance from a saved card",
    parameters: z.object({
      userNo,
      balance: amount,
      cardId: cardId.optional(),
      returnUrl: returnUrl.optional(),
    }),
    answers: { 201: topUpAnswer, 202: topUpAnswer },
    problems: [
      "user_not_found",
      "no_cards",
      "card_not_found",
      "card_declined",
      "card_not_chargeable",
      "too_many_open_top_ups",
      "balance_limit_exceeded",
      "invalid_amount",
      "validation_failed",
    ],
  }, async ({ account: id, command, parameters }) => {
    const { balance: amountKurus, cardId, returnUrl } = parameters;
    const isTaken = returnUrl === undefined ||
      settings.returnOrigins.includes(new URL(returnUrl).origin);
    if (!isTaken) {
      const error = { field: "returnUrl", code: "invalid_return_url" };
      return listErrors("validation_failed", [error]);
    }
    const outcome = await settlement.start(id, {
      ...command,
      entryId: ids.next("top", command.at),
      amountKurus,
      ...(cardId !== undefined && { cardId }),
      ...(returnUrl !== undefined && { returnUrl }),
    });
    if (!("entry" in outcome)) return toProblem(outcome);
    const { entry: started } = outcome;
    // A repeated request asks how the first one ended; the card is never charged again.
    const state = outcome.outcome === "accepted"
      ? await charge(dependencies, id, started)
      : await settlement.find(id, started.id) ?? { status: "pending", started } as const;
    return toReply(state, { settings, mark: markReplayed(outcome) });
  });
}

function defineGetTopUp({ settings, settlement }: Dependencies): Endpoint {
  return defineAccountEndpoint("fleet_or_session", {
    method: "get",
    path: "/update_balance/{topUpId}",
    operation: "get_top_up",
    scope: "read",
    tag: "top-ups",
    summary: "Shows a top-up; while it is pending, asks the card gateway for the outcome",
    parameters: z.object({ userNo, topUpId }),
    answers: { 200: topUpAnswer },
    problems: ["top_up_not_found"],
  }, async ({ account: id, parameters: { topUpId } }) => {
    const state = await settlement.find(id, topUpId);
    if (state === undefined) return problem("top_up_not_found");
    const { status } = state;
    const declineReason = status === "failed" ? { declineReason: state.closing.reason } : {};
    return {
      status: 200,
      message: `top_up_${status}`,
      body: { ...toTopUp(state), status, ...toAction(state, settings), ...declineReason },
    };
  });
}

/**
 * Charges the card. The top-up is in the journal already, so a failure leaves it open, and the answer
 * names it.
 */
async function charge(
  { log, settlement }: Pick<Dependencies, "log" | "settlement">,
  id: AccountId,
  started: TopUpStarted,
): Promise<TopUpState> {
  try {
    return await settlement.charge(id, started);
  } catch (error) {
    log.error("top_up_unsettled", { topUpId: started.id, error });
    return { status: "pending", started };
  }
}

/** Where the user's browser has to go, as long as the bank waits for it. */
function toAction(
  state: TopUpState,
  { publicUrl }: Pick<Settings, "publicUrl">,
): { readonly action?: { readonly url: string; readonly expiresAt: string } } {
  if (state.status !== "requires_action") return {};
  const url = `${publicUrl}/update_balance/${state.started.id}/3ds`;
  return { action: { url, expiresAt: toInstant(state.action.expiresAt) } };
}

/** How a top-up stands, as the answer to the request that asked for it. */
function toReply(
  state: TopUpState,
  { settings, mark }: {
    readonly settings: Pick<Settings, "publicUrl">;
    readonly mark: ReturnType<typeof markReplayed>;
  },
) {
  switch (state.status) {
    case "credited": {
      const body = { ...toTopUp(state), status: state.status };
      return { status: 201, message: "top_up_credited", body, ...mark } as const;
    }
    case "pending":
    case "requires_action": {
      const { status } = state;
      const body = { ...toTopUp(state), status, ...toAction(state, settings) };
      return { status: 202, message: `top_up_${status}`, body, ...mark } as const;
    }
    case "failed": {
      const { closing: { topUpId, reason: declineReason } } = state;
      return { ...problem("card_declined", { topUpId, declineReason }), ...mark };
    }
  }
}
