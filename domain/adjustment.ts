import type { Account } from "./account.ts";
import { accepted, type Command, type Decision } from "./decision.ts";
import type { Adjustment, AdjustmentDirection, AdjustmentReason } from "./journal.ts";
import type { Kurus } from "./money.ts";
import { refuseClosed, refuseExcess, refuseShort } from "./refusals.ts";
import type { RejectionOf } from "./rejection.ts";

export interface AdjustmentCommand extends Command {
  readonly direction: AdjustmentDirection;
  readonly amountKurus: Kurus;
  readonly reason: AdjustmentReason;
  readonly note?: string;
  readonly orderId?: string;
}

export type AdjustmentRejection = RejectionOf<
  "account_closed" | "insufficient_balance" | "balance_limit_exceeded"
>;

/**
 * Books money that came or went outside Kese: cash, a fine, goodwill. A debit takes only what is
 * available, and a credit cannot exceed the limit of a balance.
 */
export function decideAdjustment(
  account: Account,
  command: AdjustmentCommand,
): Decision<Adjustment, AdjustmentRejection> {
  const { direction, amountKurus, reason, note, orderId } = command;
  const refuseAmount = direction === "debit" ? refuseShort : refuseExcess;
  const refusal = refuseClosed(account) ?? refuseAmount(account, command);
  if (refusal) return refusal;
  return accepted<"adjustment">(account, command, {
    type: "adjustment",
    direction,
    amountKurus,
    reason,
    ...(note !== undefined && { note }),
    ...(orderId !== undefined && { orderId }),
  });
}
