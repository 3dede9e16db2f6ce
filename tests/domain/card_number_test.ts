import { assertEquals, assertFalse, assertStringIncludes, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  type CardBrand,
  CardNumber,
  holdsCardNumber,
  maskCardNumbers,
  maskedNumber,
} from "../../domain/card_number.ts";
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
];

for (const [text, digits] of READABLE) {
  Deno.test(`CardNumber.parse() reads "${text}" as ${digits.length} digits`, () => {
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
  "-4242424242424242",
  "4242424242424242-",
  " 4242424242424242",
  "4242424242424242 ",
  "4242424242424242\n",
  "4242\t4242\t4242\t4242",
  "4242\u00a04242\u00a04242\u00a04242",
  "4242–4242–4242–4242",
  "+4242424242424242",
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
  ["6222000000000009", "unknown"],
  ["1111222233334444", "unknown"],
];

for (const [digits, brand] of BRANDS) {
  Deno.test(`CardNumber.parse() tells the brand of ${digits.slice(0, 4)}…: ${brand}`, () => {
    assertEquals(cardNumber(digits).facts.brand, brand);
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
  Deno.test(`maskedNumber() shows ${digits.length} digits as ${mask}`, () => {
    assertEquals(maskedNumber(cardNumber(digits).facts), mask);
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

const HOLDING = [
  "4242424242424242",
  "4242 4242 4242 4242",
  "4242-4242-4242-4242",
  "4242  4242  4242  4242",
  "my card is 4242424242424242, thanks",
  "a4242424242424242b",
  "4222222222222",
  "378282246310005",
  "4000000000000000006",
  "9792030000000000",
  "2223003122003222",
  "3530111333300000",
  "30569309025904",
  "10 4242424242424242",
  "order 1234 4242 4242 4242 4242",
  "4242424242424242 12/29",
  "2026-01-01 4242424242424242",
  "4242424242424242\n4242424242424242",
];

for (const text of HOLDING) {
  Deno.test(`holdsCardNumber() finds the card number in ${JSON.stringify(text)}`, () => {
    assertEquals(holdsCardNumber(text), true);
  });
}

const NOT_HOLDING = [
  "",
  "order 17",
  "4242424242424241",
  "1234 5678 1234 1334",
  "400000000002",
  "1111222233334444",
  "42424242424242424242",
  "142424242424242421",
  "4242.4242.4242.4242",
  "+90 532 123 45 67",
  "2026-01-01T00:00:00.000Z",
  "0123456789012",
];

for (const text of NOT_HOLDING) {
  Deno.test(`holdsCardNumber() finds none in ${JSON.stringify(text)}`, () => {
    assertEquals(holdsCardNumber(text), false);
  });
}

const MASKED: readonly (readonly [string, string])[] = [
  ["4242424242424242", "************4242"],
  ["4242 4242 4242 4242", "**** **** **** 4242"],
  ["4242-4242-4242-4242", "****-****-****-4242"],
  ["4242  4242  4242  4242", "****  ****  ****  4242"],
  [`{"cardNo":"4242424242424242"}`, `{"cardNo":"************4242"}`],
  ["/kart?cardNo=4242424242424242&userNo=1", "/kart?cardNo=************4242&userNo=1"],
  ["400000000002", "********0002"],
  ["1111222233334444", "************4444"],
  ["4000000000000000006", "***************0006"],
  ["10 4242424242424242", "10 ************4242"],
  ["1234 4242 4242 4242 4242", "1234 **** **** **** 4242"],
  ["4242424242424242 10", "**************** 10"],
  ["4242424242424242, 5555555555554444", "************4242, ************4444"],
  ["4242424242424242 5555555555554444", "**************** ************4444"],
  ["**4242424242424242**", "**************4242**"],
];

for (const [text, masked] of MASKED) {
  Deno.test(`maskCardNumbers() hides the number in ${JSON.stringify(text)}`, () => {
    assertEquals(maskCardNumbers(text), masked);
  });
}

const UNMASKED = [
  "",
  "order 17",
  "4242424242424241",
  "40000000006",
  "42424242424242424242",
  "2026-01-01T00:00:00.000Z",
  "top_01KDVHAX1M8Z3V5QW2T7R9YB4C",
  "1000000.00 TRY",
];

for (const text of UNMASKED) {
  Deno.test(`maskCardNumbers() leaves ${JSON.stringify(text)} as it is`, () => {
    assertEquals(maskCardNumbers(text), text);
  });
}

const NUMBERS = fc.constantFrom(
  "4242424242424242",
  "5555 5555 5555 4444",
  "3782-822463-10005",
  "4222222222222",
  "4000000000000000006",
  "9792 0300 0000 0000",
);
/** Texts of numbers, other digits and what parts them: the worst case for a search. */
const TEXTS = fc.array(
  fc.oneof(
    NUMBERS,
    fc.stringMatching(/^\d{1,9}$/),
    fc.constantFrom(" ", "-", "  ", " - ", ",", "*", "", "a", "\n"),
  ),
  { maxLength: 14 },
).map((parts) => parts.join(""));

Deno.test("maskCardNumbers() leaves no run that holdsCardNumber() would find", () => {
  fc.assert(
    fc.property(TEXTS, (text) => {
      assertFalse(holdsCardNumber(maskCardNumbers(text)), text);
    }),
    { seed: 20260101, numRuns: 2_000 },
  );
});

Deno.test("maskCardNumbers() hides digits and changes nothing else, and a second time nothing at all", () => {
  fc.assert(
    fc.property(TEXTS, (text) => {
      const masked = maskCardNumbers(text);
      assertEquals(masked.length, text.length);
      for (let place = 0; place < text.length; place++) {
        const isHidden = masked[place] === "*" && /\d/.test(text[place] ?? "");
        assertEquals(isHidden || masked[place] === text[place], true, text);
      }
      assertEquals(maskCardNumbers(masked), masked);
    }),
    { seed: 20260101, numRuns: 500 },
  );
});

Deno.test("maskCardNumbers() hides a number beside any other digits that a blank parts from it", () => {
  const digits = fc.stringMatching(/^\d{1,15}$/);
  fc.assert(
    fc.property(digits, digits, NUMBERS, (before, after, number) => {
      const masked = maskCardNumbers(`${before} ${number} ${after}`);
      assertFalse(masked.includes(number), masked);
      assertFalse(masked.includes(number.slice(0, 12)), masked);
    }),
    { seed: 20260101, numRuns: 500 },
  );
});

Deno.test("maskedNumber() shows at most BIN and last four of any number", () => {
  fc.assert(
    fc.property(fc.stringMatching(/^\d{12,19}$/), (digits) => {
      const shown = maskedNumber(cardNumber(digits).facts).replaceAll("*", "");
      const bin = digits.length < 15 ? "" : digits.slice(0, 6);
      assertEquals(shown, `${bin}${digits.slice(-4)}`);
    }),
    { seed: 20260101, numRuns: 300 },
  );
});

Deno.test("holdsCardNumber() and maskCardNumbers() leave a random id alone, and no card number beside it", () => {
  // Its digits from "41" on pass Luhn and begin as a Visa number does.
  const uuid = "5b0d6a99-1ae2-4ed3-9a41-74956222888e";
  assertEquals([holdsCardNumber(uuid), maskCardNumbers(uuid)], [false, uuid]);
  assertEquals(holdsCardNumber(`${uuid} 4242 4242 4242 4242`), true);
  assertEquals(maskCardNumbers(`${uuid} 4242424242424242`), `${uuid} ************4242`);
  assertEquals(holdsCardNumber("42424242-4242-4242-0000-000000000000"), true, "digits alone");
});
