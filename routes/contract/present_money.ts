import { textOf } from "../../domain/erased.ts";
import { type EntryOf, type JournalEntry, rideOf } from "../../domain/journal.ts";
import { CURRENCY, formatAmount, type Kurus, subtract } from "../../domain/money.ts";
import type { CardRefundState } from "../../domain/workflows/card_refund_settling.ts";
import type { TopUpState } from "../../domain/workflows/top_up_state.ts";
import type {
  AdjustmentBody,
  CardRefundBody,
  PaymentBody,
  PaymentStateBody,
  RefundBody,
  TopUpBody,
} from "./money_answers.ts";
import { toInstant } from "./instant.ts";
import { toCard } from "./present_card.ts";

/** What the answers to every movement of money have in common. */
function toMovement(entry: JournalEntry) {
  return {
    amount: formatAmount(entry.amountKurus),
    ...toMoneyAfter(entry),
    currency: CURRENCY,
    createdAt: toInstant(entry.at),
  };
}

type MoneyAfter = Pick<JournalEntry, "balanceAfterKurus" | "heldAfterKurus">;

/** The balance after an entry, and what of it was available then. */
export function toMoneyAfter(
  { balanceAfterKurus, heldAfterKurus }: MoneyAfter,
): Pick<PaymentBody, "balance" | "available"> {
  const balance = formatAmount(balanceAfterKurus);
  if (heldAfterKurus === undefined) return { balance, available: balance };
  return { balance, available: formatAmount(subtract(balanceAfterKurus, heldAfterKurus)) };
}

export function toPayment(entry: EntryOf<"payment">): PaymentBody {
  const { id: paymentId, holdId } = entry;
  return {
    paymentId,
    ...toMovement(entry),
    ...(holdId !== undefined && { holdId }),
    ...rideOf(entry),
  };
}

/** A payment of some time ago: what the balance was then is not what it is now. */
export function toPaymentState(
  { entry, refundedKurus }: {
    readonly entry: EntryOf<"payment">;
    readonly refundedKurus: Kurus;
  },
): PaymentStateBody {
  const { balance: balanceAfter, available: _, ...payment } = toPayment(entry);
  return {
    ...payment,
    balanceAfter,
    refunded: formatAmount(refundedKurus),
    refundable: formatAmount(subtract(entry.amountKurus, refundedKurus)),
  };
}

export function toRefund(entry: EntryOf<"refund">): RefundBody {
  return { refundId: entry.id, paymentId: entry.paymentId, ...toMovement(entry) };
}

/** A top-up by the time and card it was started with, and the balance that it led to. */
export function toTopUp(state: TopUpState): TopUpBody {
  const { started } = state;
  const { amountKurus, at } = started;
  return {
    topUpId: started.id,
    ...toMovement({ ...newestOf(state), amountKurus, at }),
    card: toCard(started.card, at),
  };
}

/** A card refund by the time it was started, and the balance that it led to. */
export function toCardRefund(state: CardRefundState): CardRefundBody {
  const { status, started } = state;
  const { id: cardRefundId, topUpId, amountKurus, at } = started;
  return {
    cardRefundId,
    topUpId,
    status,
    ...toMovement({ ...(state.status === "pending" ? started : state.ending), amountKurus, at }),
  };
}

function newestOf(state: TopUpState): JournalEntry {
  if (state.status === "pending") return state.started;
  return state.status === "requires_action" ? state.action : state.closing;
}

export function toAdjustment(entry: EntryOf<"adjustment">): AdjustmentBody {
  return { adjustmentId: entry.id, ...toMovement(entry), ...toAdjustmentFacts(entry) };
}

export function toAdjustmentFacts(
  entry: EntryOf<"adjustment">,
): Pick<AdjustmentBody, "direction" | "reason" | "note" | "orderId"> {
  const { direction, reason } = entry;
  const [note, orderId] = [textOf(entry.note), textOf(entry.orderId)];
  return {
    direction,
    reason,
    ...(note !== undefined && { note }),
    ...(orderId !== undefined && { orderId }),
  };
}
