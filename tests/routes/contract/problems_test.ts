import type { CardGateway } from "../../../domain/ports/card_gateway.ts";
import { assert, assertEquals, assertFalse, assertMatch } from "@std/assert";
import { DAY_MILLISECONDS, NAMED_KEYS_PER_FLEET } from "../../../domain/limits.ts";
import { BusyError } from "../../../domain/ports/errors.ts";
import { createSecretHasher } from "../../../infra/crypto/secret_hasher.ts";
import { PROBLEM_TEXTS } from "../../../routes/contract/problem_texts.ts";
import { type ProblemCode, PROBLEMS, type ProblemType } from "../../../routes/contract/problems.ts";
import { openSqliteStore } from "../../../infra/sqlite/store.ts";
import {
  assertAddsUp,
  assertProblem,
  assertReplays,
  journalOf,
  linesWith,
  saveCard,
  sendWell,
  stateOf,
} from "../../support/answers.ts";
import { cardNumberLike } from "../../support/card_numbers.ts";
import { createTestClock } from "../../support/clock.ts";
import { replaceMethods } from "../../support/faults.ts";
import {
  type Answer,
  createUser,
  newUser,
  openTestKese,
  send,
  signIn,
  type TestKese,
  type TestRequest,
} from "../../support/kese.ts";
import { createScriptedGateway } from "../../support/scripted_gateway.ts";

const PAY = "POST /kart-saklamali-odeme";
const NAMED_KEY = { name: "Kasa 1", scopes: ["pay"] };

Deno.test("PROBLEMS has a status and whole sentences in both languages for every code", () => {
  for (const code of Object.keys(PROBLEMS) as ProblemCode[]) {
    const { status, facts: known = {} }: ProblemType = PROBLEMS[code];
    assertMatch(code, /^[a-z]+(_[a-z]+)*$/);
    assert(status >= 400 && status <= 503, code);
    const { tr, en } = PROBLEM_TEXTS[code];
    for (const { title, detail = "It has none." } of [tr, en]) {
      assertMatch(title, /^\S.*\.$/, code);
      assertMatch(detail.replaceAll(/[[\]]/g, ""), /^\S.*\.$/, code);
      // A detail says what to do next, and nothing that the title says already.
      assertFalse(detail.includes(title.slice(0, -1)), `${code} says twice: ${title}`);
    }
    assertEquals(tr.detail === undefined, en.detail === undefined, code);
    const facts = [tr, en].map(({ detail = "" }) => detail.match(/\{\w+\}/g)?.sort());
    assertEquals(facts[0], facts[1], `${code} tells different facts in its two languages`);
    const unknown = facts[0]?.filter((fact) =>
      !["parameters", ...Object.keys(known)].includes(fact.slice(1, -1))
    );
    assertEquals(unknown ?? [], [], `${code} tells facts that the table does not have`);
  }
});

