import { assert, assertEquals, assertNotEquals } from "@std/assert";
import {
  assertAddsUp,
  assertNoFault,
  assertProblem,
  assertReplays,
  balanceOf,
  countEntries,
  journalOf,
  saveCard,
  sendWell,
} from "../support/answers.ts";
import { cardNumberLike } from "../support/card_numbers.ts";
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
import { withTemporaryFile } from "../support/temporary_store.ts";

interface Prepared extends AsyncDisposable {
  readonly kese: TestKese;
  readonly paymentId: string;
  readonly firstCard: string;
  readonly secondCard: string;
}

/** User 1 with a balance, two cards and a payment to refund. */
async function prepare(kese: TestKese): Promise<Prepared> {
  await createUser(kese, "1");
  const firstCard = await saveCard(kese, "1", "4242424242424242");
  const secondCard = await saveCard(kese, "1", "5555555555554444");
  const json = { userNo: "1", amount: "40" };
  const { body: { paymentId } } = await sendWell(kese, "POST /kart-saklamali-odeme", { json });
  return { kese, paymentId, firstCard, secondCard, [Symbol.asyncDispose]: kese.close };
}

interface KeyedRoute {
  readonly line: string;
  readonly json: (prepared: Prepared) => Record<string, unknown>;
  /** What makes another request of it. */
  readonly other: (prepared: Prepared) => Record<string, unknown>;
}

/** Every route that takes a key. */
const ROUTES: readonly KeyedRoute[] = [
  {
    line: "POST /create_user",
    json: () => newUser("2", { balance: "12.30", selectedCard: "4242424242424242" }),
    other: () => ({ balance: "12.31" }),
  },
  {
    line: "POST /kart-saklama",
    json: () => ({ userNo: "1", cardNo: "378282246310005" }),
    other: () => ({ cardNo: "9792030000000000" }),
  },
  {
    line: "PUT /secili-kart",
    json: ({ secondCard }) => ({ userNo: "1", cardId: secondCard }),
    other: ({ firstCard }) => ({ cardId: firstCard }),
  },
  {
    line: "DELETE /kart-saklama",
    json: ({ firstCard }) => ({ userNo: "1", cardId: firstCard }),
    other: ({ secondCard }) => ({ cardId: secondCard }),
  },
  {
    line: "POST /kart-saklamali-odeme",
    json: () => ({
      userNo: "1",
      amount: "10.50",
      orderId: "ride-1",
      description: "Kadıköy - Moda",
    }),
    other: () => ({ orderId: "ride-2" }),
  },
  {
    line: "POST /iade",
    json: ({ paymentId }) => ({ userNo: "1", paymentId, amount: "3.5" }),
    other: () => ({ amount: "3.51" }),
  },
  {
    line: "POST /update_balance",
    json: ({ secondCard }) => ({ userNo: "1", balance: "20", cardId: secondCard }),
    other: () => ({ balance: "20.01" }),
  },
];

const KEY = { "idempotency-key": "8e03978e-40d5-43dd-bc93-6894a57f9324" };

function asQuery(json: Record<string, unknown>): string {
  return new URLSearchParams(json as Record<string, string>).toString();
}

function reversed(json: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(json).reverse());
}

/** How many entries both users have together. */
async function entriesOf(kese: TestKese): Promise<number> {
  const second = await send(kese, "GET /islemler?userNo=2");
  return (await journalOf(kese, "1")).length + (second.body.data?.length ?? 0);
}

