import { Buffer } from "node:buffer";
import { domainToASCII } from "node:url";
import { z } from "zod";
import { SCOPES } from "../../domain/auth.ts";
import { CardNumber } from "../../domain/card_number.ts";
import { parseNewCardNumber } from "../../domain/card_registration.ts";
import { type Day, isDay } from "../../domain/days.ts";
import {
  ADJUSTMENT_DIRECTIONS,
  ADJUSTMENT_REASONS,
  ENTRY_TYPES,
  type EntryType,
} from "../../domain/journal.ts";
import {
  AUTH_CODE_MAX_LENGTH,
  CARD_ALIAS_MAX_LENGTH,
  CARD_HOLDER_MAX_LENGTH,
  CARDS_PER_ACCOUNT,
  DESCRIPTION_MAX_LENGTH,
  EMAIL_MAX_LENGTH,
  GATEWAY_TOKEN_MAX_LENGTH,
  HOLD_DEFAULT_MINUTES,
  HOLD_MAX_MINUTES,
  HOLD_MIN_MINUTES,
  ID_MAX_LENGTH,
  KEY_NAME_MAX_LENGTH,
  ORDER_ID_MAX_LENGTH,
  PAGE_DEFAULT,
  PAGE_MAX,
  PERSONAL_TEXT_MAX_LENGTH,
  PHONE_NUMBER_MAX_LENGTH,
  RETURN_URL_MAX_LENGTH,
  USER_NO_MAX_LENGTH,
} from "../../domain/limits.ts";
import { EVENT_STATUSES } from "../../domain/ports/event_outbox.ts";
import { type Kurus, parseAmount, parseBalance } from "../../domain/money.ts";
import { readTelephone } from "./telephone.ts";
import { coded, hidesNoCardNumber, line, secret, text } from "./texts.ts";

/** The parameters of the API. */

/** Fields that a client may also write as a JSON number; they are given its text. */
const TAKING_NUMBERS = z.registry<object>();

/** Whether a field may be written as a JSON number. */
export function takesNumber(field: z.core.$ZodType): boolean {
  if (field instanceof z.ZodOptional) return takesNumber(field.unwrap());
  return TAKING_NUMBERS.has(field);
}

const NAME = new RegExp(`^[A-Za-z0-9_-]{1,${USER_NO_MAX_LENGTH}}$`);

export const userNo = z.string(coded("invalid_user_no"))
  .regex(NAME, { error: "invalid_user_no", abort: true })
  .refine(hidesNoCardNumber, "invalid_user_no")
  .meta({ description: "The fleet's number for its user.", example: "123456" })
  .register(TAKING_NUMBERS, {});

export const filo = z.string(coded("invalid_filo"))
  .regex(NAME, { error: "invalid_filo", abort: true })
  .refine(hidesNoCardNumber, "invalid_filo")
  .meta({ description: "The fleet.", example: "hergele" });

/** A decimal, read to kurus by one of the rules of money. */
function money(parse: (value: unknown) => Kurus | undefined, code: string) {
  return z.string(coded(code)).transform((value, context): Kurus => {
    const kurus = parse(value);
    if (kurus !== undefined) return kurus;
    context.addIssue({ code: "custom", message: code });
    return z.NEVER;
  });
}

// The document names the text alone: a number or a text is no class in most languages.
export const amount = money(parseAmount, "invalid_amount").meta({
  type: "string",
  pattern: /^(0|[1-9]\d{0,6})(\.\d{1,2})?$/.source,
  description: "0.01 to 1000000.00 TRY with at most two decimals.",
  example: "10.50",
}).register(TAKING_NUMBERS, {});

export const openingBalance = money(parseBalance, "invalid_balance").meta({
  type: "string",
  pattern: /^(0|[1-9]\d{0,8})(\.\d{1,2})?$/.source,
  description: "The opening balance in TRY, 0 to 100000000.00.",
  example: "100.00",
}).register(TAKING_NUMBERS, {});

