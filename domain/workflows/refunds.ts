import type { AccountId } from "../account.ts";
import type { Refund } from "../journal.ts";
import { LOST_RACES_MAX, ORDER_CANDIDATES, ORDER_SEARCH_PAGES } from "../limits.ts";
import type { Accounts, UpdateOutcome } from "../ports/accounts.ts";
import type { Journal } from "../ports/journal.ts";
import {
  decideOrderRefund,
  type OrderRefundRejection,
  type OrderSearch,
  type RefundCommand,
} from "../refund.ts";

export interface RefundPorts {
  readonly accounts: Pick<Accounts, "update">;
  readonly journal: Pick<Journal, "list">;
}

/**
 * Refunds the one payment of an order. No index finds it, because each payment would pay for that
 * index: the account's journal is searched backwards, a bounded way. A payment that comes meanwhile
 * may be of that order too, so the refund rests on a search that saw the newest one. A repeated key
 * is answered before anything is searched.
 */
export async function refundOrder(
  { accounts, journal }: RefundPorts,
  id: AccountId,
  { orderId, ...command }: RefundCommand & { readonly orderId: string },
): Promise<UpdateOutcome<Refund, OrderRefundRejection>> {
  let search: OrderSearch | undefined;
  for (let tries = 0; tries < LOST_RACES_MAX; tries++) {
    const seen = search;
    const outcome = await accounts.update(
      { account: id, command, payments: seen?.paymentIds ?? [] },
      (view) => decideOrderRefund(view, command, seen),
    );
    if (outcome.outcome !== "unchanged") return outcome;
    const newestPaymentId = outcome.account.lastPayment?.paymentId ?? null;
    search = { newestPaymentId, ...await searchOrder(journal, id, orderId) };
  }
  return { outcome: "busy" };
}

/** The payments of an order, newest first; no further than it takes to see that there are several. */
async function searchOrder(
  journal: RefundPorts["journal"],
  id: AccountId,
  orderId: string,
): Promise<Omit<OrderSearch, "newestPaymentId">> {
  const paymentIds: string[] = [];
  const asked = { limit: ORDER_CANDIDATES, types: ["payment"], orderId } as const;
  let from: { readonly beforeSeq?: number } = {};
  for (let page = 0; page < ORDER_SEARCH_PAGES && paymentIds.length < 2; page++) {
    const { entries, nextBeforeSeq } = await journal.list(id, { ...asked, ...from });
    paymentIds.push(...entries.map((entry) => entry.id));
    if (nextBeforeSeq === undefined) return { paymentIds, isComplete: true };
    from = { beforeSeq: nextBeforeSeq };
  }
  return { paymentIds, isComplete: false };
}
