import { z } from "zod";
import { ADJUSTMENT_DIRECTIONS } from "../../domain/journal.ts";
import { declineReason, entryType, instant, message, money, signedMoney } from "./answer_parts.ts";
import { cardAnswer } from "./card_answers.ts";

export const entryAnswer = z.object({
  id: z.string(),
  seq: z.int().min(1).meta({ description: "1, 2, 3 … without a gap." }),
  type: entryType,
  amount: money,
  delta: signedMoney.meta({ description: "What it did to the balance.", example: "-10.50" }),
  balanceAfter: money,
  createdAt: instant,
  requestId: z.string(),
  by: z.string().regex(/^(fleet|session|kese|key_[0-9A-Z]{26})$/).meta({
    id: "Actor",
    description:
      "Who asked for it: `fleet`, one of its named keys by its keyId, the user's own `session`, or `kese` itself.",
    example: "fleet",
  }),
  paymentId: z.string().optional(),
  topUpId: z.string().optional(),
  cardRefundId: z.string().optional(),
  holdId: z.string().optional(),
  expiresAt: instant.meta({ description: "Of a hold." }).optional(),
  direction: z.enum(ADJUSTMENT_DIRECTIONS).optional(),
  note: z.string().optional(),
  orderId: z.string().optional(),
  description: z.string().optional(),
  reason: z.string().optional().meta({
    description: "The fleet's own words; of an adjustment its kind.",
  }),
  declineReason: declineReason.optional(),
  gateway: z.string().optional().meta({ description: "Which card gateway was asked." }),
  providerRef: z.string().optional().meta({ description: "The gateway's name of the charge." }),
  card: cardAnswer.optional(),
  cards: z.array(cardAnswer).optional(),
}).meta({ id: "Entry" });

export const entryListAnswer = z.object({
  message,
  data: z.array(entryAnswer),
  nextCursor: z.string().nullable().meta({ description: "Null on the last page." }),
}).meta({ id: "EntryList" });

export const fleetEntryListAnswer = z.object({
  message,
  data: z.array(entryAnswer.extend({ userNo: z.string() }).meta({ id: "FleetEntry" })),
  nextCursor: z.string().nullable().meta({
    description: "Null on the last page. A page may be short, and even empty, and not the last.",
  }),
}).meta({ id: "FleetEntryList" });

export type EntryAnswer = z.output<typeof entryAnswer>;
