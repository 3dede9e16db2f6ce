import { assertEquals } from "@std/assert";
import {
  assertAddsUp,
  assertProblem,
  assertReplays,
  journalOf,
  saveCard,
  sendWell,
  typesOf,
} from "../support/answers.ts";
import {
  type Answer,
  createUser,
  openTestKese,
  send,
  signIn,
  type TestKese,
} from "../support/kese.ts";
import { createScriptedGateway } from "../support/scripted_gateway.ts";
import { assertId, assertInvalidFields, assertSuccess } from "../support/route_answers.ts";

const LINE = "POST /karta-iade";
// What the sandbox refuses to give back, and what it gives back and says so only when it is asked.
const REFUSED = "13.13";
const PENDING = "13.14";

/** A user with an opening balance, a card and top-ups, whose ids are given, oldest first. */
async function openToppedUp(
  balance: string,
  topUps: readonly string[],
): Promise<{ readonly kese: TestKese; readonly topUpIds: readonly string[] }> {
  const kese = await openTestKese();
  await createUser(kese, "1", balance);
  await saveCard(kese, "1");
  const topUpIds: string[] = [];
  for (const amount of topUps) topUpIds.push(await topUp(kese, amount));
  return { kese, topUpIds };
}

async function topUp(kese: TestKese, balance: string): Promise<string> {
  const { body } = await sendWell(kese, "POST /update_balance", { json: { userNo: "1", balance } });
  return body.topUpId;
}

function giveBack(
  kese: TestKese,
  more?: { readonly topUpId?: string | undefined; readonly amount?: string },
  key?: string,
): Promise<Answer> {
  return send(kese, LINE, { json: { userNo: "1", ...more }, key });
}

/** Asks until it is no longer pending: a slow store answers 202 first. */
async function ended(kese: TestKese, cardRefundId: string): Promise<void> {
  for (let status = "pending"; status === "pending";) {
    ({ status } = (await sendWell(kese, `GET /karta-iade/${cardRefundId}?userNo=1`)).body);
  }
}

async function pay(kese: TestKese, amount: string): Promise<void> {
  await sendWell(kese, "POST /kart-saklamali-odeme", { json: { userNo: "1", amount } });
}

Deno.test("POST /karta-iade gives the newest top-up back to its card, and GET shows it", async () => {
  const { kese, topUpIds: [, topUpId] } = await openToppedUp("100", ["20", "50"]);
  await using _kese = kese;
  kese.clock.advance(5_000);
  const answer = await giveBack(kese);
  const { cardRefundId } = answer.body;
  assertId(cardRefundId, "crf");
  const body = {
    cardRefundId,
    topUpId,
    status: "completed",
    amount: "50.00",
    balance: "120.00",
    available: "120.00",
    currency: "TRY",
    createdAt: "2026-01-01T00:00:05.000Z",
  };
  assertSuccess(answer, 201, { message: "Tutar karta iade edildi.", ...body });
  const shown = await send(kese, `GET /karta-iade/${cardRefundId}?userNo=1`);
  assertSuccess(shown, 200, { message: "Tutar karta iade edildi.", ...body });
  const own = await signIn(kese, "1");
  assertEquals((await send(kese, `GET /karta-iade/${cardRefundId}`, { bearer: own })).status, 200);
  assertEquals(
    (await journalOf(kese, "1")).slice(-2).map(({ type, delta, topUpId }) => {
      return { type, delta, topUpId };
    }),
    [
      { type: "card_refund_started", delta: "-50.00", topUpId },
      { type: "card_refund_completed", delta: "0.00", topUpId },
    ],
  );
  const charge = await kese.store.sandboxCharges.find(topUpId ?? "");
  assertEquals(charge?.refunds.map(({ amountKurus }) => Number(amountKurus)), [5_000]);
  assertEquals(await assertAddsUp(kese, "1"), "120.00");
});

