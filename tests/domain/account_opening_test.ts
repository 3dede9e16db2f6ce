import { assertEquals } from "@std/assert";
import type { Card } from "../../domain/account.ts";
import { openAccount } from "../../domain/account_opening.ts";
import { kurus } from "../../domain/money.ts";
import { ACCOUNT_ID, COMMAND, testCard } from "../support/account.ts";
import { NOW } from "../support/clock.ts";

const UNVERIFIED = testCard("card_1", { verified: false });
const CHARGEABLE = testCard("card_2");

Deno.test("openAccount() opens an account with its first entry, number 1", () => {
  const decision = openAccount({
    ...COMMAND,
    account: ACCOUNT_ID,
    balanceKurus: kurus(10_000),
    cards: [UNVERIFIED, CHARGEABLE],
    idempotency: { keyHash: "0123456789abcdef", fingerprint: "print", language: "tr" },
  });
  assertEquals<unknown>(decision.entry, {
    type: "account_opened",
    id: "ent_new",
    seq: 1,
    at: NOW,
    requestId: "req-1",
    by: "fleet",
    amountKurus: 10_000,
    deltaKurus: 10_000,
    balanceAfterKurus: 10_000,
    cards: [{ ...UNVERIFIED, selected: false }, { ...CHARGEABLE, selected: true }],
    idempotency: { keyHash: "0123456789abcdef", fingerprint: "print", language: "tr" },
  });
  assertEquals(decision.account, {
    id: ACCOUNT_ID,
    head: "ent_new",
    seq: 1,
    status: "active",
    balanceKurus: kurus(10_000),
    openHolds: [],
    cards: [UNVERIFIED, CHARGEABLE],
    selectedCardId: "card_2",
    lastPayment: null,
    openTopUps: [],
    openCardRefunds: [],
    grantedKurus: kurus(10_000),
    spentGrantsKurus: kurus(0),
    recentKeys: { hashes: [0x0123456789ab], others: "none" },
    cardSavesAt: [],
    declinesAt: [],
  });
});

Deno.test("openAccount() opens an account with nothing", () => {
  const { account, entry } = openAccount({
    ...COMMAND,
    account: ACCOUNT_ID,
    balanceKurus: kurus(0),
    cards: [],
  });
  assertEquals([account.seq, account.balanceKurus, account.selectedCardId], [1, kurus(0), null]);
  assertEquals([entry.deltaKurus, entry.cards], [kurus(0), []]);
});

const SELECTIONS: readonly (readonly [string, readonly Card[], string | undefined, string])[] = [
  ["the card that is named", [CHARGEABLE, testCard("card_3")], "card_3", "card_3"],
  ["the card that is named, chargeable or not", [CHARGEABLE, UNVERIFIED], "card_1", "card_1"],
  ["the first chargeable card when none is named", [UNVERIFIED, CHARGEABLE], undefined, "card_2"],
  ["the first card when none is chargeable", [UNVERIFIED], undefined, "card_1"],
  ["the first chargeable card for an unknown name", [UNVERIFIED, CHARGEABLE], "card_9", "card_2"],
];

for (const [name, cards, named, expected] of SELECTIONS) {
  Deno.test(`openAccount() selects ${name}`, () => {
    const { account } = openAccount({
      ...COMMAND,
      account: ACCOUNT_ID,
      balanceKurus: kurus(0),
      cards,
      ...(named && { selectedFingerprint: `fingerprint of ${named}` }),
    });
    assertEquals(account.selectedCardId, expected);
  });
}
