import { assertEquals, assertFalse, assertGreater, assertLessOrEqual } from "@std/assert";
import fc from "fast-check";
import { holdsCardNumber, maskCardNumbers } from "../../domain/card_number_search.ts";
import { decimalDigits } from "../../domain/decimal_digits.ts";
import { createRandom, type Random } from "../support/random.ts";

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
  "4242.4242.4242.4242",
  "4242/4242/4242/4242",
  "4242_4242_4242_4242",
  "4242\u00a04242\u00a04242\u00a04242",
  "4242\u200b4242\u200b4242\u200b4242",
  "42\u200b424\u206024242\u00ad4\u202e24\u11602\u115f42",
  "4242.4242, 4242 / 4242",
  "4.2-4 2/4_2:4;2|4*2\\4+2(4)2[4]2",
  "42.42.42.42.42.42.42.42",
  "378 282 246 310 005",
  "3782.822463.10005",
  "3056/930902/5904",
  "42424242-42424242",
  "４２４２４２４２４２４２４２４２",
  "٤٢٤٢ ٤٢٤٢ ٤٢٤٢ ٤٢٤٢",
  "۴۲۴۲۴۲۴۲४२४२४२४२",
  "𝟒𝟐𝟒𝟐𝟜𝟚𝟜𝟚𝟰𝟮𝟰𝟮𝟺𝟸𝟺𝟸",
  "4\ufe0f\u20e32\ufe0f\u20e3".repeat(8),
  "4242\u3164424242424242",
  "4242*******4242*******4242****4242",
  "+4242424242424242",
  "+90 5321234567 4242424242424242",
  "TR33 0006 1005 1978 6457 8413 26 4242424242424242",
  "TR34 4242 4242 4242 4242 8413 26",
  "XTR33 4242 4242 4242 4242",
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
  "+90 532 123 45 67",
  "2026-01-01T00:00:00.000Z",
  "0123456789012",
  "4242 4242 a 4242 4242",
  "4242ş4242ş4242ş4242",
  "4242中4242中4242中4242",
  "424242 4242424242",
  "4242424.242424242",
  "42.42-42.42-42.42-42.42",
  "42424242/20261127",
  "TR33 0006 1005 1978 6457 8413 26",
  "tr33-0006-1005-1978-6457-8413-26",
  "TR330006100519786457841326",
  "TR19 4242 4242 4242 4242 4242 42",
  "+4915123456784",
  "+49 1512 3456784",
  "+1 (425) 555-0123, +90 (532) 123 45 67",
  "353528081234564",
  "1.2.3.4.5.6.7.8.9.0.1.2.3.4",
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
  ["4242424242424242, 5555555555554444", "****************, ************4444"],
  ["4242424242424242 and 5555555555554444", "************4242 and ************4444"],
  ["4242.4242.4242.4242", "****.****.****.4242"],
  ["4242\u200b4242\u200b4242\u200b4242", "****\u200b****\u200b****\u200b4242"],
  ["４２４２４２４２４２４２４２４２", "************４２４２"],
  ["424242 4242424242", "****** ******4242"],
  ["42424242-4242-4242-0000-000000000000", "********-****-****-****-********0000"],
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

