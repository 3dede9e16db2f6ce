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