/** A request for each problem that a client can bring about, on what {@linkcode openForEverything} made. */
function requestsForProblems(
  { cardId, unverified, paymentId, oldPaymentId, session, holdId }: Record<string, string>,
): Record<string, [string, TestRequest?]> {
  const key = { "idempotency-key": "k" };
  return {
    malformed_request: [PAY, { json: [] }],
    missing_parameter: ["GET /bakiye"],
    conflicting_parameters: ["GET /bakiye?userNo=1&userNo=2"],
    invalid_idempotency_key: [PAY, {
      json: { userNo: "1", amount: "1" },
      headers: { "idempotency-key": '"' },
    }],
    unknown_parameter: ["POST /iade", { json: { userNo: "1", ammount: "1.00" } }],
    conflicting_headers: [PAY, {
      json: { userNo: "1", amount: "1" },
      headers: { "idempotency-key": "k, k" },
    }],
    personal_data_in_url: ["POST /authenticate_first_route?userNo=1&authCode=secret-1"],
    uri_too_long: [`GET /bakiye?userNo=${"1".repeat(8 * 1024)}`],
    card_number_in_url: ["POST /kart-saklama?userNo=1&cardNo=4242424242424242"],
    unauthenticated: ["GET /bakiye?userNo=1", { bearer: "wrong" }],
    authentication_failed: ["POST /authenticate_second_route", { json: { userNo: "1" } }],
    insufficient_balance: [PAY, { json: { userNo: "1", amount: "1000000" } }],
    card_declined: ["POST /update_balance", { json: { userNo: "1", balance: "1" } }],
    forbidden: ["GET /bakiye?userNo=2", { bearer: session ?? "" }],
    not_found: ["GET /nowhere"],
    user_not_found: ["GET /bakiye?userNo=9"],
    no_cards: ["GET /kart-saklama-listesi?userNo=2"],
    card_not_found: ["DELETE /kart-saklama", { json: { userNo: "1", cardId: "card_X" } }],
    payment_not_found: ["GET /kart-saklamali-odeme/pay_X?userNo=1"],
    top_up_not_found: ["GET /update_balance/top_X?userNo=1"],
    method_not_allowed: ["PUT /iade"],
    account_frozen: ["POST /provizyon", { json: { userNo: "frozen", amount: "1" } }],
    event_not_found: ["POST /filo/olaylar/none/yeniden"],
    hold_not_found: ["GET /provizyon/none?userNo=1"],
    hold_closed: [`POST /provizyon/${holdId}/tahsilat`, { json: { userNo: "holder" } }],
    key_not_found: ["DELETE /filo/anahtarlar?keyId=none"],
    key_shown_once: ["POST /filo/anahtarlar", { json: NAMED_KEY, headers: key }],
    too_many_keys: ["POST /filo/anahtarlar", { json: NAMED_KEY }],
    too_many_holds: ["POST /provizyon", { json: { userNo: "holder", amount: "1" } }],
    account_not_frozen: ["POST /hesap/coz", { json: { userNo: "1" } }],
    account_closed: ["POST /hesap/dondur", { json: { userNo: "closed" } }],
    account_not_closed: ["DELETE /kullanici", { json: { userNo: "1" } }],
    account_not_empty: ["POST /hesap/kapat", { json: { userNo: "holder" } }],
    user_exists: ["POST /create_user", { json: newUser("1") }],
    duplicate_card: ["POST /kart-saklama", { json: { userNo: "1", cardNo: "4242424242424242" } }],
    card_in_use: ["DELETE /kart-saklama", { json: { userNo: "1", cardId } }],
    ambiguous_order: ["POST /iade", { json: { userNo: "2", orderId: "ride-1" } }],
    card_refund_not_found: ["GET /karta-iade/crf_X?userNo=1"],
    nothing_to_refund: ["POST /karta-iade", { json: { userNo: "2" } }],
    // What the sandbox's gateway refuses to give back.
    card_refund_refused: ["POST /karta-iade", { json: { userNo: "topped-up", amount: "13.13" } }],
    refund_exceeds_top_up: ["POST /karta-iade", {
      json: { userNo: "topped-up", amount: "150.01" },
    }],
    too_many_open_card_refunds: ["POST /karta-iade", { json: { userNo: "giving-back" } }],
    already_refunded: ["POST /iade", { json: { userNo: "1", paymentId } }],
    payload_too_large: [PAY, { json: { userNo: "x".repeat(20_000) } }],
    unsupported_media_type: [PAY, { json: {}, headers: { "content-type": "text/plain" } }],
    validation_failed: ["POST /create_user", { json: {} }],
    invalid_user_no: ["GET /bakiye?userNo=.."],
    invalid_amount: [PAY, { json: { userNo: "1", amount: "0" } }],
    invalid_card_number: ["POST /kart-saklama", { json: { userNo: "1", cardNo: "1234" } }],
    too_many_cards: ["POST /kart-saklama", {
      json: { userNo: "full", cardNo: "5555555555554444" },
    }],
    card_refused: ["POST /kart-saklama", { json: { userNo: "2", cardNo: "378282246310005" } }],
    card_not_chargeable: ["PUT /secili-kart", { json: { userNo: "1", cardId: unverified } }],
    refund_exceeds_payment: ["POST /iade", { json: { userNo: "2", amount: "5.01" } }],
    refund_window_passed: ["POST /iade", { json: { userNo: "1", paymentId: oldPaymentId } }],
    balance_limit_exceeded: ["POST /update_balance", { json: { userNo: "full", balance: "0.01" } }],
    too_many_open_top_ups: ["POST /update_balance", { json: { userNo: "open", balance: "1" } }],
    idempotency_key_reused: [PAY, { json: { userNo: "2", amount: "6" }, headers: key }],
    rate_limited: ["POST /update_balance", { json: { userNo: "declined", balance: "1" } }],
  };
}

