import type { Instant } from "../../domain/account.ts";
import { maskedNumber } from "../../domain/card_number.ts";
import type { CardSnapshot, EntryOf, JournalEntry } from "../../domain/journal.ts";
import { add, CURRENCY, formatAmount, type Kurus, negative } from "../../domain/money.ts";
import type { TopUpState } from "../../domain/workflows/top_ups.ts";
import type {
  CardAnswer,
  EntryAnswer,
  PaymentBody,
  PaymentStateBody,
  RefundBody,
  TopUpBody,
} from "./answers.ts";

/** The second that was written last: most answers of a moment share it. Without it a payment costs 7% more. */
let writtenSecond = { second: NaN, text: "" };

/** A point in time as answers write it (RFC 3339, UTC). */
export function toInstant(at: Instant): string {
  const second = Math.floor(at / 1_000);
  if (second !== writtenSecond.second) {
    writtenSecond = {
      second,
      text: new Date(second * 1_000).toISOString().slice(0, -"000Z".length),
    };
  }
  return `${writtenSecond.text}${String(at - second * 1_000).padStart(3, "0")}Z`;
}

export function toCard(card: CardSnapshot): CardAnswer {
  const { cardId, bin, last4, brand, selected, verified } = card;
  const createdAt = toInstant(card.savedAt);
  return {
    cardId,
    maskedNumber: maskedNumber(card),
    bin,
    last4,
    brand,
    selected,
    verified,
    createdAt,
  };
}

/** What the answers to every movement of money have in common. */
function toMovement(entry: JournalEntry) {
  return {
    amount: formatAmount(entry.amountKurus),
    balance: formatAmount(entry.balanceAfterKurus),
    currency: CURRENCY,
    createdAt: toInstant(entry.at),
  };
}

export function toPayment(entry: EntryOf<"payment">): PaymentBody {
  const { id: paymentId, orderId, description } = entry;
  return {
    paymentId,
    ...toMovement(entry),
    ...(orderId !== undefined && { orderId }),
    ...(description !== undefined && { description }),
  };
}

/** A payment of some time ago: what the balance was then is not what it is now. */
export function toPaymentState(
  { entry, refundedKurus }: {
    readonly entry: EntryOf<"payment">;
    readonly refundedKurus: Kurus;
  },
): PaymentStateBody {
  const { balance: balanceAfter, ...payment } = toPayment(entry);
  return {
    ...payment,
    balanceAfter,
    refunded: formatAmount(refundedKurus),
    refundable: formatAmount(add(entry.amountKurus, negative(refundedKurus))),
  };
}

export function toRefund(entry: EntryOf<"refund">): RefundBody {
  return { refundId: entry.id, paymentId: entry.paymentId, ...toMovement(entry) };
}

/** A top-up by the time and card it was started with, and the balance that it led to. */
export function toTopUp(state: TopUpState): TopUpBody {
  const { started } = state;
  const balanceAfterKurus = state.status === "pending"
    ? started.balanceAfterKurus
    : state.closing.balanceAfterKurus;
  return {
    topUpId: started.id,
    ...toMovement({ ...started, balanceAfterKurus }),
    card: toCard(started.card),
  };
}

/** An entry of the journal; of its own fields those that its type has. */
export function toEntry(entry: JournalEntry): EntryAnswer {
  const { id, seq, type, requestId, by } = entry;
  return {
    id,
    seq,
    type,
    amount: formatAmount(entry.amountKurus),
    delta: formatAmount(entry.deltaKurus),
    balanceAfter: formatAmount(entry.balanceAfterKurus),
    createdAt: toInstant(entry.at),
    requestId,
    by,
    ...pickOwnFields(entry),
  };
}

function pickOwnFields(entry: JournalEntry): Partial<EntryAnswer> {
  switch (entry.type) {
    case "account_opened":
      return { cards: entry.cards.map(toCard) };
    case "card_saved":
    case "card_selected":
    case "card_removed":
      return { card: toCard(entry.card) };
    case "payment": {
      const { orderId, description } = entry;
      return {
        paymentId: entry.id,
        ...(orderId !== undefined && { orderId }),
        ...(description !== undefined && { description }),
      };
    }
    case "refund": {
      const { paymentId, reason } = entry;
      return { paymentId, ...(reason !== undefined && { reason }) };
    }
    case "top_up_started":
      return { topUpId: entry.id, card: toCard(entry.card) };
    case "top_up_credited":
      return { topUpId: entry.topUpId, card: toCard(entry.card) };
    case "top_up_failed":
      return { topUpId: entry.topUpId, card: toCard(entry.card), declineReason: entry.reason };
  }
}
