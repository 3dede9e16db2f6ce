import { assert, assertEquals } from "@std/assert";
import { QUEUE_PER_ACCOUNT, WRONG_CODES } from "../../domain/limits.ts";
import {
  assertAddsUp,
  assertNoFault,
  assertProblem,
  balanceOf,
  countEntries,
  journalOf,
  saveCard,
  sendWell,
} from "../support/answers.ts";
import { cardNumberLike } from "../support/card_numbers.ts";
import { createPatientClock } from "../support/clock.ts";
import {
  type Answer,
  createUser,
  newUser,
  openTestKese,
  send,
  type TestKese,
  type TestRequest,
} from "../support/kese.ts";
import { sendWhileBusy } from "../support/payments.ts";
import { createScriptedGateway } from "../support/scripted_gateway.ts";
import { withTemporaryFile } from "../support/temporary_store.ts";

/** Sends so many requests without waiting for any of them. */
function atOnce(count: number, one: (place: number) => Promise<Answer>): Promise<Answer[]> {
  return Promise.all(Array.from({ length: count }, (_, place) => one(place)));
}

/** How many answers there are of each kind: by code of a problem, else by status. */
function kinds(answers: readonly Answer[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { status, body } of answers) {
    const kind = body?.code && status >= 400 ? body.code : String(status);
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}

function pay(kese: TestKese, amount: string, key?: string): Promise<Answer> {
  const headers = key === undefined ? {} : { "idempotency-key": key };
  return send(kese, "POST /kart-saklamali-odeme", { json: { userNo: "1", amount }, headers });
}

async function vaultRecords(kese: TestKese): Promise<number> {
  const createdBefore = kese.clock.now() + 1;
  return (await kese.store.vault.list({ createdBefore, limit: 1_000 })).length;
}

Deno.test("POST /kart-saklamali-odeme lets one of 100 payments through when the balance is for one", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1", "10.00");
  const answers = await atOnce(100, () => pay(kese, "10"));
  assertEquals(kinds(answers), { 201: 1, insufficient_balance: 99 });
  for (const answer of answers.filter(({ status }) => status === 402)) {
    assertEquals(answer.body.balance, "0.00");
  }
  assertEquals(await assertAddsUp(kese, "1"), "0.00");
});

Deno.test("POST /kart-saklamali-odeme takes as many of 300 payments as the balance has room for", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1", "100.00");
  const answers = await atOnce(300, (place) => pay(kese, place % 2 === 0 ? "0.50" : "0.75"));
  const taken = answers.filter(({ status }) => status === 201);
  const balances = taken.map(({ body }) => body.balance);
  assertEquals(new Set(balances).size, balances.length, "no two payments led to one balance");
  assertEquals(await countEntries(kese, "1", "payment"), taken.length);
  assert(Number(await assertAddsUp(kese, "1")) < 0.5);
});

Deno.test("POST /kart-saklamali-odeme has one effect for 50 requests of one key at once", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1");
  const answers = await atOnce(50, () => pay(kese, "1", "k"));
  assertEquals(kinds(answers), { 201: 50 });
  assertEquals(new Set(answers.map(({ text }) => text)).size, 1);
  assertEquals(answers.filter(({ headers }) => !headers.has("idempotent-replayed")).length, 1);
  assertEquals(await assertAddsUp(kese, "1"), "99.00");
});

Deno.test("POST /kart-saklamali-odeme has one effect for each of ten keys, mixed and five times each", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1");
  const answers = await atOnce(50, (place) => pay(kese, String(place % 10 + 1), `k${place % 10}`));
  assertEquals(kinds(answers), { 201: 50 });
  assertEquals(new Set(answers.map(({ text }) => text)).size, 10);
  assertEquals(await assertAddsUp(kese, "1"), "45.00");
});

Deno.test("POST /kart-saklamali-odeme serves one of two requests that share a key at once", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1");
  const answers = await atOnce(40, (place) => pay(kese, place % 2 === 0 ? "1" : "2", "k"));
  assertEquals(kinds(answers), { 201: 20, idempotency_key_reused: 20 });
  assertEquals(await countEntries(kese, "1", "payment"), 1);
});

