import { assertEquals, assertFalse } from "@std/assert";
import { CardToken } from "../../domain/card_token.ts";
import type { CardGateway, CardToRegister } from "../../domain/ports/card_gateway.ts";
import { assertProblem, sendWell } from "../support/answers.ts";
import { createTestClock, NOW } from "../support/clock.ts";
import { dumpTables, readFiles } from "../support/database_dump.ts";
import { createUser, openTestKese, send } from "../support/kese.ts";
import { createScriptedGateway } from "../support/scripted_gateway.ts";
import { openSqliteStore } from "../../infra/sqlite/store.ts";

const TOKEN = "tok-1f3a9c77-secret";
const HOLDER = "ZÜLFİKÂR KARTSAHİBİ";
const CARD = {
  userNo: "1",
  cardNo: "4242424242424242",
  cardHolder: HOLDER,
  expireMonth: 12,
  expireYear: 2030,
  alias: "Maaş kartım",
};

/** A gateway that keeps cards, as iyzico and Stripe do, and what it was asked to do with them. */
function createKeeper() {
  const registered: CardToRegister[] = [];
  const forgotten: string[] = [];
  const charged: string[] = [];
  const scripted = createScriptedGateway();
  const gateway: CardGateway = {
    ...scripted,
    traits: {
      ...scripted.traits,
      name: "keeper",
      keepsCards: true,
      takesOwnTokens: true,
      registrationNeeds: ["cardHolder", "expireMonth", "expireYear"],
    },
    register: (_payer, card) => {
      registered.push(card);
      if ("number" in card) {
        const isRefused = card.number.facts.last4 === "0002";
        return Promise.resolve(
          isRefused ? { status: "refused" } : { status: "registered", token: new CardToken(TOKEN) },
        );
      }
      return Promise.resolve({
        status: "registered",
        token: new CardToken(`${TOKEN} ${card.gatewayToken}`),
        card: {
          bin: "555555",
          last4: "4444",
          brand: "mastercard",
          expiry: { month: 1, year: 2031 },
          fingerprint: "fp-1",
        },
      });
    },
    forget: (token) => Promise.resolve(void forgotten.push(token.reveal())),
    charge: ({ reference, token, amountKurus }) => {
      charged.push(token.reveal());
      return Promise.resolve({ status: "charged", providerRef: `ref_${reference}`, amountKurus });
    },
  };
  return { gateway, registered, forgotten, charged };
}

Deno.test("POST /kart-saklama registers a card with the gateway, and keeps its token in place of number and holder", async () => {
  const keeper = createKeeper();
  const directory = await Deno.makeTempDir({ prefix: "kese-saving-" });
  const path = `${directory}/kese.db`;
  const kese = await openTestKese({ store: openSqliteStore(path), gateway: keeper.gateway });
  await createUser(kese, "1");
  const { body: { card } } = await sendWell(kese, "POST /kart-saklama", { json: CARD });
  assertEquals(
    [card.alias, card.expireMonth, card.expireYear, card.expired, card.maskedNumber],
    ["Maaş kartım", 12, 2030, false, "424242******4242"],
  );
  await sendWell(kese, "POST /update_balance", { json: { userNo: "1", balance: "10" } });
  assertEquals(keeper.charged, [TOKEN]);
  const answers = [
    await sendWell(kese, "GET /kart-saklama-listesi?userNo=1"),
    await sendWell(kese, "GET /islemler?userNo=1"),
  ];
  await sendWell(kese, `DELETE /kart-saklama?userNo=1&cardId=${card.cardId}`);
  assertEquals(keeper.forgotten, [TOKEN]);
  await kese.close();
  const written = [
    ...answers.map(({ text }) => text),
    kese.lines.join("\n"),
    dumpTables(path),
    await readFiles(directory),
  ].join("\n");
  for (const secret of [TOKEN, HOLDER, "KARTSAHİBİ", CARD.cardNo]) {
    assertFalse(written.includes(secret), `${secret} was written down`);
  }
  await Deno.remove(directory, { recursive: true });
});

