import { assertEquals, assertNotEquals } from "@std/assert";
import {
  ANSWER_IS_LOST,
  chargeableCards,
  MASTERCARD,
  UNVERIFIED,
  VISA,
  withCheckDigit,
} from "../support/card_numbers.ts";
import { assertProblem } from "../support/answers.ts";
import { type Answer, createUser, newUser, openTestKese, send } from "../support/kese.ts";
import type { TestKese } from "../support/kese.ts";
import { createScriptedGateway } from "../support/scripted_gateway.ts";
import { countCalls } from "../support/crash_calls.ts";
import { assertId, assertRateLimited, assertSuccess } from "../support/route_answers.ts";

const HOUR = 60 * 60_000;
const SAVED = "Kart saklandı.";
const LISTED = "Kartlar listelendi.";
const SELECTED = "Kart seçildi.";
const REMOVED = "Kart silindi.";

interface Card {
  readonly cardId: string;
  readonly last4: string;
  readonly selected: boolean;
}

async function openWithUser(more: Readonly<Record<string, unknown>> = {}): Promise<TestKese> {
  const kese = await openTestKese();
  const created = await send(kese, "POST /create_user", { json: newUser("1", more) });
  assertEquals(created.status, 201);
  return kese;
}

function save(kese: TestKese, cardNo: unknown, userNo = "1"): Promise<Answer> {
  return send(kese, "POST /kart-saklama", { json: { userNo, cardNo } });
}

/** Saves a card and gives its id. */
async function saved(kese: TestKese, cardNo: string, userNo = "1"): Promise<string> {
  const answer = await save(kese, cardNo, userNo);
  assertEquals(answer.status, 201, answer.text);
  return answer.body.card.cardId;
}

function select(kese: TestKese, cardId: string, userNo = "1"): Promise<Answer> {
  return send(kese, `PUT /secili-kart?userNo=${userNo}&cardId=${cardId}`);
}

function remove(kese: TestKese, cardId: string, userNo = "1"): Promise<Answer> {
  return send(kese, `DELETE /kart-saklama?userNo=${userNo}&cardId=${cardId}`);
}

function list(kese: TestKese, userNo = "1"): Promise<Answer> {
  return send(kese, `GET /kart-saklama-listesi?userNo=${userNo}`);
}

/** The last four of each card, the selected one in brackets. */
async function cardsOf(kese: TestKese, userNo = "1"): Promise<string> {
  const { status, body } = await list(kese, userNo);
  if (status !== 200) return body.code;
  const cards: Card[] = body.cards;
  assertEquals(body.selectedCard, cards.find(({ selected }) => selected) ?? null);
  return cards.map(({ last4, selected }) => selected ? `[${last4}]` : last4).join(" ");
}

/** The ids of the card numbers that the vault keeps. */
async function vaulted(kese: TestKese): Promise<readonly string[]> {
  const records = await kese.store.vault.list({
    createdBefore: kese.clock.now() + 1,
    limit: 100,
  });
  return records.map(({ cardId }) => cardId).sort();
}

async function entryCount(kese: TestKese): Promise<number> {
  const { body } = await send(kese, "GET /islemler?userNo=1&limit=1");
  return body.data[0].seq;
}

Deno.test("POST /kart-saklama saves a card and selects the first one", async () => {
  await using kese = await openWithUser();
  const answer = await send(kese, "POST /kart-saklama?userNo=1&cardNo=4546711234567894");
  const { cardId } = answer.body.card;
  assertId(cardId, "card");
  assertSuccess(answer, 201, {
    message: SAVED,
    card: {
      cardId,
      maskedNumber: "454671******7894",
      bin: "454671",
      last4: "7894",
      brand: "visa",
      selected: true,
      verified: true,
      createdAt: "2026-01-01T00:00:00.000Z",
    },
  });
});

Deno.test("POST /kart-saklama answers in English when that is preferred", async () => {
  await using kese = await openWithUser();
  const answer = await send(kese, `POST /kart-saklama?userNo=1&cardNo=${VISA}`, {
    headers: { "accept-language": "en" },
  });
  assertEquals(answer.body.message, "The card was saved.");
});

const SHOWN: readonly (readonly [
  cardNo: string,
  brand: string,
  bin: string | null,
  maskedNumber: string,
])[] = [
  ["4242 4242 4242 4242", "visa", "424242", "424242******4242"],
  ["5555555555554444", "mastercard", "555555", "555555******4444"],
  ["2223003122003222", "mastercard", "222300", "222300******3222"],
  ["378282246310005", "amex", "378282", "378282*****0005"],
  ["9792030000000000", "troy", "979203", "979203******0000"],
  ["6011111111111117", "unknown", "601111", "601111******1117"],
  ["30569309025904", "unknown", null, "**********5904"],
  ["501800000009", "unknown", null, "********0009"],
  ["4000000000000000006", "visa", "400000", "400000*********0006"],
];