Deno.test("POST /kart-saklamali-odeme says busy when too many wait, and then nothing has happened", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1");
  const answers = await atOnce(QUEUE_PER_ACCOUNT + 300, () => pay(kese, "0.01"));
  const { 201: taken = 0, busy = 0, ...others } = kinds(answers);
  assertEquals([others, taken + busy], [{}, QUEUE_PER_ACCOUNT + 300]);
  assert(busy > 0 && taken >= QUEUE_PER_ACCOUNT);
  const refused = answers.find(({ status }) => status === 503);
  assert(refused);
  assertProblem(refused, 503, "busy");
  assertEquals(refused.headers.get("retry-after"), "1");
  assertEquals(await countEntries(kese, "1", "payment"), taken);
  assertEquals(Number(await assertAddsUp(kese, "1")), (10_000 - taken) / 100);
});

Deno.test("POST /iade gives 200 payments back once each when each is refunded twice at once", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1", "200.00");
  const payments = await atOnce(200, () => pay(kese, "1"));
  assertEquals(kinds(payments), { 201: 200 });
  assertEquals(await balanceOf(kese, "1"), "0.00");
  const answers = await atOnce(400, (place) => {
    const { paymentId } = payments[place % 200]?.body ?? {};
    return send(kese, "POST /iade", { json: { userNo: "1", paymentId } });
  });
  assertEquals(kinds(answers), { 201: 200, already_refunded: 200 });
  const refunded = answers.flatMap(({ body }) => body.refundId ? [body.paymentId] : []);
  assertEquals(new Set(refunded).size, 200);
  assertEquals(await countEntries(kese, "1", "refund"), 200);
  assertEquals(await assertAddsUp(kese, "1"), "200.00");
});

Deno.test("POST /iade never gives back more than was paid, however many parts come at once", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1");
  const { body: { paymentId } } = await pay(kese, "10");
  await pay(kese, "50");
  const refund = { json: { userNo: "1", paymentId, amount: "3" } };
  const answers = await atOnce(20, () => send(kese, "POST /iade", refund));
  assertEquals(kinds(answers), { 201: 3, refund_exceeds_payment: 17 });
  const { body } = await sendWell(kese, `GET /kart-saklamali-odeme/${paymentId}?userNo=1`);
  assertEquals([body.refunded, body.refundable], ["9.00", "1.00"]);
  assertEquals(await assertAddsUp(kese, "1"), "49.00");
});

Deno.test("POST /iade without paymentId gives the newest payment back once", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1");
  await pay(kese, "1");
  const newest = await pay(kese, "2");
  const answers = await atOnce(20, () => send(kese, "POST /iade", { json: { userNo: "1" } }));
  assertEquals(kinds(answers), { 201: 1, already_refunded: 19 });
  for (const { body } of answers) assertEquals(body.paymentId, newest.body.paymentId);
  assertEquals(await assertAddsUp(kese, "1"), "99.00");
});

Deno.test("POST /kart-saklama saves one of 50 equal cards and leaves nothing of the others in the vault", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1");
  const forms = ["4242424242424242", "4242 4242 4242 4242", "4242-4242-4242-4242"];
  const answers = await atOnce(50, (place) => {
    const cardNo = forms[place % forms.length];
    return send(kese, "POST /kart-saklama", { json: { userNo: "1", cardNo } });
  });
  assertEquals(kinds(answers), { 201: 1, duplicate_card: 49 });
  const saved = answers.find(({ status }) => status === 201)?.body.card.cardId;
  for (const { status, body } of answers) if (status === 409) assertEquals(body.cardId, saved);
  assertEquals(await countEntries(kese, "1", "card_saved"), 1);
  assertEquals(await vaultRecords(kese), 1);
});

Deno.test("POST /kart-saklama keeps to its hourly limit when 30 cards come at once", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1");
  const answers = await atOnce(30, (place) => {
    const cardNo = cardNumberLike("424242", "4242", place);
    return send(kese, "POST /kart-saklama", { json: { userNo: "1", cardNo } });
  });
  assertEquals(kinds(answers), { 201: 10, rate_limited: 20 });
  assertEquals(await vaultRecords(kese), 10);
  const { body } = await sendWell(kese, "GET /kart-saklama-listesi?userNo=1");
  const selected = body.cards.filter((card: { selected: boolean }) => card.selected);
  assertEquals([body.cards.length, selected.length], [10, 1]);
});

