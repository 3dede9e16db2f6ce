/**
 * An account as the contract describes it, written without the rules of `domain/`: only the limits
 * and the names of entry types are shared, which are the contract's own. Amounts are in kurus.
 *
 * @module
 */

import type { EntryType } from "../../../domain/journal.ts";
import { knownCard } from "./cards.ts";
import { grantsAfter } from "./grants.ts";

/** What a client asks for, as it reached the API. */
export type Command =
  | {
    readonly kind: "create_user";
    readonly balance: number;
    readonly numbers: readonly string[];
    readonly selected?: string;
  }
  | { readonly kind: "save_card"; readonly number: string }
  | { readonly kind: "select_card"; readonly cardId: string }
  | { readonly kind: "remove_card"; readonly cardId: string }
  | { readonly kind: "pay"; readonly amount: number; readonly orderId?: string }
  | { readonly kind: "refund"; readonly paymentId?: string; readonly amount?: number }
  | { readonly kind: "top_up"; readonly amount: number; readonly cardId?: string }
  | {
    readonly kind: "place_hold";
    readonly amount: number;
    readonly minutes?: number;
    readonly orderId?: string;
  }
  | { readonly kind: "capture_hold"; readonly holdId: string; readonly amount?: number }
  | { readonly kind: "release_hold"; readonly holdId: string }
  | {
    readonly kind: "adjust";
    readonly direction: "credit" | "debit";
    readonly amount: number;
    readonly note?: string;
  }
  | { readonly kind: "card_refund"; readonly topUpId?: string; readonly amount?: number }
  | { readonly kind: "change_profile"; readonly email: string }
  | { readonly kind: "change_auth_code"; readonly authCode: string }
  | { readonly kind: "freeze" | "unfreeze" | "close" | "erase" };

/** The command of one kind. */
export type CommandOf<Kind extends Command["kind"]> = Extract<
  Command,
  { readonly kind: Kind }
>;

export interface WalletCard {
  readonly cardId: string;
  readonly number: string;
  readonly savedAt: number;
}

export interface WalletPayment {
  readonly amount: number;
  readonly refunded: number;
  readonly at: number;
}

/** A hold, and what became of it unless time alone ended it. */
export interface WalletHold {
  readonly amount: number;
  readonly expiresAt: number;
  readonly orderId?: string;
  readonly end?:
    | { readonly status: "captured"; readonly paymentId: string; readonly amount: number }
    | { readonly status: "released" | "expired" };
}

export interface WalletTopUp {
  readonly amount: number;
  readonly cardId: string;
  readonly startedAt: number;
  /** Until when the bank waits for the user, once it wants to see them. */
  readonly expiresAt?: number;
}

/** A top-up that was credited, and how much of it went back to its card or is on its way there. */
export interface CreditedTopUp {
  readonly amount: number;
  readonly refunded: number;
  readonly at: number;
  /** Of the entry that credited it. */
  readonly seq: number;
}

interface TopUpName {
  readonly topUpId: string;
}

/** The state after one entry of the journal. */
export interface Wallet {
  readonly seq: number;
  readonly status: "active" | "frozen" | "closed" | "erased";
  readonly balance: number;
  readonly cards: readonly WalletCard[];
  readonly selected: string | null;
  readonly payments: ReadonlyMap<string, WalletPayment>;
  readonly newestPayment: string | null;
  readonly openTopUps: ReadonlyMap<string, WalletTopUp>;
  /** Every top-up that was ever started. */
  readonly topUps: ReadonlySet<string>;
  /** In the order in which they were credited. */
  readonly credited: ReadonlyMap<string, CreditedTopUp>;
  readonly openCardRefunds: ReadonlyMap<string, Pick<WalletTopUp, "amount"> & TopUpName>;
  /** What no card brought: how much of it is there, and how much of it was spent. */
  readonly granted: number;
  readonly spentGrants: number;
  /** All that there ever were, in the order in which they were placed. */
  readonly holds: ReadonlyMap<string, WalletHold>;
  /** By operation and key, what was asked under it. */
  readonly keys: ReadonlyMap<string, string>;
  /** Those of them whose entries hold what is erased one day: then they can be answered no more. */
  readonly erasableKeys: ReadonlySet<string>;
  readonly savesAt: readonly number[];
  readonly declinesAt: readonly number[];
}

