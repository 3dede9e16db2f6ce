import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { BODY_MAX_BYTES } from "../../../routes/contract/limits.ts";
import { createEndpoints } from "../../../routes/endpoints.ts";
import type { Endpoint } from "../../../routes/http/endpoint.ts";
import {
  AMOUNTS_OUT_OF_RANGE,
  MALFORMED_AMOUNTS,
  MALFORMED_AMOUNTS_IN_JSON,
} from "../../support/amounts.ts";
import {
  assertAddsUp,
  assertNeverInternal,
  assertNoFault,
  assertProblem,
  saveCard,
  sendWell,
  stateOf,
} from "../../support/answers.ts";
import {
  createUser,
  FLEET_KEY,
  newUser,
  openTestKese,
  send,
  signIn,
  type TestKese,
  type TestOptions,
} from "../../support/kese.ts";
import { assertInvalidFields } from "../../support/route_answers.ts";
import { JSON_TYPE, openWithPayment, sendBody } from "../../support/route_requests.ts";

const PAY = "POST /kart-saklamali-odeme";

/** Runs requests that must all be refused, and finds user 1 as they were. */
async function withoutEffect(
  use: (kese: TestKese) => Promise<void>,
  options?: TestOptions,
): Promise<void> {
  await using kese = await openWithPayment(options);
  const before = await stateOf(kese, "1");
  await use(kese);
  assertEquals(await stateOf(kese, "1"), before);
  await assertAddsUp(kese, "1");
  assertNoFault(kese.lines);
}

/** Every route that takes money: the field, and what the route needs next to it. */
const MONEY_ROUTES = [
  [PAY, "amount", {}],
  ["POST /iade", "amount", {}],
  ["POST /update_balance", "balance", {}],
  ["POST /provizyon", "amount", {}],
  ["POST /provizyon/hold_1/tahsilat", "amount", {}],
  ["POST /bakiye-duzeltme", "amount", { direction: "debit", reason: "damage" }],
] as const;

for (const [line, name, more] of MONEY_ROUTES) {
  Deno.test(`${line} takes no ${name} that is not a decimal from 0.01 to 1000000.00`, async () => {
    await withoutEffect(async (kese) => {
      const rest = { userNo: "1", ...more };
      const wrong = [...MALFORMED_AMOUNTS, ...MALFORMED_AMOUNTS_IN_JSON, ...AMOUNTS_OUT_OF_RANGE];
      for (const value of wrong) {
        const answer = await send(kese, line, { json: { ...rest, [name]: value } });
        assertInvalidFields(answer, "invalid_amount", [[name, "invalid_amount"]]);
      }
      for (const value of wrong.filter((value) => typeof value === "string")) {
        const query = new URLSearchParams({ ...rest, [name]: value });
        assertProblem(await send(kese, `${line}?${query}`), 422, "invalid_amount");
      }
      // As a form writes it, a plus is a blank.
      const query = new URLSearchParams(rest);
      assertProblem(await send(kese, `${line}?${query}&${name}=+1`), 422, "invalid_amount");
    });
  });
}

Deno.test("POST /kart-saklamali-odeme takes every form of an amount that there is", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1", "2000000");
  const forms = [
    ["10", "10.00"],
    ["10.5", "10.50"],
    ["10.50", "10.50"],
    ["0.01", "0.01"],
    ["0.1", "0.10"],
    [10, "10.00"],
    [10.5, "10.50"],
    [0.01, "0.01"],
    [0.1, "0.10"],
    [1e3, "1000.00"],
    ["1000000", "1000000.00"],
    [4.35, "4.35"],
  ] as const;
  for (const [amount, shown] of forms) {
    assertEquals((await sendWell(kese, PAY, { json: { userNo: "1", amount } })).body.amount, shown);
  }
  await assertAddsUp(kese, "1");
});

