import { z } from "zod";
import { ADJUSTMENT_DIRECTIONS, ADJUSTMENT_REASONS } from "../../domain/journal.ts";
import { HOLD_ENDS } from "../../domain/rejection.ts";
import {
  available,
  currency,
  declineReason,
  held,
  instant,
  message,
  money,
} from "./answer_parts.ts";
import { cardAnswer } from "./card_answers.ts";

export const paymentAnswer = z.object({
  message,
  paymentId: z.string(),
  amount: money,
  balance: money.meta({ description: "After the payment." }),
  available,
  currency,
  createdAt: instant,
  holdId: z.string().optional().meta({ description: "Of the hold that it captured." }),
  orderId: z.string().optional(),
  description: z.string().optional(),
}).meta({ id: "Payment" });

export const paymentStateAnswer = paymentAnswer.omit({ balance: true, available: true }).extend({
  balanceAfter: money.meta({ description: "After the payment, not now." }),
  refunded: money,
  refundable: money,
}).meta({ id: "PaymentState" });

export const refundAnswer = z.object({
  message,
  refundId: z.string(),
  paymentId: z.string(),
  amount: money,
  balance: money.meta({ description: "After the refund." }),
  available,
  currency,
  createdAt: instant,
}).meta({ id: "Refund" });

/** A hold as it is placed or released. */
export const holdAnswer = z.object({
  message,
  holdId: z.string(),
  status: z.enum(["open", "released"]),
  amount: money,
  balance: money,
  held,
  available,
  currency,
  expiresAt: instant.optional(),
  createdAt: instant,
  orderId: z.string().optional(),
  description: z.string().optional(),
}).meta({ id: "Hold" });

export const holdStateAnswer = z.object({
  message,
  holdId: z.string(),
  status: z.enum(["open", ...HOLD_ENDS]),
  amount: money,
  currency,
  expiresAt: instant,
  createdAt: instant,
  orderId: z.string().optional(),
  description: z.string().optional(),
  paymentId: z.string().optional().meta({ description: "Of the payment that captured it." }),
  capturedAmount: money.optional(),
}).meta({ id: "HoldState" });

export const adjustmentAnswer = z.object({
  message,
  adjustmentId: z.string(),
  direction: z.enum(ADJUSTMENT_DIRECTIONS),
  reason: z.enum(ADJUSTMENT_REASONS),
  amount: money,
  balance: money.meta({ description: "After the adjustment." }),
  available,
  currency,
  createdAt: instant,
  note: z.string().optional(),
  orderId: z.string().optional(),
}).meta({ id: "Adjustment" });

/** One shape for 201, 202 and the look at it later: a client reads all of them with one class. */
export const topUpAnswer = z.object({
  message,
  topUpId: z.string(),
  status: z.enum(["credited", "pending", "requires_action", "failed"]),
  amount: money,
  balance: money.meta({ description: "When its outcome became known; until then, when it began." }),
  available,
  currency,
  card: cardAnswer,
  createdAt: instant,
  action: z.object({
    url: z.string().meta({ description: "To be opened in the user's browser (3-D Secure)." }),
    expiresAt: instant,
  }).meta({ id: "TopUpAction" }).optional(),
  declineReason: declineReason.optional(),
}).meta({ id: "TopUp" });

/** One shape for 201, 202 and the look at it later. */
export const cardRefundAnswer = z.object({
  message,
  cardRefundId: z.string(),
  topUpId: z.string(),
  status: z.enum(["completed", "pending", "failed"]),
  amount: money,
  balance: money.meta({ description: "When its outcome became known; until then, when it began." }),
  available,
  currency,
  createdAt: instant,
}).meta({ id: "CardRefund" });

export type PaymentBody = Omit<z.output<typeof paymentAnswer>, "message">;
export type PaymentStateBody = Omit<z.output<typeof paymentStateAnswer>, "message">;
export type HoldBody = Omit<z.output<typeof holdAnswer>, "message">;
export type HoldStateBody = Omit<z.output<typeof holdStateAnswer>, "message">;
export type AdjustmentBody = Omit<z.output<typeof adjustmentAnswer>, "message">;
export type RefundBody = Omit<z.output<typeof refundAnswer>, "message">;
export type TopUpBody = Omit<z.output<typeof topUpAnswer>, "message" | "status">;
export type CardRefundBody = Omit<z.output<typeof cardRefundAnswer>, "message">;