/** A card number that one of the rules of cards accepts; from here on it cannot be turned into text. */
function cardNumber(parse: (value: unknown) => CardNumber | undefined) {
  return z.string(coded("invalid_card_number")).transform((text, context): CardNumber => {
    const number = parse(text);
    if (number !== undefined) return number;
    context.addIssue({ code: "custom", message: "invalid_card_number" });
    return z.NEVER;
  });
}

export const newCardNumber = cardNumber(parseNewCardNumber).meta({
  description:
    "12 to 19 digits that pass Luhn; blanks and dashes between and around them do not count.",
  example: "4242 4242 4242 4242",
});

/** What a gateway may want of a card in addition to its number; Kese does not keep it. */
export const cardHolder = text(CARD_HOLDER_MAX_LENGTH).meta({
  description: "As it stands on the card. Some gateways require it; it is not kept.",
  example: "DENIZ YILMAZ",
});

function wholeNumber(pattern: RegExp, code: string) {
  return z.string(coded(code)).regex(pattern, code).transform(Number);
}

export const expireMonth = wholeNumber(/^(0?[1-9]|1[0-2])$/, "invalid_month").meta({
  type: "integer",
  minimum: 1,
  maximum: 12,
  description: "The last month in which the card is valid.",
  example: 12,
}).register(TAKING_NUMBERS, {});

export const expireYear = wholeNumber(/^20\d\d$/, "invalid_year").meta({
  type: "integer",
  minimum: 2000,
  maximum: 2099,
  example: 2030,
}).register(TAKING_NUMBERS, {});

export const alias = text(CARD_ALIAS_MAX_LENGTH).meta({
  description: "What the user calls the card.",
  example: "Maaş kartım",
});

export const gatewayToken = secret(GATEWAY_TOKEN_MAX_LENGTH).meta({
  description: "Of a card that the gateway saved itself, in place of cardNo.",
  example: "pm_1AbCdEfGhIjKlMnOp",
});

export const returnUrl = z.string(coded("invalid_return_url"))
  .max(RETURN_URL_MAX_LENGTH, "invalid_return_url")
  .refine((text) => URL.canParse(text) && hidesNoCardNumber(text), "invalid_return_url")
  .meta({
    description: "Where the user's browser goes after 3-D Secure, at one of RETURN_ORIGINS.",
    example: "https://rider.example/wallet",
  });

/** As a fleet's old records have it: it may fail Luhn, and is then kept but never charged. */
export const knownCardNumber = cardNumber(CardNumber.parse).meta({
  description: "12 to 19 digits; blanks and dashes between and around them do not count.",
  example: "1234 5678 1234 1334",
});

export const knownCardNumbers = z.array(knownCardNumber, coded("invalid_cards"))
  .max(CARDS_PER_ACCOUNT, "invalid_cards");

export const orderId = text(ORDER_ID_MAX_LENGTH).meta({
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
  description: "Why, in the fleet's own words.",
  example: "Kilit açılmadı",
});

export const personalText = text(PERSONAL_TEXT_MAX_LENGTH);

export const authCode = secret(AUTH_CODE_MAX_LENGTH)
  .meta({ description: "The user's secret; kept only as a slow salted hash.", example: "abcdef" });

export const currentAuthCode = authCode.meta({ description: "The authCode until now." });

export const birthDate = z.iso.date({ ...coded("invalid_date"), abort: true })
  .refine(
    (day) => day >= "1900-01-01" && day <= new Date().toISOString().slice(0, 10),
    "invalid_date",
  )
  .meta({ example: "1990-01-01" });

export const phoneNumber = line(PHONE_NUMBER_MAX_LENGTH, "invalid_phone_number")
  .refine(hidesNoCardNumber, { error: "holds_card_number", abort: true })
  .transform((text, context): string => {
    const number = readTelephone(text);
    if (number !== undefined) return number;
    context.addIssue({ code: "custom", message: "invalid_phone_number" });
    return z.NEVER;
  })
  .meta({
    description:
      "As it is written in Turkey, or with + and the country; kept in E.164. Seven digits without an area code stay as they are.",
    example: "0532 123 45 67",
  });

