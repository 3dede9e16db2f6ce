import type { TopUpActionRequired, TopUpCredited, TopUpFailed, TopUpStarted } from "../journal.ts";

/** A top-up that is open: nothing is known of it, or the bank wants to see the user. */
export type OpenTopUpState =
  | { readonly status: "pending"; readonly started: TopUpStarted }
  | {
    readonly status: "requires_action";
    readonly started: TopUpStarted;
    readonly action: TopUpActionRequired;
  };

/** A top-up, and how it ended according to the journal. */
export type TopUpState =
  | OpenTopUpState
  | { readonly status: "credited"; readonly started: TopUpStarted; readonly closing: TopUpCredited }
  | { readonly status: "failed"; readonly started: TopUpStarted; readonly closing: TopUpFailed };