async function openForEverything(): Promise<TestKese & { made: Record<string, string> }> {
  const gateway = createScriptedGateway({ charge: ["says_pending"], inquire: ["pending"] });
  // It saves no American Express.
  const register: CardGateway["register"] = (payer, card) =>
    "number" in card && card.number.facts.brand === "amex"
      ? Promise.resolve({ status: "refused" })
      : gateway.register(payer, card);
  const kese = await openTestKese({ gateway: { ...gateway, register } });
  const full = Array.from({ length: 20 }, (_, place) => cardNumberLike("424242", "4242", place));
  const users: [string, Record<string, unknown>][] = [
    ["1", { balance: "100", allCards: ["4242424242424242", "1234567812345678"] }],
    ["2", { balance: "100" }],
    ["full", { balance: "100000000", allCards: full }],
    ["open", { selectedCard: "5555555555554444" }],
    ["declined", { selectedCard: "9792030000000000" }],
    ["holder", { balance: "100" }],
    ["frozen", {}],
    ["closed", {}],
    ["topped-up", { selectedCard: "4242424242424242" }],
    ["giving-back", { selectedCard: "4242424242424242" }],
  ];
  const made: Record<string, string> = {};
  for (const [userNo, more] of users) {
    const { body } = await sendWell(kese, "POST /create_user", { json: newUser(userNo, more) });
    if (userNo === "1") {
      [made.cardId, made.unverified] = body.cards.map((one: { cardId: string }) => one.cardId);
    }
  }
  const pay = async (json: unknown, headers = {}): Promise<string> =>
    (await sendWell(kese, PAY, { json, headers })).body.paymentId;
  const topUp = (userNo: string, balance = "1") =>
    send(kese, "POST /update_balance", { json: { userNo, balance } });
  made.oldPaymentId = await pay({ userNo: "1", amount: "1" });
  kese.clock.advance(366 * DAY_MILLISECONDS);
  made.paymentId = await pay({ userNo: "1", amount: "1" });
  await sendWell(kese, "POST /iade", { json: { userNo: "1" } });
  for (const amount of ["1", "2"]) await pay({ userNo: "2", amount, orderId: "ride-1" });
  made.secondPaymentId = await pay({ userNo: "2", amount: "5" }, { "idempotency-key": "k" });
  for (let count = 0; count < 10; count++) assertEquals((await topUp("open")).status, 202);
  gateway.play({ charge: ["charges"] });
  for (const userNo of ["topped-up", "giving-back"]) {
    assertEquals((await topUp(userNo, "150")).status, 201);
  }
  for (let count = 0; count < 10; count++) {
    // Of this amount the sandbox's gateway says nothing yet.
    const json = { userNo: "giving-back", amount: "13.14" };
    assertEquals((await send(kese, "POST /karta-iade", { json })).status, 202);
  }
  gateway.play({ charge: ["declines"] });
  for (let count = 0; count < 5; count++) assertEquals((await topUp("declined")).status, 402);
  gateway.play({ charge: ["says_pending", "declines"] });
  assertEquals((await topUp("1")).status, 202);
  for (let count = 0; count <= 20; count++) {
    const json = { userNo: "holder", amount: "1" };
    const { body } = await sendWell(kese, "POST /provizyon", { json });
    made.holdId ??= body.holdId;
    if (count === 0) {
      await sendWell(kese, `POST /provizyon/${body.holdId}/iptal`, { json: { userNo: "holder" } });
    }
  }
  await sendWell(kese, "POST /hesap/dondur", { json: { userNo: "frozen" } });
  await sendWell(kese, "POST /hesap/kapat", { json: { userNo: "closed" } });
  for (let count = 0; count < NAMED_KEYS_PER_FLEET; count++) {
    const headers = { "idempotency-key": count === 0 ? "k" : `key-${count}` };
    await sendWell(kese, "POST /filo/anahtarlar", { json: NAMED_KEY, headers });
  }
  made.session = await signIn(kese, "1");
  return { ...kese, made };
}

