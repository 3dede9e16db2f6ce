import { assertEquals } from "@std/assert";
import sampleUsers from "../../infra/process/sample_users.json" with { type: "json" };
import { loadSampleUsers } from "../../infra/process/sample_users.ts";
import { chargeableCards, MASTERCARD, UNVERIFIED, VISA } from "../support/card_numbers.ts";
import { assertProblem } from "../support/answers.ts";
import {
  createUser,
  FLEET,
  newUser,
  openTestKese,
  OTHER_FLEET,
  OTHER_FLEET_KEY,
  send,
} from "../support/kese.ts";
import { assertId, assertInvalidFields, assertSuccess } from "../support/route_answers.ts";

const MISSING = "missing_parameter";
const CREATED = "Kullanıcı oluşturuldu.";

Deno.test("POST /create_user creates the user of the seed, with a card that is kept unverified", async () => {
  await using kese = await openTestKese();
  const answer = await send(kese, "POST /create_user", {
    json: {
      userNo: "12345",
      authCode: "abcdef",
      name: "John",
      surname: "Doe",
      birthDate: "1990-01-01",
      phoneNumber: "555-5555",
      email: "john.doe@example.com",
      selectedCard: UNVERIFIED,
      balance: 100.00,
    },
  });
  const { cardId } = answer.body.cards[0];
  assertId(cardId, "card");
  assertSuccess(answer, 201, {
    message: CREATED,
    userNo: "12345",
    balance: "100.00",
    available: "100.00",
    currency: "TRY",
    cards: [{
      cardId,
      maskedNumber: "123456******1334",
      bin: "123456",
      last4: "1334",
      brand: "unknown",
      selected: true,
      verified: false,
      createdAt: "2026-01-01T00:00:00.000Z",
    }],
  });
});

Deno.test("POST /create_user needs neither cards nor a balance", async () => {
  await using kese = await openTestKese();
  const answer = await send(kese, "POST /create_user", { json: newUser("1") });
  assertSuccess(answer, 201, {
    message: CREATED,
    userNo: "1",
    balance: "0.00",
    available: "0.00",
    currency: "TRY",
    cards: [],
  });
});

Deno.test("POST /create_user answers in English when that is preferred", async () => {
  await using kese = await openTestKese();
  const headers = { "accept-language": "en-GB, tr;q=0.5" };
  const answer = await send(kese, "POST /create_user", { json: newUser("1"), headers });
  assertEquals(answer.body.message, "The user was created.");
  assertEquals(answer.headers.get("content-language"), "en");
});

interface CardCase {
  readonly rule: string;
  readonly given: Readonly<Record<string, unknown>>;
  readonly kept: readonly string[];
  readonly selected: string | null;
}

const CARD_CASES: readonly CardCase[] = [
  {
    rule: "adds a selected card that is not among all cards",
    given: { allCards: [MASTERCARD], selectedCard: VISA },
    kept: ["4444", "4242"],
    selected: "4242",
  },
  {
    rule: "keeps a selected card that is among all cards once",
    given: { allCards: [MASTERCARD, VISA], selectedCard: "4242 4242 4242 4242" },
    kept: ["4444", "4242"],
    selected: "4242",
  },
  {
    rule: "collapses doubles, however they are written",
    given: { allCards: [VISA, "4242-4242-4242-4242", "4242 4242 4242 4242"] },
    kept: ["4242"],
    selected: "4242",
  },
  {
    rule: "leaves an unverified card selected that the fleet selected",
    given: { allCards: [VISA], selectedCard: UNVERIFIED },
    kept: ["4242", "1334"],
    selected: "1334",
  },
  {
    rule: "selects the first chargeable card when none is named",
    given: { allCards: [UNVERIFIED, VISA, MASTERCARD] },
    kept: ["1334", "4242", "4444"],
    selected: "4242",
  },
];

for (const { rule, given, kept, selected } of CARD_CASES) {
  Deno.test(`POST /create_user ${rule}`, async () => {
    await using kese = await openTestKese();
    const answer = await send(kese, "POST /create_user", { json: newUser("1", given) });
    assertEquals(answer.status, 201);
    const list = await send(kese, "GET /kart-saklama-listesi?userNo=1");
    assertEquals(answer.body.cards, list.body.cards);
    assertEquals(list.body.cards.map((card: { last4: string }) => card.last4), kept);
    assertEquals(list.body.selectedCard?.last4 ?? null, selected);
  });
}

