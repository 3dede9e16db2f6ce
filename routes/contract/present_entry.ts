import { type ErasableText, textOf } from "../../domain/erased.ts";
import { type EntryOf, type JournalEntry, rideOf } from "../../domain/journal.ts";
import { formatAmount } from "../../domain/money.ts";
import type { EntryAnswer } from "./entry_answers.ts";
import { toInstant } from "./instant.ts";
import { toCard } from "./present_card.ts";
import { toHoldFacts } from "./present_hold.ts";
import { toAdjustmentFacts } from "./present_money.ts";

/** An entry of the journal; of its own fields those that its type has. */
export function toEntry(entry: JournalEntry): EntryAnswer {
  const { id, seq, type, requestId, by } = entry;
  return {
    id,
    seq,
    type,
    amount: formatAmount(entry.amountKurus),
    delta: formatAmount(entry.deltaKurus),
    balanceAfter: formatAmount(entry.balanceAfterKurus),
    createdAt: toInstant(entry.at),
    requestId,
    by,
    ...pickOwnFields(entry),
  };
}

function toReason(entry: { readonly reason?: ErasableText }): { readonly reason?: string } {
  const reason = textOf(entry.reason);
  return reason === undefined ? {} : { reason };
}

function pickOwnFields(entry: JournalEntry): Partial<EntryAnswer> {
  switch (entry.type) {
    case "account_opened":
      return { cards: entry.cards.map((card) => toCard(card, entry.at)) };
    case "account_frozen":
    case "account_unfrozen":
    case "account_closed":
      return toReason(entry);
    case "account_erased":
      return {};
    case "card_saved":
    case "card_selected":
    case "card_removed":
      return { card: toCard(entry.card, entry.at) };
    case "payment": {
      const { holdId } = entry;
      return {
        paymentId: entry.id,
        ...(holdId !== undefined && { holdId }),
        ...rideOf(entry),
      };
    }
    case "refund":
      return { paymentId: entry.paymentId, ...toReason(entry) };
    case "hold_placed":
      return { holdId: entry.id, ...toHoldFacts(entry) };
    case "hold_released":
    case "hold_expired":
      return { holdId: entry.holdId };
    case "adjustment":
      return toAdjustmentFacts(entry);
    case "top_up_started":
      return { topUpId: entry.id, card: toCard(entry.card, entry.at), gateway: entry.gateway };
    case "top_up_action_required":
      return { ...toCharge(entry), expiresAt: toInstant(entry.expiresAt) };
    case "top_up_credited":
      return toCharge(entry);
    case "card_refund_started":
      return { cardRefundId: entry.id, topUpId: entry.topUpId };
    case "card_refund_completed":
    case "card_refund_failed":
      return { cardRefundId: entry.cardRefundId, topUpId: entry.topUpId };
    case "top_up_failed":
      return { ...toCharge(entry), declineReason: entry.reason };
  }
}

/** What the later entries of a top-up say about its charge. */
function toCharge(
  entry: EntryOf<"top_up_action_required" | "top_up_credited" | "top_up_failed">,
): Partial<EntryAnswer> {
  const { topUpId, card, gateway, providerRef, at } = entry;
  return {
    topUpId,
    card: toCard(card, at),
    gateway,
    ...(providerRef !== undefined && { providerRef }),
  };
}
