import { assert, assertEquals } from "@std/assert";
import { createEndpoints } from "../../routes/endpoints.ts";
import {
  assertAddsUp,
  assertProblem,
  assertReplays,
  balanceOf,
  countEntries,
} from "../support/answers.ts";
import {
  createUser,
  FLEET,
  FLEET_KEY,
  newUser,
  openTestKese,
  send,
  signIn,
} from "../support/kese.ts";
import { openWithPayment, sendBody, toLine } from "../support/route_requests.ts";

const PAY = "POST /kart-saklamali-odeme";

Deno.test("createApp() refuses a name that the route does not know, on every route, in query and body", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1");
  const session = await signIn(kese, "1");
  for (const { access, definition } of createEndpoints(kese.dependencies)) {
    const { method, parameters } = definition;
    const bearer = access === "session" ? session : FLEET_KEY;
    const line = toLine(definition, "some_1");
    // Of a name with one letter another with two is another name.
    const names = Object.keys(parameters.shape).filter(({ length }) => length > 1);
    for (const name of ["nonsense", ...names.map((known) => `${known}x`)]) {
      const nearest = name === "nonsense" ? undefined : name.slice(0, -1);
      const answers = [await send(kese, `${line}?${name}=1`, { bearer })];
      if (method !== "get") {
        answers.push(await send(kese, line, { bearer, json: { [name]: null } }));
      }
      for (const answer of answers) {
        assertProblem(answer, 400, "unknown_parameter");
        assertEquals([answer.body.parameter, answer.body.nearest], [name, nearest]);
        assert(nearest === undefined || answer.body.detail.includes(nearest), answer.body.detail);
      }
    }
  }
  assertProblem(await send(kese, "GET /openapi.json?x"), 400, "unknown_parameter");
  assertEquals((await send(kese, "GET /bakiye", { bearer: session })).status, 200);
});

Deno.test("createApp() names the parameter that was most likely meant", async () => {
  await using kese = await openTestKese();
  const table = [
    ["POST /iade", "ammount", "amount"],
    ["POST /iade", "payment_id", "paymentId"],
    ["POST /iade", "PAYMENT-ID", "paymentId"],
    ["POST /update_balance", "cardID", "cardId"],
    ["POST /update_balance", "amount", undefined],
    ["GET /islemler", "from", undefined],
    ["GET /islemler", "userid", "userNo"],
    ["GET /islemler", "Limit", "limit"],
    ["POST /create_user", "firstname", undefined],
  ] as const;
  for (const [line, name, nearest] of table) {
    const { body } = await send(kese, `${line}?${name}=1`);
    assertEquals([name, body.code, body.nearest], [name, "unknown_parameter", nearest]);
  }
});

Deno.test("createApp() says what a route takes instead, or that it takes nothing", async () => {
  await using kese = await openTestKese();
  const detailOf = async (line: string) => {
    const headers = { "accept-language": "en" };
    return (await send(kese, line, { headers })).body.detail;
  };
  assertEquals(
    await detailOf("GET /bakiye?nonsense=1"),
    "This route has no parameter nonsense. It takes userNo.",
  );
  assertEquals(
    await detailOf("GET /openapi.json?nonsense=1"),
    "This route has no parameter nonsense. It takes none.",
  );
});

Deno.test("createApp() shows at most 64 characters of a name, and no card number in it", async () => {
  await using kese = await openTestKese();
  const long = "x".repeat(5_000);
  const card = `${"x".repeat(50)}4242424242424242`;
  for (const name of [long, card, `4242 4242 4242 4242${long}`, `${"x".repeat(63)}💳`]) {
    const query = new URLSearchParams([[name, "1"]]);
    const twice = `{"userNo":"1","amount":"1",${
      [1, 2].map((value) => `${JSON.stringify(name)}:${value}`)
    }}`;
    for (
      const [answer, shown] of [
        [await send(kese, `${PAY}?${query}`), "parameter"],
        [await send(kese, PAY, { json: { [name]: 1 } }), "parameter"],
        [await sendBody(kese, PAY, twice), "detail"],
      ] as const
    ) {
      assertEquals(answer.status, 400);
      assert(answer.body[shown].length <= 64 + 40, answer.text);
      assert(!/4242[ ]?4242[ ]?42/.test(answer.text), answer.text);
    }
  }
});