Deno.test("maskCardNumbers() hides a number next to any other digits that a blank parts from it", () => {
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

Deno.test("holdsCardNumber() and maskCardNumbers() leave a random id alone, and no card number next to it", () => {
  // Its digits from "41" on pass Luhn and begin as a Visa number does.
  const uuid = "5b0d6a99-1ae2-4ed3-9a41-74956222888e";
  assertEquals([holdsCardNumber(uuid), maskCardNumbers(uuid)], [false, uuid]);
  assertEquals(holdsCardNumber(`${uuid} 4242 4242 4242 4242`), true);
  assertEquals(maskCardNumbers(`${uuid} 4242424242424242`), `${uuid} ************4242`);
});

/** So many hex digits, among them a card number. */
const hexAround = (length: number) => {
  const rest = length - 16;
  return fc.tuple(fc.integer({ min: 0, max: rest }), fc.stringMatching(/^[a-f]{49}$/)).map(
    ([place, hex]) => `${hex.slice(0, place)}4242424242424242${hex.slice(place, rest)}`,
  );
};

Deno.test("holdsCardNumber() and maskCardNumbers() leave a hash alone, unless a card number could begin or end it", () => {
  const words = fc.constantFrom(32, 40, 64).chain(hexAround);
  fc.assert(
    fc.property(words, (word) => {
      const may = /^\d{12}|\d{12}$/.test(word);
      assertEquals([holdsCardNumber(word), maskCardNumbers(word) !== word], [may, may], word);
      assertEquals(holdsCardNumber(`${word} 4242424242424242`), true, word);
    }),
    { seed: 20261126, numRuns: 1_000, examples: [["4242424242424242" + "a".repeat(16)]] },
  );
  for (const length of [31, 33, 39, 41, 63, 65]) {
    fc.assert(
      fc.property(hexAround(length), (word) => assertEquals(holdsCardNumber(word), true, word)),
      { seed: 20261126, numRuns: 100 },
    );
  }
});

/** What may stand between the digits of a number: anything but a letter and a digit. */
const GAP = fc.stringMatching(/^[^\p{L}\p{Nd}]{1,3}$/u);
/** The zeros of some scripts. */
const ZEROS = [..."0٠۰०๐０𝟎𝟘"].map((zero) => zero.codePointAt(0) ?? 0);
const CARDS = fc.constantFrom(
  ["visa", "4242", "4242", "4242", "4242"],
  ["mastercard", "2223", "0031", "2200", "3222"],
  ["amex", "3782", "822463", "10005"],
  ["diners", "3056", "930902", "5904"],
  ["troy", "9792", "0300", "0000", "0000"],
  ["maestro", "6759", "6498", "2643", "8453"],
  ["long", "4000", "0000", "0000", "0000", "006"],
).map(([, ...groups]) => groups);

Deno.test("holdsCardNumber() finds a card number in the digits of any script, whatever parts its groups or digits", () => {
  const texts = fc.tuple(CARDS, fc.boolean(), fc.array(GAP, { minLength: 18, maxLength: 18 }))
    .chain(([groups, isOneByOne, gaps]) => {
      const parts = isOneByOne ? [...groups.join("")] : groups;
      const parted = parts.map((part, place) => `${place > 0 ? gaps[place - 1] : ""}${part}`);
      const zeros = fc.array(fc.constantFrom(...ZEROS), { minLength: 19, maxLength: 19 });
      return zeros.map((zeros) => {
        let place = 0;
        return parted.join("").replaceAll(
          /[0-9]/g,
          (digit) => String.fromCodePoint((zeros[place++] ?? 48) + Number(digit)),
        );
      });
    });
  fc.assert(
    fc.property(texts, (text) => {
      assertEquals(holdsCardNumber(`Ali ${text} Can`), true, text);
      assertFalse(holdsCardNumber(maskCardNumbers(text)), text);
    }),
    { seed: 20260101, numRuns: 2_000 },
  );
});

/** Numbers that fleets give to orders; each drawn digit by digit. */
const ORDER_IDS = {
  "ORD-45-20261125-000123": "ORD-##-<day>-######",
  "2026-11-25/000123": "<year>-<month>-<dd>/######",
  "25.11.2026-000123": "<dd>.<month>.<year>-######",
  "20261125000123": "<day>######",
  "20261125103000123": "<day>#########",
  "2026-11-25 10:30:00.123/45": "<year>-<month>-<dd> ##:##:##.###/##",
  "ride-2093": "ride-####",
  "RIDE-004512-1795602600123": "RIDE-######-17#########",
  "34-004512-20261125-0001": "34-######-<day>-####",
  "45000123-20261125": "########-<day>",
  "25112026-00012345": "<dd><month><year>-########",
  "405-1234567-1234567": "###-#######-#######",
  "ABC2026000000123": "ABC<year>#########",
  "INV/2026/11/000123": "INV/<year>/<month>/######",
  "4512/26-0001234-01": "####/##-#######-##",
  "ORD#0012345678#003": "ORD#00########-###",
  "5b0d6a99-1ae2-4ed3-9a41-74956222888e": "xxxxxxxx-xxxx-4xxx-8xxx-xxxxxxxxxxxx",
  "pay_01JABCDEFGHJKMNPQRSTVWXYZ0": "pay_01yyyyyyyyyyyyyyyyyyyyyyyy",
  "TR330006100519786457841326": "<iban>",
  "+90 532 123 45 67": "+90 5## ### ## ##",
  "+4915123456789": "+491#########",
};

for (const [example, shape] of Object.entries(ORDER_IDS)) {
  Deno.test(`holdsCardNumber() refuses at most one of a thousand ids like ${example}`, () => {
    const random = createRandom(20261125);
    const count = 20_000;
    let refused = holdsCardNumber(example) ? count : 0;
    for (let drawn = 0; drawn < count; drawn++) {
      if (holdsCardNumber(drawId(shape, random))) refused++;
    }
    assertLessOrEqual(refused, count / 1_000);
  });
}

function drawId(shape: string, { below }: Random): string {
  const two = (number: number): string => String(number).padStart(2, "0");
  const dates: Readonly<Record<string, () => string>> = {
    year: () => String(2020 + below(10)),
    month: () => two(1 + below(12)),
    dd: () => two(1 + below(28)),
    day: () => `${2020 + below(10)}${two(1 + below(12))}${two(1 + below(28))}`,
    iban: () => {
      const digits = Array.from({ length: 22 }, () => below(10)).join("");
      return `TR${two(Number(98n - BigInt(`${digits}292700`) % 97n))}${digits}`
        .replaceAll(/.{4}/g, "$& ");
    },
  };
  return shape
    .replaceAll(/<(\w+)>/g, (whole, name) => dates[name]?.() ?? whole)
    .replaceAll("#", () => String(below(10)))
    .replaceAll("x", () => below(16).toString(16))
    .replaceAll("y", () => below(32).toString(32));
}

Deno.test("decimalDigits() reads the digits of every script by their values", () => {
  const systems = Intl.supportedValuesOf("numberingSystem");
  const scripts = systems.map((system) =>
    Array.from({ length: 10 }, (_, digit) => digit.toLocaleString(`en-u-nu-${system}`)).join("")
  ).filter((digits) => /^\p{Nd}{10}$/u.test(digits));
  assertGreater(scripts.length, 50);
  for (const digits of scripts) assertEquals(decimalDigits(digits), "0123456789", digits);
});
