import type { Account } from "./account.ts";
import { accepted, type Command, type Decision } from "./decision.ts";
import type { Payment } from "./journal.ts";
import type { Kurus } from "./money.ts";
import { type Inactive, refuseInactive, refuseShort } from "./refusals.ts";
import type { RejectionOf } from "./rejection.ts";

export interface PaymentCommand extends Command {
  readonly amountKurus: Kurus;
  /** The fleet's own id for what was bought. */
  readonly orderId?: string;
  readonly description?: string;
}

/** Pays the whole amount from the balance, or nothing (the seed's `perform_payment`). */
export function decidePayment(
  account: Account,
  command: PaymentCommand,
): Decision<
  Payment,
  RejectionOf<"insufficient_balance" | Inactive>
> {
  const refusal = refuseInactive(account) ?? refuseShort(account, command);
  if (refusal) return refusal;
  const { amountKurus, orderId, description } = command;
  return accepted<"payment">(account, command, {
    type: "payment",
    amountKurus,
    ...(orderId !== undefined && { orderId }),
    ...(description !== undefined && { description }),
  });
}
