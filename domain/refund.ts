import type { Account, CreditedTopUp, PaymentState } from "./account.ts";
import { accepted, type Command, type Decision, rejected, UNCHANGED } from "./decision.ts";
import { grantedAgainKurus } from "./granted.ts";
import type { Refund } from "./journal.ts";
import { refundableKurus } from "./payment_state.ts";
import { DAY_MILLISECONDS, REFUND_WINDOW_DAYS } from "./limits.ts";
import { add, type Kurus } from "./money.ts";
import { refuseClosed } from "./refusals.ts";
import type { RejectionOf } from "./rejection.ts";

export interface RefundCommand extends Command {
  /** Which payment to refund. If left out: the newest, never an older one. */
  readonly paymentId?: string;
  /** How much of it. If left out: all that is left. */
  readonly amountKurus?: Kurus;
  readonly reason?: string;
}

export type RefundRejection = RejectionOf<
  | "account_closed"
  | "payment_not_found"
  | "already_refunded"
  | "refund_exceeds_payment"
  | "refund_window_passed"
>;

/** The account, and the older payments and top-ups that the commands on it name. */
export interface AccountView {
  readonly account: Account;
  readonly payments: ReadonlyMap<string, PaymentState>;
  readonly topUps: ReadonlyMap<string, CreditedTopUp>;
}

/**
 * Gives a payment, or part of it, back to the balance (the seed's `process_refund`). The refunds of a
 * payment never exceed it. No limit on the balance applies, because the money is owed.
 */
export function decideRefund(
  view: AccountView,
  command: RefundCommand,
): Decision<Refund, RefundRejection> {
  const { account } = view;
  const refusal = refuseClosed(account);
  if (refusal) return refusal;
  const payment = paymentToRefund(view, command.paymentId);
  if (payment === undefined) return rejected({ code: "payment_not_found" });
  const { paymentId } = payment;
  const refundable = refundableKurus(payment);
  if (refundable === 0) return rejected({ code: "already_refunded", paymentId });
  if (command.at - payment.at > REFUND_WINDOW_DAYS * DAY_MILLISECONDS) {
    return rejected({ code: "refund_window_passed", paymentId });
  }
  const amountKurus = command.amountKurus ?? refundable;
  if (amountKurus > refundable) {
    return rejected({
      code: "refund_exceeds_payment",
      paymentId,
      refundableKurus: refundable,
      amountKurus,
    });
  }
  const refundedKurus = add(payment.refundedKurus, amountKurus);
  const grantedKurus = grantedAgainKurus(account, amountKurus);
  const { reason } = command;
  return accepted<"refund">(account, command, {
    type: "refund",
    amountKurus,
    paymentId,
    refundedKurus,
    ...(grantedKurus > 0 && { grantedKurus }),
    ...(reason !== undefined && { reason }),
  });
}

/** What a search of the account's journal found of an order. */
export interface OrderSearch {
  /** The newest payment when it was searched. */
  readonly newestPaymentId: string | null;
  /** The newest of the order's payments. */
  readonly paymentIds: readonly string[];
  /** Whether all of the journal was searched. */
  readonly isComplete: boolean;
}

export type OrderRefundRejection = RefundRejection | RejectionOf<"ambiguous_order">;

/** Refunds the one payment of an order. Unchanged where it has to be searched, or searched again. */
export function decideOrderRefund(
  view: AccountView,
  command: RefundCommand,
  search: OrderSearch | undefined,
): Decision<Refund, OrderRefundRejection> {
  // Each payment becomes the newest, so while that is the same one none has come.
  const newestPaymentId = view.account.lastPayment?.paymentId ?? null;
  if (search?.newestPaymentId !== newestPaymentId) return UNCHANGED;
  const { paymentIds, isComplete } = search;
  const [paymentId] = paymentIds;
  if (paymentIds.length > 1 || !isComplete) {
    return rejected({ code: "ambiguous_order", ...(paymentId !== undefined && { paymentIds }) });
  }
  if (paymentId === undefined) return rejected({ code: "payment_not_found" });
  return decideRefund(view, { ...command, paymentId });
}

function paymentToRefund(
  view: AccountView,
  paymentId: string | undefined,
): PaymentState | undefined {
  const last = view.account.lastPayment;
  // The commit checks the account's own record of its newest payment, so that one comes first.
  if (paymentId === undefined || paymentId === last?.paymentId) return last ?? undefined;
  return view.payments.get(paymentId);
}
