import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import {
  DAY_MILLISECONDS,
  GATEWAY_TIMEOUT_MILLISECONDS,
  HOUR_MILLISECONDS,
  OPEN_TOP_UPS_PER_ACCOUNT,
  TOP_UP_SWEEP_AFTER_MILLISECONDS,
} from "../../domain/limits.ts";
import { kurus } from "../../domain/money.ts";
import { createSandboxGateway } from "../../infra/gateways/sandbox.ts";
import { openSqliteStore } from "../../infra/sqlite/store.ts";
import {
  assertAddsUp,
  assertNoFault,
  assertProblem,
  assertReplays,
  balanceOf,
  countEntries,
  linesWith,
  saveCard,
  sendWell,
  typesOf,
} from "../support/answers.ts";
import { chargeableCards } from "../support/card_numbers.ts";
import { createImpatientClock, createTestClock } from "../support/clock.ts";
import { replaceMethods } from "../support/faults.ts";
import {
  type Answer,
  createUser,
  newUser,
  openTestKese,
  OTHER_FLEET,
  OTHER_FLEET_KEY,
  send,
  signIn,
  type TestKese,
} from "../support/kese.ts";
import { createScriptedGateway, type Script, testOrder } from "../support/scripted_gateway.ts";

const DECLINED = "4000000000000002";
const TIMES_OUT = "4000000000000119";

function topUp(kese: TestKese, balance: string, key?: string): Promise<Answer> {
  const headers = key === undefined ? {} : { "idempotency-key": key };
  return send(kese, "POST /update_balance", { json: { userNo: "1", balance }, headers });
}

function shown(kese: TestKese, topUpId: string): Promise<Answer> {
  return sendWell(kese, `GET /update_balance/${topUpId}?userNo=1`);
}

/** A user with 100.00 and one card, over a gateway that does what the script says. */
async function openScripted(script: Script, clock = createTestClock()) {
  const gateway = createScriptedGateway(script);
  const kese = await openTestKese({ gateway, clock });
  await createUser(kese, "1");
  const cardId = await saveCard(kese, "1");
  return { ...kese, gateway, cardId };
}

async function openWithCard(cardNo: string) {
  const kese = await openTestKese();
  await createUser(kese, "1");
  return { ...kese, cardId: await saveCard(kese, "1", cardNo) };
}

Deno.test("POST /update_balance charges the selected card and credits the balance", async () => {
  await using kese = await openWithCard("4242 4242 4242 4242");
  const { cardId } = kese;
  const answer = await topUp(kese, "10.5");
  assertEquals(answer.status, 201);
  const { topUpId, ...others } = answer.body;
  assertMatch(topUpId, /^top_[0-9A-Z]{26}$/);
  assertEquals(others, {
    message: "Bakiye yüklendi.",
    amount: "10.50",
    balance: "110.50",
    available: "110.50",
    currency: "TRY",
    createdAt: "2026-01-01T00:00:00.000Z",
    card: {
      cardId,
      maskedNumber: "424242******4242",
      bin: "424242",
      last4: "4242",
      brand: "visa",
      selected: true,
      verified: true,
      createdAt: "2026-01-01T00:00:00.000Z",
    },
    status: "credited",
  });
  assertEquals(answer.headers.get("cache-control"), "no-store");
  assertEquals(await typesOf(kese, "1"), [
    "account_opened",
    "card_saved",
    "top_up_started",
    "top_up_credited",
  ]);
  assertEquals(await assertAddsUp(kese, "1"), "110.50");
});

Deno.test("POST /update_balance takes its parameters from the query too, as the seed has it", async () => {
  await using kese = await openWithCard("4242424242424242");
  const { cardId } = kese;
  const answer = await send(kese, `POST /update_balance?userNo=1&balance=20&cardId=${cardId}`);
  assertEquals([answer.status, answer.body.balance], [201, "120.00"]);
});

Deno.test("POST /update_balance charges the card that it is told to and leaves the selected one selected", async () => {
  await using kese = await openWithCard("4242424242424242");
  const { cardId: first } = kese;
  const second = await saveCard(kese, "1", "5555555555554444");
  const { body } = await sendWell(kese, "POST /update_balance", {
    json: { userNo: "1", balance: "1", cardId: second },
  });
  assertEquals([body.card.cardId, body.card.selected, body.card.brand], [
    second,
    false,
    "mastercard",
  ]);
  const list = await sendWell(kese, "GET /kart-saklama-listesi?userNo=1");
  assertEquals(list.body.selectedCard.cardId, first);
});

