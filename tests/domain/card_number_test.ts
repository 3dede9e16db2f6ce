import { assertEquals, assertFalse, assertStringIncludes, assertThrows } from "@std/assert";
import fc from "fast-check";
import { CardNumber, maskNumber } from "../../domain/card_number.ts";
import { cardNumber } from "../support/account.ts";

const READABLE: readonly (readonly [string, string])[] = [
  ["4242424242424242", "4242424242424242"],
  ["4242 4242 4242 4242", "4242424242424242"],
  ["4242-4242-4242-4242", "4242424242424242"],
  ["4242 - 4242  4242--4242", "4242424242424242"],
  ["3782 822463 10005", "378282246310005"],
  ["400000000002", "400000000002"],
  ["400000000001", "400000000001"],
  ["4000000000000000006", "4000000000000000006"],
  ["1234 5678 1234 1334", "1234567812341334"],
  ["0000 0000 0000 0000", "0000000000000000"],
  ["-4242424242424242", "4242424242424242"],
  ["4242424242424242-", "4242424242424242"],
  [" 4242424242424242", "4242424242424242"],
  ["4242424242424242 ", "4242424242424242"],
  ["4242424242424242\n", "4242424242424242"],
  ["\t4242\t4242\t4242\t4242\t", "4242424242424242"],
  ["\u00a04242\u00a04242\u00a04242\u00a04242\u00a0", "4242424242424242"],
  ["4242\u20034242\u202f4242\u30004242", "4242424242424242"],
  ["4242–4242–4242–4242", "4242424242424242"],
];

for (const [text, digits] of READABLE) {
  Deno.test(`CardNumber.parse() reads ${JSON.stringify(text)} as ${digits.length} digits`, () => {
    assertEquals(cardNumber(text).reveal(), digits);
  });
}

const UNREADABLE: readonly unknown[] = [
  "",
  " ",
  "40000000006",
  "4000000000 6",
  "40000000000000000003",
  "4000 0000 0000 0000 0003",
  "4242a424242424242",
  "424242424242424O",
  "card 4242424242424242",
  "4242424242424242.",
  "4242.4242.4242.4242",
  "4242,4242,4242,4242",
  "4242/4242/4242/4242",
  "4242_4242_4242_4242",
  "+4242424242424242",
  "4242\u200b4242\u200b4242\u200b4242",
  `${" ".repeat(50)}4242424242424242`,
  "- -",
  "４２４２４２４２４２４２４２４２",
  "٤٢٤٢٤٢٤٢٤٢٤٢٤٢٤٢",
  `4242424242424${" ".repeat(60)}242`,
  4242424242424242,
  4242424242424242n,
  null,
  undefined,
  true,
  {},
  { $gt: "" },
  ["4242424242424242"],
  Object("4242424242424242"),
];

for (const value of UNREADABLE) {
  Deno.test(`CardNumber.parse() refuses ${Deno.inspect(value)}`, () => {
    assertEquals(CardNumber.parse(value), undefined);
  });
}

Deno.test("CardNumber.parse() gives the facts of a number and says whether it passes Luhn", () => {
  assertEquals(cardNumber("4546 7112 3456 7894").facts, {
    brand: "visa",
    bin: "454671",
    last4: "7894",
    digitCount: 16,
    verified: true,
  });
  assertEquals(cardNumber("1234 5678 1234 1334").facts, {
    brand: "unknown",
    bin: "123456",
    last4: "1334",
    digitCount: 16,
    verified: false,
  });
  assertEquals(cardNumber("30569309025904").facts.bin, null);
});

const MASKS: readonly (readonly [string, string])[] = [
  ["400000000002", "********0002"],
  ["4222222222222", "*********2222"],
  ["30569309025904", "**********5904"],
  ["378282246310005", "378282*****0005"],
  ["4546711234567894", "454671******7894"],
  ["4000000000000000006", "400000*********0006"],
];

for (const [digits, mask] of MASKS) {
  Deno.test(`maskNumber() shows ${digits.length} digits as ${mask}`, () => {
    assertEquals(maskNumber(cardNumber(digits).facts), mask);
  });
}

