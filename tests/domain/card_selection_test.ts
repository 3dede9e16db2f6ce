import { assertEquals } from "@std/assert";
import { decideCardSelection } from "../../domain/card_selection.ts";
import { kurus } from "../../domain/money.ts";
import { accept, COMMAND, testAccount, testCard } from "../support/account.ts";
import { NOW } from "../support/clock.ts";

const CARD = testCard("card_1");
const OTHER = testCard("card_2", { last4: "4444" });
const UNVERIFIED = testCard("card_3", { verified: false });
const ACCOUNT = testAccount({ cards: [CARD, OTHER, UNVERIFIED], selectedCardId: "card_1" });

Deno.test("decideCardSelection() makes another saved card the selected one", () => {
  const decision = accept(decideCardSelection(ACCOUNT, { ...COMMAND, cardId: "card_2" }));
  const { fingerprint: _, ...shown } = OTHER;
  assertEquals(decision.entry, {
    type: "card_selected",
    id: "ent_new",
    seq: 8,
    at: NOW,
    requestId: "req-1",
    by: "fleet",
    amountKurus: kurus(0),
    deltaKurus: kurus(0),
    balanceAfterKurus: ACCOUNT.balanceKurus,
    card: { ...shown, selected: true },
  });
  assertEquals(decision.account, {
    ...ACCOUNT,
    head: "ent_new",
    seq: 8,
    selectedCardId: "card_2",
  });
});

Deno.test("decideCardSelection() selects where no card is selected", () => {
  const account = { ...ACCOUNT, selectedCardId: null };
  const decision = accept(decideCardSelection(account, { ...COMMAND, cardId: "card_1" }));
  assertEquals(decision.account.selectedCardId, "card_1");
});

Deno.test("decideCardSelection() changes nothing when the card is selected already", () => {
  assertEquals(decideCardSelection(ACCOUNT, { ...COMMAND, cardId: "card_1" }), {
    outcome: "unchanged",
  });
});

Deno.test("decideCardSelection() rejects a card that is not saved", () => {
  for (const account of [ACCOUNT, testAccount()]) {
    assertEquals(decideCardSelection(account, { ...COMMAND, cardId: "card_9" }), {
      outcome: "rejected",
      rejection: { code: "card_not_found" },
    });
  }
});

Deno.test("decideCardSelection() rejects a card that cannot be charged, selected or not", () => {
  for (const selectedCardId of ["card_1", "card_3"]) {
    const account = { ...ACCOUNT, selectedCardId };
    assertEquals(decideCardSelection(account, { ...COMMAND, cardId: "card_3" }), {
      outcome: "rejected",
      rejection: { code: "card_not_chargeable", cardId: "card_3" },
    });
  }
});