Deno.test("POST /update_balance may be sent by the user himself", async () => {
  await using kese = await openWithCard("4242424242424242");
  const bearer = await signIn(kese, "1");
  const json = { userNo: "1", balance: "5" };
  assertEquals((await send(kese, "POST /update_balance", { bearer, json })).status, 201);
  const other = { userNo: "2", balance: "5" };
  assertProblem(
    await send(kese, "POST /update_balance", { bearer, json: other }),
    403,
    "forbidden",
  );
  assertProblem(
    await send(kese, "POST /update_balance", { bearer: null, json }),
    401,
    "unauthenticated",
  );
  assertEquals(await assertAddsUp(kese, "1"), "105.00");
});

for (
  const cardNo of ["4242424242424242", "5555555555554444", "9792030000000000", "378282246310005"]
) {
  Deno.test(`POST /update_balance credits from ${cardNo}, which the sandbox charges`, async () => {
    await using kese = await openWithCard(cardNo);
    const answer = await topUp(kese, "50");
    assertEquals([answer.status, answer.body.status], [201, "credited"]);
    const charge = await kese.store.sandboxCharges.find(answer.body.topUpId);
    assertEquals([charge?.amountKurus, charge?.declined], [5_000, null]);
    assertEquals(await assertAddsUp(kese, "1"), "150.00");
  });
}

const DECLINES = [
  [DECLINED, "declined"],
  ["4000000000009995", "insufficient_funds"],
  ["4000000000000069", "expired_card"],
  ["4000000000000341", "declined"],
] as const;

for (const [cardNo, reason] of DECLINES) {
  Deno.test(`POST /update_balance says that ${cardNo} was refused as ${reason}`, async () => {
    await using kese = await openWithCard(cardNo);
    const answer = await topUp(kese, "50");
    assertProblem(answer, 402, "card_declined");
    assertEquals(answer.body.declineReason, reason);
    const { body } = await shown(kese, answer.body.topUpId);
    assertEquals([body.status, body.declineReason, body.amount, body.balance, body.message], [
      "failed",
      reason,
      "50.00",
      "100.00",
      "Bakiye yüklenemedi.",
    ]);
    assertEquals((await typesOf(kese, "1")).slice(-2), ["top_up_started", "top_up_failed"]);
    assertEquals(await assertAddsUp(kese, "1"), "100.00");
  });
}

Deno.test("GET /update_balance/{topUpId} credits 4000000000000119, whose first answer was lost", async () => {
  await using kese = await openWithCard(TIMES_OUT);
  const pending = await topUp(kese, "50");
  assertEquals([pending.status, pending.body.status, pending.body.balance], [
    202,
    "pending",
    "100.00",
  ]);
  assertEquals(pending.body.message, "Bakiye yükleme sürüyor.");
  const found = await shown(kese, pending.body.topUpId);
  assertEquals([found.body.status, found.body.balance], ["credited", "150.00"]);
  assertEquals((await shown(kese, pending.body.topUpId)).text, found.text);
  assertEquals(await assertAddsUp(kese, "1"), "150.00");
  assertEquals(await countEntries(kese, "1", "top_up_credited"), 1);
});

Deno.test("POST /update_balance credits 4000000000000119 when its key comes again", async () => {
  await using kese = await openWithCard(TIMES_OUT);
  const pending = await topUp(kese, "50", "k");
  const second = await topUp(kese, "50", "k");
  assertEquals([pending.status, second.status, second.body.status], [202, 201, "credited"]);
  assertEquals(second.body.topUpId, pending.body.topUpId);
  assertEquals(second.headers.get("idempotent-replayed"), "true");
  assertEquals((await topUp(kese, "50", "k")).text, second.text);
  assertEquals(await assertAddsUp(kese, "1"), "150.00");
});

Deno.test("GET /update_balance/{topUpId} shows what the top-up itself was answered", async () => {
  await using kese = await openWithCard("4242424242424242");
  const { body } = await topUp(kese, "50");
  await sendWell(kese, "POST /kart-saklamali-odeme", { json: { userNo: "1", amount: "30" } });
  assertEquals((await shown(kese, body.topUpId)).body, body);
});

