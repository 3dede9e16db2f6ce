import { z } from "zod";
import { ADJUSTMENT_DIRECTIONS, ADJUSTMENT_REASONS } from "../../domain/journal.ts";
import {
  DESCRIPTION_MAX_LENGTH,
  HOLD_DEFAULT_MINUTES,
  HOLD_MAX_MINUTES,
  HOLD_MIN_MINUTES,
  ORDER_ID_MAX_LENGTH,
  RETURN_URL_MAX_LENGTH,
} from "../../domain/limits.ts";
import { type Kurus, parseAmount, parseBalance } from "../../domain/money.ts";
import { AMOUNT_MAX, AMOUNT_MIN, BALANCE_MAX } from "./limits.ts";
import { failWith, hidesNoCardNumber, text } from "./texts.ts";
import { TAKING_NUMBERS } from "./taking_numbers.ts";

/** A decimal, read to kurus by one of the rules of money. */
function money(parse: (value: unknown) => Kurus | undefined, code: string) {
  return z.string(failWith(code)).transform((value, context): Kurus => {
    const kurus = parse(value);
    if (kurus !== undefined) return kurus;
    context.addIssue({ code: "custom", message: code });
    return z.NEVER;
  });
}

// The document names the text alone: a number or a text is no class in most languages.
export const amount = money(parseAmount, "invalid_amount").meta({
  id: "AmountAsked",
  type: "string",
  pattern: /^(0|[1-9]\d{0,6})(\.\d{1,2})?$/.source,
  description: `${AMOUNT_MIN} to ${AMOUNT_MAX} TRY with at most two decimals.`,
  example: "10.50",
}).register(TAKING_NUMBERS, {});

export const openingBalance = money(parseBalance, "invalid_balance").meta({
  type: "string",
  pattern: /^(0|[1-9]\d{0,8})(\.\d{1,2})?$/.source,
  description: `The opening balance in TRY, 0 to ${BALANCE_MAX}.`,
  example: "100.00",
}).register(TAKING_NUMBERS, {});

export const returnUrl = z.string(failWith("invalid_return_url"))
  .max(RETURN_URL_MAX_LENGTH, "invalid_return_url")
  .refine((text) => URL.canParse(text) && hidesNoCardNumber(text), "invalid_return_url")
  .meta({
    description: "Where the user's browser goes after 3-D Secure, at one of RETURN_ORIGINS.",
    example: "https://rider.example/wallet",
  });

export const orderId = text(ORDER_ID_MAX_LENGTH).meta({
  id: "OrderId",
  description: "The fleet's own number for what is paid; comes back with the payment.",
  example: "ride-2093",
});

export const refundOrderId = orderId.meta({
  description:
    "Names the payment by its order, if only one payment has it; with a paymentId, both have to be of one payment.",
});

export const description = text(DESCRIPTION_MAX_LENGTH).meta({
  example: "Kadıköy - Moda, 14 dakika",
});

export const reason = text(DESCRIPTION_MAX_LENGTH).meta({
  id: "Reason",
  description: "Why, in the fleet's own words.",
  example: "Kilit açılmadı",
});

export const expiresInMinutes = z.string(failWith("invalid_minutes"))
  .regex(/^[1-9]\d{0,4}$/, "invalid_minutes").transform(Number)
  .refine(
    (minutes) => minutes >= HOLD_MIN_MINUTES && minutes <= HOLD_MAX_MINUTES,
    "invalid_minutes",
  )
  .meta({
    type: "integer",
    minimum: HOLD_MIN_MINUTES,
    maximum: HOLD_MAX_MINUTES,
    description: `How long the hold lasts; ${HOLD_DEFAULT_MINUTES} minutes when left out.`,
    example: 90,
  }).register(TAKING_NUMBERS, {});

export const adjustmentDirection = z.enum(ADJUSTMENT_DIRECTIONS, failWith("invalid_direction"))
  .meta({
    description: "`credit` gives to the user, `debit` takes.",
  });

export const adjustmentReason = z.enum(ADJUSTMENT_REASONS, failWith("invalid_reason"));

export const note = text(DESCRIPTION_MAX_LENGTH).meta({
  description: "The fleet's own words.",
  example: "Kask kırık teslim edildi",
});