Deno.test("POST /karta-iade that is refused puts the amount back, and says so again", async () => {
  const { kese, topUpIds: [topUpId] } = await openToppedUp("0", ["50"]);
  await using _kese = kese;
  const refused = await giveBack(kese, { amount: REFUSED }, "k");
  const { cardRefundId } = refused.body;
  assertProblem(refused, 409, "card_refund_refused", { cardRefundId, topUpId });
  assertReplays(await giveBack(kese, { amount: REFUSED }, "k"), refused);
  const { body } = await send(kese, `GET /karta-iade/${cardRefundId}?userNo=1`);
  assertEquals([body.status, body.amount, body.balance], ["failed", REFUSED, "50.00"]);
  assertEquals((await typesOf(kese, "1")).slice(-2), ["card_refund_started", "card_refund_failed"]);
  // All of it is left to go back.
  assertEquals((await giveBack(kese)).body.amount, "50.00");
  assertEquals(await assertAddsUp(kese, "1"), "0.00");
});

Deno.test("POST /karta-iade is pending until its outcome is known, and then it is the same for all", async () => {
  const { kese } = await openToppedUp("0", ["50"]);
  await using _kese = kese;
  const pending = await giveBack(kese, { amount: PENDING }, "k");
  assertEquals([pending.status, pending.body.status], [202, "pending"]);
  assertEquals([pending.body.balance, pending.body.message], ["36.86", "Karta iade sürüyor."]);
  const later = await giveBack(kese, { amount: PENDING }, "k");
  assertEquals([later.status, later.body.status, later.body.balance], [201, "completed", "36.86"]);
  assertEquals(later.headers.get("idempotent-replayed"), "true");
  const { cardRefundId } = pending.body;
  const shown = await send(kese, `GET /karta-iade/${cardRefundId}?userNo=1`);
  assertEquals({ ...shown.body }, { ...later.body });
  assertEquals(await assertAddsUp(kese, "1"), "36.86");
});

Deno.test("sweep() ends a card refund that nobody asks about", async () => {
  const { kese } = await openToppedUp("0", ["50"]);
  await using _kese = kese;
  await giveBack(kese, { amount: PENDING });
  await kese.sweep();
  assertEquals((await typesOf(kese, "1")).at(-1), "card_refund_started");
  kese.clock.advance(60_000);
  await kese.sweep();
  assertEquals((await typesOf(kese, "1")).at(-1), "card_refund_completed");
});

Deno.test("POST /karta-iade gives back parts until nothing is left", async () => {
  const { kese, topUpIds: [topUpId] } = await openToppedUp("0", ["50"]);
  await using _kese = kese;
  assertEquals((await giveBack(kese, { topUpId, amount: "20" })).status, 201);
  const tooMuch = await giveBack(kese, { topUpId, amount: "30.01" });
  assertProblem(tooMuch, 422, "refund_exceeds_top_up", {
    topUpId,
    refundable: "30.00",
    amount: "30.01",
  });
  assertEquals((await giveBack(kese, { topUpId, amount: "30" })).status, 201);
  assertProblem(await giveBack(kese, { topUpId }), 409, "nothing_to_refund", {});
  assertProblem(await giveBack(kese), 409, "nothing_to_refund", {});
});

Deno.test("POST /karta-iade leaves what holds set aside, and says when it is not enough", async () => {
  const { kese } = await openToppedUp("0", ["50"]);
  await using _kese = kese;
  await sendWell(kese, "POST /provizyon", { json: { userNo: "1", amount: "40" } });
  const short = await giveBack(kese, { amount: "10.01" });
  assertProblem(short, 402, "insufficient_balance", {
    balance: "50.00",
    available: "10.00",
    amount: "10.01",
  });
  const { body } = await giveBack(kese);
  assertEquals([body.amount, body.balance, body.available], ["10.00", "40.00", "0.00"]);
  assertProblem(await giveBack(kese), 409, "nothing_to_refund");
});

Deno.test("POST /karta-iade never gives back an opening balance, an adjustment, or what is spent", async () => {
  const { kese } = await openToppedUp("100", ["50"]);
  await using _kese = kese;
  const bonus = { userNo: "1", direction: "credit", amount: "30", reason: "goodwill" };
  await sendWell(kese, "POST /bakiye-duzeltme", { json: bonus });
  await pay(kese, "15");
  assertProblem(await giveBack(kese, { amount: "35.01" }), 422, "refund_exceeds_top_up");
  assertEquals((await giveBack(kese)).body.amount, "35.00");
  assertProblem(await giveBack(kese), 409, "nothing_to_refund");
  await sendWell(kese, "POST /iade", { json: { userNo: "1" } });
  assertEquals((await giveBack(kese)).body.amount, "15.00");
  assertEquals(await assertAddsUp(kese, "1"), "130.00");
});