for (const { line, json: jsonFor, other: otherFor } of ROUTES) {
  Deno.test(`${line} has one effect under one key, and answers with the same bytes`, async () => {
    await using prepared = await prepare(await openTestKese());
    const { kese } = prepared;
    const json = jsonFor(prepared);
    const before = await entriesOf(kese);
    const first = await sendWell(kese, line, { json, headers: KEY });
    const after = await entriesOf(kese);
    assert(after > before);
    for (let count = 0; count < 3; count++) {
      kese.clock.advance(24 * 60 * 60_000);
      assertReplays(await send(kese, line, { json, headers: KEY }), first);
    }
    assertEquals(await entriesOf(kese), after);
    await assertAddsUp(kese, "1");
  });

  Deno.test(`${line} takes query, JSON and JSON in another order for the same request`, async () => {
    await using prepared = await prepare(await openTestKese());
    const { kese } = prepared;
    const json = jsonFor(prepared);
    const first = await sendWell(kese, line, { json, headers: KEY });
    const query = await send(kese, `${line}?${asQuery(json)}`, { headers: KEY });
    assertReplays(query, first);
    assertReplays(await send(kese, line, { json: reversed(json), headers: KEY }), first);
  });

  Deno.test(`${line} refuses another request under the same key and changes nothing`, async () => {
    await using prepared = await prepare(await openTestKese());
    const { kese } = prepared;
    const json = jsonFor(prepared);
    const first = await sendWell(kese, line, { json, headers: KEY });
    const entries = await entriesOf(kese);
    const changed = { ...json, ...otherFor(prepared) };
    assertProblem(
      await send(kese, line, { json: changed, headers: KEY }),
      422,
      "idempotency_key_reused",
    );
    assertEquals(await entriesOf(kese), entries);
    assertReplays(await send(kese, line, { json, headers: KEY }), first);
  });

  Deno.test(`${line} answers again in the language of the first answer`, async () => {
    for (const [language, other] of [["en", "tr"], ["tr", "en"]] as const) {
      await using prepared = await prepare(await openTestKese());
      const { kese } = prepared;
      const json = jsonFor(prepared);
      const first = await sendWell(kese, line, {
        json,
        headers: { ...KEY, "accept-language": language },
      });
      assertEquals(first.headers.get("content-language"), language === "en" ? "en" : null);
      const headers = { ...KEY, "accept-language": other };
      assertReplays(await send(kese, line, { json, headers }), first);
    }
  });

  Deno.test(`${line} refuses a malformed key and changes nothing`, async () => {
    await using prepared = await prepare(await openTestKese());
    const { kese } = prepared;
    const json = jsonFor(prepared);
    const entries = await entriesOf(kese);
    for (const key of ["", '""', '"open', '"a"b"', "x".repeat(256), "é", "a\tb", '"a\\x"']) {
      const answer = await send(kese, line, { json, headers: { "idempotency-key": key } });
      assertProblem(answer, 400, "invalid_idempotency_key");
    }
    assertEquals(await entriesOf(kese), entries);
  });
}

const PAY = "POST /kart-saklamali-odeme";

function pay(kese: TestKese, key: string, more: Record<string, unknown> = {}): Promise<Answer> {
  const json = { userNo: "1", amount: "1", ...more };
  return send(kese, PAY, { json, headers: { "idempotency-key": key } });
}

Deno.test("Idempotency-Key is the same key with and without quotes", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1");
  const pairs = [
    ["a key", '"a key"'],
    ['a "b" \\', '"a \\"b\\" \\\\"'],
    [`"${"~".repeat(255)}"`, "~".repeat(255)],
  ] as const;
  for (const [one, same] of pairs) {
    const first = await pay(kese, one);
    assertReplays(await pay(kese, same), first);
  }
  assertEquals((await pay(kese, "A key")).headers.get("idempotent-replayed"), null);
  assertEquals(await assertAddsUp(kese, "1"), "96.00");
});

Deno.test("Idempotency-Key takes every form of one amount for the same request", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1");
  const first = await pay(kese, "k", { amount: "1.5" });
  for (const amount of ["1.50", 1.5]) assertReplays(await pay(kese, "k", { amount }), first);
  assertProblem(await pay(kese, "k", { amount: "1.51" }), 422, "idempotency_key_reused");
  assertProblem(
    await pay(kese, "k", { amount: "1.5", orderId: "1" }),
    422,
    "idempotency_key_reused",
  );
});