Deno.test("POST /create_user creates a user once when 50 come at once", async () => {
  await using kese = await openTestKese();
  const json = newUser("1", { balance: "5", allCards: ["4242424242424242", "1234567812345678"] });
  const answers = await atOnce(50, () => send(kese, "POST /create_user", { json }));
  assertEquals(kinds(answers), { 201: 1, user_exists: 49 });
  assertEquals(await vaultRecords(kese), 2);
  assertEquals(await assertAddsUp(kese, "1"), "5.00");
});

Deno.test("POST /create_user gives 50 requests of one key at once the same answer", async () => {
  await using kese = await openTestKese();
  const json = newUser("1", { balance: "5", selectedCard: "4242424242424242" });
  const headers = { "idempotency-key": "k" };
  const answers = await atOnce(50, () => send(kese, "POST /create_user", { json, headers }));
  assertEquals(kinds(answers), { 201: 50 });
  assertEquals(new Set(answers.map(({ text }) => text)).size, 1);
  assertEquals(await vaultRecords(kese), 1);
  assertEquals(await assertAddsUp(kese, "1"), "5.00");
});

Deno.test("POST /authenticate_second_route gives one session when 20 bring the same code at once", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1");
  const first = await sendWell(kese, "POST /authenticate_first_route", { json: { userNo: "1" } });
  const second = { bearer: first.body.code, json: { userNo: "1" } };
  const answers = await atOnce(20, () => send(kese, "POST /authenticate_second_route", second));
  // How many are looked at depends on when the right one stops counting as a wrong one.
  const { 201: taken, authentication_failed: looked = 0, rate_limited: many = 0 } = kinds(answers);
  assertEquals([taken, looked + many], [1, 19]);
  assert(looked <= WRONG_CODES.perUserAndPeer);
});

Deno.test("POST /update_balance charges once for 50 requests of one key at once", async () => {
  const gateway = createScriptedGateway();
  await using kese = await openTestKese({ gateway });
  await createUser(kese, "1");
  await saveCard(kese, "1");
  const answers = await atOnce(50, () =>
    send(kese, "POST /update_balance", {
      json: { userNo: "1", balance: "5" },
      headers: { "idempotency-key": "k" },
    }));
  assertEquals(kinds(answers), { 201: 50 });
  assertEquals(new Set(answers.map(({ text }) => text)).size, 1);
  assertEquals([...gateway.taken.values()], [500]);
  assertEquals(gateway.asked.length, 1);
  assertEquals(await assertAddsUp(kese, "1"), "105.00");
});

Deno.test("POST /update_balance and everything else at once leave a journal that adds up", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1", "50.00");
  const cardId = await saveCard(kese, "1");
  const other = await saveCard(kese, "1", "5555555555554444");
  const requests: ((place: number) => Promise<Answer>)[] = [
    () => pay(kese, "7"),
    (place) => pay(kese, "1", `k${place % 7}`),
    () => send(kese, "POST /iade", { json: { userNo: "1" } }),
    () => send(kese, "POST /update_balance", { json: { userNo: "1", balance: "3" } }),
    (place) => {
      const json = { userNo: "1", cardId: place % 2 === 0 ? cardId : other };
      return send(kese, "PUT /secili-kart", { json });
    },
    () => send(kese, "GET /islemler?userNo=1&limit=100"),
  ];
  const answers = await atOnce(300, (place) => {
    const request = requests[place % requests.length];
    assert(request);
    return request(place);
  });
  assertEquals(answers.filter(({ status }) => status >= 500), []);
  const made = (member: string) =>
    answers.filter(({ status, body }) => status === 201 && member in body).length;
  assertEquals(await countEntries(kese, "1", "refund"), made("refundId"));
  assertEquals(await countEntries(kese, "1", "top_up_credited"), made("topUpId"));
  await assertAddsUp(kese, "1");
  // No page was torn: each showed a journal without a gap.
  const pages = answers.filter(({ body }) => body.data);
  assertEquals(pages.length, answers.length / requests.length);
  for (const { body } of pages) {
    const seqs = body.data.map(({ seq }: { seq: number }) => seq);
    assertEquals(seqs, seqs.map((_: number, place: number) => seqs[0] - place));
  }
  assertNoFault(kese.lines);
});

/** Two programs on one file, as two processes would have it. */
async function withTwo(use: (first: TestKese, second: TestKese) => Promise<void>): Promise<void> {
  await withTemporaryFile(async (file) => {
    const clock = createPatientClock();
    await using first = await openTestKese({ store: file.open(), clock });
    await using second = await openTestKese({ store: file.open(), clock });
    await use(first, second);
    for (const { lines } of [first, second]) assertNoFault(lines);
  });
}

