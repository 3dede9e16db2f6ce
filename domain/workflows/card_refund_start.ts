import type { AccountId } from "../account.ts";
import {
  type CardRefundCommand,
  type CardRefundRejection,
  decideCardRefund,
  decideNewestCardRefund,
  type TopUpSearch,
} from "../card_refund.ts";
import type { CardRefundStarted } from "../journal.ts";
import { CARD_REFUND_CANDIDATES, CARD_REFUND_SEARCH_PAGES } from "../limits.ts";
import type { Accounts, UpdateOutcome } from "../ports/accounts.ts";
import type { CardGateways } from "../ports/card_gateway.ts";
import type { Journal } from "../ports/journal.ts";

export interface CardRefundStartPorts {
  readonly accounts: Pick<Accounts, "update">;
  readonly journal: Pick<Journal, "find" | "list">;
  readonly gateways: Pick<CardGateways, "named">;
}

/** What a request says about a card refund. */
export interface CardRefundRequest extends Omit<CardRefundCommand, "termsOf"> {
  /** Which top-up; without it the newest of which anything can go back. */
  readonly topUpId?: string;
}

type Started = UpdateOutcome<CardRefundStarted, CardRefundRejection>;

/** Starts a card refund. How much is left of each top-up is decided in the commit. */
export async function startCardRefund(
  ports: CardRefundStartPorts,
  id: AccountId,
  { topUpId, ...request }: CardRefundRequest,
): Promise<Started> {
  const termsOf = (gateway: string) => ports.gateways.named(gateway, id.filo)?.traits;
  const command = { ...request, termsOf };
  if (topUpId === undefined) return await startOfNewest(ports, id, command);
  const outcome = await ports.accounts.update(
    { account: id, command, topUps: [topUpId] },
    (view) => decideCardRefund(view, { ...command, topUpId }),
  );
  return await explainNotFound(ports, id, { topUpId, outcome });
}

/**
 * No index says of which top-ups anything is left: the account's journal is searched backwards, a
 * bounded way, a few top-ups at a time. A repeated key is answered before anything is searched.
 */
async function startOfNewest(
  { accounts, journal }: CardRefundStartPorts,
  id: AccountId,
  command: CardRefundCommand,
): Promise<Started> {
  const start = (search?: TopUpSearch) =>
    accounts.update(
      { account: id, command, topUps: search?.topUpIds ?? [] },
      (view) => decideNewestCardRefund(view, command, search),
    );
  let outcome = await start();
  let beforeSeq: number | undefined;
  for (let page = 1; outcome.outcome === "unchanged"; page++) {
    const { entries, nextBeforeSeq } = await journal.list(id, {
      limit: CARD_REFUND_CANDIDATES,
      types: ["top_up_credited"],
      ...(beforeSeq !== undefined && { beforeSeq }),
    });
    beforeSeq = nextBeforeSeq;
    const topUpIds = entries.flatMap((entry) => "topUpId" in entry ? [entry.topUpId] : []);
    const isLast = beforeSeq === undefined || page >= CARD_REFUND_SEARCH_PAGES;
    if (topUpIds.length > 0 || isLast) outcome = await start({ topUpIds, isLast });
  }
  return outcome;
}

/** A top-up that was started and not credited exists, but nothing of it can go back. */
async function explainNotFound(
  { journal }: Pick<CardRefundStartPorts, "journal">,
  id: AccountId,
  { topUpId, outcome }: { readonly topUpId: string; readonly outcome: Started },
): Promise<Started> {
  if (outcome.outcome !== "rejected" || outcome.rejection.code !== "top_up_not_found") {
    return outcome;
  }
  if ((await journal.find(id, topUpId))?.type !== "top_up_started") return outcome;
  return { outcome: "rejected", rejection: { code: "nothing_to_refund", topUpId } };
}