Deno.test("GET /update_balance/{topUpId} finds a top-up of that user only, and nothing else", async () => {
  await using kese = await openWithCard("4242424242424242");
  await createUser(kese, "2");
  await createUser(kese, "1", "5.00", "other");
  const { body: { topUpId } } = await topUp(kese, "50");
  const { body: { paymentId } } = await sendWell(kese, "POST /kart-saklamali-odeme", {
    json: { userNo: "1", amount: "1" },
  });
  const closingId = topUpId.replace("top_", "tuc_");
  for (const id of [paymentId, closingId, "top_X", "%00", "%F0", "x".repeat(64), "a%2Fb"]) {
    const answer = await send(kese, `GET /update_balance/${id}?userNo=1`);
    assertProblem(answer, 404, "top_up_not_found");
  }
  const path = `GET /update_balance/${topUpId}`;
  assertProblem(await send(kese, `${path}?userNo=2`), 404, "top_up_not_found");
  assertProblem(await send(kese, `${path}?userNo=9`), 404, "top_up_not_found");
  const other = { bearer: OTHER_FLEET_KEY, filo: OTHER_FLEET };
  assertProblem(await send(kese, `${path}?userNo=1`, other), 404, "top_up_not_found");
  assertProblem(await send(kese, path), 400, "missing_parameter");
  assertProblem(
    await send(kese, `${path}?userNo=1&topUpId=other`),
    400,
    "conflicting_parameters",
  );
});

Deno.test("POST /update_balance refuses what cannot be charged and changes nothing", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1");
  await createUser(kese, "no-card");
  const json = newUser("old", { allCards: ["1234567812345678"], balance: "7" });
  const { body: { cards: [old] } } = await sendWell(kese, "POST /create_user", { json });
  await saveCard(kese, "1");
  const table: [Record<string, unknown>, number, string][] = [
    [{ userNo: "nobody", balance: "1" }, 404, "user_not_found"],
    [{ userNo: "no-card", balance: "1" }, 404, "no_cards"],
    [{ userNo: "no-card", balance: "1", cardId: "card_X" }, 404, "no_cards"],
    [{ userNo: "1", balance: "1", cardId: "card_X" }, 404, "card_not_found"],
    [{ userNo: "1", balance: "1", cardId: old.cardId }, 404, "card_not_found"],
    [{ userNo: "old", balance: "1" }, 422, "card_not_chargeable"],
    [{ userNo: "old", balance: "1", cardId: old.cardId }, 422, "card_not_chargeable"],
    [{ userNo: "1" }, 400, "missing_parameter"],
    [{ balance: "1" }, 400, "missing_parameter"],
  ];
  for (const [json, status, code] of table) {
    const answer = await send(kese, "POST /update_balance", { json });
    assertProblem(answer, status, code);
    // Without a card that can be charged, the way on is to save one.
    const needsCard = code === "no_cards" || code === "card_not_chargeable";
    assertEquals(answer.body.detail.includes("POST /kart-saklama "), needsCard, answer.text);
  }
  assertEquals(await countEntries(kese, "1", "top_up_started"), 0);
  assertEquals(await assertAddsUp(kese, "old"), "7.00");
});

Deno.test("POST /update_balance stops at the largest balance, with open top-ups counted", async () => {
  const gateway = createScriptedGateway({ charge: ["says_pending"], inquire: ["pending"] });
  await using kese = await openTestKese({ gateway });
  await createUser(kese, "1", "98999999.99");
  await saveCard(kese, "1");
  assertEquals((await topUp(kese, "1000000.00")).status, 202);
  const refused = await topUp(kese, "0.02");
  assertProblem(refused, 422, "balance_limit_exceeded");
  assertEquals([refused.body.balance, refused.body.amount], ["98999999.99", "0.02"]);
  assertEquals((await topUp(kese, "0.01")).status, 202);
  assertProblem(await topUp(kese, "0.01"), 422, "balance_limit_exceeded");
  gateway.play({ inquire: ["truth"], charge: ["charges"] });
  kese.clock.advance(TOP_UP_SWEEP_AFTER_MILLISECONDS + 1);
  await kese.sweep();
  assertEquals(await assertAddsUp(kese, "1"), "100000000.00");
});