Deno.test("createApp() has every problem of the table in the form of RFC 9457, in both languages", async () => {
  await using kese = await openForEverything();
  await using hidden = await openTestKese({ environment: { allowCardNumberInUrl: false } });
  const requests = requestsForProblems(kese.made);
  const seen: string[] = [];
  for (const [code, [line, request]] of Object.entries(requests)) {
    for (const language of ["tr", "en"]) {
      const headers = { "accept-language": language, ...request?.headers };
      const answering = code.endsWith("_in_url") ? hidden : kese;
      const answer = await send(answering, line, { ...request, headers });
      assertProblem(answer, answer.status, code);
      assertEquals(
        answer.status,
        Object.entries(PROBLEMS).find(([name]) => name === code)?.[1].status,
      );
      assertEquals(answer.headers.get("content-language"), language === "en" ? "en" : null);
      const asksForCredentials = answer.headers.has("www-authenticate");
      assertEquals(asksForCredentials, answer.status === 401, "RFC 9110, section 15.5.2");
    }
    seen.push(code);
  }
  // Those are faults of ours, each with a test of its own below, and what a gateway that gives no parts
  // back leads to; see card_refunds_test.ts.
  const ours = [
    "internal",
    "busy",
    "code_delivery_unavailable",
    "outcome_unknown",
    "store_inconsistent",
    "not_ready",
    "only_whole_top_up",
  ];
  assertEquals([...seen, ...ours].sort(), Object.keys(PROBLEMS).sort());
  assertEquals(linesWith(kese.lines, "request_failed"), []);
});

Deno.test("createApp() shows the numbers behind a refusal next to its code", async () => {
  await using kese = await openForEverything();
  const { made } = kese;
  const requests = requestsForProblems(kese.made);
  const table: [string, Record<string, unknown>][] = [
    ["insufficient_balance", { balance: "99.00", available: "99.00", amount: "1000000.00" }],
    ["hold_closed", { holdStatus: "released" }],
    ["account_not_empty", { balance: "100.00", holds: 20, openTopUps: 0 }],
    ["refund_exceeds_payment", {
      paymentId: made.secondPaymentId,
      refundable: "5.00",
      amount: "5.01",
    }],
    ["balance_limit_exceeded", { balance: "100000000.00", amount: "0.01" }],
    ["already_refunded", { paymentId: made.paymentId }],
    ["refund_window_passed", { paymentId: made.oldPaymentId }],
    ["duplicate_card", { cardId: made.cardId }],
    ["card_in_use", { cardId: made.cardId }],
    ["card_not_chargeable", { cardId: made.unverified }],
    ["rate_limited", {
      policy: "card_declines",
      limit: 5,
      windowSeconds: 3_600,
      retryAfterSeconds: 3_600,
    }],
  ];
  for (const [code, facts] of table) {
    const [line, request] = requests[code] ?? [""];
    const { body } = await send(kese, line, request);
    const {
      type: _type,
      title: _title,
      status: _status,
      detail: _detail,
      message: _message,
      requestId: _id,
      ...rest
    } = body;
    assertEquals(rest, { code, ...facts });
  }
});

