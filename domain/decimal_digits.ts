const DIGIT = /\p{Nd}/u;
const EVERY_DIGIT = /\p{Nd}/gu;
const NO_DIGITS = /\P{Nd}+/gu;
const ASCII_DIGITS = /^[0-9]*$/;

/**
 * The decimal digits of a text (Unicode `Nd`, of any script), written as 0 to 9 and without the rest.
 *
 * ```ts
 * import { decimalDigits } from "./decimal_digits.ts";
 * if (decimalDigits("４2-٤x") !== "424") throw new Error("full-width 4, 2, Arabic 4");
 * ```
 */
export function decimalDigits(text: string): string {
  if (ASCII_DIGITS.test(text)) return text;
  return text.replaceAll(NO_DIGITS, "").replaceAll(EVERY_DIGIT, (digit) => String(valueOf(digit)));
}

/** Each script encodes 0 to 9 in a row (Unicode 4.6), so the number of digits before one is its value. */
function valueOf(digit: string): number {
  const code = digit.codePointAt(0) ?? 0;
  let before = 0;
  while (DIGIT.test(String.fromCodePoint(code - before - 1))) before++;
  return before % 10;
}
