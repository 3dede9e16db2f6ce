import type { Account, Instant } from "../../domain/account.ts";
import { isExpired } from "../../domain/card_expiry.ts";
import { maskNumber } from "../../domain/card_number.ts";
import { textOf } from "../../domain/erased.ts";
import { type CardSnapshot, cardSnapshot } from "../../domain/journal.ts";
import type { CardAnswer } from "./card_answers.ts";
import { toInstant } from "./instant.ts";

/** A card as it stands at that time. */
export function toCard(card: CardSnapshot, at: Instant): CardAnswer {
  const { cardId, bin, last4, brand, expireMonth, expireYear, selected, verified } = card;
  const alias = textOf(card.alias);
  const createdAt = toInstant(card.savedAt);
  return {
    cardId,
    ...(alias !== undefined && { alias }),
    maskedNumber: maskNumber(card),
    bin,
    last4,
    brand,
    ...(expireMonth !== undefined && { expireMonth, expireYear, expired: isExpired(card, at) }),
    selected,
    verified,
    createdAt,
  };
}

/** The saved cards, oldest first. */
export function toCards({ cards, selectedCardId }: Account, at: Instant): CardAnswer[] {
  return cards.map((card) => toCard(cardSnapshot(card, selectedCardId), at));
}
