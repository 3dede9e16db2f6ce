import type { Account } from "../../domain/account.ts";
import { kurus } from "../../domain/money.ts";
import {
  testAccount,
  testCards,
  testOpenCardRefund,
  testOpenHold,
  testOpenTopUp,
  testPayment,
} from "./account.ts";
import { NOW } from "./clock.ts";

/** An account with something in every place. */
export function fullAccount(changes: Partial<Account> = {}): Account {
  return testAccount({
    cards: testCards(3).map((card, place) => place === 2 ? { ...card, bin: null } : card),
    selectedCardId: "card_1",
    openHolds: [
      testOpenHold("hold_1"),
      testOpenHold("hold_2", { orderId: "ride-1", description: "Moda" }),
    ],
    lastPayment: testPayment(),
    openTopUps: [testOpenTopUp("top_1")],
    openCardRefunds: [testOpenCardRefund("crf_1")],
    grantedKurus: kurus(1_000),
    spentGrantsKurus: kurus(500),
    recentKeys: { hashes: [0x0123456789ab, 0xba9876543210], others: "none" },
    cardSavesAt: [NOW - 2, NOW - 1],
    declinesAt: [NOW - 3],
    ...changes,
  });
}
