import type { Card, Instant } from "./account.ts";
import type { KeyId } from "./auth.ts";
import { type ErasableText, textOf } from "./erased.ts";
import type { RememberedKey } from "./idempotency.ts";
import type { Kurus } from "./money.ts";

/** A card as an answer shows it. It is kept on the entry, so that a repeated answer is the same. */
export interface CardSnapshot extends Omit<Card, "fingerprint" | "alias"> {
  readonly alias?: ErasableText;
  readonly selected: boolean;
}

/** A card as it was saved. Answers do not show the fingerprint, but the account needs it. */
export interface SavedCard extends CardSnapshot {
  readonly fingerprint: ErasableText;
}

/** Why a card was not charged. */
export type DeclineReason = typeof DECLINE_REASONS[number];
export const DECLINE_REASONS = [
  "declined",
  "insufficient_funds",
  "expired_card",
  "authentication_required",
  "authentication_failed",
  "authentication_expired",
  "card_gone",
] as const;

export type AdjustmentDirection = typeof ADJUSTMENT_DIRECTIONS[number];
export const ADJUSTMENT_DIRECTIONS = ["credit", "debit"] as const;

export type AdjustmentReason = typeof ADJUSTMENT_REASONS[number];
export const ADJUSTMENT_REASONS = [
  "goodwill",
  "promotion",
  "cash",
  "damage",
  "fine",
  "correction",
  "other",
] as const;

/**
 * Who asked for a command: the fleet (a named key of its by its id), the user's session, or Kese itself
 * (closings, sample users).
 */
export type Asker = "fleet" | KeyId | "session" | "kese";

interface Entry<Type extends string> {
  readonly type: Type;
  /** Unique. Answers call it paymentId, refundId or topUpId. */
  readonly id: string;
  /** 1, 2, 3 … per account, without a gap. Only this number orders the entries. */
  readonly seq: number;
  readonly at: Instant;
  readonly requestId: string;
  readonly by: Asker;
  /** The amount that the entry is about; 0 if it is not about money. */
  readonly amountKurus: Kurus;
  /** By how much it changed the balance. */
  readonly deltaKurus: Kurus;
  readonly balanceAfterKurus: Kurus;
  /** What open holds set aside after it. Left out when that is nothing. */
  readonly heldAfterKurus?: Kurus;
  readonly idempotency?: RememberedKey;
}

export interface AccountOpened extends Entry<"account_opened"> {
  readonly cards: readonly SavedCard[];
}
export interface AccountFrozen extends Entry<"account_frozen"> {
  readonly reason?: ErasableText;
}
export interface AccountUnfrozen extends Entry<"account_unfrozen"> {
  readonly reason?: ErasableText;
}
export interface AccountClosed extends Entry<"account_closed"> {
  readonly reason?: ErasableText;
}
/** Nothing is left of the person: no profile, no card. */
export interface AccountErased extends Entry<"account_erased"> {
  /** Whether the free texts of its entries stay, as its fleet said then. */
  readonly keepsTexts?: true;
}
export interface CardSaved extends Entry<"card_saved"> {
  readonly card: SavedCard;
}
export interface CardSelected extends Entry<"card_selected"> {
  readonly card: CardSnapshot;
}
export interface CardRemoved extends Entry<"card_removed"> {
  readonly card: CardSnapshot;
  /** The card that is selected now. */
  readonly nextSelectedCardId: string | null;
}
export interface Payment extends Entry<"payment"> {
  /** The hold that it captured. */
  readonly holdId?: string;
  readonly orderId?: ErasableText;
  readonly description?: ErasableText;
}
export interface Refund extends Entry<"refund"> {
  readonly paymentId: string;
  /** How much of the payment is refunded, including this refund. */
  readonly refundedKurus: Kurus;
  /** How much of it counts as granted again. Left out when that is nothing. */
  readonly grantedKurus?: Kurus;
  /** Why, in the fleet's words. */
  readonly reason?: ErasableText;
}
export interface HoldPlaced extends Entry<"hold_placed"> {
  readonly expiresAt: Instant;
  readonly orderId?: ErasableText;
  readonly description?: ErasableText;
}
/** Its amount is its hold's, all of it. */
export interface HoldReleased extends Entry<"hold_released"> {
  readonly holdId: string;
}
export interface HoldExpired extends Entry<"hold_expired"> {
  readonly holdId: string;
}
/** Money that came or went outside Kese. */
export interface Adjustment extends Entry<"adjustment"> {
  readonly direction: AdjustmentDirection;
  readonly reason: AdjustmentReason;
  /** In the fleet's words. */
  readonly note?: ErasableText;
  readonly orderId?: ErasableText;
}
export interface TopUpStarted extends Entry<"top_up_started"> {
  readonly card: CardSnapshot;
  /** Which gateway is asked to charge the card. */
  readonly gateway: string;
  /** Where the user's browser goes after 3-D Secure. */
  readonly returnUrl?: ErasableText;
}
/** The bank wants to see the user (3-D Secure). Nothing is charged yet. */
export interface TopUpActionRequired extends Entry<"top_up_action_required"> {
  readonly topUpId: string;
  readonly card: CardSnapshot;
  readonly gateway: string;
  /** The gateway's own name of the charge. */
  readonly providerRef: string;
  readonly expiresAt: Instant;
}
export interface TopUpCredited extends Entry<"top_up_credited"> {
  readonly topUpId: string;
  readonly card: CardSnapshot;
  readonly gateway: string;
  readonly providerRef: string;
}
export interface TopUpFailed extends Entry<"top_up_failed"> {
  readonly topUpId: string;
  readonly card: CardSnapshot;
  readonly reason: DeclineReason;
  readonly gateway: string;
  readonly providerRef?: string;
}

