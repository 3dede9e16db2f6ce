import { Buffer } from "node:buffer";
import type { Account, Instant, OpenHold } from "../../domain/account.ts";
import type { Profile } from "../../domain/auth.ts";
import { availableKurus, heldKurus, unexpiredHolds } from "../../domain/available.ts";
import { isExpired } from "../../domain/card_expiry.ts";
import { maskNumber } from "../../domain/card_number.ts";
import { type ErasableText, textOf } from "../../domain/erased.ts";
import {
  type CardSnapshot,
  cardSnapshot,
  type EntryOf,
  type JournalEntry,
  rideOf,
} from "../../domain/journal.ts";
import { add, CURRENCY, formatAmount, type Kurus, negative, NO_MONEY } from "../../domain/money.ts";
import type { EventState } from "../../domain/ports/event_outbox.ts";
import type { CardRefundState } from "../../domain/workflows/card_refund_settling.ts";
import type { HoldState } from "../../domain/workflows/holds.ts";
import type { TopUpState } from "../../domain/workflows/top_up_state.ts";
import type {
  AdjustmentBody,
  BalanceBody,
  CardAnswer,
  CardRefundBody,
  EntryAnswer,
  EventStateAnswer,
  HoldBody,
  HoldStateBody,
  OpenHoldBody,
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

/** A card as it stands at that time. */
export function toCard(card: CardSnapshot, at: Instant): CardAnswer {
  const { cardId, bin, last4, brand, expireMonth, expireYear, selected, verified } = card;
  const alias = textOf(card.alias);
  const createdAt = toInstant(card.savedAt);
  return {
    cardId,
    ...(alias !== undefined && { alias }),
    maskedNumber: maskNumber(card),
    bin,
    last4,
    brand,
    ...(expireMonth !== undefined && { expireMonth, expireYear, expired: isExpired(card, at) }),
    selected,
    verified,
    createdAt,
  };
}

/** The saved cards, oldest first. */
export function toCards({ cards, selectedCardId }: Account, at: Instant): CardAnswer[] {
  return cards.map((card) => toCard(cardSnapshot(card, selectedCardId), at));
}

export function toProfile(profile: Profile): Profile {
  const { name, surname, birthDate, phoneNumber, email } = profile;
  return { name, surname, birthDate, phoneNumber, email };
}

/** An erased account is a closed one to whoever looks at it. */
export function toStatus({ status }: Pick<Account, "status">): BalanceBody["status"] {
  return status === "erased" ? "closed" : status;
}

export function toBalance(account: Account, at: Instant): BalanceBody {
  return {
    userNo: account.id.userNo,
    status: toStatus(account),
    balance: formatAmount(account.balanceKurus),
    held: formatAmount(heldKurus(account, at)),
    available: formatAmount(availableKurus(account, at)),
    currency: CURRENCY,
    holds: unexpiredHolds(account, at).map(toOpenHold),
  };
}

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

function subtract(first: Kurus, second: Kurus): Kurus {
  return add(first, negative(second));
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
function toHoldFacts(entry: EntryOf<"hold_placed">) {
  return { expiresAt: toInstant(entry.expiresAt), ...rideOf(entry) };
}

function toOpenHold({ holdId, amountKurus, expiresAt }: OpenHold): OpenHoldBody {
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

export function toAdjustment(entry: EntryOf<"adjustment">): AdjustmentBody {
  return { adjustmentId: entry.id, ...toMovement(entry), ...toAdjustmentFacts(entry) };
}

function toAdjustmentFacts(entry: EntryOf<"adjustment">) {
  const { direction, reason } = entry;
  const [note, orderId] = [textOf(entry.note), textOf(entry.orderId)];
  return {
    direction,
    reason,
    ...(note !== undefined && { note }),
    ...(orderId !== undefined && { orderId }),
  };
}

/** An event, and what became of its delivery. */
export function toEventState(state: EventState): EventStateAnswer {
  const { account: { userNo }, entry: { id, type, seq, at } } = state;
  const { status, attempts, lastStatus = null, nextAt } = state;
  const nextAttemptAt = nextAt === undefined ? null : toInstant(nextAt);
  const createdAt = toInstant(at);
  return { id, type, userNo, seq, createdAt, status, attempts, lastStatus, nextAttemptAt };
}

export function toEventCursor(cursor: string): string {
  return `e${Buffer.from(cursor).toString("base64url")}`;
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

function toReason(entry: { readonly reason?: ErasableText }): { readonly reason?: string } {
  const reason = textOf(entry.reason);
  return reason === undefined ? {} : { reason };
}

function pickOwnFields(entry: JournalEntry): Partial<EntryAnswer> {
  switch (entry.type) {
    case "account_opened":
      return { cards: entry.cards.map((card) => toCard(card, entry.at)) };
    case "account_frozen":
    case "account_unfrozen":
    case "account_closed":
      return toReason(entry);
    case "account_erased":
      return {};
    case "card_saved":
    case "card_selected":
    case "card_removed":
      return { card: toCard(entry.card, entry.at) };
    case "payment": {
      const { holdId } = entry;
      return {
        paymentId: entry.id,
        ...(holdId !== undefined && { holdId }),
        ...rideOf(entry),
      };
    }
    case "refund":
      return { paymentId: entry.paymentId, ...toReason(entry) };
    case "hold_placed":
      return { holdId: entry.id, ...toHoldFacts(entry) };
    case "hold_released":
    case "hold_expired":
      return { holdId: entry.holdId };
    case "adjustment":
      return toAdjustmentFacts(entry);
    case "top_up_started":
      return { topUpId: entry.id, card: toCard(entry.card, entry.at), gateway: entry.gateway };
    case "top_up_action_required":
      return { ...toCharge(entry), expiresAt: toInstant(entry.expiresAt) };
    case "top_up_credited":
      return toCharge(entry);
    case "card_refund_started":
      return { cardRefundId: entry.id, topUpId: entry.topUpId };
    case "card_refund_completed":
    case "card_refund_failed":
      return { cardRefundId: entry.cardRefundId, topUpId: entry.topUpId };
    case "top_up_failed":
      return { ...toCharge(entry), declineReason: entry.reason };
  }
}

/** What the later entries of a top-up say about its charge. */
function toCharge(
  entry: EntryOf<"top_up_action_required" | "top_up_credited" | "top_up_failed">,
): Partial<EntryAnswer> {
  const { topUpId, card, gateway, providerRef, at } = entry;
  return {
    topUpId,
    card: toCard(card, at),
    gateway,
    ...(providerRef !== undefined && { providerRef }),
  };
}
