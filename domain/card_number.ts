import { passesLuhn } from "./luhn.ts";

/** The scheme of a card, told from its first digits. */
export type CardBrand = "visa" | "mastercard" | "amex" | "troy" | "unknown";

/** What may be kept and shown of a card number (PCI DSS 3.4.1: at most the BIN and the last four). */
export interface CardFacts {
  readonly brand: CardBrand;
  /** The first six digits; null under 15 digits, where they would leave too little hidden. */
  readonly bin: string | null;
  readonly last4: string;
  readonly digitCount: number;
  /** Whether the number passes Luhn; only such a card can be charged. */
  readonly verified: boolean;
}

// 12 to 19 digits (ISO/IEC 7812-1), with blanks and dashes only between them.
const CARD_NUMBER = /^\d(?:[ -]*\d){11,18}$/;
const FEWEST_DIGITS_FOR_BIN = 15;

/**
 * A whole card number. It cannot be turned into text by accident: as a string, as JSON and in
 * inspection it gives its mask. Only {@linkcode CardNumber.reveal} gives the digits, to the vault
 * and to the card gateway.
 */
export class CardNumber {
  readonly #digits: string;
  readonly facts: CardFacts;

  private constructor(digits: string) {
    this.#digits = digits;
    this.facts = {
      brand: brandOf(digits),
      bin: digits.length < FEWEST_DIGITS_FOR_BIN ? null : digits.slice(0, 6),
      last4: digits.slice(-4),
      digitCount: digits.length,
      verified: passesLuhn(digits),
    };
  }

  /** Reads 12 to 19 digits, blanks and dashes between them; undefined when it is anything else. */
  static parse(value: unknown): CardNumber | undefined {
    if (typeof value !== "string" || value.length > 64 || !CARD_NUMBER.test(value)) {
      return undefined;
    }
    return new CardNumber(value.replaceAll(/[ -]/g, ""));
  }

  /** The digits themselves. Never write them anywhere. */
  reveal(): string {
    return this.#digits;
  }

  toString(): string {
    return maskedNumber(this.facts);
  }

  toJSON(): string {
    return this.toString();
  }

  [Symbol.for("Deno.customInspect")](): string {
    return `CardNumber ${this.toString()}`;
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return `CardNumber ${this.toString()}`;
  }
}

/** The number as answers show it: `454671******7894`; under 15 digits the last four only. */
export function maskedNumber(facts: Pick<CardFacts, "bin" | "last4" | "digitCount">): string {
  const shown = (facts.bin?.length ?? 0) + facts.last4.length;
  return `${facts.bin ?? ""}${"*".repeat(facts.digitCount - shown)}${facts.last4}`;
}

function brandOf(digits: string): CardBrand {
  if (digits.startsWith("4")) return "visa";
  if (/^3[47]/.test(digits)) return "amex";
  if (digits.startsWith("9792")) return "troy";
  const firstFour = Number(digits.slice(0, 4));
  if (firstFour >= 5100 && firstFour <= 5599) return "mastercard";
  if (firstFour >= 2221 && firstFour <= 2720) return "mastercard";
  return "unknown";
}

// A row of digits; the group says that only blanks and dashes part it from the next.
const DIGIT_ROW = /\d+(?=([ -]*\d)?)/g;
// A random id (RFC 9562) has digits enough that one in a few hundred holds what passes Luhn.
const UUID = /(?<![\da-z])(?=[\d-]*[a-f])[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}(?![\da-z])/gi;
const FEWEST_DIGITS = 12;
const MOST_DIGITS = 19;
const LAST_FOUR = /\d(?:[ -]*\d){3}$/;
const ISSUED = /^(?:4|3[04-9]|5|6|2[2-7]|9792)/;

/**
 * Whether a text holds what is in all likelihood a card number: 13 to 19 digits as card schemes
 * issue them, with a right check digit. Such a text is refused where it would be kept (an order
 * id, a name): an altered order id would be worse than a clear error.
 */
export function holdsCardNumber(text: string): boolean {
  return likelyNumbers(text).some(({ digits }) => digits.length >= 13 && ISSUED.test(digits));
}

/**
 * The text with everything that could be a card number masked, for logs, errors and audit. The last
 * four stay, unless digits follow with which they could look like a number again.
 */
export function maskCardNumbers(text: string): string {
  return likelyNumbers(text).reduce((masked, { start, end, goesOn }) => {
    const run = text.slice(start, end);
    const hidden = (goesOn ? run : run.replace(LAST_FOUR, "")).replaceAll(/\d/g, "*");
    return masked.slice(0, start) + hidden + masked.slice(start + hidden.length);
  }, text);
}

interface LikelyNumber {
  readonly start: number;
  readonly end: number;
  readonly digits: string;
  /** Whether more digits follow, parted by blanks and dashes at most. */
  readonly goesOn: boolean;
}

/**
 * The stretches of a text with the length and the check digit of a card number, spaced as
 * {@linkcode CardNumber.parse} takes them. Each row of digits may begin or end one, so that a number
 * is found beside other digits too: "10 4242 4242 4242 4242".
 */
function likelyNumbers(text: string): LikelyNumber[] {
  if (text.length < FEWEST_DIGITS) return [];
  const rows = [...text.matchAll(DIGIT_ROW)];
  if (rows.length === 0) return [];
  const uuids = [...text.matchAll(UUID)];
  const isInUuid = ({ start, end }: LikelyNumber): boolean =>
    uuids.some(({ 0: uuid, index }) => start >= index && end <= index + uuid.length);
  return rows.flatMap(({ index: start }, place) => {
    const found: LikelyNumber[] = [];
    let digits = "";
    for (const { 0: row, 1: next, index } of rows.slice(place, place + MOST_DIGITS)) {
      digits += row;
      if (digits.length > MOST_DIGITS) break;
      const goesOn = next !== undefined;
      if (digits.length >= FEWEST_DIGITS && passesLuhn(digits)) {
        found.push({ start, end: index + row.length, digits, goesOn });
      }
      if (!goesOn) break;
    }
    return found.filter((number) => !isInUuid(number));
  });
}