/** Every way in which a value becomes text by accident. */
const WAYS_TO_TEXT: Readonly<Record<string, (number: CardNumber) => unknown>> = {
  "String()": (number) => String(number),
  "a template": (number) => `${number}`,
  "a sum of texts": (number) => "" + number,
  "a list of texts": (number) => [number, number].join(),
  "JSON.stringify()": (number) => JSON.stringify({ number, list: [number] }),
  "Deno.inspect()": (number) => Deno.inspect(number, { depth: 9, showHidden: true }),
  "inspection inside of others": (number) =>
    Deno.inspect([{ number }, new Map([[number, number]]), new Set([number])], {
      showHidden: true,
    }),
  "inspection with getters and proxies": (number) =>
    Deno.inspect(new Proxy(number, {}), { getters: true, showProxy: true }),
  "Object.keys()": (number) => Object.keys(number),
  "Object.entries()": (number) => Object.entries(number),
  "all own properties": (number) => Reflect.ownKeys(number),
  "a copy": (number) => ({ ...number }),
  "a structured clone": (number) => structuredClone(number),
  "the message of an error": (number) => new Error(`Cannot charge ${number}`).message,
  "the cause of an error": (number) => Deno.inspect(new Error("declined", { cause: number })),
  "a locale's text": (number) => number.toLocaleString(),
};

for (const [way, toText] of Object.entries(WAYS_TO_TEXT)) {
  Deno.test(`CardNumber gives no digits but BIN and last four through ${way}`, () => {
    const text = Deno.inspect(toText(cardNumber("4546 7112 3456 7894")), { depth: 9 });
    assertFalse(/7112|123456|4567894/.test(text), text);
  });
}

Deno.test("CardNumber shows its mask as text, as JSON and in inspection", () => {
  const number = cardNumber("4546711234567894");
  assertEquals(`${number}`, "454671******7894");
  assertEquals(JSON.stringify([number]), `["454671******7894"]`);
  assertEquals(Deno.inspect(number), "CardNumber 454671******7894");
  assertStringIncludes(Deno.inspect({ number }), "CardNumber 454671******7894");
});

Deno.test("CardNumber answers console of Node like that of Deno", () => {
  const show: unknown = Reflect.get(CardNumber.prototype, Symbol.for("nodejs.util.inspect.custom"));
  assertEquals(
    typeof show === "function" && show.call(cardNumber("4546711234567894")),
    "CardNumber 454671******7894",
  );
});

Deno.test("CardNumber is no number: arithmetic with it makes no digits", () => {
  assertEquals(Number(cardNumber("4546711234567894")), NaN);
  assertThrows(() => BigInt(String(cardNumber("4546711234567894"))), SyntaxError);
});

Deno.test("maskNumber() shows at most BIN and last four of any number", () => {
  fc.assert(
    fc.property(fc.stringMatching(/^\d{12,19}$/), (digits) => {
      const shown = maskNumber(cardNumber(digits).facts).replaceAll("*", "");
      const bin = digits.length < 15 ? "" : digits.slice(0, 6);
      assertEquals(shown, `${bin}${digits.slice(-4)}`);
    }),
    { seed: 20260101, numRuns: 300 },
  );
});

Deno.test("CardNumber.distinct() keeps the first of equal numbers, however they are written", () => {
  const numbers = ["4242424242424242", "4000000000000002", "4242 4242 4242 4242"].map(cardNumber);
  const kept = CardNumber.distinct(numbers);
  assertEquals(kept.map((number) => numbers.indexOf(number)), [0, 1]);
});

Deno.test("digest() hashes all digits of a number, also where two share a mask", () => {
  const [first, second] = ["4000000000000002", "4000001000010002"].map(cardNumber);
  assertEquals(first?.toString(), second?.toString());
  assertEquals(first?.digest((digits) => `hash of ${digits}`), "hash of 4000000000000002");
  assertEquals(second?.digest((digits) => `hash of ${digits}`), "hash of 4000001000010002");
});
