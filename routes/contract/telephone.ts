import { decimalDigits } from "../../domain/decimal_digits.ts";

type Library = typeof import("libphonenumber-js/min");

// Loaded with the first telephone number, because it would make every start some 35 ms longer.
let library: Library | undefined;

/** Thrown while what a field needs is still to be loaded; then the parameters are read again. */
export class NotLoaded extends Error {
  constructor(readonly load: () => Promise<void>) {
    super("Cannot read a field: what it needs is not loaded");
  }
}

/**
 * Reads a telephone number as people in Turkey write it, and gives it in E.164; undefined when there
 * is no such number. A subscriber number of seven digits without an area code is unique nowhere and
 * cannot be completed: it stays its digits.
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
