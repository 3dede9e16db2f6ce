import type { CardNumber } from "../card_number.ts";
import type { DeclineReason } from "../journal.ts";
import type { Kurus } from "../money.ts";

/** How a charge ended, or that it has not ended yet. */
export type ChargeOutcome =
  /** With the amount, if the gateway says it. */
  | { readonly status: "charged"; readonly amountKurus?: Kurus }
  | { readonly status: "declined"; readonly reason: DeclineReason }
  | { readonly status: "pending" };

/** Charges cards. When a call rejects, the outcome is unknown, and `inquire` is asked later. */
export interface CardGateway {
  /** Charges only once per reference, however often it is called. */
  charge(reference: string, card: CardNumber, amountKurus: Kurus): Promise<ChargeOutcome>;
  inquire(reference: string): Promise<ChargeOutcome | { readonly status: "not_found" }>;
}
