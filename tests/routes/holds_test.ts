import { assert, assertEquals } from "@std/assert";
import { assertProblem } from "../support/answers.ts";
import { type Answer, createUser, openTestKese, send, type TestKese } from "../support/kese.ts";
import { assertId, assertSuccess } from "../support/route_answers.ts";
import { onBothStores } from "../support/two_instances.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

// deno-lint-ignore no-explicit-any -- entries are looked at, not built
type Json = any;

function place(kese: TestKese, amount: string, more: object = {}): Promise<Answer> {
  return send(kese, "POST /provizyon", { json: { userNo: "1", amount, ...more } });
}

async function placed(kese: TestKese, amount: string, more: object = {}): Promise<string> {
  const answer = await place(kese, amount, more);
  assertEquals(answer.status, 201, answer.text);
  return answer.body.holdId;
}

function capture(
  kese: TestKese,
  holdId: string,
  more: { readonly amount?: string; readonly key?: string } = {},
): Promise<Answer> {
  const { key, ...json } = more;
  return send(kese, `POST /provizyon/${holdId}/tahsilat`, {
    json: { userNo: "1", ...json },
    headers: key === undefined ? {} : { "idempotency-key": key },
  });
}

function release(kese: TestKese, holdId: string, key?: string): Promise<Answer> {
  return send(kese, `POST /provizyon/${holdId}/iptal`, {
    json: { userNo: "1" },
    ...(key !== undefined && { key }),
  });
}

/** Balance, what is held of it and what is available. */
async function moneyOf(kese: TestKese): Promise<readonly string[]> {
  const { body } = await send(kese, "GET /bakiye?userNo=1");
  return [body.balance, body.held, body.available];
}

async function stateOf(kese: TestKese, holdId: string): Promise<Json> {
  return (await send(kese, `GET /provizyon/${holdId}?userNo=1`)).body;
}

async function entriesOf(kese: TestKese, type: string): Promise<Json[]> {
  const { body } = await send(kese, `GET /islemler?userNo=1&limit=100&type=${type}`);
  return body.data;
}

Deno.test("POST /provizyon/{holdId}/tahsilat captures below the hold, and is refunded as any payment", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1", "100.00");
  const ride = { orderId: "ride-1", description: "Moda" };
  const hold = await place(kese, "50", ride);
  const { holdId } = hold.body;
  assertId(holdId, "hold");
  const facts = {
    holdId,
    amount: "50.00",
    currency: "TRY",
    expiresAt: "2026-01-02T00:00:00.000Z",
    createdAt: "2026-01-01T00:00:00.000Z",
    ...ride,
  };
  const open = { ...facts, status: "open" };
  const money = { balance: "100.00", held: "50.00", available: "50.00" };
  assertSuccess(hold, 201, { message: "Provizyon alındı.", ...open, ...money });
  assertEquals(await moneyOf(kese), ["100.00", "50.00", "50.00"]);
  assertProblem(
    await send(kese, "POST /kart-saklamali-odeme?userNo=1&amount=50.01"),
    402,
    "insufficient_balance",
    { balance: "100.00", available: "50.00", amount: "50.01" },
  );

  kese.clock.advance(HOUR);
  const paid = await capture(kese, holdId, { amount: "37.20" });
  const { paymentId } = paid.body;
  assertSuccess(paid, 201, {
    message: "Ödeme alındı.",
    paymentId,
    amount: "37.20",
    balance: "62.80",
    available: "62.80",
    currency: "TRY",
    createdAt: "2026-01-01T01:00:00.000Z",
    holdId,
    ...ride,
  });
  assertEquals(await moneyOf(kese), ["62.80", "0.00", "62.80"]);
  const captured = { ...facts, status: "captured", paymentId, capturedAmount: "37.20" };
  assertSuccess(await send(kese, `GET /provizyon/${holdId}?userNo=1`), 200, {
    message: "Provizyon bulundu.",
    ...captured,
  });
  assertProblem(await capture(kese, holdId), 409, "hold_closed", {
    holdStatus: "captured",
    paymentId,
  });
  const refund = await send(kese, "POST /iade", { json: { userNo: "1", paymentId } });
  assertEquals([refund.status, refund.body.balance], [201, "100.00"]);
});