Deno.test("POST /create_user takes no balance that is not a decimal from 0 to 100000000.00", async () => {
  await using kese = await openTestKese();
  const tooMuch = ["100000000.01", 100_000_000.01];
  for (const balance of [...MALFORMED_AMOUNTS, ...MALFORMED_AMOUNTS_IN_JSON, ...tooMuch]) {
    const answer = await send(kese, "POST /create_user", { json: newUser("2", { balance }) });
    assertInvalidFields(answer, "validation_failed", [["balance", "invalid_balance"]]);
  }
  assertProblem(await send(kese, "GET /bakiye?userNo=2"), 404, "user_not_found");
  const right = [...AMOUNTS_OUT_OF_RANGE, "100000000.00", 100_000_000];
  for (const [place, balance] of right.entries()) {
    await sendWell(kese, "POST /create_user", { json: newUser(`ok${place}`, { balance }) });
  }
});

// deno-fmt-ignore
const NO_USER_NO = [
  "x".repeat(65), "../x", "..", ".", "a/b", "a b", " 1", "1 ", "1\n", "1\u0000", "ş", "1'--",
  "$gt", "a.b", "%31", "4242424242424242", "4242-4242-4242-4242", "user-4242424242424242", "💳",
  "a\u202eb",
];
// deno-fmt-ignore
const NO_USER_NO_IN_JSON: readonly unknown[] = [
  { $gt: 0 }, { $ne: "" }, {}, [], ["1"], [["1"]], -1, 1.5, 1e21, true, false,
  { toString: 1, valueOf: 1 }, { __proto__: null }, { length: 1, 0: "1" },
];

const READING = [
  "GET /bakiye",
  "GET /islemler",
  "GET /kart-saklama-listesi",
  "GET /update_balance/top_1",
  "GET /kart-saklamali-odeme/pay_1",
];
const WRITING: readonly [string, Record<string, unknown>][] = [
  [PAY, { amount: "1" }],
  ["POST /iade", {}],
  ["POST /update_balance", { balance: "1" }],
  ["POST /kart-saklama", { cardNo: "5555555555554444" }],
  ["PUT /secili-kart", { cardId: "card_1" }],
  ["DELETE /kart-saklama", { cardId: "card_1" }],
];

for (const line of READING) {
  Deno.test(`${line} takes no userNo that is none`, async () => {
    await withoutEffect(async (kese) => {
      for (const userNo of ["", ...NO_USER_NO]) {
        const query = new URLSearchParams({ userNo });
        assertProblem(await send(kese, `${line}?${query}`), 422, "invalid_user_no");
      }
      assertProblem(await send(kese, line), 400, "missing_parameter");
      assertProblem(await send(kese, `${line}?userNo[$gt]=0`), 400, "unknown_parameter");
      assertProblem(await send(kese, `${line}?userno=1`), 400, "unknown_parameter");
      assertProblem(await send(kese, `${line}?userNo=1&userNo=1`), 400, "conflicting_parameters");
    });
  });
}