Deno.test("POST /karta-iade goes on for a frozen account, and not for a closed one", async () => {
  const { kese } = await openToppedUp("0", ["50"]);
  await using _kese = kese;
  const json = { userNo: "1" };
  await sendWell(kese, "POST /hesap/dondur", { json });
  assertEquals((await giveBack(kese)).status, 201);
  await sendWell(kese, "POST /hesap/kapat", { json });
  assertProblem(await giveBack(kese), 409, "account_closed", {});
});

Deno.test("POST /karta-iade gives back the whole alone where its gateway gives no parts back", async () => {
  const sandbox = createScriptedGateway();
  const gateway = { ...sandbox, traits: { ...sandbox.traits, givesBackParts: false } };
  await using kese = await openTestKese({ gateway });
  await createUser(kese, "1", "0");
  await saveCard(kese, "1");
  const topUpId = await topUp(kese, "50");
  const part = await giveBack(kese, { amount: "49.99" });
  assertProblem(part, 422, "only_whole_top_up", { topUpId, amount: "50.00" });
  assertEquals(await typesOf(kese, "1").then((types) => types.at(-1)), "top_up_credited");
});

Deno.test("POST /karta-iade gives back from a card that was removed", async () => {
  const { kese } = await openToppedUp("0", ["50"]);
  await using _kese = kese;
  const { body: { cards: [{ cardId }] } } = await send(kese, "GET /kart-saklama-listesi?userNo=1");
  await sendWell(kese, `DELETE /kart-saklama?userNo=1&cardId=${cardId}`);
  assertEquals((await giveBack(kese)).status, 201);
});

Deno.test("POST /karta-iade is the fleet's alone, and names only the user's own top-ups", async () => {
  const { kese, topUpIds: [topUpId] } = await openToppedUp("0", ["50"]);
  await using _kese = kese;
  const bearer = await signIn(kese, "1");
  assertProblem(await send(kese, LINE, { json: { userNo: "1" }, bearer }), 403, "forbidden");
  await createUser(kese, "2", "100");
  const json = { userNo: "2", topUpId };
  assertProblem(await send(kese, LINE, { json }), 409, "nothing_to_refund");
  await saveCard(kese, "2");
  await sendWell(kese, "POST /update_balance", { json: { userNo: "2", balance: "10" } });
  assertProblem(await send(kese, LINE, { json }), 404, "top_up_not_found", {});
  assertProblem(await send(kese, LINE, { json: { userNo: "3" } }), 404, "user_not_found", {});
  const unknown = await send(kese, `GET /karta-iade/${topUpId}?userNo=1`);
  assertProblem(unknown, 404, "card_refund_not_found", {});
  assertInvalidFields(await giveBack(kese, { amount: "1.005" }), "invalid_amount", [[
    "amount",
    "invalid_amount",
  ]]);
});

Deno.test("POST /karta-iade a hundred times at one moment gives back exactly what is left of a top-up", async () => {
  const { kese, topUpIds: [topUpId = ""] } = await openToppedUp("100", ["50", "70"]);
  await using _kese = kese;
  const answers = await Promise.all(
    Array.from({ length: 100 }, () => giveBack(kese, { topUpId, amount: "7.50" })),
  );
  const begun = answers.filter(({ status }) => status < 300);
  for (const { body: { cardRefundId } } of begun) await ended(kese, cardRefundId);
  const given = async () => {
    const charge = await kese.store.sandboxCharges.find(topUpId);
    return (charge?.refunds ?? []).reduce((sum, { amountKurus }) => sum + amountKurus, 0);
  };
  assertEquals(await given(), begun.length * 750);
  for (let left = 6 - begun.length; left > 0; left--) {
    const { body } = await giveBack(kese, { topUpId, amount: "7.50" });
    await ended(kese, body.cardRefundId);
  }
  const tooMuch = await giveBack(kese, { topUpId, amount: "7.50" });
  assertProblem(tooMuch, 422, "refund_exceeds_top_up", {
    topUpId,
    refundable: "5.00",
    amount: "7.50",
  });
  const rest = await giveBack(kese, { topUpId });
  assertEquals(rest.body.amount, "5.00");
  await ended(kese, rest.body.cardRefundId);
  assertEquals(await given(), 5_000);
  assertEquals(await assertAddsUp(kese, "1"), "170.00");
});