/** It takes the amount from the balance, before the gateway is asked to give it back. */
export interface CardRefundStarted extends Entry<"card_refund_started"> {
  readonly topUpId: string;
  /** The gateway that charged the card, and what it calls the charge. */
  readonly gateway: string;
  readonly providerRef: string;
  /** Whether it is all of the charge. */
  readonly whole: boolean;
  /** How much of the top-up went back or is on its way, including this. */
  readonly refundedKurus: Kurus;
}
export interface CardRefundCompleted extends Entry<"card_refund_completed"> {
  readonly cardRefundId: string;
  readonly topUpId: string;
  readonly gateway: string;
  /** Whether the charge was cancelled before the bank's day ended, or given back after it. */
  readonly how: GiveBackWay;
}
/** It puts the amount back on the balance. */
export interface CardRefundFailed extends Entry<"card_refund_failed"> {
  readonly cardRefundId: string;
  readonly topUpId: string;
  readonly gateway: string;
  /** How much of the top-up went back or is on its way, without this. */
  readonly refundedKurus: Kurus;
}

export type GiveBackWay = "void" | "refund";

/** Something that happened to an account. Entries never change; the balance is the total of their deltas. */
export type JournalEntry =
  | AccountOpened
  | AccountFrozen
  | AccountUnfrozen
  | AccountClosed
  | AccountErased
  | CardSaved
  | CardSelected
  | CardRemoved
  | Payment
  | Refund
  | HoldPlaced
  | HoldReleased
  | HoldExpired
  | Adjustment
  | TopUpStarted
  | TopUpActionRequired
  | TopUpCredited
  | TopUpFailed
  | CardRefundStarted
  | CardRefundCompleted
  | CardRefundFailed;

export type EntryType = JournalEntry["type"];

/** The entry of one type. */
export type EntryOf<Type extends EntryType> = Extract<JournalEntry, { type: Type }>;

export interface Ride {
  readonly orderId?: string;
  readonly description?: string;
}

/** What a hold is for, which the payment that captures it says, too. */
export function rideOf(
  entry: Pick<HoldPlaced, "orderId" | "description">,
): Ride {
  const orderId = textOf(entry.orderId);
  const description = textOf(entry.description);
  return {
    ...(orderId !== undefined && { orderId }),
    ...(description !== undefined && { description }),
  };
}

/** The card as it is shown now, without its fingerprint. */
export function cardSnapshot(card: Card, selectedCardId: string | null): CardSnapshot {
  const { fingerprint: _, ...shown } = card;
  return { ...shown, selected: card.cardId === selectedCardId };
}