for (const [line, json] of WRITING) {
  Deno.test(`${line} takes no userNo that is none`, async () => {
    await withoutEffect(async (kese) => {
      for (const userNo of ["", ...NO_USER_NO, ...NO_USER_NO_IN_JSON]) {
        const answer = await send(kese, line, { json: { ...json, userNo } });
        assertProblem(answer, 422, "invalid_user_no");
      }
      for (
        const [userNo, status, code] of [
          [null, 422, "invalid_user_no"],
          [undefined, 400, "missing_parameter"],
        ] as const
      ) {
        const answer = await send(kese, line, { json: { ...json, userNo } });
        assertProblem(answer, status, code);
        assertEquals(answer.body.errors.map(({ field }: { field: string }) => field), ["userNo"]);
      }
    });
  });

  Deno.test(`${line} takes a parameter twice only when both say the same`, async () => {
    await withoutEffect(async (kese) => {
      const refused: [string, unknown][] = [
        ["?userNo=1&userNo=1", json],
        ["?userNo=1&userNo=2", json],
        ["?userNo=1", { ...json, userNo: "2" }],
        ["?userNo=2", { ...json, userNo: "1" }],
        ...[null, ...NO_USER_NO_IN_JSON].map((userNo): [string, unknown] => [
          "?userNo=1",
          { ...json, userNo },
        ]),
      ];
      for (const [query, body] of refused) {
        const answer = await send(kese, `${line}${query}`, { json: body });
        assertProblem(answer, 400, "conflicting_parameters");
      }
    });
    await using kese = await openWithPayment();
    // A number says the same as its text in the query.
    for (const userNo of ["1", 1]) {
      const answer = await send(kese, `${line}?userNo=1`, { json: { ...json, userNo } });
      const { code } = answer.body;
      assert(code !== "conflicting_parameters" && code !== "invalid_user_no", code);
    }
  });

  Deno.test(`${line} takes no body but a JSON object in UTF-8`, async () => {
    await withoutEffect(async (kese) => {
      const text = JSON.stringify({ ...json, userNo: "x" });
      const bytes = new TextEncoder().encode(text);
      const invalid = bytes.with(text.lastIndexOf("x"), 0xff);
      const malformed: BodyInit[] = [
        "{",
        "}",
        "{}{}",
        "null",
        "true",
        "1",
        '"text"',
        "[]",
        `[${text}]`,
        "undefined",
        "NaN",
        "{'userNo':'1'}",
        `${text},`,
        text.replace("{", "{,"),
        text.slice(0, -1),
        `\u0000${text}`,
        " ",
        "\n",
        "userNo=1&amount=1",
        `/* */${text}`,
        "[".repeat(8_000),
        `{"a":${"[".repeat(5_000)}`,
        "\ufeff\ufeff{}",
        invalid,
        new Uint8Array([0xff, 0xfe, 0x7b, 0x00, 0x7d, 0x00]),
        new Uint8Array([0xc0, 0xaf]),
      ];
      for (const body of malformed) {
        assertProblem(await sendBody(kese, line, body), 400, "malformed_request");
        const length = typeof body === "string"
          ? new TextEncoder().encode(body).length
          : (body as Uint8Array).length;
        const announced = { ...JSON_TYPE, "content-length": String(length) };
        assertProblem(await sendBody(kese, line, body, announced), 400, "malformed_request");
      }
      for (
        const type of [
          "text/plain",
          "application/x-www-form-urlencoded",
          "application/xml",
          "json",
          "a/+json",
        ]
      ) {
        const answer = await sendBody(kese, line, text, { "content-type": type });
        assertProblem(answer, 415, "unsupported_media_type");
      }
      assertProblem(await sendBody(kese, line, new FormData()), 400, "malformed_request");
      for (const empty of ["", "{}"]) {
        assertProblem(await sendBody(kese, line, empty), 400, "missing_parameter");
      }
    });
  });

  Deno.test(`${line} takes no body over 16 KiB, announced or not`, async () => {
    await withoutEffect(async (kese) => {
      const text = JSON.stringify({ userNo: "1", ...json });
      const padded = (bytes: number) => text + " ".repeat(bytes - text.length);
      const big = padded(BODY_MAX_BYTES + 1);
      const announced = { ...JSON_TYPE, "content-length": String(big.length) };
      const pieces = (count: number, piece: string) => {
        const bytes = new TextEncoder().encode(piece);
        return ReadableStream.from(Array.from({ length: count }, () => bytes));
      };
      const answers = [
        await sendBody(kese, line, big, announced),
        await sendBody(kese, line, big),
        await sendBody(kese, line, pieces(1, big)),
        await sendBody(kese, line, pieces(1_000, " ".repeat(1_000))),
        await sendBody(kese, line, "x".repeat(1 << 20), {
          ...announced,
          "content-length": "999999999999",
        }),
      ];
      for (const answer of answers) assertProblem(answer, 413, "payload_too_large");
    });
    await using kese = await openWithPayment();
    const text = JSON.stringify({ userNo: "1", ...json });
    const full = text + " ".repeat(BODY_MAX_BYTES - text.length);
    const headers = { ...JSON_TYPE, "content-length": String(BODY_MAX_BYTES) };
    for (
      const answer of [await sendBody(kese, line, full), await sendBody(kese, line, full, headers)]
    ) {
      assert(![413, 500].includes(answer.status), answer.text);
    }
  });

  Deno.test(`${line} is not misled by members that objects have by themselves`, async () => {
    await withoutEffect(async (kese) => {
      const wrong = [
        '{"__proto__":{"userNo":"1","amount":"1","balance":"1","cardNo":"5555555555554444","cardId":"card_1"}}',
        '{"constructor":{"prototype":{"userNo":"1"}},"amount":"1"}',
        '{"prototype":{"userNo":"1"}}',
        '{"__proto__":null,"hasOwnProperty":1,"toString":1,"valueOf":{}}',
      ];
      for (const body of wrong) {
        assertProblem(await sendBody(kese, line, body), 400, "unknown_parameter");
      }
      for (const name of ["__proto__", "constructor", "toString"]) {
        const answer = await send(kese, `${line}?${name}=1`, { json: { userNo: "1", ...json } });
        assertProblem(answer, 400, "unknown_parameter");
      }
    });
    assertEquals(({} as Record<string, unknown>).userNo, undefined);
  });
}