for (const [cardNo, brand, bin, maskedNumber] of SHOWN) {
  const digits = cardNo.replaceAll(" ", "").length;
  Deno.test(`POST /kart-saklama shows of ${digits} digits of ${brand} only what may be shown: ${cardNo}`, async () => {
    await using kese = await openWithUser();
    const { body: { card } } = await save(kese, cardNo);
    const last4 = cardNo.slice(-4);
    assertEquals([card.brand, card.bin, card.last4], [brand, bin, last4]);
    assertEquals([card.maskedNumber, card.maskedNumber.length], [maskedNumber, digits]);
  });
}

Deno.test("POST /kart-saklama takes a number with any blanks and dashes between and around its digits", async () => {
  await using kese = await openWithUser();
  for (const cardNo of [`${VISA} `, `\t${VISA}`, `${VISA}\u00a0`, "4242–4242\u202f4242-4242 -"]) {
    const answer = await save(kese, cardNo);
    // Each is the same card: the first is saved, the others are doubles of it.
    assertEquals(answer.body.code ?? answer.status, cardNo === `${VISA} ` ? 201 : "duplicate_card");
  }
});

const INVALID_NUMBERS = {
  "a wrong check digit": "4242424242424241",
  "the seed's unverified card": UNVERIFIED,
  "eleven digits": withCheckDigit("4242424242"),
  "twenty digits": withCheckDigit("4242424242424242424"),
  "a letter": "424242424242424O",
  "zero-width characters between the digits": "4242\u200b4242\u200b4242\u200b4242",
  "dots between the digits": "4242.4242.4242.4242",
  "other digits than ASCII": "٤٢٤٢٤٢٤٢٤٢٤٢٤٢٤٢",
  "nothing": "",
  "a JSON number": 4242424242424242,
  "a list": [VISA],
};

for (const [what, cardNo] of Object.entries(INVALID_NUMBERS)) {
  Deno.test(`POST /kart-saklama refuses ${what}`, async () => {
    await using kese = await openWithUser();
    const answer = await save(kese, cardNo);
    const { errors: [error], ...body } = answer.body;
    assertProblem({ ...answer, body }, 422, "invalid_card_number", {});
    assertEquals([error.field, error.code], ["cardNo", "invalid_card_number"]);
    assertEquals([await cardsOf(kese), await vaulted(kese)], ["no_cards", []]);
  });
}

const SPELLINGS = [
  "4242424242424242",
  "4242 4242 4242 4242",
  "4242-4242-4242-4242",
  "42 42-4242  4242 - 4242",
];

for (const first of SPELLINGS) {
  Deno.test(`POST /kart-saklama tells that ${first} is saved, however it is written`, async () => {
    await using kese = await openWithUser();
    const cardId = await saved(kese, first);
    for (const again of SPELLINGS) {
      assertProblem(await save(kese, again), 409, "duplicate_card", { cardId });
    }
    const query = `userNo=1&cardNo=${encodeURIComponent(first)}`;
    const asInTheSeed = await send(kese, `POST /kart-saklama?${query}`);
    assertProblem(asInTheSeed, 409, "duplicate_card", { cardId });
    assertEquals([await cardsOf(kese), await vaulted(kese)], ["[4242]", [cardId]]);
  });
}

Deno.test("POST /kart-saklama tells that a card is saved that the user was created with", async () => {
  await using kese = await openWithUser({ allCards: [VISA] });
  const { body: { selectedCard: { cardId } } } = await list(kese);
  const answer = await save(kese, "4242 4242 4242 4242");
  assertProblem(answer, 409, "duplicate_card", { cardId });
});

Deno.test("POST /kart-saklama saves a card once when it comes many times at once", async () => {
  await using kese = await openWithUser();
  const answers = await Promise.all(SPELLINGS.map((spelling) => save(kese, spelling)));
  assertEquals(answers.map(({ status }) => status).sort(), [201, 409, 409, 409]);
  const { body: { cards } } = await list(kese);
  assertEquals(await vaulted(kese), [cards[0].cardId]);
});

