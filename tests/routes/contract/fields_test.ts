import { assert, assertEquals, assertFalse } from "@std/assert";
import fc from "fast-check";
import type { z } from "zod";
import { cursor, filo, limit, paymentId, userNo } from "../../../routes/contract/fields.ts";
import { description, orderId, reason } from "../../../routes/contract/money_fields.ts";
import {
  authCode,
  birthDate,
  email,
  personalText,
  phoneNumber,
} from "../../../routes/contract/person_fields.ts";
import { newCardNumber } from "../../../routes/contract/card_fields.ts";
import { NotLoaded } from "../../../routes/contract/telephone.ts";
import { VISA } from "../../support/card_numbers.ts";

/** What is kept of a value, or the code of the error. */
function read(field: z.ZodType, value: unknown): unknown {
  const { success, data, error } = field.safeParse(value);
  return success ? data : error.issues.map(({ message }) => message).join();
}

async function readTelephone(value: unknown): Promise<unknown> {
  try {
    return read(phoneNumber, value);
  } catch (error) {
    assert(error instanceof NotLoaded);
    await error.load();
    return read(phoneNumber, value);
  }
}

const KEPT_TEXTS = { orderId, description, reason, personalText } as const;

const HIDDEN = {
  "a direction override": "\u202e",
  "a direction mark": "\u200f",
  "a zero-width space": "\u200b",
  "a zero-width joiner": "\u200d",
  "a byte order mark": "\ufeff",
  "a soft hyphen": "\u00ad",
  "a line separator": "\u2028",
  "a paragraph separator": "\u2029",
  "a next line": "\u0085",
  "a line feed": "\n",
  "a null": "\0",
  "a delete": "\x7f",
  "half a surrogate pair": "\ud83d",
  "the other half": "\ude00",
  "a private character": "\ue000",
  "no character": "\uffff",
  "an unassigned character": "\u{e0fff}",
  "a tag": "\u{e0041}",
  "a letter that shows nothing": "\u3164",
  "a grapheme joiner": "\u034f",
};

for (const [what, character] of Object.entries(HIDDEN)) {
  Deno.test(`text() refuses ${what} anywhere`, () => {
    for (const [name, field] of Object.entries(KEPT_TEXTS)) {
      for (const text of [`a${character}b`, `${character}ab`, `ab${character}`, character]) {
        assertEquals(read(field, text), "invalid_text", name);
      }
    }
    assertEquals(read(email, `a${character}@example.com`), "invalid_email");
    assertEquals(read(email, `a@exa${character}mple.com`), "invalid_email");
  });
}

for (
  const text of ["Kadıköy – Moda, 14’", "İĞÜŞÖÇ ığüşöç", "❤\ufe0f 👍🏽", "東京", "محمد", "a\u00a0b"]
) {
  Deno.test(`text() keeps ${text}`, () => {
    for (const field of Object.values(KEPT_TEXTS)) assertEquals(read(field, text), text);
  });
}

Deno.test("text() keeps one text for its composed and its decomposed form, and counts it composed", () => {
  const composed = "şöğüİç";
  for (const field of [...Object.values(KEPT_TEXTS), authCode]) {
    assertEquals(read(field, composed.normalize("NFD")), composed);
  }
  assertEquals(read(orderId, "ö".repeat(64).normalize("NFD")), "ö".repeat(64));
  assertEquals(read(orderId, "ö".repeat(65).normalize("NFD")), "invalid_text");
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 }), (text) => {
      assertEquals(read(description, text.normalize("NFD")), read(description, text));
    }),
    { seed: 20260101, numRuns: 500 },
  );
});

const CARD_LIKE = [
  "4111.1111.1111.1111",
  "4111/1111/1111/1111",
  "4111_1111_1111_1111",
  "4111\u00a01111\u00a01111\u00a01111",
  "４１１１１１１１１１１１１１１１",
  "٤١١١ ١١١١ ١١١١ ١١١١",
];

for (const number of CARD_LIKE) {
  Deno.test(`text() refuses the card number ${number}`, () => {
    for (const field of Object.values(KEPT_TEXTS)) {
      assertEquals(read(field, `Kart ${number}!`), "holds_card_number");
    }
  });
}