Deno.test("POST /kart-saklamali-odeme reads a body behind one byte order mark", async () => {
  await using kese = await openWithPayment();
  const text = `\ufeff${JSON.stringify({ userNo: "1", amount: "1" })}`;
  const length = String(new TextEncoder().encode(text).length);
  assertEquals((await sendBody(kese, PAY, text)).status, 201);
  assertEquals(
    (await sendBody(kese, PAY, text, { ...JSON_TYPE, "content-length": length })).status,
    201,
  );
});

Deno.test("POST /kart-saklamali-odeme reads a body that comes in pieces, even within a letter", async () => {
  await using kese = await openWithPayment();
  const bytes = new TextEncoder().encode('{"userNo":"1","amount":"1","description":"Kadıköy"}');
  const body = ReadableStream.from([...bytes].map((byte) => new Uint8Array([byte])));
  const answer = await sendBody(kese, PAY, body, {
    "content-type": "Application/Vnd.kese+JSON; charset=utf-8",
  });
  assertEquals([answer.status, answer.body.description], [201, "Kadıköy"]);
});

Deno.test("POST /kart-saklamali-odeme refuses a body whose sender goes away", async () => {
  await withoutEffect(async (kese) => {
    const body = new ReadableStream({
      start: (controller) => controller.enqueue(new TextEncoder().encode('{"userNo":"1","amo')),
      pull: (controller) => controller.error(new Error("connection reset")),
    });
    assertProblem(await sendBody(kese, PAY, body), 400, "malformed_request");
  });
});

Deno.test("POST /kart-saklamali-odeme refuses deep nesting wherever it stands", async () => {
  await withoutEffect(async (kese) => {
    const deep = `${"[".repeat(7_000)}${"]".repeat(7_000)}`;
    for (const name of ["userNo", "amount", "orderId", "description"]) {
      const body = `{"${name}":${deep}}`;
      assertProblem(await sendBody(kese, PAY, body), 400, "missing_parameter");
      const queried = await sendBody(kese, `${PAY}?${name}=1`, body);
      assertProblem(queried, 400, "conflicting_parameters");
    }
    const objects = `{"userNo":${'{"a":'.repeat(2_500)}1${"}".repeat(2_500)},"amount":"1"}`;
    assertProblem(await sendBody(kese, PAY, objects), 422, "invalid_user_no");
  });
});

Deno.test("POST /kart-saklamali-odeme refuses numbers that no double holds", async () => {
  await withoutEffect(async (kese) => {
    for (const number of ["1e999", "-1e999", "9".repeat(5_000), "1e-999", "0.000000000000000001"]) {
      const answer = await sendBody(kese, PAY, `{"userNo":"1","amount":${number}}`);
      assertProblem(answer, 422, "invalid_amount");
    }
  });
});

