import { assertEquals } from "@std/assert";
import { listCards } from "../../domain/card_listing.ts";
import { testAccount, testCard } from "../support/account.ts";

const CARDS = [
  testCard("card_1", { verified: false }),
  testCard("card_2", { last4: "4444", brand: "mastercard" }),
];
const SHOWN = CARDS.map(({ fingerprint: _, ...shown }) => ({ ...shown, selected: false }));

Deno.test("listCards() lists the cards oldest first, chargeable or not, without fingerprints", () => {
  const [first, second] = SHOWN;
  const account = testAccount({ cards: CARDS, selectedCardId: "card_2" });
  assertEquals<unknown>(listCards(account), {
    cards: [first, { ...second, selected: true }],
    selectedCard: { ...second, selected: true },
  });
});

Deno.test("listCards() lists cards of which none is selected", () => {
  assertEquals(listCards(testAccount({ cards: CARDS })), { cards: SHOWN, selectedCard: null });
});

Deno.test("listCards() tells a user without a card so", () => {
  assertEquals(listCards(testAccount()), { code: "no_cards" });
});
