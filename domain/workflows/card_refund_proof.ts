import type { AccountId } from "../account.ts";
import type { CardRefundCompleted, CardRefundFailed, CardRefundStarted } from "../journal.ts";
import type { CardGateways } from "../ports/card_gateway.ts";
import { toOrder } from "./card_refund_settling.ts";

/** How a card gateway contradicts the journal about a card refund that has ended; undefined if it does not. */
export async function findCardRefundFault(
  gateways: Pick<CardGateways, "named">,
  { filo }: AccountId,
  { started, ending }: {
    readonly started: CardRefundStarted;
    readonly ending: CardRefundCompleted | CardRefundFailed;
  },
): Promise<string | undefined> {
  const gateway = gateways.named(started.gateway, filo);
  if (gateway === undefined) return "unanswered";
  const answer = await gateway.inquireGiveBack(toOrder(started))
    .catch(() => ({ status: "pending" } as const));
  if (answer.status === "pending") return "unanswered";
  const isGivenBack = answer.status === "given_back";
  if (ending.type === "card_refund_failed") {
    return isGivenBack ? "failed, and the card got the money" : undefined;
  }
  return isGivenBack ? undefined : `completed, and the card's side says ${answer.status}`;
}
