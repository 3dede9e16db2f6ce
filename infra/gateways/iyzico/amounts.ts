import { type Kurus, kurus } from "../../../domain/money.ts";

/** Writes an amount as iyzico wants it: a decimal point, no trailing zeros, at least one decimal. */
export function writeAmount(amount: Kurus): string {
  const decimals = String(amount % 100).padStart(2, "0").replace(/0$/, "");
  return `${Math.floor(amount / 100)}.${decimals}`;
}

// Thirteen digits of lira in kurus are still a safe integer. Some answers have eight decimals.
const AMOUNT = /^(\d{1,13})(?:\.(\d{1,2})(0*))?$/;

/** Reads an amount of an answer by its own text. Undefined if it is no whole number of kurus. */
export function readAmount(text: string | undefined): Kurus | undefined {
  const match = text === undefined ? null : AMOUNT.exec(text);
  if (match === null) return undefined;
  const [, lira = "", decimals = ""] = match;
  return kurus(Number(lira) * 100 + Number(decimals.padEnd(2, "0")));
}

/** An amount as answers are signed over it: `10.50` as `10.5`, `10.0` as `10`. */
export function trimAmount(text: string): string {
  if (!text.includes(".")) return text;
  let end = text.length;
  while (text[end - 1] === "0") end--;
  if (text[end - 1] === ".") end--;
  return text.slice(0, end);
}
