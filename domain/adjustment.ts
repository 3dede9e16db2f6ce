import type { Account } from "./account.ts";
import { accepted, type Command, type Decision, rejected } from "./decision.ts";
import type { Adjustment, AdjustmentDirection, AdjustmentReason } from "./journal.ts";
import { BALANCE_MAX_KURUS } from "./limits.ts";
import type { Kurus } from "./money.ts";
import { refuseClosed, refuseShort } from "./refusals.ts";
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
 * Books money that came or went outside Kese: cash, a fine, goodwill. A debit takes from what is
 * available, and no credit leads past the limit of a balance.
 */
export function decideAdjustment(
  account: Account,
  command: AdjustmentCommand,
): Decision<Adjustment, AdjustmentRejection> {
  const refusal = refuseClosed(account) ??
    (command.direction === "debit" ? refuseShort(account, command) : undefined);
  if (refusal) return refusal;
  const { direction, amountKurus, reason, note, orderId } = command;
  const { balanceKurus } = account;
  const underway = account.openTopUps.reduce((sum, topUp) => sum + topUp.amountKurus, 0);
  if (direction === "credit" && balanceKurus + underway + amountKurus > BALANCE_MAX_KURUS) {
    return rejected({ code: "balance_limit_exceeded", balanceKurus, amountKurus });
  }
  return accepted<"adjustment">(account, command, {
    type: "adjustment",
    direction,
    amountKurus,
    reason,
    ...(note !== undefined && { note }),
    ...(orderId !== undefined && { orderId }),
  });
}