Deno.test("POST /provizyon/{holdId}/tahsilat captures above the hold's amount if the rest is available, and stays open if not", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1", "100.00");
  const other = await placed(kese, "30");
  const holdId = await placed(kese, "50");
  assertProblem(await capture(kese, holdId, { amount: "70.01" }), 402, "insufficient_balance", {
    balance: "100.00",
    available: "70.00",
    amount: "70.01",
  });
  assertEquals((await stateOf(kese, holdId)).status, "open");
  const paid = await capture(kese, holdId, { amount: "70" });
  assertEquals([paid.status, paid.body.balance, paid.body.available], [201, "30.00", "0.00"]);
  assertEquals((await stateOf(kese, other)).status, "open");
});

Deno.test("POST /provizyon/{holdId}/tahsilat never ends a hold that was refused, or is another user's", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1", "10.00");
  await createUser(kese, "2", "10.00");
  assertEquals((await place(kese, "10.01")).status, 402);
  const others = await placed(kese, "5", { userNo: "2" });
  for (const holdId of ["hold_00000000000000000000000000", "none", "pay_x", others]) {
    assertProblem(await capture(kese, holdId), 404, "hold_not_found");
    assertProblem(await release(kese, holdId), 404, "hold_not_found");
    const shown = await send(kese, `GET /provizyon/${holdId}?userNo=1`);
    assertProblem(shown, 404, "hold_not_found");
  }
  assertEquals((await entriesOf(kese, "payment")).length, 0);
});

Deno.test("POST /provizyon/{holdId}/iptal frees the money, once; a second is 409 and no empty success", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1", "100.00");
  const holdId = await placed(kese, "60");
  const released = await release(kese, holdId);
  assertSuccess(released, 200, {
    message: "Provizyon iptal edildi.",
    holdId,
    status: "released",
    amount: "60.00",
    balance: "100.00",
    held: "0.00",
    available: "100.00",
    currency: "TRY",
    createdAt: "2026-01-01T00:00:00.000Z",
  });
  assertProblem(await release(kese, holdId), 409, "hold_closed", { holdStatus: "released" });
  assertProblem(await capture(kese, holdId), 409, "hold_closed", { holdStatus: "released" });
  assertEquals((await stateOf(kese, holdId)).status, "released");
});

Deno.test("POST /provizyon makes a hold that expires at its time by itself, and a sweep says so in the journal", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1", "100.00");
  const [early, late] = [await placed(kese, "40"), await placed(kese, "40")];
  assertEquals((await place(kese, "20", { expiresInMinutes: 1 })).status, 201);
  kese.clock.advance(24 * HOUR - 1);
  assertEquals((await capture(kese, early)).status, 201, "one millisecond before");
  kese.clock.advance(1);
  // Before any sweep: the money is free, and the hold is over.
  assertEquals(await moneyOf(kese), ["60.00", "0.00", "60.00"]);
  assertProblem(await capture(kese, late), 409, "hold_closed", { holdStatus: "expired" });
  assertProblem(await release(kese, late), 409, "hold_closed", { holdStatus: "expired" });
  assertEquals((await stateOf(kese, late)).status, "expired");
  assertEquals(await entriesOf(kese, "hold_expired"), []);
  await kese.sweep();
  const expired = await entriesOf(kese, "hold_expired");
  assertEquals(expired.map(({ amount, by }) => [amount, by]), [["40.00", "kese"], [
    "20.00",
    "kese",
  ]]);
  assertProblem(await capture(kese, late), 409, "hold_closed", { holdStatus: "expired" });
  await kese.sweep();
  assertEquals((await entriesOf(kese, "hold_expired")).length, 2);
});

Deno.test("POST /provizyon and what ends a hold are repeated byte for byte under their keys", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1", "100.00");
  const headers = { "idempotency-key": "hold-1" };
  const hold = () =>
    send(kese, "POST /provizyon", { json: { userNo: "1", amount: "50" }, headers });
  const first = await hold();
  const cancelled = await placed(kese, "5");
  const ends = [
    () => capture(kese, first.body.holdId, { amount: "20", key: "capture-1" }),
    () => release(kese, cancelled, "release-1"),
  ];
  for (const repeat of [hold, ...ends]) {
    const once = repeat === hold ? first : await repeat();
    await placed(kese, "1");
    const again = await repeat();
    assertEquals([again.status, again.text], [once.status, once.text]);
    assertEquals(again.headers.get("idempotent-replayed"), "true");
  }
  const other = await capture(kese, first.body.holdId, { amount: "21", key: "capture-1" });
  assertProblem(other, 422, "idempotency_key_reused");
});

