import { assertEquals, assertNotEquals } from "@std/assert";
import { COMMIT_DELAY_MAX_MILLISECONDS } from "../../domain/limits.ts";
import { assertInvalidFields } from "../support/route_answers.ts";
import { assertProblem, saveCard, sendWell } from "../support/answers.ts";
import { VISA } from "../support/card_numbers.ts";
import { createPatientClock, DAY, HOUR, NOW } from "../support/clock.ts";
import {
  type Answer,
  createUser,
  openTestKese,
  OTHER_FLEET,
  OTHER_FLEET_KEY,
  send,
  type TestKese,
} from "../support/kese.ts";

/** The clock of the tests starts at 03:00 of this day in Turkey. */
const TODAY = "2026-01-01";
const TOMORROW = "2026-01-02";
const UNTIL_MIDNIGHT = 21 * HOUR;
const OTHER = { filo: OTHER_FLEET, bearer: OTHER_FLEET_KEY };
const NOTHING = { count: 0, amount: "0.00" };

function dayEnd(kese: TestKese, gun: string, more = ""): Promise<Answer> {
  return send(kese, `GET /filo/gun-sonu?gun=${gun}${more}`);
}

async function pay(kese: TestKese, amount: string, userNo = "1"): Promise<void> {
  await sendWell(kese, `POST /kart-saklamali-odeme?userNo=${userNo}&amount=${amount}`);
}

/** What waits is moved to where a day's end counts it as settled, as a running Kese does by itself. */
async function fileEntries({ store, clock }: TestKese): Promise<void> {
  await store.moveWaiting?.(clock.now() + DAY);
}

Deno.test("GET /filo/gun-sonu shows what a fleet had, what moved, and what it had then", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1", "100.00");
  await createUser(kese, "2", "50.00");
  await createUser(kese, "1", "7.00", "other");
  await pay(kese, "10");
  await pay(kese, "2.50", "2");
  await sendWell(kese, "POST /iade?userNo=1&amount=4");
  await sendWell(kese, "POST /provizyon?userNo=2&amount=20");
  const { status, body } = await dayEnd(kese, TODAY);
  assertEquals(status, 200);
  assertEquals(body, {
    message: "Gün sonu görüntülendi.",
    date: TODAY,
    timeZone: "Europe/Istanbul",
    currency: "TRY",
    opening: "0.00",
    movements: [
      { type: "account_opened", count: 2, amount: "150.00", delta: "150.00" },
      { type: "payment", count: 2, amount: "12.50", delta: "-12.50" },
      { type: "refund", count: 1, amount: "4.00", delta: "4.00" },
      { type: "hold_placed", count: 1, amount: "20.00", delta: "0.00" },
    ],
    closing: "141.50",
    topUps: [],
    cardRefunds: [],
    openTopUps: NOTHING,
    openHolds: { count: 1, amount: "20.00" },
    final: false,
    nextCursor: null,
  });
  const other = await send(kese, `GET /filo/gun-sonu?gun=${TODAY}`, OTHER);
  assertEquals([other.body.closing, other.body.openHolds], ["7.00", NOTHING]);
});

Deno.test("GET /filo/gun-sonu ends a day between 20:59:59.999 and 21:00 UTC in Turkey", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1", "100.00");
  kese.clock.advance(UNTIL_MIDNIGHT - 1);
  await pay(kese, "1");
  kese.clock.advance(1);
  await pay(kese, "20");
  const [first, second] = [await dayEnd(kese, TODAY), await dayEnd(kese, TOMORROW)];
  assertEquals(first.body.closing, "99.00");
  assertEquals([second.body.opening, second.body.closing], ["99.00", "79.00"]);
  assertEquals(second.body.movements, [
    { type: "payment", count: 1, amount: "20.00", delta: "-20.00" },
  ]);
});

