import type { PlannedFault } from "./faults.ts";

/** What a client wants. Cards and payments are named by their place among those known by then. */
export type Action =
  | {
    readonly kind: "create_user";
    readonly balance: number;
    readonly cards: readonly number[];
    readonly selected: number | null;
  }
  | { readonly kind: "save_card" | "select_card" | "remove_card"; readonly card: number }
  | { readonly kind: "pay"; readonly amount: number; readonly order: number | null }
  | { readonly kind: "refund"; readonly payment: number | null; readonly amount: number | null }
  | { readonly kind: "top_up"; readonly amount: number; readonly card: number | null }
  | {
    readonly kind: "place_hold";
    readonly amount: number;
    readonly minutes: number | null;
    readonly order: number | null;
  }
  | { readonly kind: "capture_hold"; readonly hold: number; readonly amount: number | null }
  | { readonly kind: "release_hold"; readonly hold: number }
  /** Without an amount it is all that a client has last heard to be available. */
  | {
    readonly kind: "adjust";
    readonly direction: "credit" | "debit";
    readonly amount: number | null;
  }
  | { readonly kind: "card_refund"; readonly topUp: number | null; readonly amount: number | null }
  | {
    readonly kind: "return_from_bank";
    readonly which: number;
    readonly result: "approve" | "refuse";
  }
  | { readonly kind: "change_profile" | "change_auth_code"; readonly to: number }
  | { readonly kind: "freeze" | "unfreeze" | "close" | "erase" }
  | { readonly kind: "read_balance" | "read_cards" | "read_profile" }
  | {
    readonly kind: "read_payment" | "read_top_up" | "read_hold" | "read_card_refund";
    readonly which: number;
  };

export interface Request {
  readonly action: Action;
  readonly user: number;
  readonly instance: number;
  /** Which of a few keys that all clients share. */
  readonly key: number | null;
  /** Whether it is what was first asked under that key, word for word. */
  readonly repeats: boolean;
  readonly language: "tr" | "en";
}

/** What happens to the world while clients are at work. */
export type Happening =
  | { readonly kind: "time_passes"; readonly milliseconds: number }
  | { readonly kind: "clock_jumps_back"; readonly instance: number; readonly milliseconds: number }
  | { readonly kind: "redis_stops" | "redis_returns" | "sweep" };

export type Step = { readonly request: Request } | { readonly happening: Happening };

/** One run: who does what, and what goes wrong. */
export interface Plan {
  /** How far the second instance's clock is ahead of the first's. */
  readonly skewMilliseconds: number;
  readonly openings: readonly Request[];
  /** Payments of the first user that come at one moment, so that later ones find a long journal; or holds. */
  readonly rush: readonly Request[];
  readonly clients: readonly (readonly Step[])[];
  readonly faults: readonly PlannedFault[];
}

export const USERS = 3;
export const INSTANCES = 2;
