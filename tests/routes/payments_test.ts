import { assertEquals } from "@std/assert";
import { VISA } from "../support/card_numbers.ts";
import { assertProblem } from "../support/answers.ts";
import { createUser, openTestKese, send } from "../support/kese.ts";
import { assertId, assertInvalidFields, assertSuccess } from "../support/route_answers.ts";

const PAID = "Ödeme alındı.";
const FOUND = "Ödeme bulundu.";

Deno.test("POST /kart-saklamali-odeme pays from the balance", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1", "1000.00");
  const answer = await send(kese, "POST /kart-saklamali-odeme?userNo=1&amount=10.50");
  const { paymentId } = answer.body;
  assertId(paymentId, "pay");
  assertSuccess(answer, 201, {
    message: PAID,
    paymentId,
    amount: "10.50",
    balance: "989.50",
    available: "989.50",
    currency: "TRY",
    createdAt: "2026-01-01T00:00:00.000Z",
  });
  const balance = await send(kese, "GET /bakiye?userNo=1");
  assertEquals(balance.body.balance, "989.50");
});

Deno.test("POST /kart-saklamali-odeme gives orderId and description back", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1");
  kese.clock.advance(1_234);
  const details = { orderId: "ride-2093", description: "Kadıköy - Moda, 14 dakika" };
  const json = { userNo: "1", amount: 10, ...details };
  const answer = await send(kese, "POST /kart-saklamali-odeme", { json });
  assertSuccess(answer, 201, {
    message: PAID,
    paymentId: answer.body.paymentId,
    amount: "10.00",
    balance: "90.00",
    available: "90.00",
    currency: "TRY",
    createdAt: "2026-01-01T00:00:01.234Z",
    ...details,
  });
});

Deno.test("POST /kart-saklamali-odeme answers in English when that is preferred", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1");
  const headers = { "accept-language": "en" };
  const line = "POST /kart-saklamali-odeme?userNo=1&amount=60";
  const paid = await send(kese, line, { headers });
  assertEquals(paid.body.message, "The payment was made.");
  const refused = await send(kese, line, { headers });
  assertEquals(refused.body.title, "The balance is too low.");
  assertEquals(
    refused.body.detail,
    "40.00 TRY is available, 60.00 TRY is asked for: top up with POST /update_balance.",
  );
});

for (
  const [given, shown] of [
    ["10", "10.00"],
    ["10.5", "10.50"],
    ["0.01", "0.01"],
    ["1000000.00", "1000000.00"],
    [10, "10.00"],
    [10.5, "10.50"],
    [0.01, "0.01"],
    [1000000, "1000000.00"],
  ]
) {
  Deno.test(`POST /kart-saklamali-odeme takes the amount ${JSON.stringify(given)}`, async () => {
    await using kese = await openTestKese();
    await createUser(kese, "1", "2000000.00");
    const json = { userNo: "1", amount: given };
    const answer = await send(kese, "POST /kart-saklamali-odeme", { json });
    assertEquals([answer.status, answer.body.amount], [201, shown]);
  });
}

Deno.test("POST /kart-saklamali-odeme refuses more than the balance and takes nothing", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1", "10.00");
  const answer = await send(kese, "POST /kart-saklamali-odeme?userNo=1&amount=10.01");
  assertProblem(answer, 402, "insufficient_balance", {
    balance: "10.00",
    available: "10.00",
    amount: "10.01",
  });
  const journal = await send(kese, "GET /islemler?userNo=1");
  assertEquals(journal.body.data.length, 1);

  const whole = await send(kese, "POST /kart-saklamali-odeme?userNo=1&amount=10");
  assertEquals([whole.status, whole.body.balance], [201, "0.00"]);
  const more = await send(kese, "POST /kart-saklamali-odeme?userNo=1&amount=0.01");
  assertProblem(more, 402, "insufficient_balance", {
    balance: "0.00",
    available: "0.00",
    amount: "0.01",
  });
});

Deno.test("POST /kart-saklamali-odeme never takes more than there is, however many come at once", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1", "100.00");
  const line = "POST /kart-saklamali-odeme?userNo=1&amount=7";
  const answers = await Promise.all(Array.from({ length: 40 }, () => send(kese, line)));
  const paid = answers.filter(({ status }) => status === 201);
  assertEquals(paid.length, 14);
  assertEquals(new Set(paid.map(({ body }) => body.balance)).size, 14);
  for (const answer of answers.filter((answer) => !paid.includes(answer))) {
    assertProblem(answer, 402, "insufficient_balance", {
      balance: "2.00",
      available: "2.00",
      amount: "7.00",
    });
  }
  const balance = await send(kese, "GET /bakiye?userNo=1");
  assertEquals(balance.body.balance, "2.00");
});