// What follows the last @ is ASCII by then.
const EMAIL =
  /^(?!\.)(?!.*\.\.)[\w'+.-]*[\w+-]@(?:[a-z\d][a-z\d-]*\.)+(?:[a-z]{2,}|xn--[a-z\d-]+)$/i;

export const email = line(EMAIL_MAX_LENGTH, "invalid_email")
  .overwrite(toAsciiDomain)
  .max(EMAIL_MAX_LENGTH, { error: "invalid_email", abort: true })
  .refine((address) => EMAIL.test(address), { error: "invalid_email", abort: true })
  .refine(hidesNoCardNumber, "holds_card_number")
  .meta({
    format: "email",
    description: "Kept with its domain in ASCII (IDNA) and lower case.",
    example: "john.doe@example.com",
  });

function toAsciiDomain(address: string): string {
  const domain = address.lastIndexOf("@") + 1;
  return address.slice(0, domain) + domainToASCII(address.slice(domain)).toLowerCase();
}

const id = z.string(coded("invalid_id")).min(1, "invalid_id").max(ID_MAX_LENGTH, "invalid_id");
export const paymentId = id.meta({ example: "pay_01JABCDEFGHJKMNPQRSTVWXYZ0" });
export const topUpId = id.meta({ example: "top_01JABCDEFGHJKMNPQRSTVWXYZ0" });
export const cardRefundId = id.meta({ example: "crf_01JABCDEFGHJKMNPQRSTVWXYZ0" });
export const holdId = id.meta({ example: "hold_01JABCDEFGHJKMNPQRSTVWXYZ0" });
export const keyId = id.meta({ example: "key_01JABCDEFGHJKMNPQRSTVWXYZ0" });
export const cardId = id.meta({ example: "card_01JABCDEFGHJKMNPQRSTVWXYZ0" });

export const limit = z.string(coded("invalid_limit")).regex(/^[1-9]\d{0,2}$/, "invalid_limit")
  .transform(Number)
  .refine((count) => count <= PAGE_MAX, "invalid_limit")
  .meta({
    type: "integer",
    minimum: 1,
    maximum: PAGE_MAX,
    description: `Entries on a page; ${PAGE_DEFAULT} when left out.`,
    example: PAGE_DEFAULT,
  });

export const expiresInMinutes = z.string(coded("invalid_minutes"))
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

export const adjustmentDirection = z.enum(ADJUSTMENT_DIRECTIONS, coded("invalid_direction")).meta({
  description: "`credit` gives to the user, `debit` takes.",
});

export const adjustmentReason = z.enum(ADJUSTMENT_REASONS, coded("invalid_reason"));

export const note = text(DESCRIPTION_MAX_LENGTH).meta({
  description: "The fleet's own words.",
  example: "Kask kırık teslim edildi",
});

export const day = z.string(coded("invalid_day")).refine(isDay, "invalid_day")
  .meta({ format: "date", description: "A day of TIME_ZONE.", example: "2026-01-01" });

/** Opaque to clients; it holds the number of the last entry that was shown. */
export const cursor = z.string(coded("invalid_cursor")).regex(/^s[1-9]\d{0,14}$/, "invalid_cursor")
  .transform((text) => Number(text.slice(1)))
  .meta({ description: "`nextCursor` of the page before." });

export const userNoPrefix = z.string(coded("invalid_user_no"))
  .regex(NAME, { error: "invalid_user_no", abort: true })
  .refine(hidesNoCardNumber, "invalid_user_no")
  .meta({ description: "How the user's number begins.", example: "1234" });

export const accountStatus = z.enum(["active", "frozen", "closed"], coded("invalid_status")).meta({
  description: "Only users in this status.",
});

/** Holds the number of the last user that was shown. */
export const userCursor = z.string(coded("invalid_cursor"))
  .regex(new RegExp(`^u[A-Za-z0-9_-]{1,${USER_NO_MAX_LENGTH}}$`), "invalid_cursor")
  .transform((text) => text.slice(1))
  .meta({ description: "`nextCursor` of the page before." });

/** A point in time, or a day of the fleet's time zone. */
export type Moment = { readonly at: number } | { readonly day: Day };

const INSTANT = z.iso.datetime({ offset: true });

function moment(description: string) {
  return z.string(coded("invalid_moment")).transform((text, context): Moment => {
    if (isDay(text)) return { day: text };
    if (INSTANT.safeParse(text).success) return { at: Date.parse(text) };
    context.addIssue({ code: "custom", message: "invalid_moment" });
    return z.NEVER;
  }).meta({ type: "string", description, example: "2026-03-01" });
}

export const from = moment(
  "The first moment: a day of TIME_ZONE, from its beginning, or an instant (RFC 3339).",
);
export const to = moment(
  "The last moment: a day of TIME_ZONE, with all of it, or an instant (RFC 3339), without it.",
);

export const entryTypes = z.string(coded("invalid_type")).transform((text, context) => {
  const types = text.split(",").map((name) => ENTRY_TYPES.find((type) => type === name.trim()));
  const found = types.filter((type): type is EntryType => type !== undefined);
  if (found.length === types.length) return found;
  context.addIssue({ code: "custom", message: "invalid_type" });
  return z.NEVER;
}).meta({
  type: "string",
  description: "Only entries of these types, several with commas.",
  example: "payment,refund",
});

/** Longer than any cursor or id. */
const FLEET_CURSOR = /^[\w-]{1,400}$/;
export const fleetCursor = z.string(coded("invalid_cursor")).regex(FLEET_CURSOR, "invalid_cursor")
  .meta({
    description: "`nextCursor` of the page before, or the id of the last entry that arrived.",
  });

export const referenceCursor = z.string(coded("invalid_cursor"))
  .regex(FLEET_CURSOR, "invalid_cursor")
  .meta({ description: "`nextCursor` of the answer before." });

export const sheetLanguage = z.enum(["tr", "en"], coded("invalid_language")).meta({
  description:
    "Of a CSV: `tr` separates by semicolons and writes amounts with a comma, for Excel in Turkey.",
});
export const keyName = text(KEY_NAME_MAX_LENGTH).meta({
  description: "Which of the fleet's systems has the key.",
  example: "Kadıköy kasası",
});

/** In a query they are one text, with commas between. */
export const scopes = z.preprocess(
  (given) => typeof given === "string" ? given.split(",") : given,
  z.array(z.enum(SCOPES, "invalid_scopes"), coded("invalid_scopes")).min(1, "invalid_scopes")
    .max(SCOPES.length, "invalid_scopes"),
).meta({
  type: "array",
  items: { type: "string", enum: [...SCOPES] },
  minItems: 1,
  description: "What the key may do.",
  example: ["read", "pay"],
});

export const expiresAt = z.iso.datetime({ ...coded("invalid_expires_at"), offset: true })
  .transform((text) => Date.parse(text))
  .meta({
    type: "string",
    format: "date-time",
    description: "From then on the key opens nothing. Without it the key does not expire.",
    example: "2027-01-31T09:30:00Z",
  });

export const keyCursor = z.string(coded("invalid_cursor"))
  .regex(/^key_[0-9A-Z]{26}$/, "invalid_cursor")
  .meta({
    description: "`nextCursor` of the page before.",
    example: "key_01JABCDEFGHJKMNPQRSTVWXYZ0",
  });

export const auditCursor = z.string(coded("invalid_cursor")).regex(FLEET_CURSOR, "invalid_cursor")
  .meta({ description: "`nextCursor` of the page before." });

/** Opaque to clients; each store has its own. */
export const eventCursor = z.string(coded("invalid_cursor"))
  .regex(/^e[\w-]{1,300}$/, "invalid_cursor")
  .transform((text) => Buffer.from(text.slice(1), "base64url").toString())
  .meta({ description: "`nextCursor` of the page before.", example: "eMTIz" });

export const eventStatus = z.enum(EVENT_STATUSES, coded("invalid_event_status")).meta({
  description: "Only events of which this is so.",
});

export const eventId = id.meta({
  description: "The id of the entry.",
  example: "pay_01JABCDEFGHJKMNPQRSTVWXYZ0",
});

export const entryType = z.enum(ENTRY_TYPES, coded("invalid_type")).meta({
  description: "Only entries of this type.",
});
