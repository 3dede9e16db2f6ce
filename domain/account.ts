import type { CardBrand } from "./card_brand.ts";
import type { RecentKeys } from "./idempotency.ts";
import type { Kurus } from "./money.ts";

/** Whose account it is: a user of a fleet. The id holds both, so no fleet can name another's user. */
export interface AccountId {
  readonly filo: string;
  readonly userNo: string;
}

/** The id as one text. Every account has its own, because neither part can contain a slash. */
export function accountKey(id: AccountId): string {
  return `${id.filo}/${id.userNo}`;
}

/** The id from which {@linkcode accountKey} made the text. */
export function fromAccountKey(key: string): AccountId {
  const [filo = "", userNo = ""] = key.split("/");
  return { filo, userNo };
}

/** Milliseconds since 1970 (UTC). No rule reads a clock: the time comes with the command. */
export type Instant = number;

/** A saved card. Its number is in the vault and nowhere else. */
export interface Card {
  readonly cardId: string;
  readonly brand: CardBrand;
  readonly bin: string | null;
  readonly last4: string;
  readonly digitCount: number;
  /** HMAC of the number, bound to the account: shows a duplicate without revealing the number. */
  readonly fingerprint: string;
  /** Whether the number passes Luhn; only such a card can be charged. */
  readonly verified: boolean;
  readonly savedAt: Instant;
  /** What the user calls it. */
  readonly alias?: string;
  /** The last month in which it is valid, 1 to 12, and its year. */
  readonly expireMonth?: number;
  readonly expireYear?: number;
}

/** A payment and how much of it is refunded. */
export interface PaymentState {
  readonly paymentId: string;
  readonly amountKurus: Kurus;
  readonly refundedKurus: Kurus;
  readonly at: Instant;
}

/** A top-up whose outcome is not yet in the journal. */
export interface OpenTopUp {
  readonly topUpId: string;
  readonly amountKurus: Kurus;
  readonly cardId: string;
  readonly startedAt: Instant;
  /** The gateway's own name of the charge, once the bank wants to see the user; and until when. */
  readonly providerRef?: string;
  readonly actionExpiresAt?: Instant;
}

/** A top-up that was credited, and how much of it went back to its card or is on its way there. */
export interface CreditedTopUp {
  readonly topUpId: string;
  readonly amountKurus: Kurus;
  readonly refundedKurus: Kurus;
  readonly at: Instant;
  /** The gateway that charged the card, and what it calls the charge. */
  readonly gateway: string;
  readonly providerRef: string;
}

/** Money on its way back to a card: it has left the balance, and its outcome is not yet in the journal. */
export interface OpenCardRefund {
  readonly cardRefundId: string;
  readonly topUpId: string;
  readonly amountKurus: Kurus;
  readonly startedAt: Instant;
}

/** Money that is set aside until it is captured, released or expired. */
export interface OpenHold {
  readonly holdId: string;
  readonly amountKurus: Kurus;
  /** From then on nothing is set aside, and the hold cannot be captured. */
  readonly expiresAt: Instant;
  /** What its payment will say of the ride: kept here, so that a capture searches for nothing. */
  readonly orderId?: string;
  readonly description?: string;
}

/**
 * Frozen: the user can pay nothing new. Closed: nothing but reading. Erased: closed, and nothing is left
 * of the person.
 */
export type AccountStatus = typeof ACCOUNT_STATUSES[number];
export const ACCOUNT_STATUSES = ["active", "frozen", "closed", "erased"] as const;

/** Whether an account can only be looked at. */
export function isClosed({ status }: Pick<Account, "status">): boolean {
  return status === "closed" || status === "erased";
}

/** Whether nothing of its person may be shown any more, though some of it may still have to be erased. */
export function isErased({ status }: Pick<Account, "status">): boolean {
  return status === "erased";
}

/** What a decision needs and nothing more: no personal data, no card number. */
export interface Account {
  readonly id: AccountId;
  /** The id of the newest journal entry. A save succeeds only on the head that its decision saw. */
  readonly head: string;
  /** The number of the newest journal entry: 1, 2, 3 … without a gap. */
  readonly seq: number;
  readonly status: AccountStatus;
  /** All the money, including what open holds set aside. */
  readonly balanceKurus: Kurus;
  /** The holds that no entry has ended, including expired ones. */
  readonly openHolds: readonly OpenHold[];
  /** In the order in which they were saved. */
  readonly cards: readonly Card[];
  readonly selectedCardId: string | null;
  readonly lastPayment: PaymentState | null;
  readonly openTopUps: readonly OpenTopUp[];
  readonly openCardRefunds: readonly OpenCardRefund[];
  /** Of what no card brought, how much was unspent when money last came in; see granted.ts. */
  readonly grantedKurus: Kurus;
  /** Of what no card brought, how much was spent by then and comes back first when payments are refunded. */
  readonly spentGrantsKurus: Kurus;
  readonly recentKeys: RecentKeys;
  /** When cards were saved or declined within the last hour, oldest first (card testing). */
  readonly cardSavesAt: readonly Instant[];
  readonly declinesAt: readonly Instant[];
}

/** The saved card of that id, if the account has it. */
export function findCard(account: Account, cardId: string | null): Card | undefined {
  return account.cards.find((card) => card.cardId === cardId);
}
