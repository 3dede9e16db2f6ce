import type { CreditedTopUp } from "./account.ts";
import type { JournalEntry, TopUpCredited } from "./journal.ts";
import { type Kurus, NO_MONEY, subtract } from "./money.ts";

/** A credited top-up of which nothing went back yet. */
export function creditedTopUp(
  { topUpId, amountKurus, at, gateway, providerRef }: TopUpCredited,
): CreditedTopUp {
  return { topUpId, amountKurus, refundedKurus: NO_MONEY, at, gateway, providerRef };
}

/** The top-up that an entry credited or gave back, as it is after the entry; undefined if it is not in view. */
export function topUpAfter(
  entry: JournalEntry,
  topUps: ReadonlyMap<string, CreditedTopUp>,
): CreditedTopUp | undefined {
  if (entry.type === "top_up_credited") return creditedTopUp(entry);
  if (!movesCardRefund(entry)) return undefined;
  const topUp = topUps.get(entry.topUpId);
  return topUp && { ...topUp, refundedKurus: entry.refundedKurus };
}

/** How much of a top-up can still go back. */
export function leftOf({ amountKurus, refundedKurus }: CreditedTopUp): Kurus {
  return subtract(amountKurus, refundedKurus);
}

/** Whether an entry says how much of a top-up went back or is on its way. */
export function movesCardRefund(
  entry: JournalEntry,
): entry is Extract<JournalEntry, { type: "card_refund_started" | "card_refund_failed" }> {
  return entry.type === "card_refund_started" || entry.type === "card_refund_failed";
}
