import { assertEquals } from "@std/assert";
import { DECLINED, MASTERCARD, VISA } from "../support/card_numbers.ts";
import { assertProblem } from "../support/answers.ts";
import { type Answer, createUser, newUser, openTestKese, send } from "../support/kese.ts";
import type { TestKese } from "../support/kese.ts";
import { assertId, assertInvalidFields, assertSuccess } from "../support/route_answers.ts";

const MESSAGE = "İşlemler listelendi.";
const AT = "2026-01-01T00:00:00.000Z";

interface Entry {
  readonly id: string;
  readonly seq: number;
  readonly type: string;
}

function list(kese: TestKese, more = "", userNo = "1"): Promise<Answer> {
  return send(kese, `GET /islemler?userNo=${userNo}${more}`);
}

async function pay(kese: TestKese, times: number): Promise<void> {
  const line = "POST /kart-saklamali-odeme?userNo=1&amount=0.01";
  // One process lets so many wait on one account that a few hundred at a time are safe.
  for (let left = times; left > 0; left -= 250) {
    const batch = Array.from({ length: Math.min(left, 250) }, () => send(kese, line));
    for (const { status } of await Promise.all(batch)) assertEquals(status, 201);
  }
}

/** Every page from the newest to the last, by the cursors that the answers give. */
async function pagesOf(
  kese: TestKese,
  more: string,
  between: () => Promise<unknown> = () => Promise.resolve(),
): Promise<readonly (readonly Entry[])[]> {
  const pages: Entry[][] = [];
  for (let cursor: string | null = ""; cursor !== null;) {
    const { status, body }: Answer = await list(kese, `${more}${cursor && `&cursor=${cursor}`}`);
    assertEquals(status, 200);
    pages.push(body.data);
    cursor = body.nextCursor;
    await between();
  }
  return pages;
}

function numbers(newest: number, oldest: number): number[] {
  return Array.from({ length: newest - oldest + 1 }, (_, place) => newest - place);
}

