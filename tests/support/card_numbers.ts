import { passesLuhn } from "../../domain/luhn.ts";

export const VISA = "4242424242424242";
export const MASTERCARD = "5555555555554444";
/** The seed's create_user example; it fails Luhn. */
export const UNVERIFIED = "1234 5678 1234 1334";
/** The sandbox declines it. */
export const DECLINED = "4000000000000002";
/** The sandbox charges it, but only its `inquire` tells. */
export const ANSWER_IS_LOST = "4000000000000119";

/** The sandbox charges it once its user has approved (3-D Secure). */
export const WANTS_THE_USER = "4000000000003220";

/** A number that passes Luhn: the given digits and the check digit that belongs to them. */
export function withCheckDigit(digits: string): string {
  const check = [..."0123456789"].find((digit) => passesLuhn(digits + digit));
  return `${digits}${check}`;
}

/** A number that passes Luhn and begins and ends as told, one of many with the same mask. */
export function cardNumberLike(beginning: string, ending: string, which: number): string {
  const length = 16 - beginning.length - ending.length;
  let found = -1;
  for (let middle = 0; middle < 10 ** length; middle++) {
    const number = `${beginning}${String(middle).padStart(length, "0")}${ending}`;
    if (passesLuhn(number) && ++found === which) return number;
  }
  throw new Error(`Cannot find number ${which}: ${beginning}…${ending}`);
}

/** So many different numbers that pass Luhn and that the sandbox charges. */
export function chargeableCards(count: number): string[] {
  return Array.from(
    { length: count },
    (_, place) => withCheckDigit(`42420000${String(place).padStart(7, "0")}`),
  );
}