Deno.test("POST /kart-saklama saves the card of one user for another too", async () => {
  await using kese = await openWithUser();
  await createUser(kese, "2");
  assertNotEquals(await saved(kese, VISA), await saved(kese, VISA, "2"));
});

Deno.test("POST /kart-saklama leaves the selection to a card that can be charged", async () => {
  await using kese = await openWithUser();
  await saved(kese, VISA);
  const answer = await save(kese, MASTERCARD);
  assertEquals(answer.body.card.selected, false);
  assertEquals(await cardsOf(kese), "[4242] 4444");
});

Deno.test("POST /kart-saklama selects the new card when the selected one cannot be charged", async () => {
  await using kese = await openWithUser({ selectedCard: UNVERIFIED });
  const answer = await save(kese, VISA);
  assertEquals(answer.body.card.selected, true);
  assertEquals(await cardsOf(kese), "1334 [4242]");
});

Deno.test("POST /kart-saklama refuses a card beyond twenty", async () => {
  const [last = "", ...twenty] = chargeableCards(21);
  await using kese = await openWithUser({ allCards: twenty });
  assertProblem(await save(kese, last), 422, "too_many_cards", {});
  const { body: { cards } } = await list(kese);
  assertEquals([cards.length, (await vaulted(kese)).length], [20, 20]);
  const known = await save(kese, twenty[7] ?? "");
  assertProblem(known, 409, "duplicate_card", { cardId: cards[7].cardId });
  await remove(kese, cards[3].cardId);
  await saved(kese, last);
});

Deno.test("POST /kart-saklama saves ten cards in an hour and refuses an eleventh", async () => {
  await using kese = await openWithUser();
  await createUser(kese, "2");
  const [eleventh = "", first = "", ...others] = chargeableCards(11);
  await saved(kese, first);
  kese.clock.advance(1_000);
  for (const card of others) await saved(kese, card);
  const limit = { policy: "card_saves", limit: 10, windowSeconds: 3_600 };
  assertRateLimited(await save(kese, eleventh), { ...limit, retryAfterSeconds: 3_599 });
  assertEquals((await vaulted(kese)).length, 10);
  await saved(kese, eleventh, "2");

  kese.clock.advance(HOUR - 1_001);
  assertRateLimited(await save(kese, eleventh), { ...limit, retryAfterSeconds: 1 });
  kese.clock.advance(1);
  await saved(kese, eleventh);
  const refused = await save(kese, withCheckDigit("555555555555000"));
  assertRateLimited(refused, { ...limit, retryAfterSeconds: 1 });
});

Deno.test("POST /kart-saklama counts a card that is removed and saved again each time", async () => {
  await using kese = await openWithUser();
  const ids = new Set<string>();
  for (let turn = 0; turn < 10; turn++) {
    const cardId = await saved(kese, VISA);
    ids.add(cardId);
    assertSuccess(await remove(kese, cardId), 200, { message: REMOVED });
  }
  assertEquals(ids.size, 10);
  const limit = { policy: "card_saves", limit: 10, windowSeconds: 3_600 };
  assertRateLimited(await save(kese, VISA), { ...limit, retryAfterSeconds: 3_600 });
});

Deno.test("POST /kart-saklama counts no card that it refused", async () => {
  await using kese = await openWithUser();
  const [first = "", ...others] = chargeableCards(10);
  await saved(kese, first);
  for (let turn = 0; turn < 12; turn++) {
    await save(kese, first);
    await save(kese, "4242424242424241");
  }
  for (const card of others) await saved(kese, card);
});

Deno.test("POST /kart-saklama takes no card number from the URL unless that is allowed", async () => {
  await using kese = await openTestKese({ environment: { allowCardNumberInUrl: false } });
  await createUser(kese, "1");
  const refused = await send(kese, `POST /kart-saklama?userNo=1&cardNo=${VISA}`);
  assertProblem(refused, 400, "card_number_in_url", { parameter: "cardNo" });
  assertEquals(await cardsOf(kese), "no_cards");
  assertEquals((await save(kese, VISA)).status, 201);
});

Deno.test("GET /kart-saklama-listesi lists the cards, oldest first", async () => {
  await using kese = await openWithUser({ selectedCard: UNVERIFIED });
  kese.clock.advance(1_000);
  const visa = await save(kese, VISA);
  kese.clock.advance(1_000);
  const mastercard = await save(kese, MASTERCARD);
  const answer = await list(kese);
  const unverified = answer.body.cards[0];
  assertSuccess(answer, 200, {
    message: LISTED,
    cards: [
      {
        cardId: unverified.cardId,
        maskedNumber: "123456******1334",
        bin: "123456",
        last4: "1334",
        brand: "unknown",
        selected: false,
        verified: false,
        createdAt: "2026-01-01T00:00:00.000Z",
      },
      visa.body.card,
      mastercard.body.card,
    ],
    selectedCard: visa.body.card,
  });
  assertEquals(mastercard.body.card.createdAt, "2026-01-01T00:00:02.000Z");
});

