import { brandOf, type CardBrand } from "./card_brand.ts";
import { passesLuhn } from "./luhn.ts";

/** What may be kept and shown of a card number (PCI DSS 3.4.1: at most the BIN and the last four). */
export interface CardFacts {
  readonly brand: CardBrand;
  /** The first six digits. Null if there are fewer than 15, because too few would stay hidden. */
  readonly bin: string | null;
  readonly last4: string;
  readonly digitCount: number;
  /** Whether the number passes Luhn; only such a card can be charged. */
  readonly verified: boolean;
}

// ISO/IEC 7812-1
const CARD_NUMBER = /^\d{12,19}$/;
const BLANKS_AND_DASHES = /[\s\p{Pd}]+/gu;
const LONGEST_TEXT = 64;
const FEWEST_DIGITS_FOR_BIN = 15;

/**
 * A whole card number that cannot become text by accident: as a string, as JSON and when inspected it
 * shows its mask. Only {@linkcode CardNumber.reveal} gives the digits; the vault's sealing and the card
 * gateways alone call it.
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

  /**
   * Reads 12 to 19 digits, with any Unicode spaces and dashes between and around them. Undefined for
   * anything else.
   */
  static parse(value: unknown): CardNumber | undefined {
    if (typeof value !== "string" || value.length > LONGEST_TEXT) return undefined;
    const digits = value.replaceAll(BLANKS_AND_DASHES, "");
    return CARD_NUMBER.test(digits) ? new CardNumber(digits) : undefined;
  }

  /** The numbers, each once, in the order in which they first come. */
  static distinct(numbers: readonly CardNumber[]): readonly CardNumber[] {
    const before = new Set<string>();
    return numbers.filter((number) => {
      const isNew = !before.has(number.#digits);
      before.add(number.#digits);
      return isNew;
    });
  }

  /** A keyed hash of the digits, for code that compares numbers and must not know them. */
  digest(hash: (digits: string) => string): string {
    return hash(this.#digits);
  }

  /** The digits themselves. Never write them anywhere. */
  reveal(): string {
    return this.#digits;
  }

  toString(): string {
    return maskNumber(this.facts);
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

/** The number as answers show it: `454671******7894`, or the last four only under 15 digits. */
export function maskNumber(facts: Pick<CardFacts, "bin" | "last4" | "digitCount">): string {
  const shown = (facts.bin?.length ?? 0) + facts.last4.length;
  return `${facts.bin ?? ""}${"*".repeat(facts.digitCount - shown)}${facts.last4}`;
}
