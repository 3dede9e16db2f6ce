import { send, type TestKese } from "../kese.ts";
import { journalOf } from "../answers.ts";
import { kurusOf } from "../amounts.ts";
import type { Entry, ShownCard } from "./wallet.ts";

/** The whole journal of a user, oldest first; empty when there is no such user. */
export async function readJournal(kese: TestKese, userNo: string): Promise<Entry[]> {
  const { status } = await send(kese, `GET /bakiye?userNo=${userNo}`);
  if (status === 404) return [];
  return (await journalOf(kese, userNo)).map(toEntry);
}

// deno-lint-ignore no-explicit-any -- as it came over the wire
function toEntry(shown: any): Entry {
  const { amount, delta, balanceAfter, createdAt, card, cards, expiresAt, ...more } = shown;
  return {
    ...more,
    amount: kurusOf(amount),
    delta: kurusOf(delta),
    balanceAfter: kurusOf(balanceAfter),
    at: Date.parse(createdAt),
    ...(expiresAt && { expiresAt: Date.parse(expiresAt) }),
    ...(card && { card: toShownCard(card) }),
    ...(cards && { cards: cards.map(toShownCard) }),
  };
}

interface WireCard extends Omit<ShownCard, "createdAt"> {
  readonly createdAt: string;
}

/** What the model knows of a card that was shown. */
export function toShownCard(card: unknown): ShownCard {
  const { cardId, last4, selected, verified, createdAt } = card as WireCard;
  return { cardId, last4, selected, verified, createdAt: Date.parse(createdAt) };
}
