import type {
  Account,
  AccountId,
  Card,
  CreditedTopUp,
  OpenCardRefund,
  OpenHold,
  OpenTopUp,
  PaymentState,
} from "../../domain/account.ts";
import { CardNumber } from "../../domain/card_number.ts";
import type { Accepted, Command, Decision } from "../../domain/decision.ts";
import type { JournalEntry } from "../../domain/journal.ts";
import { kurus } from "../../domain/money.ts";
import { DAY, HOUR, MINUTE, NOW } from "./clock.ts";

export const ACCOUNT_ID: AccountId = { filo: "hergele", userNo: "123456" };

/** What each command of a test brings, unless the test says otherwise. */
export const COMMAND: Command = { entryId: "ent_new", at: NOW, requestId: "req-1", by: "fleet" };

/** An account with a balance of 100.00 and nothing else. */
export function testAccount(changes: Partial<Account> = {}): Account {
  return {
    id: ACCOUNT_ID,
    head: "ent_head",
    seq: 7,
    status: "active",
    balanceKurus: kurus(10_000),
    openHolds: [],
    cards: [],
    selectedCardId: null,
    lastPayment: null,
    openTopUps: [],
    openCardRefunds: [],
    grantedKurus: kurus(0),
    spentGrantsKurus: kurus(0),
    recentKeys: { hashes: [], others: "none" },
    cardSavesAt: [],
    declinesAt: [],
    ...changes,
  };
}

/** A saved card that can be charged; its fingerprint follows from its id. */
export function testCard(cardId: string, changes: Partial<Card> = {}): Card {
  return {
    cardId,
    brand: "visa",
    bin: "424242",
    last4: "4242",
    digitCount: 16,
    fingerprint: `fingerprint of ${cardId}`,
    verified: true,
    savedAt: NOW - DAY,
    ...changes,
  };
}

/** So many cards: `card_1`, `card_2` … */
export function testCards(count: number): Card[] {
  return Array.from({ length: count }, (_, place) => testCard(`card_${place + 1}`));
}

/** A payment of 30.00 an hour ago of which nothing has been given back. */
export function testPayment(changes: Partial<PaymentState> = {}): PaymentState {
  return {
    paymentId: "pay_last",
    amountKurus: kurus(3_000),
    refundedKurus: kurus(0),
    at: NOW - HOUR,
    ...changes,
  };
}

/** An open top-up of 50.00 on `card_1`. */
export function testOpenTopUp(topUpId: string, changes: Partial<OpenTopUp> = {}): OpenTopUp {
  return {
    topUpId,
    amountKurus: kurus(5_000),
    cardId: "card_1",
    startedAt: NOW - MINUTE,
    ...changes,
  };
}

/** A credited top-up of 50.00 of an hour ago of which nothing went back. */
export function testCreditedTopUp(
  topUpId: string,
  changes: Partial<CreditedTopUp> = {},
): CreditedTopUp {
  return {
    topUpId,
    amountKurus: kurus(5_000),
    refundedKurus: kurus(0),
    at: NOW - HOUR,
    gateway: "sandbox",
    providerRef: `charge of ${topUpId}`,
    ...changes,
  };
}

/** 50.00 of a top-up on their way back. */
export function testOpenCardRefund(
  cardRefundId: string,
  changes: Partial<OpenCardRefund> = {},
): OpenCardRefund {
  return {
    cardRefundId,
    topUpId: "top_1",
    amountKurus: kurus(5_000),
    startedAt: NOW - MINUTE,
    ...changes,
  };
}

/** A hold of 20.00 for another hour, for nothing that it says. */
export function testOpenHold(holdId: string, changes: Partial<OpenHold> = {}): OpenHold {
  return { holdId, amountKurus: kurus(2_000), expiresAt: NOW + HOUR, ...changes };
}

/** The card number of that text, which must be one. */
export function cardNumber(text: string): CardNumber {
  const number = CardNumber.parse(text);
  if (number === undefined) throw new Error(`Cannot test: ${text.length} characters are no card`);
  return number;
}

/** The accepted decision, or a failed test that shows what it was instead. */
export function accept<Entry extends JournalEntry>(decision: Decision<Entry>): Accepted<Entry> {
  if (decision.outcome === "accepted") return decision;
  throw new Error(`Must be accepted, was ${JSON.stringify(decision)}`);
}