Deno.test("POST /kart-saklamali-odeme takes one short line of text that holds no card number", async () => {
  await withoutEffect(async (kese) => {
    const refused = [
      "",
      " ",
      "\n",
      "a\nb",
      "a\u0000b",
      "\u007f",
      "4242424242424242",
      "ride 4242 4242 4242 4242 x",
      "4242-4242-4242-4242",
      "4242  4242  4242  4242",
      "4242 - 4242 - 4242 - 4242",
      "5555555555554444.",
    ];
    for (const [name, longest] of [["orderId", 64], ["description", 250]] as const) {
      for (const text of [...refused, "x".repeat(longest + 1), 1, true, {}, ["x"]]) {
        const answer = await send(kese, PAY, { json: { userNo: "1", amount: "1", [name]: text } });
        assertProblem(answer, 422, "validation_failed");
        assertEquals(answer.body.errors[0].field, name);
      }
    }
  });
  await using kese = await openWithPayment();
  const json = { userNo: "1", amount: "1", orderId: "x".repeat(64), description: "ş".repeat(250) };
  assertEquals((await send(kese, PAY, { json })).status, 201);
});

Deno.test("GET /islemler takes no limit, cursor or type that is none", async () => {
  await withoutEffect(async (kese) => {
    const wrong = [
      ...["", "0", "-1", "101", "1.5", "1e1", "x", "01", "９", " 1", "1000000000000"].map((
        value,
      ) => ["limit", value]),
      ...["", "0", "s0", "s-1", "s1.5", "x", "1", "s1x", `s${"9".repeat(16)}`, "S1"].map((
        value,
      ) => ["cursor", value]),
      ...["", "payments", "PAYMENT", "__proto__", "payment,refund"].map((value) => ["type", value]),
    ];
    for (const [name = "", value = ""] of wrong) {
      const query = new URLSearchParams({ userNo: "1", [name]: value });
      const answer = await send(kese, `GET /islemler?${query}`);
      assertProblem(answer, 422, "validation_failed");
      assertEquals(answer.body.errors[0].field, name);
    }
    const far = await sendWell(kese, "GET /islemler?userNo=1&cursor=s999999999999999");
    assertEquals(far.body.data.length, 3);
    assertEquals((await sendWell(kese, "GET /islemler?userNo=1&cursor=s1")).body.data, []);
  });
});

Deno.test("POST /authenticate_first_route takes header and body together only when they agree", async () => {
  await withoutEffect(async (kese) => {
    const line = "POST /authenticate_first_route";
    const first = (userNo: unknown, header = "1") =>
      send(kese, line, { json: { userNo }, headers: { userNo: header } });
    assertEquals((await first("1")).status, 201);
    for (const userNo of ["2", ["1"], { toString: 1, valueOf: 1 }, { $gt: "" }]) {
      assertProblem(await first(userNo), 400, "conflicting_parameters");
    }
    assertProblem(
      await send(kese, `${line}?userNo=2`, { headers: { userNo: "1" } }),
      400,
      "conflicting_parameters",
    );
    for (const userNo of ["../x", "4242424242424242", ""]) {
      assertProblem(await send(kese, line, { headers: { userNo } }), 422, "invalid_user_no");
    }
    assertProblem(
      await send(kese, line, { filo: null, json: { userNo: "1" } }),
      400,
      "missing_parameter",
    );
  });
});

