import type { Account } from "./account.ts";
import { type CardSnapshot, cardSnapshot } from "./journal.ts";
import type { RejectionOf } from "./rejection.ts";

export interface CardList {
  readonly cards: readonly CardSnapshot[];
  readonly selectedCard: CardSnapshot | null;
}

/** The saved cards, oldest first; a refusal if there is none (the seed's `card_listing`). */
export function listCards(account: Account): CardList | RejectionOf<"no_cards"> {
  if (account.cards.length === 0) return { code: "no_cards" };
  const cards = account.cards.map((card) => cardSnapshot(card, account.selectedCardId));
  return { cards, selectedCard: cards.find((card) => card.selected) ?? null };
}
