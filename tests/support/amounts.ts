import { assertMatch } from "@std/assert";

/** Kurus as an answer writes them: 1050 is `10.50`. */
export function lira(kurus: number): string {
  return (kurus / 100).toFixed(2);
}

/** The kurus of an amount, which must be written as answers write one. */
export function kurusOf(amount: string): number {
  assertMatch(amount, /^-?\d+\.\d{2}$/);
  return Number(amount.replace(".", ""));
}

// deno-fmt-ignore
/** Texts that are neither an amount nor a balance. */
export const MALFORMED_AMOUNTS: readonly string[] = [
  "", " ", ".", "-", "+", "ten", "null", "true", "[]", "NaN", "Infinity", "-Infinity",
  "-1", "-0.01", "--1", "+1", "1e1", "1e2", "1e3", "1E1", "1E3", "1e-2", "0x10", "0b1", "0o7", "1_000",
  "1,5", "10,5", "1.000,00", "1,000.00", "1 000", "1 0", "₺1", "₺5", "1TL", "5 TRY", "10%",
  ".5", ". 5", "1.", "5.", "1..5", "1.2.3", "1.5.0", "0.001", "1.005", "1.000", "1.234", "10.505",
  " 1", " 10", "1 ", "10 ", "\t1", "1\n", "1\u0000", "\u00a01", "00", "01", "010", "00.50", "00.5", "007",
  "１", "１０", "１０.５", "1．5", "٣", "١", "١٠", "1.٥", "1٫5", "²", "9".repeat(15), "9".repeat(16),
  "99999999999999999999", "9".repeat(30), "1".repeat(400), "9".repeat(400), `0.${"0".repeat(400)}1`,
];
// deno-fmt-ignore
/** What is neither an amount nor a balance, and stands in JSON as it is. */
export const MALFORMED_AMOUNTS_IN_JSON: readonly unknown[] = [
  -1, -0.01, 0.001, 1.005, 0.1 + 0.2, 1e-7, 1e21, Number.MIN_VALUE, Number.MAX_SAFE_INTEGER,
  Number.MAX_VALUE, true, false, null, [], ["1"], ["10"], [1], [10], {}, { $gt: 0 }, { $ne: null },
  { amount: "1" },
];
/** Well-formed, but outside 0.01 to 1,000,000.00; each is a balance. */
export const AMOUNTS_OUT_OF_RANGE: readonly unknown[] = [
  ...["0", "0.0", "0.00", "1000000.01", "1000001"],
  ...[0, 1_000_000.01, 1_000_001],
];