Deno.test("POST /kart-saklamali-odeme does not find a user that does not exist", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1", "100.00", "other");
  const answer = await send(kese, "POST /kart-saklamali-odeme?userNo=1&amount=1");
  assertProblem(answer, 404, "user_not_found", {});
});

Deno.test("POST /kart-saklamali-odeme needs an amount", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1");
  const answer = await send(kese, "POST /kart-saklamali-odeme?userNo=1");
  const { errors: [error], ...body } = answer.body;
  assertProblem({ ...answer, body }, 400, "missing_parameter", {});
  assertEquals([error.field, error.code], ["amount", "missing_parameter"]);
});

for (const [field, most] of [["orderId", 64], ["description", 250]] as const) {
  Deno.test(`POST /kart-saklamali-odeme keeps a ${field} of at most ${most} characters`, async () => {
    await using kese = await openTestKese();
    await createUser(kese, "1");
    const pay = (text: string) =>
      send(kese, "POST /kart-saklamali-odeme", { json: { userNo: "1", amount: 1, [field]: text } });
    const longest = "ş".repeat(most);
    const kept = await pay(longest.normalize("NFD"));
    assertEquals([kept.status, kept.body[field]], [201, longest]);
    const hidden = ["\u202e", "\u200b", "\u2028", "\u0085", "\ud83d"].map((one) => `a${one}b`);
    for (const text of [`${longest}s`, "", "   ", "two\nlines", ...hidden]) {
      assertInvalidFields(await pay(text), "validation_failed", [[field, "invalid_text"]]);
    }
    for (
      const number of [
        VISA,
        "4111.1111.1111.1111",
        "٤١١١/١١١١/١١١١/١١١١",
        "４１１１１１１１１１１１１１１１",
      ]
    ) {
      const card = await pay(`card ${number}`);
      assertInvalidFields(card, "validation_failed", [[field, "holds_card_number"]]);
    }
    const { body: { data: [entry] } } = await send(kese, "GET /islemler?userNo=1&limit=1");
    assertEquals(entry[field], longest);
    const balance = await send(kese, "GET /bakiye?userNo=1");
    assertEquals(balance.body.balance, "99.00");
  });
}

Deno.test("GET /kart-saklamali-odeme/{paymentId} shows a payment and what is refunded of it", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1");
  const json = { userNo: "1", amount: "30.00", orderId: "ride-1", description: "Moda" };
  const { body: paid } = await send(kese, "POST /kart-saklamali-odeme", { json });
  const line = `GET /kart-saklamali-odeme/${paid.paymentId}?userNo=1`;
  const { balance: balanceAfter, available: _, ...payment } = paid;
  // The balance that the payment left: nothing that comes later changes it.
  const shown = (refunded: string, refundable: string) => ({
    ...payment,
    message: FOUND,
    balanceAfter,
    refunded,
    refundable,
  });
  kese.clock.advance(60_000);
  assertSuccess(await send(kese, line), 200, shown("0.00", "30.00"));
  await send(kese, "POST /iade?userNo=1&amount=12.34");
  assertSuccess(await send(kese, line), 200, shown("12.34", "17.66"));
  await send(kese, "POST /kart-saklamali-odeme?userNo=1&amount=5");
  await send(kese, `POST /iade?userNo=1&paymentId=${paid.paymentId}`);
  assertSuccess(await send(kese, line), 200, shown("30.00", "0.00"));
});

Deno.test("GET /kart-saklamali-odeme/{paymentId} finds only payments of this user", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1");
  await createUser(kese, "2");
  await send(kese, `POST /kart-saklama?userNo=1&cardNo=${VISA}`);
  const topUp = await send(kese, "POST /update_balance?userNo=1&balance=5");
  const payment = await send(kese, "POST /kart-saklamali-odeme?userNo=1&amount=1");
  const refund = await send(kese, "POST /iade?userNo=1");
  const none = [
    `/kart-saklamali-odeme/${payment.body.paymentId}?userNo=2`,
    `/kart-saklamali-odeme/${payment.body.paymentId}?userNo=nobody`,
    `/kart-saklamali-odeme/${refund.body.refundId}?userNo=1`,
    `/kart-saklamali-odeme/${topUp.body.topUpId}?userNo=1`,
    "/kart-saklamali-odeme/pay_none?userNo=1",
  ];
  for (const path of none) {
    assertProblem(await send(kese, `GET ${path}`), 404, "payment_not_found", {});
  }
});
