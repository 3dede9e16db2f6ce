import { assertEquals, assertFalse } from "@std/assert";
import {
  type CardRegistrationCommand,
  decideCardRegistration,
  newCard,
  parseNewCardNumber,
} from "../../domain/card_registration.ts";
import {
  accept,
  cardNumber,
  COMMAND,
  testAccount,
  testCard,
  testCards,
} from "../support/account.ts";
import { HOUR, MINUTE, NOW } from "../support/clock.ts";

const NUMBER = cardNumber("4242 4242 4242 4242");
const REGISTRATION: CardRegistrationCommand = {
  ...COMMAND,
  cardId: "card_new",
  fingerprint: "fingerprint of card_new",
  facts: NUMBER.facts,
};

Deno.test("decideCardRegistration() saves the first card and selects it", () => {
  const account = testAccount();
  const decision = accept(decideCardRegistration(account, REGISTRATION));
  assertEquals(decision.entry, {
    type: "card_saved",
    id: "ent_new",
    seq: 8,
    at: NOW,
    requestId: "req-1",
    by: "fleet",
    amountKurus: decision.entry.deltaKurus,
    deltaKurus: decision.entry.deltaKurus,
    balanceAfterKurus: account.balanceKurus,
    card: {
      cardId: "card_new",
      brand: "visa",
      bin: "424242",
      last4: "4242",
      digitCount: 16,
      fingerprint: REGISTRATION.fingerprint,
      verified: true,
      savedAt: NOW,
      selected: true,
    },
  });
  assertEquals<number>(decision.entry.deltaKurus, 0);
  assertEquals(decision.account, {
    ...account,
    head: "ent_new",
    seq: 8,
    cards: [testCard("card_new", { savedAt: NOW })],
    selectedCardId: "card_new",
    cardSavesAt: [NOW],
  });
});

const UNVERIFIED = testCard("card_1", { verified: false });
const SELECTIONS = [
  {
    name: "leaves a chargeable selected card selected",
    cards: testCards(2),
    selectedCardId: "card_2",
    expected: "card_2",
  },
  {
    name: "takes the place of a selected card that is not chargeable",
    cards: [UNVERIFIED],
    selectedCardId: "card_1",
    expected: "card_new",
  },
  {
    name: "becomes the selected one where none is",
    cards: [UNVERIFIED],
    selectedCardId: null,
    expected: "card_new",
  },
];

for (const { name, cards, selectedCardId, expected } of SELECTIONS) {
  Deno.test(`decideCardRegistration() ${name}`, () => {
    const decision = accept(
      decideCardRegistration(testAccount({ cards, selectedCardId }), REGISTRATION),
    );
    assertEquals(decision.account.selectedCardId, expected);
    assertEquals(decision.entry.card.selected, expected === "card_new");
    assertEquals(decision.account.cards.map(({ cardId }) => cardId), [
      ...cards.map(({ cardId }) => cardId),
      "card_new",
    ]);
  });
}

Deno.test("decideCardRegistration() rejects a card that is saved already and names it", () => {
  const account = testAccount({ cards: testCards(3) });
  const command = { ...REGISTRATION, fingerprint: "fingerprint of card_2" };
  assertEquals(decideCardRegistration(account, command), {
    outcome: "rejected",
    rejection: { code: "duplicate_card", cardId: "card_2" },
  });
});

Deno.test("decideCardRegistration() tells a duplicate by its fingerprint alone", () => {
  const sameDigitsShown = testCard("card_1", { fingerprint: "of another number" });
  accept(decideCardRegistration(testAccount({ cards: [sameDigitsShown] }), REGISTRATION));
});

Deno.test("decideCardRegistration() accepts the 20th card", () => {
  const decision = accept(
    decideCardRegistration(testAccount({ cards: testCards(19) }), REGISTRATION),
  );
  assertEquals(decision.account.cards.length, 20);
});

Deno.test("decideCardRegistration() rejects the 21st card", () => {
  assertEquals(decideCardRegistration(testAccount({ cards: testCards(20) }), REGISTRATION), {
    outcome: "rejected",
    rejection: { code: "too_many_cards" },
  });
});

Deno.test("decideCardRegistration() names a duplicate even when there is room for no other", () => {
  const account = testAccount({ cards: testCards(20) });
  const command = { ...REGISTRATION, fingerprint: "fingerprint of card_20" };
  assertEquals(decideCardRegistration(account, command), {
    outcome: "rejected",
    rejection: { code: "duplicate_card", cardId: "card_20" },
  });
});

Deno.test("decideCardRegistration() accepts the tenth card within an hour", () => {
  const cardSavesAt = Array.from({ length: 9 }, (_, place) => NOW - MINUTE + place);
  const decision = accept(decideCardRegistration(testAccount({ cardSavesAt }), REGISTRATION));
  assertEquals(decision.account.cardSavesAt, [...cardSavesAt, NOW]);
});

Deno.test("decideCardRegistration() rejects the eleventh card within an hour", () => {
  const cardSavesAt = Array.from({ length: 10 }, () => NOW - MINUTE);
  assertEquals(decideCardRegistration(testAccount({ cardSavesAt }), REGISTRATION), {
    outcome: "rejected",
    rejection: {
      code: "rate_limited",
      policy: "card_saves",
      limit: 10,
      windowSeconds: 3_600,
      retryAfterSeconds: 59 * 60,
    },
  });
});

Deno.test("decideCardRegistration() accepts the eleventh card once the first is an hour old", () => {
  const others = Array.from({ length: 9 }, () => NOW - MINUTE);
  const account = testAccount({ cardSavesAt: [NOW - HOUR, ...others] });
  assertEquals(accept(decideCardRegistration(account, REGISTRATION)).account.cardSavesAt, [
    ...others,
    NOW,
  ]);
});

Deno.test("parseNewCardNumber() takes a number that passes Luhn, however it is written", () => {
  for (const text of ["4242424242424242", "4242 4242-4242 4242", "400000000002"]) {
    assertEquals(parseNewCardNumber(text)?.facts.verified, true, text);
  }
});

Deno.test("parseNewCardNumber() refuses what fails Luhn and what is no card number", () => {
  const refused = ["1234 5678 1234 1334", "4242424242424241", "40000000006", "", null, 42, ["4"]];
  for (const value of refused) assertEquals(parseNewCardNumber(value), undefined);
});

Deno.test("newCard() keeps the facts of a number and not the number", () => {
  const { cardId, fingerprint, facts } = REGISTRATION;
  const card = newCard({ cardId, fingerprint, facts, at: NOW });
  assertEquals(card, testCard("card_new", { savedAt: NOW }));
  assertFalse(JSON.stringify(card).includes(NUMBER.reveal()));
});