Deno.test("POST /hesap/dondur refuses what is new, and what is owed goes on", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1", "100.00");
  const ride = await placed(kese, "50");
  const cancelled = await placed(kese, "10");
  const freeze = { json: { userNo: "1", reason: "kayıp telefon" } };
  assertEquals((await send(kese, "POST /hesap/dondur", freeze)).body.status, "frozen");
  assertProblem(await send(kese, "POST /hesap/dondur", freeze), 409, "account_frozen");
  for (
    const line of [
      "POST /provizyon?userNo=1&amount=1",
      "POST /kart-saklamali-odeme?userNo=1&amount=1",
      "POST /update_balance?userNo=1&balance=1",
      "POST /kart-saklama?userNo=1&cardNo=4242424242424242",
      "PUT /secili-kart?userNo=1&cardId=none",
    ]
  ) assertProblem(await send(kese, line), 403, "account_frozen");
  assertEquals((await capture(kese, ride)).status, 201);
  assertEquals((await release(kese, cancelled)).status, 200);
  assertEquals((await send(kese, "POST /iade?userNo=1")).status, 201);
  assertEquals((await send(kese, "POST /hesap/coz", { json: { userNo: "1" } })).status, 200);
  assertProblem(
    await send(kese, "POST /hesap/coz", { json: { userNo: "1" } }),
    409,
    "account_not_frozen",
  );
  assertEquals((await place(kese, "1")).status, 201);
});

onBothStores(
  "POST /provizyon/{holdId}/tahsilat says what its hold was for, and is refunded by that order",
  async ([first, second]) => {
    await createUser(first, "1", "100.00");
    const ride = { orderId: "ride-1", description: 'Moda, "iskele"' };
    const held = [
      await placed(first, "10", ride),
      await placed(first, "10", { orderId: "ride-2" }),
      await placed(first, "10"),
    ];
    // The second instance reads the account as the store keeps it.
    const answers: Json[] = [];
    for (const holdId of held) answers.push((await capture(second, holdId, { amount: "7" })).body);
    const said = ({ orderId, description }: Json) => ({ orderId, description });
    const nothing = { orderId: undefined, description: undefined };
    const expected = [ride, { ...nothing, orderId: "ride-2" }, nothing];
    assertEquals(answers.map(said), expected);
    assertEquals((await entriesOf(first, "payment")).map(said), expected.toReversed());
    const shown = held.map((_, place) =>
      send(first, `GET /kart-saklamali-odeme/${answers[place].paymentId}?userNo=1`)
    );
    assertEquals((await Promise.all(shown)).map(({ body }) => said(body)), expected);
    const refund = await send(first, "POST /iade", { json: { userNo: "1", orderId: "ride-1" } });
    assertEquals([refund.status, refund.body.paymentId], [201, answers[0].paymentId]);
  },
);

onBothStores(
  "100 captures of one hold by two instances make one payment",
  async ([first, second]) => {
    await createUser(first, "1", "100.00");
    const holdId = await placed(first, "50");
    const answers = await Promise.all(Array.from({ length: 100 }, (_, n) => {
      return capture(n % 2 === 0 ? first : second, holdId, { amount: `${1 + (n % 50)}` });
    }));
    const paid = answers.filter(({ status }) => status === 201);
    assertEquals(paid.length, 1);
    for (const answer of answers) {
      if (!paid.includes(answer)) assertProblem(answer, 409, "hold_closed");
    }
    const payments = await entriesOf(second, "payment");
    assertEquals(payments.map(({ id, amount }) => [id, amount]), [
      [paid[0]?.body.paymentId, paid[0]?.body.amount],
    ]);
  },
);