Deno.test("Idempotency-Key does without one: each request is one of its own", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1");
  const json = { userNo: "1", amount: "1" };
  const answers = [await sendWell(kese, PAY, { json }), await sendWell(kese, PAY, { json })];
  for (const { headers } of answers) assertEquals(headers.get("idempotent-replayed"), null);
  assertEquals(await assertAddsUp(kese, "1"), "98.00");
});

Deno.test("Idempotency-Key tells two card numbers apart that have the same mask", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1");
  const [one, other] = [0, 1].map((which) => cardNumberLike("424242", "4242", which));
  assertNotEquals(one, other);
  const save = (cardNo: unknown) =>
    send(kese, "POST /kart-saklama", { json: { userNo: "1", cardNo }, headers: KEY });
  const first = await save(one);
  assertEquals(first.body.card.maskedNumber, "424242******4242");
  assertProblem(await save(other), 422, "idempotency_key_reused");
  assertReplays(await save(one?.replaceAll(/(.{4})(?=.)/g, "$1 ")), first);
  assertEquals(await countEntries(kese, "1", "card_saved"), 1);

  const create = (allCards: unknown) =>
    send(kese, "POST /create_user", { json: newUser("2", { allCards }), headers: KEY });
  const created = await create([one]);
  assertEquals(created.status, 201);
  assertProblem(await create([other]), 422, "idempotency_key_reused");
  assertReplays(await create([one]), created);
});

Deno.test("Idempotency-Key is part of its operation: the same key serves another", async () => {
  await using prepared = await prepare(await openTestKese());
  const { kese } = prepared;
  const answers: [KeyedRoute, Answer][] = [];
  for (const route of ROUTES) {
    const json = route.json(prepared);
    const answer = await sendWell(kese, route.line, { json, headers: KEY });
    assertEquals(answer.headers.get("idempotent-replayed"), null, route.line);
    answers.push([route, answer]);
  }
  for (const [{ line, json }, first] of answers) {
    assertReplays(await send(kese, line, { json: json(prepared), headers: KEY }), first);
  }
  await assertAddsUp(kese, "1");
});

Deno.test("Idempotency-Key is a user's own and a fleet's own", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1");
  await createUser(kese, "2");
  await createUser(kese, "1", "100.00", "other");
  const other = { bearer: OTHER_FLEET_KEY, filo: OTHER_FLEET };
  const json = { userNo: "1", amount: "1" };
  const answers = [
    await pay(kese, "k"),
    await pay(kese, "k", { userNo: "2" }),
    await send(kese, PAY, { ...other, json, headers: { "idempotency-key": "k" } }),
  ];
  for (const { status, headers } of answers) {
    assertEquals([status, headers.get("idempotent-replayed")], [201, null]);
  }
  assertEquals(new Set(answers.map(({ body }) => body.paymentId)).size, 3);
  for (const sender of [{}, other]) assertEquals(await assertAddsUp(kese, "1", sender), "99.00");
});

Deno.test("Idempotency-Key of a user answers for nothing that his fleet asks, and the journal says who did", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1");
  const bearer = await signIn(kese, "1");
  const asRider = { bearer, headers: { "idempotency-key": "ride-1" } };
  const rider = await sendWell(kese, PAY, { ...asRider, json: { userNo: "1", amount: "0.01" } });
  // Neither the same request nor another is taken for the rider's.
  const fleet = await pay(kese, "ride-1");
  assertEquals([fleet.status, fleet.headers.get("idempotent-replayed")], [201, null]);
  assertNotEquals(fleet.body.paymentId, rider.body.paymentId);
  assertReplays(await pay(kese, "ride-1"), fleet);
  assertReplays(
    await send(kese, PAY, { ...asRider, json: { userNo: "1", amount: "0.01" } }),
    rider,
  );
  const journal = await journalOf(kese, "1");
  assertEquals(journal.map(({ by }) => by), ["fleet", "session", "fleet"]);
});

