import { AMOUNT_MAX_KURUS, AMOUNT_MIN_KURUS, BALANCE_MAX_KURUS } from "./limits.ts";

declare const kurusBrand: unique symbol;

/** A sum of money as a whole number of kurus (1 TRY = 100 kurus). Never a fraction, never a float of lira. */
export type Kurus = number & { readonly [kurusBrand]: true };

/** The only currency of Kese (ISO 4217). */
export const CURRENCY = "TRY" as const;

export const NO_MONEY = 0 as Kurus;

/**
 * Makes a whole number of kurus out of a number that must be one.
 *
 * @throws {RangeError} when it is no safe integer: that is a bug, never a client's doing.
 */
export function kurus(value: number): Kurus {
  if (!Number.isSafeInteger(value)) {
    throw new RangeError(`Cannot count money: value is ${value}, must be a safe integer of kurus`);
  }
  return value as Kurus;
}

/** One sum and another; `add(a, negative(b))` takes away. */
export function add(first: Kurus, second: Kurus): Kurus {
  return kurus(first + second);
}

/** The same sum in the other direction. */
export function negative(sum: Kurus): Kurus {
  return sum === 0 ? NO_MONEY : kurus(-sum);
}

/**
 * Reads the amount of a payment, refund or top-up: "10", "10.5", "10.50" or a JSON number of such a
 * value. Undefined when it is anything else, or outside 0.01 to 1,000,000.00.
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

// Lira without a needless leading zero, so that no reader can take it for octal; at most two decimals.
const DECIMAL = /^(0|[1-9]\d{0,14})(?:\.(\d{1,2}))?$/;

function parseDecimal(value: unknown, least: number, most: number): Kurus | undefined {
  // The shortest text that a number reads back from is what the client wrote, so 0.1 + 0.2 and 1e-7 fail here.
  const text = typeof value === "number" ? String(value) : value;
  if (typeof text !== "string") return undefined;
  const match = DECIMAL.exec(text);
  if (match === null) return undefined;
  const [, lira = "", decimals = ""] = match;
  const total = Number(lira) * 100 + Number(decimals.padEnd(2, "0"));
  if (total < least || total > most) return undefined;
  return kurus(total);
}

/** Writes a sum as answers show it: always two decimals, "989.50". */
export function formatAmount(sum: Kurus): string {
  const size = Math.abs(sum);
  const decimals = String(size % 100).padStart(2, "0");
  return `${sum < 0 ? "-" : ""}${Math.floor(size / 100)}.${decimals}`;
}