for (const id of ["ORD-45-20261125-000123", "2026-11-25/000123", "TR330006100519786457841326"]) {
  Deno.test(`text() keeps ${id}, which is no card number`, () => {
    assertEquals(read(orderId, id), id);
  });
}

const TELEPHONES: Readonly<Record<string, readonly string[]>> = {
  "+905321234567": [
    "+905321234567",
    "0532 123 45 67",
    "0532.123.45.67",
    "0532/1234567",
    "0532-123-45-67",
    "(0532) 123 45 67",
    "+90 (532) 123 45 67",
    "+90\u00a0532\u00a0123\u00a045\u00a067",
    "0090 532 123 45 67",
    "90 532 1234567",
    "5321234567",
    " 0532 1234567 ",
    "０５３２ １２３ ４５ ６７",
  ],
  "+902125555555": ["0212 555 55 55", "(0212) 555-5555"],
  "+904440333": ["444 0 333"],
  "+4915123456789": ["+49 1512 3456789"],
  "5555555": ["555-5555", "555 55 55", "5555555"],
};

for (const [kept, spellings] of Object.entries(TELEPHONES)) {
  Deno.test(`phoneNumber keeps ${kept} however it is written`, async () => {
    for (const spelling of spellings) {
      assertEquals(await readTelephone(spelling), kept, spelling);
    }
  });
}

Deno.test("phoneNumber refuses what is no telephone number", async () => {
  const wrong = [
    ..."+123456789,0532 123 45,0532 123 45 678,112,12,555-555,0555 5555".split(","),
    ..."+90 555 5555,0212 555 55 55 x12,555-CALL,x,+,call 0532 123 45 67".split(","),
    "0532 123 45 67 / 0533 123 45 67",
    "0532\u200b1234567",
    "\u202a+905321234567\u202c",
    "+1234567890123456",
    "",
  ];
  for (const text of wrong) {
    assertEquals(await readTelephone(text), "invalid_phone_number", text);
  }
  assertEquals(await readTelephone("3782 822463 10005"), "holds_card_number");
});

const EMAILS: readonly (readonly [string, string])[] = [
  ["john.doe@example.com", "john.doe@example.com"],
  ["John.Doe+1@EXAMPLE.Com", "John.Doe+1@example.com"],
  [" ali@example.com ", "ali@example.com"],
  ["ali@şirket.com.tr", "ali@xn--irket-idb.com.tr"],
  ["ali@ŞİRKET.COM.TR".replace("Ş", "S\u0327"), "ali@xn--irket-idb380a.com.tr"],
  ["ali@örnek.рф", "ali@xn--rnek-4qa.xn--p1ai"],
];

for (const [address, kept] of EMAILS) {
  Deno.test(`email keeps ${address} as ${kept}`, () => {
    assertEquals(read(email, address), kept);
  });
}

Deno.test("email refuses what is no address", () => {
  const wrong = [
    ..."a@,@b.c,ali@örnek,şule@example.com,a@ä.com/x,a@ä.com:80,a@ä..com,a@ä b.com".split(","),
    ...".a@b.com,a..b@b.com,a@b@c.com,a@-b.com,a@127.0.0.1,a@１.２.３.４".split(","),
    `a@${"ş".repeat(60)}.${"ş".repeat(60)}.${"ş".repeat(60)}.${"ş".repeat(60)}.com`,
  ];
  for (const address of wrong) assertEquals(read(email, address), "invalid_email", address);
  assertEquals(read(email, `${VISA}@example.com`), "holds_card_number");
});

const FIELDS = {
  ...KEPT_TEXTS,
  authCode,
  birthDate,
  cursor,
  email,
  filo,
  limit,
  newCardNumber,
  paymentId,
  phoneNumber,
  userNo,
};

for (const [name, field] of Object.entries(FIELDS)) {
  Deno.test(`${name} says of a text that is too long just that, and at once`, () => {
    // Everything else is wrong with it too: a second code, or a wait, would mean that somebody looked.
    const text = `${VISA}\u202e${"0-".repeat(200_000)}`;
    const started = performance.now();
    const { success, error } = field.safeParse(text);
    assertFalse(success);
    assertEquals(error?.issues.length, 1);
    assert(performance.now() - started < 1_000);
  });
}