/** A card as answers and entries show it. */
export interface ShownCard {
  readonly cardId: string;
  readonly last4: string;
  readonly selected: boolean;
  readonly verified: boolean;
  readonly createdAt: number;
}

/** An entry as `/islemler` shows it. */
export interface Entry {
  readonly id: string;
  readonly seq: number;
  readonly type: EntryType;
  readonly amount: number;
  readonly delta: number;
  readonly balanceAfter: number;
  readonly at: number;
  readonly requestId: string;
  readonly by: string;
  readonly card?: ShownCard;
  readonly cards?: readonly ShownCard[];
  readonly paymentId?: string;
  readonly topUpId?: string;
  readonly cardRefundId?: string;
  readonly gateway?: string;
  readonly providerRef?: string;
  readonly orderId?: string;
  readonly declineReason?: string;
  readonly holdId?: string;
  readonly expiresAt?: number;
  readonly direction?: string;
  readonly reason?: string;
  readonly note?: string;
}

/** What only the system under test can choose, taken from the entry that is being checked. */
export interface Circumstances {
  readonly at: number;
  readonly key?: string;
  readonly entryId: string;
  readonly cardIds: readonly string[];
  /** The top-up that the entry names, and the last entry that its request surely saw. */
  readonly topUpId?: string;
  readonly knownSeq?: number;
}

export type Verdict =
  | { readonly kind: "accepted"; readonly wallet: Wallet; readonly entry: Omit<Entry, "requestId"> }
  | { readonly kind: "unchanged" | "replayed" }
  | { readonly kind: "refused"; readonly code: string; readonly facts: Facts };

export type Facts = Readonly<Record<string, string | number | null | undefined>>;

export function refused(code: string, facts: Facts = {}): Verdict {
  return { kind: "refused", code, facts };
}

interface Acceptance {
  readonly circumstances: Circumstances;
  readonly command?: Command;
}

export type EntryFacts = Pick<Entry, "type"> & Partial<Entry>;

/** Appends the entry and moves the balance with it; a command's key is known from then on. */
export function accepted(
  next: Wallet,
  facts: EntryFacts,
  { circumstances: { at, entryId: id, key }, command }: Acceptance,
): Verdict {
  const { amount = 0, delta = 0, ...more } = facts;
  const seq = next.seq + 1;
  const balance = next.balance + delta;
  const keyed = command && key ? keyOf(command, key) : undefined;
  const keys = keyed ? new Map(next.keys).set(keyed, JSON.stringify(command)) : next.keys;
  const erasableKeys = keyed && isErasable(facts)
    ? new Set(next.erasableKeys).add(keyed)
    : next.erasableKeys;
  const grants = grantsAfter(next, { type: facts.type, amount, delta });
  return {
    kind: "accepted",
    wallet: { ...next, ...grants, seq, balance, keys, erasableKeys },
    // Clients use the fleet's key; an entry that no command asked for is by Kese itself.
    entry: {
      id,
      seq,
      amount,
      delta,
      balanceAfter: balance,
      at,
      by: command ? "fleet" : "kese",
      ...more,
    },
  };
}

/** Whether an entry holds a fingerprint of a card, or what a client wrote as it liked. */
function isErasable({ type, orderId, note }: EntryFacts): boolean {
  // A top-up of the model's clients has an address to go back to.
  const hasMore = type === "account_opened" || type === "card_saved" || type === "top_up_started";
  return hasMore || orderId !== undefined || note !== undefined;
}

/** What a key is remembered under: a key belongs to one operation. */
export function keyOf({ kind }: Command, key: string): string {
  return `${kind} ${key}`;
}

/** A card as it is shown while `selected` is the selected one. */
export function shownCard(
  { cardId, number, savedAt }: WalletCard,
  selected: string | null,
): ShownCard {
  return {
    cardId,
    last4: number.slice(-4),
    selected: cardId === selected,
    verified: knownCard(number).verified,
    createdAt: savedAt,
  };
}

/** The card that takes the place of a selected one. */
export function oldestVerified(cards: readonly WalletCard[]): WalletCard | undefined {
  return cards.find(({ number }) => knownCard(number).verified);
}
