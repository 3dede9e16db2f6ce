import { AMOUNT_MAX_KURUS, AMOUNT_MIN_KURUS, BALANCE_MAX_KURUS } from "./limits.ts";

declare const kurusBrand: unique symbol;

/** An amount of money as a whole number of kurus (1 TRY = 100 kurus): never a fraction, never lira. */
export type Kurus = number & { readonly [kurusBrand]: true };

/** The only currency of Kese (ISO 4217). */
export const CURRENCY = "TRY" as const;

export const NO_MONEY = 0 as Kurus;

/**
 * Takes a number as an amount in kurus.
 *
 * @throws {RangeError} if it is not a safe integer. That is a bug: no request can cause it.
 */
export function kurus(value: number): Kurus {
  if (!Number.isSafeInteger(value)) {
    throw new RangeError(`Cannot count money: value is ${value}, must be a safe integer of kurus`);
  }
  return value as Kurus;
}

export function add(first: Kurus, second: Kurus): Kurus {
  return kurus(first + second);
}

export function subtract(first: Kurus, second: Kurus): Kurus {
  return kurus(first - second);
}

/** The same amount with the opposite sign. */
export function negate(amount: Kurus): Kurus {
  return amount === 0 ? NO_MONEY : kurus(-amount);
}

/**
 * Reads the amount of a payment, refund or top-up: "10", "10.5", "10.50", or a JSON number written like
 * that. Undefined for anything else, and outside 0.01 to 1,000,000.00.
 *
 * ```ts
 * import { parseAmount } from "./money.ts";
 * if (parseAmount("10.5") !== 1050) throw new Error("10.5 lira are 1050 kurus");
 * if (parseAmount("10,5") !== undefined) throw new Error("a comma is no decimal point here");
 * ```
 */
export function parseAmount(value: unknown): Kurus | undefined {
  return parseDecimal(value, AMOUNT_MIN_KURUS, AMOUNT_MAX_KURUS);
}

/** Reads an opening balance, in the form of {@linkcode parseAmount}: 0 to 100,000,000.00. */
export function parseBalance(value: unknown): Kurus | undefined {
  return parseDecimal(value, 0, BALANCE_MAX_KURUS);
}

// No leading zeros, so that nobody can take the number for octal; at most two decimals.
const DECIMAL = /^(0|[1-9]\d{0,14})(?:\.(\d{1,2}))?$/;

function parseDecimal(value: unknown, least: number, most: number): Kurus | undefined {
  // A number is judged by its shortest text, so 0.1 + 0.2 and 1e-7 fail here.
  const text = typeof value === "number" ? String(value) : value;
  if (typeof text !== "string") return undefined;
  const match = DECIMAL.exec(text);
  if (match === null) return undefined;
  const [, lira = "", decimals = ""] = match;
  const total = Number(lira) * 100 + Number(decimals.padEnd(2, "0"));
  if (total < least || total > most) return undefined;
  return kurus(total);
}

/** Writes an amount as answers show it, always with two decimals: "989.50". */
export function formatAmount(amount: Kurus): string {
  const size = Math.abs(amount);
  const decimals = String(size % 100).padStart(2, "0");
  return `${amount < 0 ? "-" : ""}${Math.floor(size / 100)}.${decimals}`;
}
