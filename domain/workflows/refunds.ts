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

interface RefundPorts {
  readonly accounts: Pick<Accounts, "update">;
  readonly journal: Pick<Journal, "list">;
}

/**
 * Refunds the one payment of an order. No index finds it, because every payment would have to update
 * that index: the account's journal is searched backwards, up to a bound. A payment that arrives during
 * the search may be of the same order, so the refund must rest on a search that saw the newest payment.
 * A repeated key is answered without a search.
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

/** Finds the payments of an order, newest first, and stops once there are several. */
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
