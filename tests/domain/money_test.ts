import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { AMOUNT_MAX_KURUS, AMOUNT_MIN_KURUS, BALANCE_MAX_KURUS } from "../../domain/limits.ts";
import {
  add,
  formatAmount,
  kurus,
  negate,
  parseAmount,
  parseBalance,
  subtract,
} from "../../domain/money.ts";
import {
  AMOUNTS_OUT_OF_RANGE,
  MALFORMED_AMOUNTS,
  MALFORMED_AMOUNTS_IN_JSON,
} from "../support/amounts.ts";

const AMOUNTS: readonly (readonly [unknown, number])[] = [
  ["0.01", 1],
  ["0.1", 10],
  ["0.10", 10],
  ["1", 100],
  ["10", 1_000],
  ["10.5", 1_050],
  ["10.50", 1_050],
  ["10.05", 1_005],
  ["999999.99", 99_999_999],
  ["1000000", 100_000_000],
  ["1000000.00", 100_000_000],
  [0.01, 1],
  [0.29, 29],
  [1.1, 110],
  [4.35, 435],
  [10, 1_000],
  [10.5, 1_050],
  [1e2, 10_000],
  [1_000_000, 100_000_000],
];

for (const [value, expected] of AMOUNTS) {
  Deno.test(`parseAmount() reads the ${typeof value} ${value} as ${expected} kurus`, () => {
    assertEquals<unknown>(parseAmount(value), expected);
  });
}

/** What neither an amount nor a balance may be. */
const MALFORMED: readonly unknown[] = [
  ...MALFORMED_AMOUNTS,
  ...MALFORMED_AMOUNTS_IN_JSON,
  NaN,
  Infinity,
  -Infinity,
  1n,
  undefined,
  { valueOf: () => 10, toString: () => "10" },
  Object("10"),
  Object(10),
  Symbol("10"),
  () => 10,
];

Deno.test("parseAmount() refuses what is no decimal with at most two digits after the point", () => {
  for (const value of MALFORMED) assertEquals(parseAmount(value), undefined, Deno.inspect(value));
});

Deno.test("parseBalance() refuses what is no decimal with at most two digits after the point", () => {
  for (const value of MALFORMED) assertEquals(parseBalance(value), undefined, Deno.inspect(value));
});

Deno.test("parseAmount() refuses what lies outside 0.01 to 1,000,000.00", () => {
  for (const value of [...AMOUNTS_OUT_OF_RANGE, -0]) {
    assertEquals(parseAmount(value), undefined, String(value));
  }
});

Deno.test("parseBalance() reads 0 to 100,000,000.00", () => {
  const balances: readonly (readonly [unknown, number])[] = [
    ["0", 0],
    ["0.00", 0],
    [0, 0],
    [-0, 0],
    ["0.01", 1],
    ["1000000.01", 100_000_001],
    ["99999999.99", 9_999_999_999],
    ["100000000", 10_000_000_000],
    ["100000000.00", 10_000_000_000],
    [100_000_000, 10_000_000_000],
  ];
  for (const [value, expected] of balances) {
    assertEquals<unknown>(parseBalance(value), expected, String(value));
  }
});

Deno.test("parseBalance() refuses a kurus more than 100,000,000.00", () => {
  for (const value of ["100000000.01", 100_000_000.01, "100000001", "1000000000"]) {
    assertEquals(parseBalance(value), undefined, String(value));
  }
});

Deno.test("formatAmount() writes two decimals always", () => {
  const texts: readonly (readonly [number, string])[] = [
    [0, "0.00"],
    [-0, "0.00"],
    [1, "0.01"],
    [10, "0.10"],
    [99, "0.99"],
    [100, "1.00"],
    [98_950, "989.50"],
    [100_000_000, "1000000.00"],
    [10_000_000_000, "100000000.00"],
    [-1, "-0.01"],
    [-1_050, "-10.50"],
    [Number.MAX_SAFE_INTEGER, "90071992547409.91"],
  ];
  for (const [sum, expected] of texts) assertEquals(formatAmount(kurus(sum)), expected);
});

Deno.test("parseAmount() reads back what formatAmount() wrote", () => {
  fc.assert(
    fc.property(fc.integer({ min: AMOUNT_MIN_KURUS, max: AMOUNT_MAX_KURUS }), (sum) => {
      assertEquals<unknown>(parseAmount(formatAmount(kurus(sum))), sum);
    }),
    { seed: 20260101, numRuns: 1_000 },
  );
});

Deno.test("parseBalance() reads back what formatAmount() wrote", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: BALANCE_MAX_KURUS }), (sum) => {
      assertEquals<unknown>(parseBalance(formatAmount(kurus(sum))), sum);
    }),
    { seed: 20260101, numRuns: 1_000 },
  );
});

Deno.test("parseAmount() reads a JSON number like the same number as a text", () => {
  fc.assert(
    fc.property(fc.integer({ min: AMOUNT_MIN_KURUS, max: AMOUNT_MAX_KURUS }), (sum) => {
      assertEquals<unknown>(parseAmount(JSON.parse(formatAmount(kurus(sum)))), sum);
    }),
    { seed: 20260101, numRuns: 1_000 },
  );
});

Deno.test("parseAmount() gives a whole number within the limits or nothing, whatever it is given", () => {
  fc.assert(
    fc.property(fc.oneof(fc.anything(), fc.double(), fc.string({ unit: "binary" })), (value) => {
      const sum = parseAmount(value);
      const isFine = sum === undefined ||
        Number.isSafeInteger(sum) && sum >= AMOUNT_MIN_KURUS && sum <= AMOUNT_MAX_KURUS;
      assertEquals(isFine, true);
    }),
    { seed: 20260101, numRuns: 1_000 },
  );
});

Deno.test("kurus() throws on what is no safe integer", () => {
  for (const value of [0.5, NaN, Infinity, Number.MAX_SAFE_INTEGER + 1]) {
    assertThrows(() => kurus(value), RangeError, `value is ${value}`);
  }
});

Deno.test("add() throws where a sum could not be counted exactly", () => {
  assertEquals<unknown>(add(kurus(5), kurus(-7)), -2);
  assertThrows(() => add(kurus(Number.MAX_SAFE_INTEGER), kurus(1)), RangeError);
});

Deno.test("subtract() throws where a difference could not be counted exactly", () => {
  assertEquals<unknown>(subtract(kurus(5), kurus(7)), -2);
  assertThrows(() => subtract(kurus(-Number.MAX_SAFE_INTEGER), kurus(1)), RangeError);
});

Deno.test("negate() turns an amount around and knows one zero only", () => {
  assertEquals<unknown>(negate(kurus(5)), -5);
  assertEquals<unknown>(negate(kurus(-5)), 5);
  assertEquals(Object.is(negate(kurus(0)), 0), true);
});
