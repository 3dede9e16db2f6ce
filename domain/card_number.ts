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

// Runs of 12 to 19 digits, however they are spaced, that no further digit touches.
const DIGIT_RUN = /(?<!\d)\d(?:[ -]?\d){11,18}(?!\d)/g;
const ISSUED = /^(?:4|3[47]|5|6|2[2-7]|9792)/;

/**
 * Whether a text holds what is in all likelihood a card number: 13 to 19 digits as card schemes
 * issue them, with a right check digit. Such a text is refused where it would be kept (an order
 * id, a name): an altered order id would be worse than a clear error.
 */
export function holdsCardNumber(text: string): boolean {
  return digitRuns(text).some((digits) =>
    digits.length >= 13 && ISSUED.test(digits) && passesLuhn(digits)
  );
}

/** The text with everything that could be a card number masked, for logs, errors and audit. */
export function maskCardNumbers(text: string): string {
  return text.replaceAll(DIGIT_RUN, (run) => {
    const digits = run.replaceAll(/[ -]/g, "");
    return passesLuhn(digits) ? `${"*".repeat(digits.length - 4)}${digits.slice(-4)}` : run;
  });
}

function digitRuns(text: string): string[] {
  return [...text.matchAll(DIGIT_RUN)].map(([run]) => run.replaceAll(/[ -]/g, ""));
}
