import { decimalDigits } from "../../domain/decimal_digits.ts";

type Library = typeof import("libphonenumber-js/min");

// Loaded with the first telephone number, because it would make every start some 35 ms longer.
let library: Library | undefined;

/**
 * Thrown when a field needs what is not loaded yet; after loading, the parameters are validated
 * again.
 */
export class NotLoaded extends Error {
  constructor(readonly load: () => Promise<void>) {
    super("Cannot read a field: what it needs is not loaded");
  }
}

/**
 * Reads a telephone number as people in Turkey write it, and gives it in E.164; undefined if there is
 * no such number. A subscriber number of seven digits without an area code is not unique and cannot
 * be completed, so its digits are kept.
 */
export function readTelephone(text: string): string | undefined {
  if (library === undefined) throw new NotLoaded(load);
  const number = library.parsePhoneNumberFromString(text, { defaultCountry: "TR", extract: false });
  if (number === undefined || number.ext !== undefined) return undefined;
  if (number.isValid()) return number.number;
  const digits = decimalDigits(text);
  return digits.length === 7 && digits === number.nationalNumber ? digits : undefined;
}

async function load(): Promise<void> {
  library = await import("libphonenumber-js/min");
}
