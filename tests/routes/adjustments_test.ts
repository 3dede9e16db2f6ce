import { assertEquals } from "@std/assert";
import { assertProblem } from "../support/answers.ts";
import { createUser, openTestKese, send, signIn } from "../support/kese.ts";
import { assertId, assertSuccess } from "../support/route_answers.ts";

const CASH = { userNo: "1", direction: "credit", amount: "5.50", reason: "cash" };

Deno.test("POST /bakiye-duzeltme books money that came or went outside Kese", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1", "10.00");
  const credit = await send(kese, "POST /bakiye-duzeltme", {
    json: { ...CASH, note: "Kasa", orderId: "fis-1" },
  });
  const { adjustmentId } = credit.body;
  assertId(adjustmentId, "adj");
  assertSuccess(credit, 201, {
    message: "Bakiye düzeltildi.",
    adjustmentId,
    direction: "credit",
    reason: "cash",
    amount: "5.50",
    balance: "15.50",
    available: "15.50",
    currency: "TRY",
    createdAt: "2026-01-01T00:00:00.000Z",
    note: "Kasa",
    orderId: "fis-1",
  });
  const fine = { ...CASH, direction: "debit", reason: "fine" };
  const debit = await send(kese, "POST /bakiye-duzeltme", { json: fine });
  assertEquals([debit.status, debit.body.balance], [201, "10.00"]);
  const { body: { data } } = await send(kese, "GET /islemler?userNo=1&type=adjustment");
  assertEquals(data.map(({ delta }: { delta: string }) => delta), ["-5.50", "5.50"]);
});

Deno.test("POST /bakiye-duzeltme takes from what is available, and credits up to the limit", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1", "10.00");
  assertEquals((await send(kese, "POST /provizyon?userNo=1&amount=6")).status, 201);
  const debit = { ...CASH, direction: "debit", amount: "4.01" };
  assertProblem(
    await send(kese, "POST /bakiye-duzeltme", { json: debit }),
    402,
    "insufficient_balance",
    { balance: "10.00", available: "4.00", amount: "4.01" },
  );
  await createUser(kese, "2", "100000000.00");
  assertProblem(
    await send(kese, "POST /bakiye-duzeltme", { json: { ...CASH, userNo: "2", amount: "0.01" } }),
    422,
    "balance_limit_exceeded",
  );
});

Deno.test("POST /bakiye-duzeltme names what is wrong, and is the fleet's alone", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1", "10.00");
  const wrong = { ...CASH, direction: "up", reason: "gift" };
  const answer = await send(kese, "POST /bakiye-duzeltme", { json: wrong });
  assertProblem(answer, 422, "validation_failed");
  const fields = answer.body.errors.map(({ field, code }: Record<string, string>) => [field, code]);
  assertEquals(fields, [["direction", "invalid_direction"], ["reason", "invalid_reason"]]);
  const bearer = await signIn(kese, "1");
  const own = await send(kese, "POST /bakiye-duzeltme", { json: CASH, bearer });
  assertProblem(own, 403, "forbidden");
});

Deno.test("POST /bakiye-duzeltme answers a repeated key with the first answer", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1", "10.00");
  const headers = { "idempotency-key": "adjust-1" };
  const adjust = () => send(kese, "POST /bakiye-duzeltme", { json: CASH, headers });
  const first = await adjust();
  await send(kese, "POST /kart-saklamali-odeme?userNo=1&amount=1");
  const again = await adjust();
  assertEquals([again.status, again.text], [201, first.text]);
  assertEquals((await send(kese, "GET /bakiye?userNo=1")).body.balance, "14.50");
});