/** Requests that once moved money that nobody had asked for. */
const ASKED_OTHERWISE: readonly (readonly [string, string, number, string])[] = [
  ["POST /iade", '{"userNo":"1","ammount":"1.00"}', 400, "unknown_parameter"],
  ["POST /iade", '{"userNo":"1","paymentId":null,"amount":null}', 422, "invalid_amount"],
  ["POST /iade", '{"userNo":"1","amount":"1.00","amount":"9.00"}', 400, "conflicting_parameters"],
  ["POST /iade", '{"userNo":"1","amount":"1","amoun\\u0074":"9"}', 400, "conflicting_parameters"],
  ["POST /iade", '{"userNo":"1","reason":null}', 422, "validation_failed"],
  ["POST /iade", '{"userNo":"1","payment_id":"pay_1"}', 400, "unknown_parameter"],
  ["POST /iade?userNo=1&Amount=1.00", "{}", 400, "unknown_parameter"],
  [
    "POST /update_balance",
    '{"userNo":"1","balance":"5","cardID":"card_1"}',
    400,
    "unknown_parameter",
  ],
  ["POST /update_balance", '{"userNo":"1","balance":"5","cardId":null}', 422, "validation_failed"],
  [PAY, '{"userNo":"1","amount":10.000000000000000001}', 422, "invalid_amount"],
  [PAY, '{"userNo":"1","amount":1e1}', 422, "invalid_amount"],
  [PAY, '{"userNo":"1","amount":-0}', 422, "invalid_amount"],
  [PAY, '{"userNo":"1","amount":1.000}', 422, "invalid_amount"],
  [PAY, '{"userNo":"1","amount":1,"orderId":7}', 422, "validation_failed"],
  [PAY, '{"userNo":1e0,"amount":"1"}', 422, "invalid_user_no"],
  [PAY, '{"userNo":null,"amount":"1"}', 422, "invalid_user_no"],
  [PAY, '{"userNo":"1","amount":"1","description":{"a":1,"a":2}}', 400, "conflicting_parameters"],
];

Deno.test("createApp() moves no money for a request that it does not understand whole", async () => {
  await using kese = await openWithPayment();
  for (const [line, body, status, code] of ASKED_OTHERWISE) {
    assertProblem(await sendBody(kese, line, body), status, code);
  }
  assertEquals(await assertAddsUp(kese, "1"), "90.00");
  for (const [name, errors] of [["amount", "invalid_amount"], ["paymentId", "invalid_id"]]) {
    const { body } = await send(kese, "POST /iade", { json: { userNo: "1", [name ?? ""]: null } });
    assertEquals(body.errors.map(({ code }: { code: string }) => code), [errors]);
  }
});

Deno.test("createApp() takes a null for no field of any route", async () => {
  await using kese = await openTestKese();
  for (const { access, definition } of createEndpoints(kese.dependencies)) {
    const { method, parameters, path } = definition;
    if (method === "get" || access === "session") continue;
    const names = Object.keys(parameters.shape).filter((name) => !path.includes(`{${name}}`));
    for (const name of names) {
      const filled = Object.fromEntries(names.map((one) => [one, "1"]));
      const json = { ...filled, [name]: null };
      const answer = await send(kese, `${method.toUpperCase()} ${path}`, {
        filo: null,
        json,
        ...(
          access === "public" ? {} : { filo: FLEET }
        ),
      });
      assertEquals(answer.status, 422, answer.text);
      const fields = answer.body.errors.map(({ field }: { field: string }) => field);
      assert(fields.includes(name), answer.text);
      const { code } = answer.body.errors.find(({ field }: { field: string }) => field === name);
      assert(code !== "missing_parameter", answer.text);
    }
  }
});

