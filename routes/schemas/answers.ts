import { z } from "zod";
import { ASKERS, ENTRY_TYPES } from "../../domain/journal.ts";
import { CURRENCY } from "../../domain/money.ts";

/** Shapes of answers: the documentation is made from them, and the compiler holds the handlers to them. */
const money = z.string().meta({ description: "TRY with two decimals.", example: "989.50" });
const instant = z.iso.datetime().meta({ example: "2026-01-31T09:30:00.000Z" });
const currency = z.literal(CURRENCY);
const message = z.string().meta({ description: "For people; programs match fields and codes." });

export const cardAnswer = z.object({
  cardId: z.string(),
  maskedNumber: z.string().meta({ example: "424242******4242" }),
  bin: z.string().nullable().meta({ description: "The first six digits; null under 15 digits." }),
  last4: z.string(),
  brand: z.enum(["visa", "mastercard", "amex", "troy", "unknown"]),
  selected: z.boolean(),
  verified: z.boolean().meta({ description: "Passes Luhn; only such a card can be charged." }),
  createdAt: instant,
}).meta({ id: "Card" });

export const messageAnswer = z.object({ message });
export const cardSavedAnswer = z.object({ message, card: cardAnswer });
export const cardListAnswer = z.object({
  message,
  cards: z.array(cardAnswer),
  // Not .nullable(): OpenAPI's generator would make it an allOf that null cannot pass.
  selectedCard: z.union([cardAnswer, z.null()]),
});

export const accountAnswer = z.object({
  message,
  userNo: z.string(),
  balance: money,
  currency,
  cards: z.array(cardAnswer),
});

export const balanceAnswer = z.object({ message, userNo: z.string(), balance: money, currency });

export const paymentAnswer = z.object({
  message,
  paymentId: z.string(),
  amount: money,
  balance: money.meta({ description: "After the payment." }),
  currency,
  createdAt: instant,
  orderId: z.string().optional(),
  description: z.string().optional(),
});

export const paymentStateAnswer = paymentAnswer.omit({ balance: true }).extend({
  balanceAfter: money.meta({ description: "After the payment, not now." }),
  refunded: money,
  refundable: money,
});

export const refundAnswer = z.object({
  message,
  refundId: z.string(),
  paymentId: z.string(),
  amount: money,
  balance: money.meta({ description: "After the refund." }),
  currency,
  createdAt: instant,
});

const declineReason = z.enum(["declined", "insufficient_funds", "expired_card"]);

const topUp = {
  message,
  topUpId: z.string(),
  amount: money,
  balance: money,
  currency,
  card: cardAnswer,
  createdAt: instant,
};

export const topUpCreditedAnswer = z.object({ ...topUp, status: z.literal("credited") });
export const topUpPendingAnswer = z.object({ ...topUp, status: z.literal("pending") });
export const topUpStateAnswer = z.object({
  ...topUp,
  status: z.enum(["credited", "pending", "failed"]),
  declineReason: declineReason.optional(),
});

const entryAnswer = z.object({
  id: z.string(),
  seq: z.number().int().meta({ description: "1, 2, 3 … without a gap." }),
  type: z.enum(ENTRY_TYPES),
  amount: money,
  delta: money.meta({ description: "What it did to the balance." }),
  balanceAfter: money,
  createdAt: instant,
  requestId: z.string(),
  by: z.enum(ASKERS).meta({
    description: "Who asked for it: the fleet, the user's own session, or Kese itself.",
  }),
  paymentId: z.string().optional(),
  topUpId: z.string().optional(),
  orderId: z.string().optional(),
  description: z.string().optional(),
  reason: z.string().optional().meta({ description: "Of a refund: the fleet's own words." }),
  declineReason: declineReason.optional(),
  card: cardAnswer.optional(),
  cards: z.array(cardAnswer).optional(),
}).meta({ id: "JournalEntry" });

export const entryListAnswer = z.object({
  message,
  data: z.array(entryAnswer),
  nextCursor: z.string().nullable().meta({ description: "Null on the last page." }),
});

export const codeAnswer = z.object({
  message,
  expiresIn: z.number().int().meta({ description: "Seconds.", example: 900 }),
  delivery: z.enum(["response", "out_of_band"]),
  code: z.string().optional(),
});

export const sessionAnswer = z.object({
  message,
  token: z.string().meta({ example: "ks_…" }),
  expiresIn: z.number().int().meta({ description: "Seconds.", example: 86400 }),
});

export const problemAnswer = z.object({
  type: z.string().meta({ example: "urn:kese:problem:insufficient_balance" }),
  title: z.string(),
  status: z.number().int(),
  detail: z.string(),
  code: z.string(),
  message,
  requestId: z.string(),
  errors: z.array(z.object({ field: z.string(), code: z.string(), message: z.string() }))
    .optional(),
}).meta({ id: "Problem", description: "RFC 9457" });

/** The bodies that the handlers make; the message comes with the language of the request. */
export type PaymentBody = Omit<z.output<typeof paymentAnswer>, "message">;
export type PaymentStateBody = Omit<z.output<typeof paymentStateAnswer>, "message">;
export type RefundBody = Omit<z.output<typeof refundAnswer>, "message">;
export type TopUpBody = Omit<z.output<typeof topUpPendingAnswer>, "message" | "status">;
export type EntryAnswer = z.output<typeof entryAnswer>;
export type CardAnswer = z.output<typeof cardAnswer>;