Deno.test("GET /filo/gun-sonu is final once nothing of the day can still arrive, and stays so", async () => {
  await using kese = await openTestKese({ clock: createPatientClock() });
  await createUser(kese, "1", "100.00");
  kese.clock.advance(UNTIL_MIDNIGHT + COMMIT_DELAY_MAX_MILLISECONDS - 1);
  await fileEntries(kese);
  assertEquals((await dayEnd(kese, TODAY)).body.final, false);
  kese.clock.advance(1);
  const { body } = await dayEnd(kese, TODAY);
  assertEquals([body.final, body.closing], [true, "100.00"]);
  await pay(kese, "30");
  kese.clock.advance(10 * DAY);
  assertEquals((await dayEnd(kese, TODAY)).body, body);
  assertEquals((await dayEnd(kese, "2026-01-11")).body.opening, "70.00");
});

Deno.test("GET /filo/gun-sonu names each top-up and card refund as its gateway does", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1", "0.00");
  await createUser(kese, "2", "0.00");
  for (const userNo of ["1", "2"]) await saveCard(kese, userNo, VISA);
  const topUp = async (userNo: string, balance: string) =>
    (await sendWell(kese, `POST /update_balance?userNo=${userNo}&balance=${balance}`)).body;
  const first = await topUp("1", "50");
  kese.clock.advance(HOUR);
  const second = await topUp("2", "25.50");
  kese.clock.advance(HOUR);
  const back = await sendWell(kese, `POST /karta-iade?userNo=1&amount=20`);
  const { body } = await dayEnd(kese, TODAY);
  const refs = await Promise.all(
    [["1", first], ["2", second]].map(async ([userNo, { topUpId }]) => {
      const { body: { data } } = await sendWell(kese, `GET /islemler?userNo=${userNo}&limit=100`);
      return data.find((entry: { topUpId: string; providerRef?: string }) =>
        entry.topUpId === topUpId && entry.providerRef
      ).providerRef;
    }),
  );
  assertEquals(body.topUps, [{
    gateway: "sandbox",
    count: 2,
    amount: "75.50",
    references: [
      {
        topUpId: second.topUpId,
        userNo: "2",
        providerRef: refs[1],
        amount: "25.50",
        createdAt: new Date(NOW + HOUR).toISOString(),
      },
      {
        topUpId: first.topUpId,
        userNo: "1",
        providerRef: refs[0],
        amount: "50.00",
        createdAt: new Date(NOW).toISOString(),
      },
    ],
  }]);
  assertEquals(body.cardRefunds, [{
    gateway: "sandbox",
    count: 1,
    amount: "20.00",
    references: [{
      cardRefundId: back.body.cardRefundId,
      topUpId: first.topUpId,
      userNo: "1",
      providerRef: refs[0],
      amount: "20.00",
      createdAt: new Date(NOW + 2 * HOUR).toISOString(),
    }],
  }]);
  assertEquals([body.closing, body.nextCursor], ["55.50", null]);
});

Deno.test("GET /filo/gun-sonu reaches every reference by its cursor, each once", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1", "0.00");
  await saveCard(kese, "1", VISA);
  const made: string[] = [];
  for (let count = 0; count < 205; count++) {
    const { body } = await sendWell(kese, "POST /update_balance?userNo=1&balance=1");
    made.unshift(body.topUpId);
    kese.clock.advance(1_000);
  }
  kese.clock.advance(2 * DAY);
  await fileEntries(kese);
  const found: string[] = [];
  const pages: number[] = [];
  for (let cursor: string | null = ""; cursor !== null;) {
    const { body }: Answer = await dayEnd(kese, TODAY, cursor && `&cursor=${cursor}`);
    const [{ count, amount, references }] = body.topUps;
    assertEquals([count, amount, body.final], [205, "205.00", true]);
    pages.push(references.length);
    found.push(...references.map(({ topUpId }: { topUpId: string }) => topUpId));
    cursor = body.nextCursor;
  }
  assertEquals([pages, found], [[100, 100, 5], made]);
  const again = await dayEnd(kese, TODAY);
  assertEquals(again.body.topUps[0].references.length, 100);
});