Deno.test("POST /kart-saklama names every field that the gateway needs, and asks nothing of it", async () => {
  const keeper = createKeeper();
  await using kese = await openTestKese({ gateway: keeper.gateway });
  await createUser(kese, "1");
  const { cardHolder: _holder, expireYear: _year, ...some } = CARD;
  const answer = await send(kese, "POST /kart-saklama", { json: some });
  assertProblem(answer, 422, "validation_failed");
  assertEquals(
    answer.body.errors.map(({ field, code }: Record<string, string>) => [field, code]),
    [["cardHolder", "missing_parameter"], ["expireYear", "missing_parameter"]],
  );
  const table: readonly (readonly [object, string])[] = [
    [{ ...CARD, expireMonth: 12, expireYear: 2024 }, "invalid_expiry"],
    [{ ...CARD, expireMonth: 13 }, "invalid_month"],
    [{ ...CARD, expireYear: 30 }, "invalid_year"],
    [{ userNo: "1", gatewayToken: "pm_1", cardNo: CARD.cardNo }, "not_taken_by_gateway"],
    [{ userNo: "1" }, "missing_parameter"],
  ];
  for (const [json, code] of table) {
    const { body } = await send(kese, "POST /kart-saklama", { json });
    assertEquals(body.errors.map((error: { code: string }) => error.code), [code]);
  }
  assertEquals(keeper.registered, []);
});

Deno.test("POST /kart-saklama says that the gateway refuses a card, and keeps nothing of it", async () => {
  const keeper = createKeeper();
  await using kese = await openTestKese({ gateway: keeper.gateway });
  await createUser(kese, "1");
  const json = { ...CARD, cardNo: "4000000000000002" };
  assertProblem(await send(kese, "POST /kart-saklama", { json }), 422, "card_refused");
  assertEquals(await kese.store.vault.list({ createdBefore: NOW + 1, limit: 9 }), []);
});

Deno.test("POST /kart-saklama takes a card that the gateway saved itself, once", async () => {
  const keeper = createKeeper();
  await using kese = await openTestKese({ gateway: keeper.gateway });
  await createUser(kese, "1");
  const json = { userNo: "1", gatewayToken: "pm_1" };
  const { body: { card } } = await sendWell(kese, "POST /kart-saklama", { json, key: "k" });
  assertEquals([card.maskedNumber, card.brand, card.expireYear], [
    "555555******4444",
    "mastercard",
    2031,
  ]);
  await sendWell(kese, "POST /kart-saklama", { json, key: "k" });
  assertEquals(keeper.registered.length, 1, "a repeated key registers nothing");
  assertProblem(await send(kese, "POST /kart-saklama", { json }), 409, "duplicate_card");
  assertEquals(keeper.forgotten, [], "the saved card is charged by the same token");
});

Deno.test("POST /update_balance wants a card that is not with the fleet's gateway saved again, and an expired one charges nothing", async () => {
  const keeper = createKeeper();
  const clock = createTestClock();
  const store = openSqliteStore(":memory:");
  const shared = { ...store, close: () => Promise.resolve() };
  {
    await using sandbox = await openTestKese({ store: shared, clock });
    await createUser(sandbox, "1");
    await sendWell(sandbox, "POST /kart-saklama", {
      json: { userNo: "1", cardNo: "4242424242424242" },
    });
  }
  await using kese = await openTestKese({ store, clock, gateway: keeper.gateway });
  const topUp = { json: { userNo: "1", balance: "1" } };
  const refused = await send(kese, "POST /update_balance", topUp);
  assertProblem(refused, 422, "card_not_chargeable");
  assertEquals([refused.body.saveAgain, keeper.charged], [true, []]);
  const json = { ...CARD, cardNo: "5555555555554444", expireMonth: 1, expireYear: 2026 };
  const { body: { card: { cardId } } } = await sendWell(kese, "POST /kart-saklama", { json });
  clock.advance(Date.UTC(2026, 1, 2) - clock.now());
  const expired = await send(kese, "POST /update_balance", {
    json: { ...topUp.json, cardId, balance: "1" },
  });
  assertProblem(expired, 422, "card_not_chargeable");
  assertEquals([expired.body.expired, keeper.charged], [true, []]);
  const list = await sendWell(kese, "GET /kart-saklama-listesi?userNo=1");
  assertEquals(list.body.cards[1].expired, true);
});

Deno.test("POST /create_user lists the cards that come with a user, and a gateway that keeps cards does not get them", async () => {
  const keeper = createKeeper();
  await using kese = await openTestKese({ gateway: keeper.gateway });
  await sendWell(kese, "POST /create_user", {
    json: {
      userNo: "1",
      authCode: "secret-1",
      name: "Deniz",
      surname: "Yılmaz",
      birthDate: "1990-01-01",
      phoneNumber: "555-5555",
      email: "d@example.com",
      selectedCard: "4242424242424242",
    },
  });
  const refused = await send(kese, "POST /update_balance?userNo=1&balance=1");
  assertEquals([refused.body.code, refused.body.saveAgain], ["card_not_chargeable", true]);
  assertEquals(keeper.registered, []);
});