Deno.test("POST /update_balance refuses an eleventh open top-up until one has ended", async () => {
  await using kese = await openScripted({ charge: ["says_pending"], inquire: ["pending"] });
  const { gateway } = kese;
  const answers: Answer[] = [];
  for (let count = 0; count < OPEN_TOP_UPS_PER_ACCOUNT; count++) {
    answers.push(await topUp(kese, "1"));
  }
  assertEquals(new Set(answers.map(({ status }) => status)), new Set([202]));
  assertProblem(await topUp(kese, "1"), 409, "too_many_open_top_ups");
  gateway.play({ inquire: ["truth"], charge: ["charges", "says_pending"] });
  assertEquals((await shown(kese, answers[0]?.body.topUpId)).body.status, "credited");
  assertEquals((await topUp(kese, "1")).status, 202);
  assertProblem(await topUp(kese, "1"), 409, "too_many_open_top_ups");
  assertEquals(await assertAddsUp(kese, "1"), "101.00");
});

/** How many of thirty top-ups at once were answered how. */
async function countAnswers(kese: TestKese): Promise<Record<string, number>> {
  const answers = await Promise.all(Array.from({ length: 30 }, () => topUp(kese, "1")));
  const counts: Record<string, number> = {};
  for (const { status, body: { code, policy } } of answers) {
    const name = [status, code, policy].filter(Boolean).join(" ");
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

Deno.test("POST /update_balance opens no more than ten top-ups when thirty come at once", async () => {
  await using kese = await openScripted({ charge: ["says_pending"], inquire: ["pending"] });
  // Five may be charged at one time; once their outcomes are unclear, so may others, ten in all.
  let open = 0;
  for (let round = 0; open < OPEN_TOP_UPS_PER_ACCOUNT; round++) {
    assert(round < OPEN_TOP_UPS_PER_ACCOUNT, `only ${open} are open`);
    const counts = await countAnswers(kese);
    open += counts["202"] ?? 0;
    assert(Object.keys(counts).every((name) => /^(202|429 rate_limited|409 too_many)/.test(name)));
  }
  assertEquals(open, OPEN_TOP_UPS_PER_ACCOUNT);
  const full = Object.keys(await countAnswers(kese));
  assertEquals(full.filter((name) => name.startsWith("202")), []);
});

Deno.test("POST /update_balance is declined five times an hour, however many come at once", async () => {
  await using kese = await openWithCard(DECLINED);
  const counts = { "402 card_declined": 5, "429 rate_limited card_declines": 25 };
  assertEquals(await countAnswers(kese), counts);
  assertEquals(await countAnswers(kese), { "429 rate_limited card_declines": 30 });
  assertEquals(await countEntries(kese, "1", "top_up_failed"), 5);
  kese.clock.advance(HOUR_MILLISECONDS);
  assertEquals(await countAnswers(kese), counts);
});

Deno.test("POST /update_balance lets ten top-ups of a card whose answers are lost stay open", async () => {
  await using kese = await openWithCard(TIMES_OUT);
  for (let count = 0; count < OPEN_TOP_UPS_PER_ACCOUNT; count++) {
    assertEquals((await topUp(kese, "1")).status, 202);
  }
  assertProblem(await topUp(kese, "1"), 409, "too_many_open_top_ups");
});

Deno.test("POST /update_balance counts top-ups of another process as being charged for a while", async () => {
  const store = openSqliteStore(":memory:");
  const clock = createTestClock();
  const gateway = createScriptedGateway({ charge: ["says_pending"], inquire: ["pending"] });
  const first = await openTestKese({ store, clock, gateway });
  await createUser(first, "1");
  await saveCard(first, "1");
  for (let count = 0; count < 5; count++) assertEquals((await topUp(first, "1")).status, 202);
  await first.dependencies.audit.flush();
  // It has not heard how the gateway answered the first.
  await using second = await openTestKese({ store, clock, gateway });
  const refused = await topUp(second, "1");
  assertProblem(refused, 429, "rate_limited");
  assertEquals(refused.headers.get("retry-after"), "15");
  clock.advance(GATEWAY_TIMEOUT_MILLISECONDS);
  assertEquals((await topUp(second, "1")).status, 202);
});

Deno.test("sweep() finishes a top-up that was started while the clock was ahead", async () => {
  await using kese = await openScripted({ charge: ["says_pending"] });
  const { gateway } = kese;
  kese.clock.advance(DAY_MILLISECONDS);
  assertEquals((await topUp(kese, "10")).status, 202);
  kese.clock.advance(-DAY_MILLISECONDS);
  gateway.play({ inquire: ["truth"], charge: ["charges"] });
  await kese.sweep();
  assertEquals(await assertAddsUp(kese, "1"), "110.00");
});

Deno.test("POST /update_balance refuses after five declines, until an hour has passed", async () => {
  await using kese = await openWithCard(DECLINED);
  await saveCard(kese, "1", "4242424242424242");
  for (let count = 0; count < 5; count++) {
    assertProblem(await topUp(kese, "1"), 402, "card_declined");
    kese.clock.advance(60_000);
  }
  const refused = await topUp(kese, "1");
  assertProblem(refused, 429, "rate_limited");
  assertEquals(refused.body.policy, "card_declines");
  assertEquals(refused.headers.get("retry-after"), String(55 * 60));
  assertEquals(refused.headers.get("ratelimit"), '"card_declines";r=0;t=3300');
  assertEquals(refused.headers.get("ratelimit-policy"), '"card_declines";q=5;w=3600');
  kese.clock.advance(HOUR_MILLISECONDS - 5 * 60_000 - 1);
  assertProblem(await topUp(kese, "1"), 429, "rate_limited");
  kese.clock.advance(1);
  assertProblem(await topUp(kese, "1"), 402, "card_declined");
});

Deno.test("POST /update_balance answers 202 when the gateway hangs, and asks it again later", async () => {
  await using kese = await openScripted({ charge: ["hangs"] }, createImpatientClock());
  const { gateway } = kese;
  const pending = await topUp(kese, "10", "k");
  assertEquals([pending.status, pending.body.status], [202, "pending"]);
  // While nothing new is known, the same key gets the same bytes.
  gateway.play({ inquire: ["pending"] });
  assertReplays(await topUp(kese, "10", "k"), pending);
  assertEquals((await shown(kese, pending.body.topUpId)).body.status, "pending");
  assertEquals(await balanceOf(kese, "1"), "100.00");
  gateway.play({ inquire: ["truth"], charge: ["charges"] });
  kese.clock.advance(8_000);
  assertEquals((await topUp(kese, "10", "k")).status, 201);
  assertEquals([...gateway.taken.values()], [1_000]);
  assertEquals(await assertAddsUp(kese, "1"), "110.00");
});

Deno.test("POST /update_balance answers 202 when the gateway hangs on every inquiry too", async () => {
  const gateway = {
    ...createScriptedGateway(),
    charge: () => new Promise<never>(() => {}),
    inquire: () => new Promise<never>(() => {}),
  };
  await using kese = await openTestKese({ gateway, clock: createImpatientClock() });
  await createUser(kese, "1");
  await saveCard(kese, "1");
  const pending = await topUp(kese, "10", "k");
  assertEquals(pending.status, 202);
  assertEquals((await shown(kese, pending.body.topUpId)).body.status, "pending");
  assertReplays(await topUp(kese, "10", "k"), pending);
});

Deno.test("GET /update_balance/{topUpId} charges with the same reference when nothing was charged", async () => {
  await using kese = await openScripted({ charge: ["throws_before_charging", "charges"] });
  const { gateway } = kese;
  const { status, body: { topUpId } } = await topUp(kese, "10");
  assertEquals([status, gateway.taken.size], [202, 0]);
  assertEquals((await shown(kese, topUpId)).body.status, "credited");
  assertEquals(gateway.asked, [topUpId, topUpId]);
  assertEquals([...gateway.taken], [[topUpId, 1_000]]);
  assertEquals(await assertAddsUp(kese, "1"), "110.00");
});

Deno.test("GET /update_balance/{topUpId} does not charge again what was charged before the connection broke", async () => {
  await using kese = await openScripted({ charge: ["throws_after_charging"] });
  const { gateway } = kese;
  const { status, body: { topUpId } } = await topUp(kese, "10");
  assertEquals(status, 202);
  assertEquals((await shown(kese, topUpId)).body.status, "credited");
  assertEquals([gateway.asked, gateway.inquired], [[topUpId], [topUpId]]);
  assertEquals(await assertAddsUp(kese, "1"), "110.00");
});

Deno.test("GET /update_balance/{topUpId} takes a charge that is not found for one that may still come", async () => {
  await using kese = await openScripted({
    charge: ["throws_after_charging", "throws_after_charging", "charges"],
    inquire: ["not_found"],
  });
  const { gateway } = kese;
  const { body: { topUpId } } = await topUp(kese, "10", "k");
  assertEquals((await shown(kese, topUpId)).body.status, "pending");
  kese.clock.advance(8_000);
  assertEquals((await topUp(kese, "10", "k")).status, 201);
  assertEquals(gateway.asked, [topUpId, topUpId, topUpId]);
  assertEquals([...gateway.taken], [[topUpId, 1_000]]);
  assertEquals(await assertAddsUp(kese, "1"), "110.00");
});

Deno.test("GET /update_balance/{topUpId} keeps asking while the gateway says pending", async () => {
  await using kese = await openScripted({
    charge: ["says_pending"],
    inquire: ["pending", "throws", "pending", "declined"],
  });
  const { gateway } = kese;
  const { body: { topUpId } } = await topUp(kese, "10", "k");
  for (let count = 0; count < 3; count++) {
    assertEquals((await shown(kese, topUpId)).body.status, "pending");
    // Whoever asks again at once is told what is known.
    assertEquals((await shown(kese, topUpId)).body.status, "pending");
    kese.clock.advance(60_000);
  }
  const { body } = await shown(kese, topUpId);
  assertEquals([body.status, body.declineReason], ["failed", "declined"]);
  assertProblem(await topUp(kese, "10", "k"), 402, "card_declined");
  assertEquals([gateway.asked.length, gateway.inquired.length], [1, 4]);
  assertNoFault(kese.lines);
});

Deno.test("GET /update_balance/{topUpId} shares one conversation with the gateway among twenty readers", async () => {
  await using kese = await openScripted({ charge: ["throws_after_charging"] });
  const { gateway } = kese;
  const { body: { topUpId } } = await topUp(kese, "10");
  const answers = await Promise.all(Array.from({ length: 20 }, () => shown(kese, topUpId)));
  assertEquals(new Set(answers.map(({ text }) => text)).size, 1);
  // Who looked before the first one closed it, and came after, asks once more.
  assert(gateway.inquired.length <= 3, `${gateway.inquired.length} conversations`);
  assertEquals(await countEntries(kese, "1", "top_up_credited"), 1);
});

Deno.test("sweep() credits, fails and keeps open top-ups as their outcome is", async () => {
  await using kese = await openScripted({ charge: ["says_pending"] });
  const { gateway } = kese;
  const ids: string[] = [];
  for (const balance of ["1", "2", "4"]) ids.push((await topUp(kese, balance)).body.topUpId);
  await kese.sweep();
  assertEquals(gateway.inquired, [], "those that have just started are left to their requests");
  kese.clock.advance(TOP_UP_SWEEP_AFTER_MILLISECONDS + 1);
  // Not found and charged again, declined, still pending.
  gateway.play({ inquire: ["not_found", "declined", "pending"], charge: ["charges"] });
  await kese.sweep();
  gateway.play({ inquire: ["pending"] });
  const states: string[] = [];
  for (const id of ids) states.push((await shown(kese, id)).body.status);
  assertEquals(states.sort(), ["credited", "failed", "pending"]);
  const inquired = gateway.inquired.length;
  await kese.sweep();
  assertEquals(gateway.inquired.length, inquired + 1, "only the open one is asked about again");
  gateway.play({ inquire: ["truth"], charge: ["charges"] });
  await kese.sweep();
  assertEquals(await countEntries(kese, "1", "top_up_credited"), 2);
  assertEquals(gateway.taken.size, 2);
  await assertAddsUp(kese, "1");
});

Deno.test("sweep() goes past top-ups that stay pending to those behind them", async () => {
  await using kese = await openScripted({ charge: ["says_pending"], inquire: ["pending"] });
  const { gateway } = kese;
  const cards = chargeableCards(17);
  for (let user = 2; user <= 16; user++) {
    await createUser(kese, String(user), "0");
    await saveCard(kese, String(user), cards[user]);
    const json = { userNo: String(user), balance: "1" };
    for (let count = 0; count < 10; count++) {
      assertEquals((await send(kese, "POST /update_balance", { json })).status, 202);
    }
    kese.clock.advance(1);
  }
  const last = await topUp(kese, "10");
  kese.clock.advance(TOP_UP_SWEEP_AFTER_MILLISECONDS + 1);
  await kese.sweep();
  assert(gateway.inquired.includes(last.body.topUpId));
});

Deno.test("openTestKese() on the same store finishes a top-up that the first one left open", async () => {
  const clock = createImpatientClock();
  const store = openSqliteStore(":memory:");
  const first = await openTestKese({
    store,
    clock,
    gateway: createScriptedGateway({ charge: ["hangs"] }),
  });
  await createUser(first, "1");
  await saveCard(first, "1");
  const pending = await topUp(first, "10", "k");
  assertEquals(pending.status, 202);
  await first.dependencies.audit.flush();

  const gateway = createScriptedGateway();
  await using second = await openTestKese({ store, clock, gateway });
  clock.advance(TOP_UP_SWEEP_AFTER_MILLISECONDS + 1);
  await second.sweep();
  assertEquals(await balanceOf(second, "1"), "110.00");
  assertEquals([...gateway.taken], [[pending.body.topUpId, 1_000]]);
  const replayed = await topUp(second, "10", "k");
  assertEquals([replayed.status, replayed.body.topUpId], [201, pending.body.topUpId]);
  assertEquals(await assertAddsUp(second, "1"), "110.00");
});

Deno.test("openTestKese() twice on one store credits a top-up once when both find out at once", async () => {
  const clock = createTestClock();
  const store = openSqliteStore(":memory:");
  const gateway = createScriptedGateway({ charge: ["throws_after_charging"] });
  const keses = await Promise.all([
    openTestKese({ store, clock, gateway }),
    openTestKese({ store, clock, gateway }),
  ]);
  const [first, second] = keses;
  assert(first && second);
  await createUser(first, "1");
  await saveCard(first, "1");
  for (let round = 1; round <= 10; round++) {
    const { body: { topUpId } } = await topUp(first, "10");
    const answers = await Promise.all(
      [first, second, first, second].map((kese) => shown(kese, topUpId)),
    );
    assertEquals(new Set(answers.map(({ text }) => text)).size, 1);
    assertEquals(answers[0]?.body.status, "credited");
  }
  assertEquals(await countEntries(first, "1", "top_up_credited"), 10);
  assertEquals(await assertAddsUp(first, "1"), "200.00");
  for (const { lines } of keses) {
    assertNoFault(lines);
    assertEquals(lines.filter((line) => line.includes("account_save_unclear")), []);
  }
  await second.dependencies.audit.flush();
  await first.close();
});

Deno.test("POST /update_balance says which top-up is open when the store fails after the charge", async () => {
  const store = openSqliteStore(":memory:");
  const gateway = createScriptedGateway();
  await using kese = await openTestKese({ store, gateway });
  await createUser(kese, "1");
  await saveCard(kese, "1");
  const mend = replaceMethods(store.journal, {
    find: () => Promise.reject(new Error("no connection")),
  });
  const pending = await topUp(kese, "10", "k");
  assertEquals([pending.status, pending.body.status], [202, "pending"]);
  assertEquals(linesWith(kese.lines, "top_up_unsettled").length, 1);
  mend();
  assertEquals((await shown(kese, pending.body.topUpId)).body.status, "credited");
  assertEquals((await topUp(kese, "10", "k")).body.topUpId, pending.body.topUpId);
  assertEquals([...gateway.taken.values()], [1_000]);
  assertEquals(await assertAddsUp(kese, "1"), "110.00");
});

Deno.test("DELETE /kart-saklama refuses a card while a top-up from it is open", async () => {
  await using kese = await openScripted({
    charge: ["says_pending"],
    inquire: ["pending"],
  });
  const { gateway, cardId } = kese;
  const { body: { topUpId } } = await topUp(kese, "10");
  const removal = { json: { userNo: "1", cardId } };
  const refused = await send(kese, "DELETE /kart-saklama", removal);
  assertProblem(refused, 409, "card_in_use");
  assertEquals(refused.body.cardId, cardId);
  gateway.play({ inquire: ["truth"], charge: ["charges"] });
  assertEquals((await shown(kese, topUpId)).body.status, "credited");
  assertEquals((await send(kese, "DELETE /kart-saklama", removal)).status, 200);
  assertEquals((await shown(kese, topUpId)).body.card.cardId, cardId);
});

Deno.test("POST /update_balance leaves the account free for payments while it is open", async () => {
  await using kese = await openScripted({ charge: ["says_pending"], inquire: ["pending"] });
  const { gateway } = kese;
  const { body: { topUpId } } = await topUp(kese, "10");
  const pay = (amount: string) =>
    send(kese, "POST /kart-saklamali-odeme", { json: { userNo: "1", amount } });
  assertProblem(await pay("100.01"), 402, "insufficient_balance");
  assertEquals((await pay("100")).status, 201);
  gateway.play({ inquire: ["truth"], charge: ["charges"] });
  assertEquals((await shown(kese, topUpId)).body.balance, "10.00");
  assertEquals(await assertAddsUp(kese, "1"), "10.00");
});

Deno.test("POST /update_balance gives its 201 again for the same key, whatever came between", async () => {
  await using kese = await openWithCard("4242424242424242");
  const { cardId } = kese;
  const first = await topUp(kese, "10", "k");
  await sendWell(kese, "POST /kart-saklamali-odeme", { json: { userNo: "1", amount: "7" } });
  await saveCard(kese, "1", "5555555555554444");
  await sendWell(kese, "DELETE /kart-saklama", { json: { userNo: "1", cardId } });
  kese.clock.advance(HOUR_MILLISECONDS);
  assertReplays(await topUp(kese, "10", "k"), first);
  assertEquals(await countEntries(kese, "1", "top_up_started"), 1);
  assertEquals(await assertAddsUp(kese, "1"), "103.00");
});

Deno.test("POST /update_balance gives its 402 again, with the request id of the first in the body", async () => {
  await using kese = await openWithCard(DECLINED);
  const send = (requestId: string, key: string) =>
    sendTopUp(kese, { "x-request-id": requestId, "idempotency-key": key });
  const first = await send("first", "k");
  assertProblem(first, 402, "card_declined");
  const second = await send("second", "k");
  assertReplays(second, first);
  assertEquals([second.body.requestId, second.headers.get("x-request-id")], ["first", "second"]);
  const third = await send("third", "another key");
  assertNotEquals(third.body.topUpId, first.body.topUpId);
  assertEquals(await countEntries(kese, "1", "top_up_failed"), 2);
});

function sendTopUp(kese: TestKese, headers: Record<string, string>): Promise<Answer> {
  return send(kese, "POST /update_balance", { json: { userNo: "1", balance: "10" }, headers });
}

Deno.test("createSandboxGateway() keeps the first outcome of a reference, however often it is charged", async () => {
  const store = openSqliteStore(":memory:");
  const gateway = createSandboxGateway(store.sandboxCharges, { now: () => 0 });
  const good = "4242424242424242";
  const first = testOrder({ reference: "top_1", digits: good, amountKurus: kurus(100) });
  assertEquals(await gateway.inquire(first), { status: "not_found" });
  for (const [digits, amount] of [[good, 100], [good, 100], [DECLINED, 999]] as const) {
    const again = testOrder({ reference: "top_1", digits, amountKurus: kurus(amount) });
    assertEquals(await gateway.charge(again), {
      status: "charged",
      providerRef: "sbx_top_1",
      amountKurus: kurus(100),
    });
  }
  assertEquals((await store.sandboxCharges.find("top_1"))?.amountKurus, 100);
  const declined = { status: "declined", reason: "declined" } as const;
  for (const digits of [DECLINED, good]) {
    const second = testOrder({ reference: "top_2", digits, amountKurus: kurus(100) });
    assertEquals(await gateway.charge(second), declined);
    assertEquals(await gateway.inquire(second), declined);
  }
  await store.close();
});

Deno.test("POST /update_balance charges a sandbox card once though the gateway forgets it at first", async () => {
  const store = openSqliteStore(":memory:");
  const sandbox = createSandboxGateway(store.sandboxCharges, { now: () => 0 });
  let inquiries = 0;
  await using kese = await openTestKese({
    store,
    gateway: {
      ...sandbox,
      inquire: (asked) =>
        inquiries++ === 0 ? Promise.resolve({ status: "not_found" }) : sandbox.inquire(asked),
    },
  });
  await createUser(kese, "1");
  await saveCard(kese, "1", TIMES_OUT);
  const { body: { topUpId } } = await topUp(kese, "10");
  assertEquals((await shown(kese, topUpId)).body.status, "pending");
  kese.clock.advance(8_000);
  assertEquals((await shown(kese, topUpId)).body.status, "credited");
  assertEquals(kese.lines.filter((line) => line.includes("UNIQUE")), []);
  assertEquals(await assertAddsUp(kese, "1"), "110.00");
});
