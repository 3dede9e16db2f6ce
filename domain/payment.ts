import type { Account } from "./account.ts";
import { accepted, type Command, type Decision, rejected } from "./decision.ts";
import type { Payment } from "./journal.ts";
import type { Kurus } from "./money.ts";
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
): Decision<Payment, RejectionOf<"insufficient_balance">> {
  const { amountKurus, orderId, description } = command;
  const { balanceKurus } = account;
  if (amountKurus > balanceKurus) {
    return rejected({ code: "insufficient_balance", balanceKurus, amountKurus });
  }
  return accepted<"payment">(account, command, {
    type: "payment",
    amountKurus,
    ...(orderId !== undefined && { orderId }),
    ...(description !== undefined && { description }),
  });
}