Deno.test("GET /filo/gun-sonu takes a day that there is, and none of the future", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1", "100.00");
  assertProblem(await send(kese, "GET /filo/gun-sonu"), 400, "missing_parameter");
  for (const gun of ["2026-02-29", "2026-1-1", "20260101", "2026-01-01T00:00:00Z", "yesterday"]) {
    assertInvalidFields(await dayEnd(kese, gun), "validation_failed", [["gun", "invalid_day"]]);
  }
  assertInvalidFields(await dayEnd(kese, TOMORROW), "validation_failed", [["gun", "future_day"]]);
  assertInvalidFields(await dayEnd(kese, "9999-12-31"), "validation_failed", [[
    "gun",
    "future_day",
  ]]);
  for (const gun of ["2025-12-31", "1970-01-01", "0001-01-01"]) {
    const { status, body } = await dayEnd(kese, gun);
    assertEquals([status, body.opening, body.closing, body.final], [200, "0.00", "0.00", true]);
  }
  kese.clock.advance(UNTIL_MIDNIGHT);
  assertEquals((await dayEnd(kese, TOMORROW)).status, 200);
});

Deno.test("GET /filo/gun-sonu takes no cursor but its own, of that day and that fleet", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1", "0.00");
  await saveCard(kese, "1", VISA);
  for (let count = 0; count <= 100; count++) {
    await sendWell(kese, "POST /update_balance?userNo=1&balance=1");
  }
  const { body: { nextCursor } } = await dayEnd(kese, TODAY);
  const rest = await dayEnd(kese, TODAY, `&cursor=${nextCursor}`);
  assertEquals(rest.body.topUps[0].references.length, 1);
  const wrong = [
    await dayEnd(kese, "2025-12-31", `&cursor=${nextCursor}`),
    await dayEnd(kese, TODAY, `&cursor=${nextCursor.slice(1)}`),
    await dayEnd(kese, TODAY, "&cursor=s1"),
    await dayEnd(kese, TODAY, "&cursor=a%2Fb"),
    await dayEnd(kese, TODAY, "&cursor="),
    await send(kese, `GET /filo/gun-sonu?gun=${TODAY}&cursor=${nextCursor}`, OTHER),
  ];
  for (const answer of wrong) {
    assertInvalidFields(answer, "validation_failed", [["cursor", "invalid_cursor"]]);
  }
});

Deno.test("GET /filo/gun-sonu keeps the money of closed and erased users in its totals", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1", "30.00");
  await createUser(kese, "2", "5.00");
  await sendWell(kese, "POST /bakiye-duzeltme", {
    json: { userNo: "1", direction: "debit", amount: "30.00", reason: "cash" },
  });
  await sendWell(kese, "POST /hesap/kapat?userNo=1");
  const before = await dayEnd(kese, TODAY);
  await sendWell(kese, "DELETE /kullanici?userNo=1");
  await fileEntries(kese);
  const after = await dayEnd(kese, TODAY);
  const withoutErasing = after.body.movements.filter(({ type }: { type: string }) =>
    type !== "account_erased"
  );
  assertEquals(withoutErasing, before.body.movements);
  assertEquals([after.body.opening, after.body.closing], ["0.00", "5.00"]);
  kese.clock.advance(2 * DAY);
  await fileEntries(kese);
  assertEquals((await dayEnd(kese, TODAY)).body.movements, after.body.movements);
});

Deno.test("GET /filo/gun-sonu answers in English when asked to", async () => {
  await using kese = await openTestKese();
  const { body } = await send(kese, `GET /filo/gun-sonu?gun=${TODAY}`, {
    headers: { "accept-language": "en" },
  });
  assertEquals(body.message, "The day's end was found.");
  assertNotEquals(body.final, true);
});