Deno.test("createApp() says nothing of the inside when something of ours fails", async () => {
  const store = openSqliteStore(":memory:");
  await using kese = await openTestKese({ store });
  await createUser(kese, "1");
  const mend = replaceMethods(store.accounts, {
    load: () => Promise.reject(new Error("no such table: heads in /srv/kese.db")),
  });
  const headers = { "x-request-id": "the-request" };
  const answer = await send(kese, "GET /bakiye?userNo=1", { headers });
  assertProblem(answer, 500, "internal");
  assertEquals(answer.body, {
    type: "urn:kese:problem:internal",
    title: "Beklenmeyen bir hata oluştu.",
    status: 500,
    code: "internal",
    message: "Beklenmeyen bir hata oluştu.",
    requestId: "the-request",
  });
  const [line = "", ...others] = linesWith(kese.lines, "request_failed");
  assertEquals(others, []);
  const { operation, requestId, error } = JSON.parse(line);
  assertEquals([operation, requestId], ["get_balance", "the-request"]);
  assertMatch(error, /no such table: heads/);
  mend();
  assertEquals((await send(kese, "GET /bakiye?userNo=1")).status, 200);
});

function pay(kese: TestKese, key = "k"): Promise<Answer> {
  const json = { userNo: "1", amount: "1" };
  return send(kese, PAY, { json, headers: { "idempotency-key": key } });
}

Deno.test("createApp() says busy when the account cannot be read, and nothing has happened", async () => {
  const store = openSqliteStore(":memory:");
  await using kese = await openTestKese({ store });
  await createUser(kese, "1");
  const before = await stateOf(kese, "1");
  const mend = replaceMethods(store.accounts, {
    load: () => Promise.reject(new Error("no connection")),
  });
  const answer = await pay(kese);
  assertProblem(answer, 503, "busy");
  assertEquals(answer.headers.get("retry-after"), "1");
  mend();
  assertEquals(await stateOf(kese, "1"), before);
  assertEquals((await pay(kese)).headers.get("idempotent-replayed"), null);
  assertEquals(await assertAddsUp(kese, "1"), "99.00");
});

Deno.test("createApp() says that the outcome is unknown when no save succeeds; the same key clears it up", async () => {
  const store = openSqliteStore(":memory:");
  const clock = createTestClock();
  await using kese = await openTestKese({ store, clock });
  await createUser(kese, "1");
  const mend = replaceMethods(store.accounts, {
    save: () => {
      clock.advance(4_000);
      return Promise.reject(new Error("no connection"));
    },
  });
  const answer = await pay(kese);
  assertProblem(answer, 503, "outcome_unknown");
  assertEquals(answer.headers.get("retry-after"), "1");
  mend();
  const paid = await pay(kese);
  assertEquals(paid.status, 201);
  assertReplays(await pay(kese), paid);
  assertEquals(await assertAddsUp(kese, "1"), "99.00");
});

Deno.test("createApp() finds a save out whose answer was lost, and pays once", async () => {
  const store = openSqliteStore(":memory:");
  await using kese = await openTestKese({ store });
  await createUser(kese, "1");
  const { save } = store.accounts;
  const mend = replaceMethods(store.accounts, {
    save: async (...saving: Parameters<typeof save>) => {
      await save(...saving);
      throw new Error("connection lost");
    },
  });
  const paid = await pay(kese);
  assertEquals([paid.status, paid.body.balance], [201, "99.00"]);
  mend();
  assertReplays(await pay(kese), paid);
  assertEquals(await assertAddsUp(kese, "1"), "99.00");
});

