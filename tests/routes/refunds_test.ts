import { assertEquals, assertGreater } from "@std/assert";
import { VISA } from "../support/card_numbers.ts";
import { assertProblem } from "../support/answers.ts";
import { type Answer, createUser, newUser, openTestKese, send, signIn } from "../support/kese.ts";
import type { TestKese } from "../support/kese.ts";
import { assertId, assertInvalidFields, assertSuccess } from "../support/route_answers.ts";

const DAY = 24 * 60 * 60_000;
const REFUNDED = "İade yapıldı.";
const NOT_FOUND = [404, "payment_not_found"] as const;

async function pay(kese: TestKese, amount: string, userNo = "1"): Promise<string> {
  const line = `POST /kart-saklamali-odeme?userNo=${userNo}&amount=${amount}`;
  const answer = await send(kese, line);
  assertEquals(answer.status, 201, answer.text);
  return answer.body.paymentId;
}

function refund(
  kese: TestKese,
  more: { readonly paymentId?: string; readonly amount?: unknown } = {},
  userNo = "1",
): Promise<Answer> {
  return send(kese, "POST /iade", { json: { userNo, ...more } });
}

async function balanceOf(kese: TestKese): Promise<string> {
  return (await send(kese, "GET /bakiye?userNo=1")).body.balance;
}

Deno.test("POST /iade refunds the newest payment", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1");
  await pay(kese, "10");
  const paymentId = await pay(kese, "20");
  kese.clock.advance(5_000);
  const answer = await send(kese, "POST /iade?userNo=1");
  const { refundId } = answer.body;
  assertId(refundId, "ref");
  assertSuccess(answer, 201, {
    message: REFUNDED,
    refundId,
    paymentId,
    amount: "20.00",
    balance: "90.00",
    available: "90.00",
    currency: "TRY",
    createdAt: "2026-01-01T00:00:05.000Z",
  });
  assertEquals(await balanceOf(kese), "90.00");
});

Deno.test("POST /iade keeps the reason, shows it in the journal and repeats itself with it", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1");
  const paymentId = await pay(kese, "10");
  const ask = (reason: unknown, amount = "1") =>
    send(kese, "POST /iade", {
      json: { userNo: "1", amount, reason },
      headers: { "idempotency-key": "k" },
    });
  const first = await ask(" Kilit açılmadı ");
  assertEquals(first.status, 201, first.text);
  assertEquals((await ask("Kilit açılmadı")).text, first.text);
  assertEquals((await ask("another")).body.code, "idempotency_key_reused");
  await send(kese, "POST /iade", { json: { userNo: "1", amount: "1" } });
  const { body } = await send(kese, "GET /islemler?userNo=1&type=refund");
  const shown = body.data.map((entry: Record<string, unknown>) => [entry.paymentId, entry.reason]);
  assertEquals(shown, [[paymentId, undefined], [paymentId, "Kilit açılmadı"]]);
  for (const reason of ["", "x".repeat(251), "4242424242424242", 1]) {
    const code = reason === "4242424242424242" ? "holds_card_number" : "invalid_text";
    assertInvalidFields(await ask(reason), "validation_failed", [["reason", code]]);
  }
});

Deno.test("POST /iade refuses a second refund, and never goes on to an older payment", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1");
  await pay(kese, "10");
  const paymentId = await pay(kese, "20");
  assertEquals((await refund(kese)).status, 201);
  for (const more of [{}, { amount: "1" }, { paymentId }, { paymentId, amount: "0.01" }]) {
    assertProblem(await refund(kese, more), 409, "already_refunded", { paymentId });
  }
  assertEquals(await balanceOf(kese), "90.00");
});

Deno.test("POST /iade refunds an older payment that is named, and only that one", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1");
  const older = await pay(kese, "10");
  const newest = await pay(kese, "20");
  const answer = await refund(kese, { paymentId: older });
  assertEquals([answer.body.paymentId, answer.body.amount], [older, "10.00"]);
  const again = await refund(kese, { paymentId: older });
  assertProblem(again, 409, "already_refunded", { paymentId: older });
  assertEquals((await refund(kese)).body.paymentId, newest);
  assertEquals(await balanceOf(kese), "100.00");
});

for (const which of ["newest", "older"] as const) {
  Deno.test(`POST /iade refunds the ${which} payment in parts, up to its amount`, async () => {
    await using kese = await openTestKese();
    await createUser(kese, "1");
    const paymentId = await pay(kese, "30");
    if (which === "older") await pay(kese, "5");
    const named = which === "older" ? { paymentId } : {};
    const start = which === "older" ? 65 : 70;

    const first = await refund(kese, { ...named, amount: "12.50" });
    assertEquals([first.body.amount, first.body.balance], ["12.50", `${start + 12}.50`]);
    const tooMuch = await refund(kese, { ...named, amount: 17.51 });
    assertProblem(tooMuch, 422, "refund_exceeds_payment", {
      paymentId,
      refundable: "17.50",
      amount: "17.51",
    });
    const second = await refund(kese, { ...named, amount: 7.5 });
    assertEquals([second.body.paymentId, second.body.amount], [paymentId, "7.50"]);
    const rest = await refund(kese, named);
    assertEquals([rest.body.amount, rest.body.balance], ["10.00", `${start + 30}.00`]);
    assertProblem(await refund(kese, named), 409, "already_refunded", { paymentId });
  });
}