for (
  const [given, shown] of [
    [0, "0.00"],
    ["0", "0.00"],
    [1000.5, "1000.50"],
    ["1000.50", "1000.50"],
    ["100000000.00", "100000000.00"],
  ]
) {
  Deno.test(`POST /create_user takes the balance ${JSON.stringify(given)}`, async () => {
    await using kese = await openTestKese();
    const answer = await send(kese, "POST /create_user", {
      json: newUser("1", { balance: given }),
    });
    assertEquals([answer.status, answer.body.balance], [201, shown]);
    const balance = await send(kese, "GET /bakiye?userNo=1");
    assertEquals(balance.body.balance, shown);
  });
}

Deno.test("POST /create_user refuses a user that exists and leaves him as he is", async () => {
  await using kese = await openTestKese();
  await send(kese, "POST /create_user", { json: newUser("1", { balance: 5, allCards: [VISA] }) });
  const json = newUser("1", { authCode: "another", balance: 900, allCards: [MASTERCARD] });
  assertProblem(await send(kese, "POST /create_user", { json }), 409, "user_exists", {});

  const balance = await send(kese, "GET /bakiye?userNo=1");
  assertEquals(balance.body.balance, "5.00");
  const list = await send(kese, "GET /kart-saklama-listesi?userNo=1");
  assertEquals(list.body.cards.map((card: { last4: string }) => card.last4), ["4242"]);
  const kept = await kese.store.vault.list({ createdBefore: kese.clock.now() + 1, limit: 10 });
  assertEquals(kept.map(({ cardId }) => cardId), [list.body.cards[0].cardId]);
  const signIn = await send(kese, "POST /authenticate_first_route", {
    bearer: null,
    json: { userNo: "1", authCode: "secret-1" },
  });
  assertEquals(signIn.status, 201);
});

Deno.test("POST /create_user knows a request again, however its texts are encoded or its numbers written", async () => {
  await using kese = await openTestKese();
  const headers = { "idempotency-key": "once" };
  const create = (form: "NFC" | "NFD", phoneNumber: string, email: string) => {
    const json = newUser("1", {
      authCode: "gizli şifre".normalize(form),
      name: "Çağrı".normalize(form),
      surname: " Öztürk ".normalize(form),
      phoneNumber,
      email,
    });
    return send(kese, "POST /create_user", { json, headers });
  };
  const first = await create("NFC", "0532.123.45.67", "cagri@ışık.com.tr");
  assertEquals(first.status, 201);
  for (const phoneNumber of ["0532/1234567", "+90\u00a0532\u00a0123\u00a045\u00a067"]) {
    const again = await create("NFD", phoneNumber, "cagri@XN--K-EKAA7P.COM.TR");
    assertEquals([again.status, again.text], [201, first.text]);
    assertEquals(again.headers.get("idempotent-replayed"), "true");
  }
  for (const form of ["NFC", "NFD"]) {
    const json = { userNo: "1", authCode: "gizli şifre".normalize(form) };
    const signIn = await send(kese, "POST /authenticate_first_route", { bearer: null, json });
    assertEquals(signIn.status, 201, form);
  }
});

Deno.test("POST /create_user creates a user once when asked many times at once", async () => {
  await using kese = await openTestKese();
  const json = newUser("1", { balance: 10 });
  const answers = await Promise.all(
    Array.from({ length: 8 }, () => send(kese, "POST /create_user", { json })),
  );
  const statuses = answers.map(({ status }) => status).sort();
  assertEquals(statuses, [201, 409, 409, 409, 409, 409, 409, 409]);
});

Deno.test("POST /create_user takes the same number for users of two fleets", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1", "10.00");
  await createUser(kese, "1", "20.00", "other");
  const own = await send(kese, "GET /bakiye?userNo=1");
  const other = await send(kese, "GET /bakiye?userNo=1", {
    filo: OTHER_FLEET,
    bearer: OTHER_FLEET_KEY,
  });
  assertEquals([own.body.balance, other.body.balance], ["10.00", "20.00"]);
});

Deno.test("POST /create_user names every missing field", async () => {
  await using kese = await openTestKese();
  const required = [
    "userNo",
    "authCode",
    "name",
    "surname",
    "birthDate",
    "phoneNumber",
    "email",
  ];
  for (const json of [{}, undefined]) {
    const answer = await send(kese, "POST /create_user", { json });
    assertInvalidFields(answer, "validation_failed", required.map((field) => [field, MISSING]));
  }
});

Deno.test("POST /create_user names every invalid field once, and the missing ones", async () => {
  await using kese = await openTestKese();
  const answer = await send(kese, "POST /create_user", {
    json: {
      userNo: "no such number",
      name: "",
      surname: "D".repeat(101),
      birthDate: "01.01.1990",
      phoneNumber: "none",
      email: "nobody",
      selectedCard: "4242",
      allCards: "all of them",
      balance: "10,50",
    },
  });
  assertInvalidFields(answer, "validation_failed", [
    ["userNo", "invalid_user_no"],
    ["authCode", MISSING],
    ["name", "invalid_text"],
    ["surname", "invalid_text"],
    ["birthDate", "invalid_date"],
    ["phoneNumber", "invalid_phone_number"],
    ["email", "invalid_email"],
    ["selectedCard", "invalid_card_number"],
    ["allCards", "invalid_cards"],
    ["balance", "invalid_balance"],
  ]);
});

