import { assertEquals } from "@std/assert";
import type { Card } from "../../domain/account.ts";
import { decideCardRemoval } from "../../domain/card_removal.ts";
import { kurus } from "../../domain/money.ts";
import {
  accept,
  COMMAND,
  testAccount,
  testCard,
  testCards,
  testOpenTopUp,
} from "../support/account.ts";
import { NOW } from "../support/clock.ts";

Deno.test("decideCardRemoval() removes a card and shows it as it was", () => {
  const account = testAccount({ cards: testCards(2), selectedCardId: "card_1" });
  const decision = accept(decideCardRemoval(account, { ...COMMAND, cardId: "card_1" }));
  const { fingerprint: _, ...shown } = testCard("card_1");
  assertEquals(decision.entry, {
    type: "card_removed",
    id: "ent_new",
    seq: 8,
    at: NOW,
    requestId: "req-1",
    by: "fleet",
    amountKurus: kurus(0),
    deltaKurus: kurus(0),
    balanceAfterKurus: account.balanceKurus,
    card: { ...shown, selected: true },
    nextSelectedCardId: "card_2",
  });
  assertEquals(decision.account, {
    ...account,
    head: "ent_new",
    seq: 8,
    cards: [testCard("card_2")],
    selectedCardId: "card_2",
  });
});

interface Removal {
  readonly name: string;
  readonly cards: readonly Card[];
  readonly selected: string | null;
  readonly removed: string;
  readonly expected: string | null;
}

const UNVERIFIED = testCard("card_0", { verified: false });
const REMOVALS: readonly Removal[] = [
  {
    name: "of the selected card selects the oldest chargeable one",
    cards: [UNVERIFIED, ...testCards(3)],
    selected: "card_3",
    removed: "card_3",
    expected: "card_1",
  },
  {
    name: "of the selected card selects none when no other can be charged",
    cards: [UNVERIFIED, ...testCards(1)],
    selected: "card_1",
    removed: "card_1",
    expected: null,
  },
  {
    name: "of the only card selects none",
    cards: testCards(1),
    selected: "card_1",
    removed: "card_1",
    expected: null,
  },
  {
    name: "of another card leaves the selection",
    cards: testCards(3),
    selected: "card_3",
    removed: "card_1",
    expected: "card_3",
  },
  {
    name: "of a card that cannot be charged leaves the selection",
    cards: [UNVERIFIED, ...testCards(1)],
    selected: "card_1",
    removed: "card_0",
    expected: "card_1",
  },
  {
    name: "where none is selected selects none",
    cards: [UNVERIFIED, testCard("card_1", { verified: false })],
    selected: null,
    removed: "card_0",
    expected: null,
  },
];

for (const { name, cards, selected, removed, expected } of REMOVALS) {
  Deno.test(`decideCardRemoval() ${name}`, () => {
    const account = testAccount({ cards, selectedCardId: selected });
    const decision = accept(decideCardRemoval(account, { ...COMMAND, cardId: removed }));
    assertEquals(decision.account.selectedCardId, expected);
    assertEquals(decision.account.cards, cards.filter(({ cardId }) => cardId !== removed));
    assertEquals(decision.entry.card.selected, selected === removed);
  });
}

Deno.test("decideCardRemoval() rejects a card that is not saved", () => {
  for (const cards of [[], testCards(2)]) {
    assertEquals(decideCardRemoval(testAccount({ cards }), { ...COMMAND, cardId: "card_9" }), {
      outcome: "rejected",
      rejection: { code: "card_not_found" },
    });
  }
});

Deno.test("decideCardRemoval() rejects a card of which a top-up is open", () => {
  const account = testAccount({ cards: testCards(2), openTopUps: [testOpenTopUp("top_1")] });
  assertEquals(decideCardRemoval(account, { ...COMMAND, cardId: "card_1" }), {
    outcome: "rejected",
    rejection: { code: "card_in_use", cardId: "card_1" },
  });
});

Deno.test("decideCardRemoval() removes a card while a top-up on another is open", () => {
  const account = testAccount({ cards: testCards(2), openTopUps: [testOpenTopUp("top_1")] });
  accept(decideCardRemoval(account, { ...COMMAND, cardId: "card_2" }));
});
