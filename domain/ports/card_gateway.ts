import type { CardNumber } from "../card_number.ts";
import type { DeclineReason } from "../journal.ts";
import type { Kurus } from "../money.ts";

/** A charge that has an end, or has none yet. */
export type ChargeOutcome =
  /** With the amount, where the gateway says it. */
  | { readonly status: "charged"; readonly amountKurus?: Kurus }
  | { readonly status: "declined"; readonly reason: DeclineReason }
  | { readonly status: "pending" };

/** What charges cards. Both calls may reject: the outcome is then unknown, and `inquire` is asked later. */
export interface CardGateway {
  /** Charges once per reference, however often it is called. */
  charge(reference: string, card: CardNumber, amountKurus: Kurus): Promise<ChargeOutcome>;
  inquire(reference: string): Promise<ChargeOutcome | { readonly status: "not_found" }>;
}
