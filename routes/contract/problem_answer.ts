import { z } from "zod";
import { HOLD_ENDS } from "../../domain/rejection.ts";
import { available, declineReason, message, money, scope } from "./answer_parts.ts";

const fieldError = z.object({ field: z.string(), code: z.string(), message })
  .meta({ id: "FieldError" });

/** The facts behind a refusal: each code has some of them. */
const facts = z.object({
  balance: money,
  available,
  amount: money,
  holdStatus: z.enum(HOLD_ENDS).meta({ description: "What became of the hold." }),
  holds: z.int().min(0).meta({ description: "How many are open." }),
  openTopUps: z.int().min(0),
  refundable: money,
  cardId: z.string().nullable(),
  expired: z.boolean().meta({ description: "The card's last month is over." }),
  saveAgain: z.boolean().meta({ description: "The card has to be saved again to be charged." }),
  scope: scope.meta({ description: "What the named key would have to be allowed." }),
  keyId: z.string(),
  paymentId: z.string(),
  paymentIds: z.array(z.string()).meta({
    description: "The payments that were found, newest first.",
  }),
  topUpId: z.string(),
  cardRefundId: z.string(),
  declineReason,
  parameter: z.string(),
  header: z.string(),
  nearest: z.string().meta({ description: "The nearest parameter that there is." }),
  policy: z.string().meta({ description: "The limit that was passed." }),
  limit: z.int().min(1),
  windowSeconds: z.int().min(1),
  retryAfterSeconds: z.int().min(0),
  stores: z.string().meta({ description: "Which of them do not answer." }),
});

export const problemAnswer = z.object({
  type: z.string().meta({ example: "urn:kese:problem:insufficient_balance" }),
  title: z.string(),
  status: z.int().min(400).max(599),
  detail: z.string().optional().meta({ description: "What to do next, where there is a way on." }),
  code: z.string(),
  message,
  requestId: z.string(),
  errors: z.array(fieldError).optional(),
  ...facts.partial().shape,
});
