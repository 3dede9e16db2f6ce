import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { passesLuhn } from "../../domain/luhn.ts";

const RIGHT = [
  "0",
  "18",
  "79927398713",
  "400000000002",
  "4222222222222",
  "30569309025904",
  "378282246310005",
  "4242424242424242",
  "5555555555554444",
  "9792030000000000",
  "1111222233334444",
  "7777888899990000",
  "4000000000000000006",
];

for (const digits of RIGHT) {
  Deno.test(`passesLuhn() accepts the ${digits.length} digits ${digits}`, () => {
    assertEquals(passesLuhn(digits), true);
  });
}

const WRONG = [
  "",
  "1",
  "81",
  "79927398710",
  "4242424242424241",
  "1234567812341334",
  "4567123412341234",
];

for (const digits of WRONG) {
  Deno.test(`passesLuhn() refuses the ${digits.length} digits "${digits}"`, () => {
    assertEquals(passesLuhn(digits), false);
  });
}

/** Digits of the length of a card number, and the check digit that belongs to them. */
const RIGHT_NUMBERS = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 11, maxLength: 18 })
  .map(
    (payload) => {
      // The formula as the standard tells it, from the left, so that the rule is not its own judge.
      const sum = payload.toReversed().reduce((total, digit, place) => {
        const twice = String(digit * 2).split("").reduce((all, each) => all + Number(each), 0);
        return total + (place % 2 === 0 ? twice : digit);
      }, 0);
      return [...payload, (10 - sum % 10) % 10];
    },
  );

Deno.test("passesLuhn() accepts the check digit that the standard gives, and no other", () => {
  fc.assert(
    fc.property(RIGHT_NUMBERS, (digits) => {
      const payload = digits.slice(0, -1).join("");
      const fitting = [..."0123456789"].filter((check) => passesLuhn(payload + check));
      assertEquals(fitting, [String(digits.at(-1))]);
    }),
    { seed: 20260101, numRuns: 300 },
  );
});

Deno.test("passesLuhn() catches every single wrong digit", () => {
  fc.assert(
    fc.property(RIGHT_NUMBERS, (digits) => {
      for (const [place, digit] of digits.entries()) {
        for (let wrong = 0; wrong < 10; wrong++) {
          assertEquals(passesLuhn(digits.with(place, wrong).join("")), wrong === digit);
        }
      }
    }),
    { seed: 20260101, numRuns: 50 },
  );
});

Deno.test("passesLuhn() catches every two neighbours in the wrong order, except 0 and 9", () => {
  fc.assert(
    fc.property(RIGHT_NUMBERS, (digits) => {
      for (let place = 0; place + 1 < digits.length; place++) {
        const [first = 0, second = 0] = digits.slice(place, place + 2);
        const swapped = digits.with(place, second).with(place + 1, first).join("");
        const isBlind = first === second || Math.abs(first - second) === 9;
        assertEquals(passesLuhn(swapped), isBlind, `${digits.join("")} and ${swapped}`);
      }
    }),
    { seed: 20260101, numRuns: 200 },
  );
});