Deno.test("POST /create_user names every field that is wrong or missing at once", async () => {
  await using kese = await openTestKese();
  const named = async (json: unknown): Promise<string[][]> => {
    const answer = await send(kese, "POST /create_user", { json });
    assertProblem(answer, 422, "validation_failed");
    for (const { message } of answer.body.errors) {
      assert(typeof message === "string" && message !== "");
    }
    return answer.body.errors.map((
      { field, code }: { field: string; code: string },
    ) => [field, code]);
  };
  const required = ["userNo", "authCode", "name", "surname", "birthDate", "phoneNumber", "email"];
  assertEquals(await named({}), required.map((field) => [field, "missing_parameter"]));
  const wrong = {
    userNo: { $gt: 0 },
    authCode: "",
    name: ["John"],
    surname: "4242 4242 4242 4242",
    birthDate: "1990-02-30",
    phoneNumber: "call me",
    email: "john",
    selectedCard: 4242424242424242,
    allCards: "4242424242424242",
    balance: "-1",
  };
  assertEquals(await named(wrong), [
    ["userNo", "invalid_user_no"],
    ["authCode", "invalid_text"],
    ["name", "invalid_text"],
    ["surname", "holds_card_number"],
    ["birthDate", "invalid_date"],
    ["phoneNumber", "invalid_phone_number"],
    ["email", "invalid_email"],
    ["selectedCard", "invalid_card_number"],
    ["allCards", "invalid_cards"],
    ["balance", "invalid_balance"],
  ]);
});

const HIDDEN: TestOptions = { environment: { allowCardNumberInUrl: false } };

Deno.test("POST /kart-saklama refuses a card number in the URL where that is not allowed", async () => {
  await withoutEffect(async (kese) => {
    const refused = [
      "POST /kart-saklama?userNo=1&cardNo=5555555555554444",
      "POST /kart-saklama?userNo=1&cardNo=",
      "POST /kart-saklama?userNo=1&card%4Eo=5555555555554444",
      "POST /create_user?selectedCard=5555555555554444",
      "POST /create_user?allCards=5555555555554444",
      `${PAY}?userNo=1&amount=1&cardNo=5555555555554444`,
    ];
    for (const line of refused) assertProblem(await send(kese, line), 400, "card_number_in_url");
    const both = { json: { userNo: "1", cardNo: "5555555555554444" } };
    assertProblem(await send(kese, refused[0] ?? "", both), 400, "card_number_in_url");
  }, HIDDEN);
  await using kese = await openWithPayment(HIDDEN);
  await saveCard(kese, "1", "5555555555554444");
});

Deno.test("POST /kart-saklama takes a card number from the URL where that is allowed", async () => {
  await using kese = await openWithPayment();
  const answer = await send(kese, "POST /kart-saklama?userNo=1&cardNo=5555%205555-5555+4444");
  assertEquals(answer.status, 201);
});

Deno.test("createApp() answers an unknown route with 404 and a wrong method with what is allowed", async () => {
  await withoutEffect(async (kese) => {
    const unknown = [
      "/bakiye/",
      "/BAKIYE",
      "/bakiye/x",
      "/../etc/passwd",
      "/%2e%2e/x",
      "//bakiye",
      "/iade.php",
    ];
    for (const path of unknown) assertProblem(await send(kese, `GET ${path}`), 404, "not_found");
    const table = [
      ["GET /create_user", "POST"],
      ["DELETE /bakiye", "GET"],
      ["PATCH /kart-saklama", "POST, DELETE"],
      ["GET /kart-saklama", "POST, DELETE"],
      ["POST /secili-kart", "PUT"],
      ["OPTIONS /iade", "POST"],
      ["PUT /update_balance", "POST"],
      ["POST /update_balance/top_1", "GET"],
      ["DELETE /kart-saklamali-odeme/pay_1", "GET"],
      ["GET /logout", "POST"],
      ["POST /health/live", "GET"],
      ["POST /", "GET"],
      ["POST /docs", "GET"],
    ] as const;
    for (const [line, allow] of table) {
      const answer = await send(kese, line);
      assertProblem(answer, 405, "method_not_allowed");
      assertEquals(answer.headers.get("allow"), allow, line);
    }
  });
});

Deno.test("createApp() answers a HEAD request as a GET without its body", async () => {
  await using kese = await openWithPayment();
  const answer = await send(kese, "HEAD /bakiye?userNo=1");
  assertEquals([answer.status, answer.text], [200, ""]);
  assertEquals((await send(kese, "HEAD /bakiye?userNo=9")).status, 404);
});