Deno.test("POST /iade refuses more than the payment", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1");
  const paymentId = await pay(kese, "30");
  assertProblem(await refund(kese, { amount: "30.01" }), 422, "refund_exceeds_payment", {
    paymentId,
    refundable: "30.00",
    amount: "30.01",
  });
  assertEquals(await balanceOf(kese), "70.00");
  assertEquals((await refund(kese, { amount: "30.00" })).body.balance, "100.00");
});

for (const which of ["newest", "older"] as const) {
  for (const [days, more, allowed] of [[365, 0, true], [365, 1, false]] as const) {
    const when = `${days} days${more ? " and a moment" : ""} after the ${which} payment`;
    Deno.test(`POST /iade ${allowed ? "refunds" : "refuses"} ${when}`, async () => {
      await using kese = await openTestKese();
      await createUser(kese, "1");
      const paymentId = await pay(kese, "10");
      await refund(kese, { amount: "1" });
      kese.clock.advance(days * DAY + more);
      if (which === "older") await pay(kese, "5");
      const answer = await refund(kese, which === "older" ? { paymentId } : {});
      if (allowed) assertEquals([answer.status, answer.body.amount], [201, "9.00"]);
      else assertProblem(answer, 422, "refund_window_passed", { paymentId });
    });
  }
}

Deno.test("POST /iade finds no payment where there is none", async () => {
  await using kese = await openTestKese();
  await send(kese, "POST /create_user", { json: newUser("1", { balance: 50, allCards: [VISA] }) });
  assertProblem(await refund(kese), ...NOT_FOUND, {});
  assertProblem(await refund(kese, { amount: "1" }), ...NOT_FOUND, {});
  await send(kese, "POST /update_balance?userNo=1&balance=5");
  assertProblem(await refund(kese), ...NOT_FOUND, {});
});

Deno.test("POST /iade takes nothing but a payment of this user for a payment", async () => {
  await using kese = await openTestKese();
  await send(kese, "POST /create_user", { json: newUser("1", { balance: 50, allCards: [VISA] }) });
  await createUser(kese, "2");
  const topUp = await send(kese, "POST /update_balance?userNo=1&balance=5");
  await pay(kese, "10");
  const refunded = await refund(kese);
  const others = await pay(kese, "10", "2");
  const card = (await send(kese, "GET /kart-saklama-listesi?userNo=1")).body.selectedCard;
  const ids = [refunded.body.refundId, topUp.body.topUpId, others, card.cardId, "pay_none"];
  for (const paymentId of ids) assertProblem(await refund(kese, { paymentId }), ...NOT_FOUND, {});
  assertEquals(await balanceOf(kese), "55.00");
});

Deno.test("POST /iade does not find a user that does not exist", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1", "100.00", "other");
  assertProblem(await refund(kese), 404, "user_not_found", {});
  assertProblem(await refund(kese, { paymentId: "pay_none" }), 404, "user_not_found", {});
});

Deno.test("POST /iade refuses a session", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1");
  const paymentId = await pay(kese, "10");
  const bearer = await signIn(kese, "1");
  for (const json of [{ userNo: "1" }, { userNo: "1", paymentId }, { userNo: "1", amount: 1 }]) {
    assertProblem(await send(kese, "POST /iade", { bearer, json }), 403, "forbidden", {});
  }
  assertEquals(await balanceOf(kese), "90.00");
});

Deno.test("POST /iade refunds once when asked many times at once", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1");
  const paymentId = await pay(kese, "10");
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, turn) => refund(kese, turn % 2 === 0 ? {} : { paymentId })),
  );
  assertEquals(answers.filter(({ status }) => status === 201).length, 1);
  for (const answer of answers.filter(({ status }) => status !== 201)) {
    assertProblem(answer, 409, "already_refunded", { paymentId });
  }
  assertEquals(await balanceOf(kese), "100.00");
});

Deno.test("POST /iade never gives more than the payment back in parts that come at once", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1");
  const older = await pay(kese, "10");
  await pay(kese, "10");
  for (const named of [{}, { paymentId: older }]) {
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => refund(kese, { ...named, amount: "3" })),
    );
    const statuses = answers.map(({ status }) => status).sort();
    assertEquals(statuses, [201, 201, 201, 422, 422, 422, 422, 422, 422, 422]);
  }
  assertEquals(await balanceOf(kese), "98.00");
});

Deno.test("POST /iade decides which payment is the newest when it is committed", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1");
  await pay(kese, "1");
  await Promise.all(
    Array.from({ length: 10 }, (_, turn) => [
      pay(kese, `${turn + 1}`),
      refund(kese),
    ]).flat(),
  );
  const { body: { data } } = await send(kese, "GET /islemler?userNo=1&limit=100");
  let newest: string | undefined;
  let refunds = 0;
  for (const { type, id, paymentId } of data.toReversed()) {
    if (type === "payment") newest = id;
    if (type === "refund") assertEquals([++refunds, paymentId], [refunds, newest]);
  }
  assertGreater(refunds, 0);
});

Deno.test("POST /iade gives back what is owed beyond the largest balance", async () => {
  await using kese = await openTestKese();
  const json = newUser("1", { balance: "100000000.00", allCards: [VISA] });
  await send(kese, "POST /create_user", { json });
  await pay(kese, "100");
  const toppedUp = await send(kese, "POST /update_balance?userNo=1&balance=100");
  assertEquals(toppedUp.status, 201);
  assertEquals((await refund(kese)).body.balance, "100000100.00");
});