Deno.test("Idempotency-Key forgets a refusal: a retry decides again", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1", "0");
  const refused = await pay(kese, "k");
  assertProblem(refused, 402, "insufficient_balance");
  assertProblem(await pay(kese, "k"), 402, "insufficient_balance");
  assertEquals((await pay(kese, "k")).headers.get("idempotent-replayed"), null);
  await saveCard(kese, "1");
  await sendWell(kese, "POST /update_balance", { json: { userNo: "1", balance: "5" } });
  const paid = await pay(kese, "k");
  assertEquals(paid.status, 201);
  assertReplays(await pay(kese, "k"), paid);
  assertEquals(await assertAddsUp(kese, "1"), "4.00");
});

Deno.test("Idempotency-Key gives an answer again though the same request would now be refused", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1", "1");
  const paid = await pay(kese, "k");
  assertEquals(paid.body.balance, "0.00");
  assertReplays(await pay(kese, "k"), paid);
  assertProblem(await pay(kese, "k2"), 402, "insufficient_balance");
  const refund = { json: { userNo: "1" }, headers: KEY };
  const refunded = await sendWell(kese, "POST /iade", refund);
  assertReplays(await send(kese, "POST /iade", refund), refunded);
  assertProblem(await send(kese, "POST /iade", { json: { userNo: "1" } }), 409, "already_refunded");
  assertEquals(await assertAddsUp(kese, "1"), "1.00");
});

Deno.test("Idempotency-Key of a refund without paymentId stays with the payment that it gave back", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1");
  const { body: { paymentId } } = await pay(kese, "p1");
  const first = await sendWell(kese, "POST /iade", { json: { userNo: "1" }, headers: KEY });
  await pay(kese, "p2");
  const second = await send(kese, "POST /iade", { json: { userNo: "1" }, headers: KEY });
  assertReplays(second, first);
  assertEquals(second.body.paymentId, paymentId);
  assertEquals(await balanceOf(kese, "1"), "99.00");
});

Deno.test("PUT /secili-kart remembers no key when the card is the selected one already", async () => {
  await using prepared = await prepare(await openTestKese());
  const { kese, firstCard, secondCard } = prepared;
  const select = (cardId: string) =>
    send(kese, "PUT /secili-kart", { json: { userNo: "1", cardId }, headers: KEY });
  const first = await select(firstCard);
  assertEquals([first.status, first.body.card.selected], [200, true]);
  assertEquals((await select(firstCard)).headers.get("idempotent-replayed"), null);
  const second = await select(secondCard);
  assertReplays(await select(secondCard), second);
  assertProblem(await select(firstCard), 422, "idempotency_key_reused");
});

Deno.test("Idempotency-Key is known after 1,500 further keyed commands", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1", "1000");
  const first = await pay(kese, "the first");
  for (let batch = 0; batch < 15; batch++) {
    const keys = Array.from({ length: 100 }, (_, place) => `${batch}-${place}`);
    const answers = await Promise.all(keys.map((key) => pay(kese, key, { amount: "0.01" })));
    assertEquals(new Set(answers.map(({ status }) => status)), new Set([201]));
  }
  assertReplays(await pay(kese, "the first"), first);
  assertProblem(await pay(kese, "the first", { amount: "2" }), 422, "idempotency_key_reused");
  assertEquals(
    (await pay(kese, "0-0", { amount: "0.01" })).headers.get("idempotent-replayed"),
    "true",
  );
  assertEquals(await assertAddsUp(kese, "1"), "984.00");
});

