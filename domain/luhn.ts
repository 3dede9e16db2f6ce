/**
 * Whether the last digit is the right check digit for the others (ISO/IEC 7812-1, annex B: Luhn).
 *
 * ```ts
 * import { passesLuhn } from "./luhn.ts";
 * if (!passesLuhn("4242424242424242")) throw new Error("a well-known test number");
 * if (passesLuhn("4242424242424241")) throw new Error("one wrong digit is always seen");
 * ```
 */
export function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let place = 0; place < digits.length; place++) {
    const digit = digits.charCodeAt(digits.length - 1 - place) - 48;
    const doubled = place % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return digits.length > 0 && sum % 10 === 0;
}
