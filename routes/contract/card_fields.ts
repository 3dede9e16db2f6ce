import { z } from "zod";
import { CardNumber } from "../../domain/card_number.ts";
import { parseNewCardNumber } from "../../domain/card_registration.ts";
import {
  CARD_ALIAS_MAX_LENGTH,
  CARD_HOLDER_MAX_LENGTH,
  CARDS_PER_ACCOUNT,
  GATEWAY_TOKEN_MAX_LENGTH,
} from "../../domain/limits.ts";
import { failWith, secret, text } from "./texts.ts";
import { TAKING_NUMBERS } from "./taking_numbers.ts";

/** A card number that one of the rules of cards accepts; from here on it cannot be turned into text. */
function cardNumber(parse: (value: unknown) => CardNumber | undefined) {
  return z.string(failWith("invalid_card_number")).transform((text, context): CardNumber => {
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
  return z.string(failWith(code)).regex(pattern, code).transform(Number);
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

/** As a fleet's old records have it: it may fail Luhn, and is then kept but never charged. */
export const knownCardNumber = cardNumber(CardNumber.parse).meta({
  description: "12 to 19 digits; blanks and dashes between and around them do not count.",
  example: "1234 5678 1234 1334",
});

export const knownCardNumbers = z.array(knownCardNumber, failWith("invalid_cards"))
  .max(CARDS_PER_ACCOUNT, "invalid_cards");
