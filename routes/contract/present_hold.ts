import type { OpenHold } from "../../domain/account.ts";
import { type EntryOf, rideOf } from "../../domain/journal.ts";
import { CURRENCY, formatAmount, NO_MONEY } from "../../domain/money.ts";
import type { HoldState } from "../../domain/workflows/holds.ts";
import type { HoldBody, HoldStateBody } from "./money_answers.ts";
import type { OpenHoldBody } from "./account_answers.ts";
import { toInstant } from "./instant.ts";
import { toMoneyAfter } from "./present_money.ts";

/** A hold as it stands after the entry that placed or released it. */
export function toHold(
  entry: EntryOf<"hold_placed" | "hold_released">,
): HoldBody {
  const { heldAfterKurus = NO_MONEY } = entry;
  const { balance, available } = toMoneyAfter(entry);
  const shown = {
    amount: formatAmount(entry.amountKurus),
    balance,
    held: formatAmount(heldAfterKurus),
    available,
    currency: CURRENCY,
    createdAt: toInstant(entry.at),
  };
  if (entry.type === "hold_released") {
    return { holdId: entry.holdId, status: "released", ...shown };
  }
  return { holdId: entry.id, status: "open", ...shown, ...toHoldFacts(entry) };
}

/** What a hold is about, whatever became of it. */
export function toHoldFacts(
  entry: EntryOf<"hold_placed">,
): Pick<HoldStateBody, "expiresAt" | "orderId" | "description"> {
  return { expiresAt: toInstant(entry.expiresAt), ...rideOf(entry) };
}

export function toOpenHold({ holdId, amountKurus, expiresAt }: OpenHold): OpenHoldBody {
  return { holdId, amount: formatAmount(amountKurus), expiresAt: toInstant(expiresAt) };
}

export function toHoldState(state: HoldState): HoldStateBody {
  const { status, placed } = state;
  return {
    holdId: placed.id,
    status,
    amount: formatAmount(placed.amountKurus),
    currency: CURRENCY,
    createdAt: toInstant(placed.at),
    ...toHoldFacts(placed),
    ...(state.status === "captured" && {
      paymentId: state.payment.id,
      capturedAmount: formatAmount(state.payment.amountKurus),
    }),
  };
}