Deno.test("createApp() leaves no card half saved when the vault fails", async () => {
  const store = openSqliteStore(":memory:");
  await using kese = await openTestKese({ store });
  await createUser(kese, "1");
  const before = await stateOf(kese, "1");
  const mend = replaceMethods(store.vault, {
    put: () => Promise.reject(new Error("no connection")),
  });
  const card = { json: { userNo: "1", cardNo: "4242424242424242" } };
  assertProblem(await send(kese, "POST /kart-saklama", card), 500, "internal");
  mend();
  assertEquals(await stateOf(kese, "1"), before);
  await saveCard(kese, "1");
});

Deno.test("createApp() says busy when too many slow hashes wait, and nothing has happened", async () => {
  const hasher = createSecretHasher();
  let isFull = true;
  const hash = (secret: string) =>
    isFull ? Promise.reject(new BusyError("too many wait")) : hasher.hash(secret);
  await using kese = await openTestKese({ hasher: { ...hasher, hash } });
  const create = () => send(kese, "POST /create_user", { json: newUser("1") });
  assertProblem(await create(), 503, "busy");
  assertProblem(await send(kese, "GET /bakiye?userNo=1"), 404, "user_not_found");
  isFull = false;
  assertEquals((await create()).status, 201);
});

Deno.test("GET /health/ready names the store that does not answer", async () => {
  const store = openSqliteStore(":memory:");
  await using kese = await openTestKese({ store });
  replaceMethods(store.health, { ping: () => Promise.reject(new Error("no connection")) });
  const answer = await send(kese, "GET /health/ready");
  assertProblem(answer, 503, "not_ready");
  assertEquals(answer.body.stores, "sqlite");
  assertFalse(answer.text.includes("no connection"));
});

Deno.test("X-Request-Id of the client comes back and stands in the journal, when it is safe", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1");
  for (const id of ["a", "A.b_c:d-9", "0".repeat(11), "x".repeat(64), "4242424242424243"]) {
    const headers = { "x-request-id": id };
    const json = { userNo: "1", amount: "0.01" };
    assertEquals((await send(kese, PAY, { json, headers })).headers.get("x-request-id"), id);
    assertEquals((await journalOf(kese, "1")).at(-1)?.requestId, id);
    const refused = await send(kese, "GET /nowhere", { headers });
    assertEquals([refused.headers.get("x-request-id"), refused.body.requestId], [id, id]);
  }
});

Deno.test("X-Request-Id of the client is replaced when it is not safe to write down", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1");
  const unsafe = [
    "",
    " ",
    "a b",
    "a\tb",
    "x".repeat(65),
    "é",
    "<script>",
    '"',
    "a,b",
    "a/b",
    "4242.4242.4242.4242",
    "4242:4242_4242-4242",
    "{}",
    "../x",
    "a;b=c",
    "%0a",
    "4242424242424242",
    "4242-4242-4242-4242",
    "id-4242424242424242",
    "4242-4242-4242-4242.1",
    "000000000000",
  ];
  for (const id of unsafe) {
    const headers = { "x-request-id": id };
    const json = { userNo: "1", amount: "0.01" };
    const paid = await send(kese, PAY, { json, headers });
    assertMatch(paid.headers.get("x-request-id") ?? "", /^[0-9a-f-]{36}$/, id);
    assertEquals((await journalOf(kese, "1")).at(-1)?.requestId, paid.headers.get("x-request-id"));
    assertProblem(await send(kese, "GET /nowhere", { headers }), 404, "not_found");
  }
  assertEquals(linesWith(kese.lines, "script"), []);
});

Deno.test("X-Request-Id is a new one for every request that brings none", async () => {
  await using kese = await openTestKese();
  const ids = new Set<string | null>();
  for (let count = 0; count < 50; count++) {
    ids.add((await send(kese, "GET /health/live")).headers.get("x-request-id"));
  }
  assertEquals(ids.size, 50);
});
