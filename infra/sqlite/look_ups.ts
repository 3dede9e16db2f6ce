import type { Instant } from "../../domain/account.ts";
import type { EntryOf, JournalEntry } from "../../domain/journal.ts";
import { isCapture } from "../../domain/entry_traits.ts";
import type { Kurus } from "../../domain/money.ts";

/** What an entry changes in the look-ups by payment, top-up and hold. */
export type LookUp =
  | { readonly is: "refunded"; readonly paymentId: string; readonly refundedKurus: Kurus }
  | { readonly is: "given_back"; readonly topUpId: string; readonly refundedKurus: Kurus }
  | { readonly is: "card_refund_opened"; readonly cardRefundId: string; readonly at: Instant }
  | { readonly is: "card_refund_ended"; readonly cardRefundId: string }
  | { readonly is: "top_up_opened"; readonly topUpId: string; readonly at: Instant }
  | { readonly is: "top_up_closed"; readonly topUpId: string }
  | { readonly is: "hold_placed"; readonly holdId: string; readonly expiresAt: Instant }
  | { readonly is: "hold_ended"; readonly holdId: string };

export function toLookUps(entry: JournalEntry): readonly LookUp[] {
  switch (entry.type) {
    case "refund":
      return [{
        is: "refunded",
        paymentId: entry.paymentId,
        refundedKurus: entry.refundedKurus,
      }];
    case "top_up_started":
      return [{ is: "top_up_opened", topUpId: entry.id, at: entry.at }];
    case "top_up_credited":
    case "top_up_failed":
      return [{ is: "top_up_closed", topUpId: entry.topUpId }];
    case "card_refund_started":
      return [toGivenBack(entry), {
        is: "card_refund_opened",
        cardRefundId: entry.id,
        at: entry.at,
      }];
    case "card_refund_completed":
      return [{ is: "card_refund_ended", cardRefundId: entry.cardRefundId }];
    case "card_refund_failed":
      return [
        toGivenBack(entry),
        { is: "card_refund_ended", cardRefundId: entry.cardRefundId },
      ];
    case "payment":
      return isCapture(entry) ? [{ is: "hold_ended", holdId: entry.holdId }] : [];
    case "hold_placed":
      return [{ is: "hold_placed", holdId: entry.id, expiresAt: entry.expiresAt }];
    case "hold_released":
    case "hold_expired":
      return [{ is: "hold_ended", holdId: entry.holdId }];
    case "top_up_action_required":
    case "account_opened":
    case "account_frozen":
    case "account_unfrozen":
    case "account_closed":
    case "account_erased":
    case "card_saved":
    case "card_selected":
    case "card_removed":
    case "adjustment":
      return [];
  }
}

function toGivenBack(
  { topUpId, refundedKurus }: EntryOf<"card_refund_started" | "card_refund_failed">,
): LookUp {
  return { is: "given_back", topUpId, refundedKurus };
}