Deno.test("GET /islemler lists what happened, newest first, with all that its answers showed", async () => {
  await using kese = await openTestKese();
  // Every request has its own id, so an entry tells which one it is of.
  const step = (requestId: string, line: string, json?: unknown) =>
    send(kese, line, { headers: { "x-request-id": requestId }, json });
  const opened = await step("r1", "POST /create_user", newUser("1", { balance: 100 }));
  const visa = await step("r2", `POST /kart-saklama?userNo=1&cardNo=${VISA}`);
  const declined = await step("r3", `POST /kart-saklama?userNo=1&cardNo=${DECLINED}`);
  const { cardId } = declined.body.card;
  const selected = await step("r4", `PUT /secili-kart?userNo=1&cardId=${cardId}`);
  const failed = await step("r5", "POST /update_balance?userNo=1&balance=20");
  await step("r6", `DELETE /kart-saklama?userNo=1&cardId=${cardId}`);
  const credited = await step("r7", "POST /update_balance?userNo=1&balance=30.50");
  const plain = await step("r8", "POST /kart-saklamali-odeme?userNo=1&amount=5");
  const payment = await step("r9", "POST /kart-saklamali-odeme", {
    userNo: "1",
    amount: 10,
    orderId: "ride-1",
    description: "Kadıköy - Moda",
  });
  const refund = await step("r10", "POST /iade?userNo=1&amount=4");
  assertEquals(failed.status, 402);

  const answer = await list(kese);
  const entries: Entry[] = answer.body.data.toReversed();
  const idOf = (place: number) => entries[place]?.id;
  for (const place of [0, 1, 2, 3, 6]) assertId(idOf(place), "ent");
  const withDeclined = { card: selected.body.card };
  const withVisa = { card: { ...visa.body.card, selected: true } };
  const { paymentId, orderId, description } = payment.body;
  const still = { delta: "0.00", createdAt: AT };
  const nothing = { amount: "0.00", ...still };
  const expected = [
    {
      ...{ id: idOf(0), type: "account_opened", amount: "100.00", delta: "100.00" },
      ...{
        balanceAfter: "100.00",
        createdAt: AT,
        requestId: "r1",
        by: "fleet",
        cards: opened.body.cards,
      },
    },
    {
      ...{ id: idOf(1), type: "card_saved", ...nothing },
      ...{ balanceAfter: "100.00", requestId: "r2", by: "fleet", card: visa.body.card },
    },
    {
      ...{ id: idOf(2), type: "card_saved", ...nothing },
      ...{ balanceAfter: "100.00", requestId: "r3", by: "fleet", card: declined.body.card },
    },
    {
      ...{ id: idOf(3), type: "card_selected", ...nothing },
      ...{ balanceAfter: "100.00", requestId: "r4", by: "fleet", ...withDeclined },
    },
    {
      ...{ id: failed.body.topUpId, type: "top_up_started", amount: "20.00", ...still },
      gateway: "sandbox",
      ...{ balanceAfter: "100.00", requestId: "r5", by: "fleet" },
      ...{ topUpId: failed.body.topUpId, ...withDeclined },
    },
    {
      ...{ id: idOf(5), type: "top_up_failed", amount: "20.00", ...still },
      ...{ balanceAfter: "100.00", requestId: "r5", by: "kese" },
      ...{ topUpId: failed.body.topUpId, ...withDeclined, declineReason: "declined" },
      gateway: "sandbox",
    },
    {
      ...{ id: idOf(6), type: "card_removed", ...nothing },
      ...{ balanceAfter: "100.00", requestId: "r6", by: "fleet", ...withDeclined },
    },
    {
      ...{ id: credited.body.topUpId, type: "top_up_started", amount: "30.50", ...still },
      gateway: "sandbox",
      ...{ balanceAfter: "100.00", requestId: "r7", by: "fleet" },
      ...{ topUpId: credited.body.topUpId, ...withVisa },
    },
    {
      ...{ id: idOf(8), type: "top_up_credited", amount: "30.50", delta: "30.50" },
      ...{ balanceAfter: "130.50", createdAt: AT, requestId: "r7", by: "kese" },
      ...{ topUpId: credited.body.topUpId, ...withVisa },
      ...{ gateway: "sandbox", providerRef: `sbx_${credited.body.topUpId}` },
    },
    {
      ...{ id: plain.body.paymentId, type: "payment", amount: "5.00", delta: "-5.00" },
      ...{ balanceAfter: "125.50", createdAt: AT, requestId: "r8", by: "fleet" },
      paymentId: plain.body.paymentId,
    },
    {
      ...{ id: paymentId, type: "payment", amount: "10.00", delta: "-10.00" },
      ...{ balanceAfter: "115.50", createdAt: AT, requestId: "r9", by: "fleet" },
      ...{ paymentId, orderId, description },
    },
    {
      ...{ id: refund.body.refundId, type: "refund", amount: "4.00", delta: "4.00" },
      ...{ balanceAfter: "119.50", createdAt: AT, requestId: "r10", by: "fleet", paymentId },
    },
  ].map((entry, place) => ({ seq: place + 1, ...entry }));
  assertSuccess(answer, 200, { message: MESSAGE, data: expected.toReversed(), nextCursor: null });
});

Deno.test("GET /islemler orders by number, not by clock", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1");
  for (const milliseconds of [5_000, -9_000, 1_000]) {
    kese.clock.advance(milliseconds);
    await pay(kese, 1);
  }
  const { body: { data } } = await list(kese);
  assertEquals(data.map(({ seq }: Entry) => seq), [4, 3, 2, 1]);
  assertEquals(data[1].createdAt, "2025-12-31T23:59:56.000Z");
});

Deno.test("GET /islemler gives twenty entries a page unless told otherwise", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1");
  await pay(kese, 20);
  const first = await list(kese);
  assertEquals(first.body.data.map(({ seq }: Entry) => seq), numbers(21, 2));
  const second = await list(kese, `&cursor=${first.body.nextCursor}`);
  assertEquals(second.body.data.map(({ seq }: Entry) => seq), [1]);
  assertEquals(second.body.nextCursor, null);
});

const PAGES: readonly (readonly [entries: number, limit: number, sizes: readonly number[]])[] = [
  [1, 1, [1]],
  [3, 1, [1, 1, 1]],
  [10, 5, [5, 5]],
  [11, 5, [5, 5, 1]],
  [4, 5, [4]],
  [100, 100, [100]],
  [101, 100, [100, 1]],
];

for (const [entries, limit, sizes] of PAGES) {
  Deno.test(`GET /islemler shows each of ${entries} entries once on pages of ${limit}`, async () => {
    await using kese = await openTestKese();
    await createUser(kese, "1");
    await pay(kese, entries - 1);
    const pages = await pagesOf(kese, `&limit=${limit}`);
    assertEquals(pages.map((page) => page.length), sizes);
    assertEquals(pages.flat().map(({ seq }) => seq), numbers(entries, 1));
  });
}

