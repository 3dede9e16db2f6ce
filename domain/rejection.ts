import type { Kurus } from "./money.ts";

/** What can have become of a hold that is no longer open. */
export const HOLD_ENDS = ["captured", "released", "expired"] as const;

/** Every refusal of a rule: its code and the numbers behind it. Statuses and texts belong to routes/. */
export type Rejection =
  | {
    readonly code: "insufficient_balance";
    readonly balanceKurus: Kurus;
    readonly availableKurus: Kurus;
    readonly amountKurus: Kurus;
  }
  | { readonly code: "payment_not_found" }
  | { readonly code: "already_refunded"; readonly paymentId: string }
  | {
    readonly code: "refund_exceeds_payment";
    readonly paymentId: string;
    readonly refundableKurus: Kurus;
    readonly amountKurus: Kurus;
  }
  | {
    readonly code: "refund_window_passed";
    readonly paymentId?: string;
    readonly topUpId?: string;
  }
  | { readonly code: "top_up_not_found" }
  /** Nothing of it is left, or nothing that cards brought, or nothing is available. */
  | { readonly code: "nothing_to_refund"; readonly topUpId?: string }
  | {
    readonly code: "refund_exceeds_top_up";
    readonly topUpId: string;
    readonly refundableKurus: Kurus;
    readonly amountKurus: Kurus;
  }
  /** Its gateway gives a charge back as a whole alone. */
  | { readonly code: "only_whole_top_up"; readonly topUpId: string; readonly amountKurus: Kurus }
  /** Its gateway is no longer configured. */
  | { readonly code: "card_refund_refused"; readonly topUpId: string }
  | { readonly code: "too_many_open_card_refunds" }
  | { readonly code: "too_many_holds" }
  | { readonly code: "hold_not_found" }
  | {
    readonly code: "hold_closed";
    readonly holdStatus: typeof HOLD_ENDS[number];
    /** Of the payment that captured it. */
    readonly paymentId?: string;
  }
  | { readonly code: "account_frozen" }
  | { readonly code: "account_not_frozen" }
  | { readonly code: "account_closed" }
  | { readonly code: "account_not_closed" }
  | {
    readonly code: "account_not_empty";
    readonly balanceKurus: Kurus;
    readonly holds: number;
    readonly openTopUps: number;
  }
  /** Several payments have its orderId, or the journal is too long to tell; with those that were found. */
  | { readonly code: "ambiguous_order"; readonly paymentIds?: readonly string[] }
  | { readonly code: "duplicate_card"; readonly cardId: string }
  | { readonly code: "too_many_cards" }
  | { readonly code: "no_cards" }
  | { readonly code: "card_not_found" }
  | {
    readonly code: "card_not_chargeable";
    readonly cardId: string | null;
    /** Its last month is over. */
    readonly expired?: true;
    /** Its gateway's token is gone, or another gateway keeps it: it has to be saved again. */
    readonly saveAgain?: true;
  }
  | { readonly code: "card_refused" }
  | { readonly code: "card_in_use"; readonly cardId: string }
  | { readonly code: "too_many_open_top_ups" }
  | {
    readonly code: "balance_limit_exceeded";
    readonly balanceKurus: Kurus;
    readonly amountKurus: Kurus;
  }
  | {
    readonly code: "rate_limited";
    /** Which limit it was, as the RateLimit headers name it. */
    readonly policy: string;
    readonly limit: number;
    readonly windowSeconds: number;
    readonly retryAfterSeconds: number;
  };

export type RejectionCode = Rejection["code"];

/** The refusal with one code. */
export type RejectionOf<Code extends RejectionCode> = Extract<Rejection, { code: Code }>;