Deno.test("Idempotency-Key is known after a restart", async () => {
  await withTemporaryFile(async (file) => {
    const before = await openTestKese({ store: file.open() });
    const prepared = await prepare(before);
    const firsts: Answer[] = [];
    for (const { line, json } of ROUTES) {
      firsts.push(await sendWell(before, line, { json: json(prepared), headers: KEY }));
    }
    await before.close();

    await using after = await openTestKese({ store: file.open() });
    for (const [place, { line, json, other }] of ROUTES.entries()) {
      const first = firsts[place];
      assert(first);
      assertReplays(await send(after, line, { json: json(prepared), headers: KEY }), first);
      const changed = { ...json(prepared), ...other(prepared) };
      assertProblem(
        await send(after, line, { json: changed, headers: KEY }),
        422,
        "idempotency_key_reused",
      );
    }
    await assertAddsUp(after, "1");
    assertNoFault(after.lines);
  });
});

Deno.test("Idempotency-Key means nothing to sign-in, logout and reading", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1");
  const headers = { "idempotency-key": '"malformed' };
  const json = { userNo: "1" };
  const codes: string[] = [];
  for (let count = 0; count < 2; count++) {
    const { body } = await sendWell(kese, "POST /authenticate_first_route", { json, headers });
    codes.push(body.code);
  }
  assertNotEquals(codes[0], codes[1]);
  const signedIn = { bearer: codes[0] ?? "", headers: { ...headers, userNo: "1" } };
  const { body: { token } } = await sendWell(kese, "POST /authenticate_second_route", signedIn);
  const again = await send(kese, "POST /authenticate_second_route", signedIn);
  assertProblem(again, 401, "authentication_failed");
  await sendWell(kese, "GET /bakiye?userNo=1", { headers });
  assertEquals((await send(kese, "POST /logout", { bearer: token, headers })).status, 204);
});

Deno.test("Idempotency-Key of an unknown user is answered like any other request for him", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1");
  assertProblem(await pay(kese, "k", { userNo: "9" }), 404, "user_not_found");
  await createUser(kese, "9");
  assertEquals((await pay(kese, "k", { userNo: "9" })).status, 201);
});

Deno.test("POST /create_user tells a repeated key from a user who exists", async () => {
  await using kese = await openTestKese();
  const json = newUser("1");
  const create = (key?: string, more = {}) =>
    send(kese, "POST /create_user", {
      json: { ...json, ...more },
      ...(key && { headers: { "idempotency-key": key } }),
    });
  const first = await create("k");
  assertReplays(await create("k"), first);
  assertProblem(await create("another"), 409, "user_exists");
  assertProblem(await create(), 409, "user_exists");
  assertProblem(await create("k", { name: "Jane" }), 422, "idempotency_key_reused");
  assertEquals(await countEntries(kese, "1", "account_opened"), 1);
});

Deno.test("POST /create_user under a repeated key keeps the first authCode, and no fast hash of it", async () => {
  await using kese = await openTestKese();
  const create = (authCode: string) =>
    send(kese, "POST /create_user", { json: { ...newUser("1"), authCode }, headers: KEY });
  const first = await create("first-code");
  assertReplays(await create("other-code"), first);
  const statuses = await Promise.all(["first-code", "other-code"].map(async (authCode) => {
    const json = { userNo: "1", authCode };
    return (await send(kese, "POST /authenticate_first_route", { bearer: null, json })).status;
  }));
  assertEquals(statuses, [201, 401]);
  assertEquals(await countEntries(kese, "1", "account_opened"), 1);
});

Deno.test("POST /kart-saklama under a repeated key leaves one record in the vault", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1");
  const save = () =>
    send(kese, "POST /kart-saklama", {
      json: { userNo: "1", cardNo: "4242424242424242" },
      headers: KEY,
    });
  const { body: { card } } = await save();
  await save();
  kese.clock.advance(1);
  const records = await kese.store.vault.list({ createdBefore: kese.clock.now(), limit: 10 });
  assertEquals(records.map(({ cardId }) => cardId), [card.cardId]);
});