Deno.test("GET /islemler shows no entry twice and misses none while more are written", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1");
  await pay(kese, 49);
  const pages = await pagesOf(kese, "&limit=7", async () => {
    await Promise.all([pay(kese, 3), createUser(kese, crypto.randomUUID())]);
  });
  assertEquals(pages.flat().map(({ seq }) => seq), numbers(50, 1));
});

Deno.test("GET /islemler shows the entries of one type", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1");
  for (let turn = 0; turn < 3; turn++) {
    await pay(kese, 2);
    await send(kese, "POST /iade?userNo=1");
  }
  const seqs = async (more: string) => (await pagesOf(kese, more)).flat().map(({ seq }) => seq);
  assertEquals(await seqs("&type=refund"), [10, 7, 4]);
  assertEquals(await seqs("&type=refund&limit=1"), [10, 7, 4]);
  assertEquals(await seqs("&type=payment&limit=2"), [9, 8, 6, 5, 3, 2]);
  assertEquals(await seqs("&type=account_opened"), [1]);
  assertEquals(await seqs("&type=card_saved"), []);
});

Deno.test("GET /islemler ends a page that looked at a thousand entries, and goes on behind it", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1");
  await send(kese, `POST /kart-saklama?userNo=1&cardNo=${VISA}`);
  await pay(kese, 1_200);
  await send(kese, `POST /kart-saklama?userNo=1&cardNo=${MASTERCARD}`);
  await pay(kese, 50);
  const pages = await pagesOf(kese, "&type=card_saved&limit=2");
  assertEquals(pages.flat().map(({ seq }) => seq), [1203, 2]);
  assertEquals(pages[0]?.map(({ seq }) => seq), [1203], "a short page that has a cursor");

  const rare = await pagesOf(kese, "&type=account_opened");
  assertEquals(rare.map((page) => page.length), [0, 1]);
  const none = await pagesOf(kese, "&type=card_removed&limit=100");
  assertEquals(none.map((page) => page.length), [0, 0]);
  const all = await pagesOf(kese, "&limit=100");
  assertEquals(all.flat().map(({ seq }) => seq), numbers(1253, 1));
});

Deno.test("GET /islemler shows an entry of a user to no other", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1");
  await createUser(kese, "2");
  await pay(kese, 3);
  const { body: { nextCursor } } = await list(kese, "&limit=1");
  const others = await list(kese, "", "2");
  assertEquals(others.body.data.map(({ type }: Entry) => type), ["account_opened"]);
  const withCursor = await list(kese, `&cursor=${nextCursor}`, "2");
  assertEquals(withCursor.body.data, others.body.data);
});

const INVALID: readonly (readonly [field: string, values: readonly string[]])[] = [
  ["limit", ["0", "101", "1000", "-1", "1.5", "ten", "01", "%20", "", "1e1", "Infinity"]],
  ["cursor", ["", "1", "s", "s0", "s-1", "s1.5", "sNaN", "s01", "S5", `s${"9".repeat(16)}`, "%00"]],
  ["type", ["", "ride", "Payment", "payment,refund", "__proto__"]],
];

for (const [field, values] of INVALID) {
  for (const value of values) {
    Deno.test(`GET /islemler refuses the ${field} "${value}"`, async () => {
      await using kese = await openTestKese();
      await createUser(kese, "1");
      const answer = await list(kese, `&${field}=${value}`);
      assertInvalidFields(answer, "validation_failed", [[field, `invalid_${field}`]]);
    });
  }
}

Deno.test("GET /islemler shows an empty last page behind the first entry and beyond the newest none too many", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1");
  await pay(kese, 2);
  const behind = await list(kese, "&cursor=s1");
  assertSuccess(behind, 200, { message: MESSAGE, data: [], nextCursor: null });
  const beyond = await list(kese, "&cursor=s999999999");
  assertEquals(beyond.body.data.map(({ seq }: Entry) => seq), [3, 2, 1]);
});

for (const more of ["", "&cursor=s5", "&type=payment", "&cursor=s5&type=payment&limit=1"]) {
  Deno.test(`GET /islemler does not find a user that does not exist: userNo=1${more}`, async () => {
    await using kese = await openTestKese();
    await createUser(kese, "1", "10.00", "other");
    assertProblem(await list(kese, more), 404, "user_not_found", {});
  });
}