Deno.test("GET /kart-saklama-listesi tells that a user has no card", async () => {
  await using kese = await openWithUser();
  assertProblem(await list(kese), 404, "no_cards", {});
  await remove(kese, await saved(kese, VISA));
  assertProblem(await list(kese), 404, "no_cards", {});
});

Deno.test("PUT /secili-kart selects a card", async () => {
  await using kese = await openWithUser();
  await saved(kese, VISA);
  const { body: { card } } = await save(kese, MASTERCARD);
  assertSuccess(await select(kese, card.cardId), 200, {
    message: SELECTED,
    card: { ...card, selected: true },
  });
  assertEquals(await cardsOf(kese), "4242 [4444]");
});

Deno.test("PUT /secili-kart takes its parameters from JSON too", async () => {
  await using kese = await openWithUser();
  await saved(kese, VISA);
  const cardId = await saved(kese, MASTERCARD);
  const answer = await send(kese, "PUT /secili-kart", { json: { userNo: "1", cardId } });
  assertEquals(answer.body.card.cardId, cardId);
  assertEquals(await cardsOf(kese), "4242 [4444]");
});

Deno.test("PUT /secili-kart answers alike and writes nothing when the card is selected already", async () => {
  await using kese = await openWithUser();
  const { body: { card } } = await save(kese, VISA);
  const entries = await entryCount(kese);
  for (let turn = 0; turn < 2; turn++) {
    assertSuccess(await select(kese, card.cardId), 200, { message: SELECTED, card });
  }
  assertEquals(await entryCount(kese), entries);
});

Deno.test("PUT /secili-kart refuses a card that cannot be charged", async () => {
  await using kese = await openWithUser({ allCards: [VISA, UNVERIFIED], selectedCard: VISA });
  const { body: { cards } } = await list(kese);
  const { cardId } = cards[1];
  assertProblem(await select(kese, cardId), 422, "card_not_chargeable", { cardId });
  assertEquals(await cardsOf(kese), "[4242] 1334");
});

Deno.test("DELETE /kart-saklama removes a card and its number", async () => {
  await using kese = await openWithUser();
  const kept = await saved(kese, VISA);
  const cardId = await saved(kese, MASTERCARD);
  assertSuccess(await remove(kese, cardId), 200, { message: REMOVED });
  assertEquals(await cardsOf(kese), "[4242]");
  assertEquals(await vaulted(kese), [kept]);
  assertProblem(await remove(kese, cardId), 404, "card_not_found", {});
  assertProblem(await select(kese, cardId), 404, "card_not_found", {});
});

Deno.test("DELETE /kart-saklama takes its parameters from JSON too", async () => {
  await using kese = await openWithUser();
  const json = { userNo: "1", cardId: await saved(kese, VISA) };
  const answer = await send(kese, "DELETE /kart-saklama", { json });
  assertSuccess(answer, 200, { message: REMOVED });
});

interface Removal {
  readonly rule: string;
  readonly cards: readonly string[];
  readonly selected: string;
  readonly removed: string;
  readonly left: string;
}

const REMOVALS: readonly Removal[] = [
  {
    rule: "leaves the selection alone when another card goes",
    cards: [VISA, MASTERCARD],
    selected: MASTERCARD,
    removed: VISA,
    left: "[4444]",
  },
  {
    rule: "selects the oldest chargeable card when the selected one goes",
    cards: [UNVERIFIED, MASTERCARD, VISA, "378282246310005"],
    selected: VISA,
    removed: VISA,
    left: "1334 [4444] 0005",
  },
  {
    rule: "selects none when no other can be charged",
    cards: [UNVERIFIED, VISA],
    selected: VISA,
    removed: VISA,
    left: "1334",
  },
  {
    rule: "selects a chargeable card when an unverified selected one goes",
    cards: [UNVERIFIED, VISA],
    selected: UNVERIFIED,
    removed: UNVERIFIED,
    left: "[4242]",
  },
];