Deno.test("openSqliteStore() twice on one file: payments of both programs add up", async () => {
  await withTwo(async (first, second) => {
    await createUser(first, "1", "100.00");
    const answers = await atOnce(400, (place) => pay(place % 2 === 0 ? first : second, "0.50"));
    const { 201: taken = 0, ...others } = kinds(answers);
    assertEquals([taken, others], [200, { insufficient_balance: 200 }]);
    assertEquals(await assertAddsUp(first, "1"), "0.00");
    assertEquals(await assertAddsUp(second, "1"), "0.00");
  });
});

Deno.test("openSqliteStore() twice on one file: payments that come one by one add up", async () => {
  await withTwo(async (first, second) => {
    await createUser(first, "1", "100.00");
    const payOneByOne = async (kese: TestKese): Promise<Answer[]> => {
      const answers: Answer[] = [];
      for (let count = 0; count < 40; count++) answers.push(await pay(kese, "1"));
      return answers;
    };
    const answers = await Promise.all([first, second, first, second].map(payOneByOne));
    assertEquals(kinds(answers.flat()), { 201: 100, insufficient_balance: 60 });
    assertEquals(await assertAddsUp(second, "1"), "0.00");
  });
});

Deno.test("openSqliteStore() twice on one file: one key has one effect in both programs", async () => {
  await withTwo(async (first, second) => {
    await createUser(first, "1");
    for (let round = 1; round <= 10; round++) {
      const answers = await atOnce(
        20,
        (place) => pay(place % 2 === 0 ? first : second, "1", `k${round}`),
      );
      assertEquals(kinds(answers), { 201: 20 });
      assertEquals(new Set(answers.map(({ text }) => text)).size, 1);
    }
    assertEquals(await assertAddsUp(first, "1"), "90.00");
  });
});

Deno.test("openSqliteStore() twice on one file: a payment is refunded once by both programs", async () => {
  await withTwo(async (first, second) => {
    await createUser(first, "1");
    const ids: string[] = [];
    for (let count = 0; count < 20; count++) ids.push((await pay(first, "1")).body.paymentId);
    const answers = await atOnce(80, (place) => {
      const json = { userNo: "1", paymentId: ids[place % 20] };
      return send(place < 40 ? first : second, "POST /iade", { json });
    });
    assertEquals(kinds(answers), { 201: 20, already_refunded: 60 });
    assertEquals(await assertAddsUp(second, "1"), "100.00");
  });
});

Deno.test("openSqliteStore() twice on one file: users, cards, codes and top-ups exist once", async () => {
  await withTwo(async (first, second) => {
    // One that had to wait too long for the other's commit is busy, and nothing has happened.
    const sendToEither = (place: number, line: string, request: TestRequest) =>
      sendWhileBusy(place % 2 === 0 ? first : second, line, request);
    const json = newUser("1", { balance: "10" });
    const created = await atOnce(10, (place) => sendToEither(place, "POST /create_user", { json }));
    assertEquals(kinds(created), { 201: 1, user_exists: 9 });

    const card = { json: { userNo: "1", cardNo: "4000000000000119" } };
    const saved = await atOnce(10, (place) => sendToEither(place, "POST /kart-saklama", card));
    assertEquals(kinds(saved), { 201: 1, duplicate_card: 9 });
    assertEquals(await vaultRecords(first), 1);

    const code = await sendWell(first, "POST /authenticate_first_route", { json: { userNo: "1" } });
    const signIn = { bearer: code.body.code, json: { userNo: "1" } };
    const sessions = await atOnce(
      10,
      (place) => sendToEither(place, "POST /authenticate_second_route", signIn),
    );
    assertEquals(kinds(sessions)[201], 1);

    const topUp = {
      json: { userNo: "1", balance: "5" },
      headers: { "idempotency-key": "k" },
    };
    const started = await atOnce(
      10,
      (place) => sendToEither(place, "POST /update_balance", topUp),
    );
    assertEquals(new Set(started.map(({ body }) => body.topUpId)).size, 1);
    assertEquals((await send(second, "POST /update_balance", topUp)).status, 201);
    assertEquals(await countEntries(first, "1", "top_up_credited"), 1);
    assertEquals((await journalOf(first, "1")).length, (await journalOf(second, "1")).length);
    assertEquals(await assertAddsUp(second, "1"), "15.00");
  });
});