const INVALID_FIELDS: readonly (readonly [field: string, code: string, values: unknown[]])[] = [
  ["userNo", "invalid_user_no", ["", "a/b", "a b", "ğ", "1".repeat(65), -1, 1.5, null, VISA]],
  ["authCode", "invalid_text", ["", "x".repeat(129), "a\ud800b", 5]],
  ["name", "invalid_text", ["", "  ", "a\nb", "a\ud800b", "a\u202eb", "a\u200bb", "a\u2028", 5]],
  ["name", "holds_card_number", [`John ${VISA}`, "4242 4242 4242 4242", "4242.4242.4242.4242"]],
  ["birthDate", "invalid_date", ["1990-02-30", "1899-12-31", "2999-01-01", "", 1990]],
  ["phoneNumber", "invalid_phone_number", [
    "",
    "12",
    "555-CALL",
    "+1234567890123456",
    "+123456789",
  ]],
  ["phoneNumber", "holds_card_number", ["3782 822463 10005", "4222222222222"]],
  ["email", "invalid_email", ["", "a@", "@b.c", `${"a".repeat(250)}@b.co`]],
  ["selectedCard", "invalid_card_number", ["", "12345678901", "1".repeat(20), "4242x", 4242]],
  ["allCards", "invalid_card_number", [["4242"], [VISA, "none"], [4242424242424242]]],
  ["allCards", "invalid_cards", [VISA, {}, chargeableCards(21)]],
];

for (const [field, code, values] of INVALID_FIELDS) {
  Deno.test(`POST /create_user refuses what is no ${field}: ${code}`, async () => {
    await using kese = await openTestKese();
    for (const value of values) {
      const json = newUser("1", { [field]: value });
      const answer = await send(kese, "POST /create_user", { json });
      assertInvalidFields(answer, "validation_failed", [[field, code]]);
    }
    assertProblem(await send(kese, "GET /bakiye?userNo=1"), 404, "user_not_found", {});
  });
}

Deno.test("POST /create_user takes twenty cards and no more, the selected one included", async () => {
  await using kese = await openTestKese();
  const [selectedCard, ...others] = chargeableCards(21);
  const tooMany = { allCards: others, selectedCard };
  const refused = await send(kese, "POST /create_user", { json: newUser("1", tooMany) });
  assertInvalidFields(refused, "validation_failed", [["selectedCard", "invalid_cards"]]);

  const twenty = { allCards: others, selectedCard: others[0] };
  const created = await send(kese, "POST /create_user", { json: newUser("1", twenty) });
  assertEquals([created.status, created.body.cards.length], [201, 20]);
});

/** What answers show of the only numbers of the sample users that pass Luhn. */
const VERIFIED_SAMPLES = ["111122******4444", "777788******0000"];

interface ListedCard {
  readonly maskedNumber: string;
  readonly verified: boolean;
  readonly selected: boolean;
}

for (
  const [rule, status] of [
    ["takes the ten sample users of the seed with their cards as they are", 201],
    ["refuses the ten sample users when they are loaded, with their cards as they are", 409],
  ] as const
) {
  Deno.test(`POST /create_user ${rule}`, async () => {
    await using kese = await openTestKese();
    if (status === 409) {
      assertEquals(await loadSampleUsers({ filo: FLEET, ports: kese.dependencies }), 10);
    }
    const verified = new Set<string>();
    for (const user of sampleUsers) {
      // Their telephone numbers are none: only the import takes them.
      const json = { ...user, phoneNumber: "555-5555" };
      const created = await send(kese, "POST /create_user", { json });
      assertEquals(created.status, status, user.userNo);
      const list = await send(kese, `GET /kart-saklama-listesi?userNo=${user.userNo}`);
      const cards: ListedCard[] = list.body.cards;
      const masks = user.allCards.map((card) => {
        const digits = card.replaceAll(" ", "");
        return `${digits.slice(0, 6)}******${digits.slice(-4)}`;
      });
      assertEquals(cards.map(({ maskedNumber }) => maskedNumber), masks);
      assertEquals(cards.map(({ selected }) => selected), [true, false]);
      for (const card of cards) if (card.verified) verified.add(card.maskedNumber);
      const balance = await send(kese, `GET /bakiye?userNo=${user.userNo}`);
      assertEquals(balance.body.balance, user.balance.toFixed(2));
    }
    assertEquals([...verified].sort(), VERIFIED_SAMPLES);
  });
}