/** Strings that have broken programs, and any others. */
const anyText = fc.oneof(
  fc.string({ unit: "binary", maxLength: 80 }),
  fc.constantFrom(
    "1",
    "__proto__",
    "constructor",
    "toString",
    "null",
    "undefined",
    "NaN",
    "../../etc/passwd",
    "%00",
    "\ud800",
    "4242424242424242",
    "top_1",
    "pay_1",
    "1e9",
    "-0",
    "s1",
    "payment",
    "' OR 1=1 --",
    '{"$gt":0}',
    "x".repeat(300),
  ),
);
const anyJson = fc.oneof(
  anyText,
  fc.jsonValue({ maxDepth: 4 }),
  fc.constantFrom(0, -1, 1.5, 1e308, Number.MAX_SAFE_INTEGER, { toString: 1 }, [[["1"]]], {
    $gt: 0,
  }),
);

/** What a header may hold at all. */
const anyHeader = fc.string({ maxLength: 40 }).map((text) => text.replaceAll(/[^\x20-\x7e]/g, "~"));

/** A request for one endpoint: any value for any of its parameters, in any place. */
function anyRequest({ definition: { method, path, parameters, headerParameters } }: Endpoint) {
  const names = [...Object.keys(parameters.shape), "__proto__", "unknown"];
  const name = fc.constantFrom(...names);
  return fc.record({
    method: fc.constant(method.toUpperCase()),
    path: fc.array(anyText, { minLength: 1, maxLength: 1 }).map(([id = ""]) =>
      path.replace(/\{\w+\}/, encodePath(id) || "x")
    ),
    query: fc.array(fc.tuple(name, anyText), { maxLength: 4 }),
    body: fc.option(fc.array(fc.tuple(name, anyJson), { maxLength: 8 }), { freq: 4 }),
    userNo: fc.option(fc.constantFrom("1", "2"), { freq: 3 }),
    bearer: fc.constantFrom("fleet", "fleet", "session", "wrong", "none"),
    headers: fc.dictionary(
      fc.constantFrom(
        "idempotency-key",
        "x-request-id",
        "accept-language",
        "x-forwarded-for",
        ...headerParameters ?? [],
      ),
      anyHeader,
    ),
  });
}

function encodePath(text: string): string {
  const encoded = encodeURIComponent(text.toWellFormed());
  return encoded === "." || encoded === ".." ? "" : encoded;
}

Deno.test("createApp() never answers 500, whatever any parameter of any endpoint is", async () => {
  await using kese = await openWithPayment();
  const session = await signIn(kese, "1");
  const endpoints = createEndpoints(kese.dependencies);
  const request = fc.constantFrom(...endpoints).chain(anyRequest);
  const bearers = { fleet: FLEET_KEY, session, wrong: "wrong", none: null };
  await fc.assert(
    fc.asyncProperty(request, async ({ method, path, query, body, userNo, bearer, headers }) => {
      const search = new URLSearchParams(query.map(([name, text]) => [name, text.toWellFormed()]));
      const members = body && [...body, ...(userNo === null ? [] : [["userNo", userNo] as const])]
        .map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`);
      if (members === null && userNo !== null && !search.has("userNo")) {
        search.set("userNo", userNo);
      }
      const line = `${method} ${path}?${search}`;
      const answer = await send(kese, line, {
        bearer: bearers[bearer],
        headers: { ...JSON_TYPE, ...headers },
        ...(members !== null && method !== "GET" && { raw: `{${members.join(",")}}` }),
      });
      assertNeverInternal(answer, `${line} ${members}`);
      // The session may have been ended by its own logout: the next run then is anonymous.
    }),
    { seed: 20_260_101, numRuns: 600 },
  );
  await assertAddsUp(kese, "1");
  assertNoFault(kese.lines);
});
