import { assertEquals, assertGreater } from "@std/assert";
import creditCardType from "credit-card-type";
import { brandOf, type CardBrand } from "../../domain/card_brand.ts";

const BRANDS: readonly (readonly [string, CardBrand])[] = [
  ["4242424242424242", "visa"],
  ["4222222222222", "visa"],
  ["5099999999999992", "unknown"],
  ["5100000000000008", "mastercard"],
  ["5599999999999997", "mastercard"],
  ["5600000000000003", "unknown"],
  ["2220999999999991", "unknown"],
  ["2221000000000009", "mastercard"],
  ["2720999999999996", "mastercard"],
  ["2721000000000004", "unknown"],
  ["340000000000009", "amex"],
  ["378282246310005", "amex"],
  ["360000000000008", "unknown"],
  ["9792030000000000", "troy"],
  ["9791030000000000", "unknown"],
  ["6500520000000000", "troy"],
  ["6508370000000000", "troy"],
  ["6508370500000000", "unknown"],
  ["6222000000000009", "unknown"],
  ["1111222233334444", "unknown"],
];

for (const [digits, brand] of BRANDS) {
  Deno.test(`brandOf() tells the brand of ${digits.slice(0, 8)}…: ${brand}`, () => {
    assertEquals(brandOf(digits), brand);
  });
}

/** The brands as the package calls them; it knows others too, which Kese does not name. */
const NAMES: Readonly<Record<string, CardBrand>> = {
  visa: "visa",
  mastercard: "mastercard",
  "american-express": "amex",
  troy: "troy",
};

Deno.test("brandOf() says what npm credit-card-type says, on both sides of every edge of its ranges", () => {
  const edges = creditCardType("").flatMap(({ patterns }) => patterns.flat());
  const bins = edges.flatMap((edge) =>
    [-1, 0, 1].flatMap((step) => [
      String(edge + step).padEnd(8, "0"),
      String(edge + step).padEnd(8, "9"),
    ])
  );
  // Every first six digits that a card can have would be 300,000; these are one in seven.
  for (let bin = 200_000; bin < 1_000_000; bin += 7) bins.push(`${bin}00`);
  assertGreater(bins.length, 100_000);
  for (const bin of bins) {
    const [match, ...others] = creditCardType(`${bin}00000000`);
    const brand = others.length > 0 ? undefined : NAMES[match?.type ?? ""] ?? "unknown";
    if (brand !== undefined) assertEquals(brandOf(bin), brand, bin);
  }
});