Deno.test("POST /kart-saklamali-odeme takes numbers as they are written", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1", "1000");
  await createUser(kese, "9007199254740993", "1000");
  const table = [
    ['{"userNo":1,"amount":10.0}', "10.00"],
    ['{"userNo":1,"amount":10}', "10.00"],
    ['{"userNo":1,"amount":0.5}', "0.50"],
    // No double holds this one: its neighbour's user would have paid.
    ['{"userNo":9007199254740993,"amount":0.10}', "0.10"],
  ] as const;
  for (const [body, amount] of table) {
    const answer = await sendBody(kese, PAY, body);
    assertEquals([answer.status, answer.body.amount], [201, amount], answer.text);
  }
  assertEquals(await balanceOf(kese, "9007199254740993"), "999.90");
});

Deno.test("createApp() takes the session's own user when a request names none", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1");
  await createUser(kese, "2");
  const bearer = await signIn(kese, "1");
  const headers = { "idempotency-key": "k" };
  const first = await send(kese, PAY, { bearer, filo: null, headers, json: { amount: "1" } });
  assertEquals([first.status, first.body.balance], [201, "99.00"]);
  // Named or not, it is the same request.
  const named = { userNo: "1", amount: "1" };
  assertReplays(await send(kese, PAY, { bearer, filo: null, headers, json: named }), first);
  const { body } = await send(kese, "GET /bakiye", { bearer, filo: null });
  assertEquals([body.userNo, body.balance], ["1", "99.00"]);
  const shown = await send(kese, `GET /kart-saklamali-odeme/${first.body.paymentId}`, { bearer });
  assertEquals(shown.body.amount, "1.00");
  for (const json of [{ userNo: "2", amount: "1" }, { userNo: "nobody", amount: "1" }]) {
    assertProblem(await send(kese, PAY, { bearer, json }), 403, "forbidden");
  }
  assertProblem(await send(kese, PAY, { json: { amount: "1" } }), 400, "missing_parameter");
  assertEquals(await countEntries(kese, "1", "payment"), 1);
});

Deno.test("POST /create_user takes a name in either form of Unicode for the same request", async () => {
  await using kese = await openTestKese();
  const create = (name: string) =>
    send(kese, "POST /create_user", {
      json: newUser("1", { name }),
      headers: { "idempotency-key": "k" },
    });
  const first = await create("Şükrü".normalize("NFC"));
  assertReplays(await create("Şükrü".normalize("NFD")), first);
});

const HIDDEN = { environment: { allowCardNumberInUrl: false } };

Deno.test("createApp() takes personal data and secrets from no URL where that is not allowed", async () => {
  await using kese = await openTestKese(HIDDEN);
  const secret = { authCode: "abcdef", name: "A", surname: "B", birthDate: "1990-01-01" };
  const personal = { ...secret, phoneNumber: "5", email: "a@b.co" };
  for (const [name, value] of Object.entries(personal)) {
    for (const line of ["POST /create_user", "POST /authenticate_first_route", "GET /bakiye"]) {
      const query = new URLSearchParams({ userNo: "1", [name]: value });
      const answer = await send(kese, `${line}?${query}`);
      assertProblem(answer, 400, "personal_data_in_url");
      assertEquals(answer.body.parameter, name);
      assert(!answer.text.includes(`"${value}"`), answer.text);
    }
  }
  await using open = await openTestKese();
  await createUser(open, "1");
  const query = new URLSearchParams({ userNo: "1", authCode: "secret-1" });
  const asked = await send(open, `POST /authenticate_first_route?${query}`, { bearer: null });
  assertEquals(asked.status, 201);
});