for (const { rule, cards, selected, removed, left } of REMOVALS) {
  Deno.test(`DELETE /kart-saklama ${rule}`, async () => {
    await using kese = await openWithUser({ allCards: cards, selectedCard: selected });
    const { body } = await list(kese);
    const { cardId } = body.cards[cards.indexOf(removed)];
    assertEquals((await remove(kese, cardId)).status, 200);
    assertEquals(await cardsOf(kese), left);
  });
}

Deno.test("DELETE /kart-saklama lets the next saved card be selected when none is", async () => {
  await using kese = await openWithUser({ allCards: [UNVERIFIED, VISA], selectedCard: VISA });
  const { body: { selectedCard } } = await list(kese);
  await remove(kese, selectedCard.cardId);
  await saved(kese, MASTERCARD);
  assertEquals(await cardsOf(kese), "1334 [4444]");
});

Deno.test("DELETE /kart-saklama keeps a card while a top-up on it is open", async () => {
  await using kese = await openWithUser();
  const cardId = await saved(kese, ANSWER_IS_LOST);
  const free = await saved(kese, VISA);
  const topUp = await send(kese, "POST /update_balance?userNo=1&balance=10");
  assertEquals([topUp.status, topUp.body.status], [202, "pending"]);
  assertProblem(await remove(kese, cardId), 409, "card_in_use", { cardId });
  assertEquals((await remove(kese, free)).status, 200);
  assertEquals((await vaulted(kese)).length, 1);

  const { body } = await send(kese, `GET /update_balance/${topUp.body.topUpId}?userNo=1`);
  assertEquals(body.status, "credited");
  assertSuccess(await remove(kese, cardId), 200, { message: REMOVED });
});

const OF_A_CARD = { "PUT /secili-kart": select, "DELETE /kart-saklama": remove };

for (const [route, act] of Object.entries(OF_A_CARD)) {
  Deno.test(`${route} finds no card that is not this user's`, async () => {
    await using kese = await openWithUser();
    await createUser(kese, "2");
    const cardId = await saved(kese, VISA);
    assertProblem(await act(kese, cardId, "2"), 404, "card_not_found", {});
    assertProblem(await act(kese, "card_none"), 404, "card_not_found", {});
    assertEquals(await cardsOf(kese), "[4242]");
  });
}

const OF_A_USER = {
  "POST /kart-saklama": (kese: TestKese) => save(kese, VISA, "nobody"),
  "GET /kart-saklama-listesi": (kese: TestKese) => list(kese, "nobody"),
  "PUT /secili-kart": (kese: TestKese) => select(kese, "card_none", "nobody"),
  "DELETE /kart-saklama": (kese: TestKese) => remove(kese, "card_none", "nobody"),
};

for (const [route, act] of Object.entries(OF_A_USER)) {
  Deno.test(`${route} does not find a user that does not exist`, async () => {
    await using kese = await openWithUser();
    assertProblem(await act(kese), 404, "user_not_found", {});
    assertEquals(await vaulted(kese), []);
  });
}

Deno.test("POST /kart-saklama writes nothing for a duplicate, a repeat, a 21st card or an unknown user", async () => {
  await using outside = await openWithUser();
  const store = { ...outside.store, close: () => Promise.resolve() };
  const { calls, ...counted } = countCalls({ store, gateway: createScriptedGateway() });
  await using kese = await openTestKese({ ...counted, clock: outside.clock });
  const saveKeyed = (cardNo: string, key: string) =>
    send(kese, "POST /kart-saklama", {
      json: { userNo: "1", cardNo },
      headers: { "idempotency-key": key },
    });
  const writesOf = async (ask: () => Promise<Answer>): Promise<readonly [number, string[]]> => {
    const before = calls.length;
    const { status } = await ask();
    const writes = calls.slice(before).filter((call) =>
      /^(vault\.(put|remove)|accounts\.save)$/.test(call)
    );
    return [status, writes];
  };
  const [first = "", ...others] = chargeableCards(21);
  assertEquals(await writesOf(() => saveKeyed(first, "first")), [
    201,
    ["vault.put", "accounts.save"],
  ]);
  assertEquals(await writesOf(() => saveKeyed(first, "second")), [409, []]);
  assertEquals(await writesOf(() => save(kese, first)), [409, []]);
  assertEquals(await writesOf(() => saveKeyed(first, "first")), [201, []]);
  assertEquals(await writesOf(() => save(kese, first, "nobody")), [404, []]);
  for (const [place, cardNo] of others.slice(0, 19).entries()) {
    if (place % 9 === 8) kese.clock.advance(HOUR);
    await saved(kese, cardNo);
  }
  assertEquals(await writesOf(() => save(kese, others.at(-1))), [422, []]);
});
