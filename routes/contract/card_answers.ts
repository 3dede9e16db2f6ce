import { z } from "zod";
import { CARD_BRANDS } from "../../domain/card_brand.ts";
import { instant, message } from "./answer_parts.ts";

export const cardAnswer = z.object({
  cardId: z.string(),
  alias: z.string().optional(),
  maskedNumber: z.string().meta({ example: "424242******4242" }),
  bin: z.string().nullable().meta({ description: "The first six digits; null under 15 digits." }),
  last4: z.string(),
  brand: z.enum(CARD_BRANDS),
  expireMonth: z.int().min(1).max(12).optional(),
  expireYear: z.int().optional(),
  expired: z.boolean().optional().meta({
    description: "Whether its last month was over. Left out where the expiry is not known.",
  }),
  selected: z.boolean(),
  verified: z.boolean().meta({ description: "Passes Luhn; only such a card can be charged." }),
  createdAt: instant,
}).meta({ id: "Card" });

export const cardSavedAnswer = z.object({ message, card: cardAnswer }).meta({ id: "SavedCard" });
export const cardListAnswer = z.object({
  message,
  cards: z.array(cardAnswer),
  // Not .nullable(): OpenAPI's generator would make it an allOf that null cannot pass.
  selectedCard: z.union([cardAnswer, z.null()]),
}).meta({ id: "CardList" });

export type CardAnswer = z.output<typeof cardAnswer>;