onBothStores(
  "POST /provizyon/{holdId}/tahsilat against a release: one wins, the other says what it was",
  async ([first, second]) => {
    await createUser(first, "1", "100.00");
    for (let round = 0; round < 10; round++) {
      const holdId = await placed(first, "5");
      const [captured, released] = await Promise.all([
        capture(first, holdId),
        release(second, holdId),
      ]);
      const isCaptured = captured.status === 201;
      assertEquals([captured.status, released.status].sort(), isCaptured ? [201, 409] : [200, 409]);
      const loser = isCaptured ? released : captured;
      const holdStatus = isCaptured ? "captured" : "released";
      assertEquals([loser.body.code, loser.body.holdStatus], ["hold_closed", holdStatus]);
    }
  },
);

onBothStores("200 holds at once on money for 20 are exactly 20", async ([first, second]) => {
  await createUser(first, "1", "20.00");
  const answers = await Promise.all(Array.from({ length: 200 }, (_, n) => {
    return place(n % 2 === 0 ? first : second, "1");
  }));
  assertEquals(answers.filter(({ status }) => status === 201).length, 20);
  assertEquals(await moneyOf(second), ["20.00", "20.00", "0.00"]);
});

onBothStores(
  "POST /kart-saklamali-odeme at the instant of an expiry has the money, or the capture has it",
  async ([first, second]) => {
    await createUser(first, "1", "40.00");
    const rounds = [
      // How far each clock is from the expiry, and what then pays.
      { capturing: -1, paying: -1, captured: 201, paid: 402 },
      { capturing: 0, paying: 0, captured: 409, paid: 201 },
    ];
    for (const { capturing, paying, captured, paid } of rounds) {
      const holdId = await placed(first, "20", { expiresInMinutes: 1 });
      first.clock.advance(MINUTE + capturing);
      second.clock.advance(MINUTE + paying);
      const amount = (await moneyOf(first))[0];
      const answers = await Promise.all([
        capture(first, holdId),
        send(second, `POST /kart-saklamali-odeme?userNo=1&amount=${amount}`),
      ]);
      assertEquals(answers.map(({ status }) => status), [captured, paid]);
      first.clock.advance(-capturing);
      second.clock.advance(-paying);
    }
    assertEquals(await moneyOf(second), ["0.00", "0.00", "0.00"]);
    assertEquals((await entriesOf(first, "payment")).length, 2);
  },
);

onBothStores(
  "POST /kart-saklamali-odeme and a capture, by clocks a millisecond apart, never both have the money",
  async ([first, second]) => {
    await createUser(first, "1", "20.00");
    for (let round = 0; round < 10; round++) {
      const holdId = await placed(first, "20", { expiresInMinutes: 1 });
      first.clock.advance(MINUTE - 1);
      second.clock.advance(MINUTE);
      const answers = await Promise.all([
        capture(first, holdId),
        send(second, "POST /kart-saklamali-odeme?userNo=1&amount=20"),
      ]);
      const statuses = answers.map(({ status }) => status);
      // Whoever comes second finds no money, or the hold captured.
      assertEquals(statuses.filter((status) => status === 201).length, 1, String(statuses));
      assertEquals((await moneyOf(first))[0], "0.00");
      assertEquals((await send(first, "POST /iade?userNo=1")).status, 201);
      first.clock.advance(1);
      await second.sweep();
    }
  },
);

onBothStores(
  "POST /provizyon by clocks five minutes apart never gives a hold's money twice",
  async ([first, second]) => {
    await createUser(first, "1", "20.00");
    const holdId = await placed(first, "20", { expiresInMinutes: 5 });
    second.clock.advance(5 * MINUTE);
    // By its clock the hold is over, so the money is free.
    const pay = await send(second, "POST /kart-saklamali-odeme?userNo=1&amount=20");
    assertEquals(pay.status, 201);
    // By this one it is open, and its money is gone.
    assertProblem(await capture(first, holdId), 402, "insufficient_balance");
    assertEquals(await moneyOf(first), ["0.00", "0.00", "0.00"]);
    await second.sweep();
    const entries = await entriesOf(first, "hold_expired");
    assertEquals(entries.length, 1);
    assert(entries.every(({ balanceAfter }) => balanceAfter === "0.00"));
  },
);
