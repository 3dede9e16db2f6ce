import { assert, assertEquals } from "@std/assert";
import { z } from "zod";
import { createEndpoints } from "../../../routes/endpoints.ts";
import type { Definition } from "../../../routes/http/endpoint.ts";
import { openApiText } from "../../../routes/openapi/document.ts";
import { ENTRY_TYPES } from "../../../domain/entry_traits.ts";
import { listProblemCodes } from "../../../routes/openapi/problem_codes.ts";
import {
  type Answer,
  createUser,
  FLEET,
  openTestKese,
  OTHER_FLEET,
  send,
  signIn,
  type TestKese,
  type TestRequest,
} from "../../support/kese.ts";
import { saveCard } from "../../support/answers.ts";
import { resolve } from "../../support/open_api.ts";
import { toLine } from "../../support/route_requests.ts";

// deno-lint-ignore no-explicit-any -- answers are walked, not built
type Json = any;

const kese = await openTestKese();
const ENDPOINTS = createEndpoints(kese.dependencies);
const DOCUMENT: Json = JSON.parse(openApiText(ENDPOINTS));
await kese.close();

/** A schema of the document with its references resolved, and with no room for an unknown key at any depth. */
function strict(schema: Json): Json {
  if (typeof schema !== "object" || schema === null) return schema;
  if (Array.isArray(schema)) return schema.map(strict);
  if (typeof schema.$ref === "string") return strict(resolve(DOCUMENT, schema));
  const entries = Object.entries(schema).map(([name, inner]) => [name, strict(inner)]);
  const closed = Object.fromEntries(entries);
  return schema.type === "object" ? { ...closed, additionalProperties: false } : closed;
}

/** What is wrong with an answer by the document. */
function misfits(
  { path, method }: Pick<Definition, "path" | "method">,
  { status, headers, body }: Answer,
): readonly unknown[] {
  const { content } = resolve(DOCUMENT, DOCUMENT.paths[path][method].responses[status]) ?? {};
  if (body === null) return content === undefined ? [] : ["no body"];
  const schema = content?.[headers.get("content-type") ?? ""]?.schema;
  if (schema === undefined) return [`no schema for ${status}`];
  const check = CHECKS.get(schema) ?? z.fromJSONSchema(strict(schema));
  CHECKS.set(schema, check);
  return check.safeParse(body).error?.issues ?? [];
}

const CHECKS = new Map<Json, z.ZodType>();

Deno.test("misfits() finds a wrong key, form, status and type, so that what it passes is right", () => {
  const pay = { path: "/kart-saklamali-odeme", method: "post" } as const;
  const headers = new Headers({ "content-type": "application/json" });
  const right = {
    message: "a",
    paymentId: "pay_1",
    amount: "1.00",
    balance: "9.00",
    available: "9.00",
    currency: "TRY",
    createdAt: "2026-01-31T09:30:00.000Z",
  };
  const judge = (body: Json, status = 201) =>
    misfits(pay, { status, headers, body, text: "" }).length;
  assertEquals(judge(right), 0);
  const { paymentId: _, ...lacking } = right;
  const wrong = [
    { ...right, more: 1 },
    { ...right, amount: "1.0" },
    { ...right, amount: 1 },
    lacking,
  ];
  assertEquals(wrong.map((body) => judge(body)), [1, 1, 1, 1]);
  assertEquals([judge(right, 202), judge(right, 404), judge(null)], [1, 1, 1]);
});

const EVENT_TARGETS = new Map([[FLEET, { url: "https://fleet.example/events", secrets: [] }]]);

const CARD = "4242 4242 4242 4242";
const BANK_WAITS_CARD = "4000000000003220";
const TIMING_OUT_CARD = "4000 0000 0000 0119";
const DECLINED_CARD = "4000 0000 0000 0002";
const REFUSED_REFUND = "13.13";
const PENDING_REFUND = "13.14";

async function savedCard(kese: TestKese, cardNo: string): Promise<string> {
  const answer = await send(kese, "POST /kart-saklama", { json: { userNo: "1", cardNo } });
  return answer.body.card.cardId;
}

const NEW_USER = {
  authCode: "abcdef",
  name: "John",
  surname: "Doe",
  birthDate: "1990-01-01",
  phoneNumber: "555-5555",
  email: "john.doe@example.com",
};

/** For each operation a request, or several, that succeeds for user 1. */
const SUCCESSES: Readonly<Record<string, (kese: TestKese) => Promise<Answer | Answer[]>>> = {
  get_day_end: async (kese) => {
    await saveCard(kese, "1");
    await send(kese, "POST /update_balance", { json: { userNo: "1", balance: "50" } });
    await send(kese, "POST /karta-iade", { json: { userNo: "1", amount: "5" } });
    return await send(kese, "GET /filo/gun-sonu?gun=2026-01-01");
  },
  list_fleet_users: (kese) => send(kese, "GET /filo/kullanicilar"),
  list_fleet_entries: (kese) => send(kese, "GET /filo/islemler"),
  create_user: (kese) =>
    send(kese, "POST /create_user", {
      json: { ...NEW_USER, userNo: "2", selectedCard: "1234 5678 1234 1334", balance: 100 },
    }),
  get_user: (kese) => send(kese, "GET /kullanici?userNo=1"),
  change_user: (kese) => send(kese, "PUT /kullanici", { json: { userNo: "1", name: "Ada" } }),
  change_auth_code: (kese) =>
    send(kese, "PUT /kullanici/auth-kodu", { json: { userNo: "1", authCode: "new" } }),
  get_user_data: async (kese) => {
    await savedCard(kese, CARD);
    await placeHold(kese);
    return await send(kese, "GET /kullanici/verilerim", { bearer: await signIn(kese, "1") });
  },
  erase_user: async (kese) => {
    await send(kese, "POST /create_user", { json: { ...NEW_USER, userNo: "empty" } });
    await send(kese, "POST /hesap/kapat?userNo=empty");
    return await send(kese, "DELETE /kullanici?userNo=empty");
  },
  end_sessions: (kese) => send(kese, "DELETE /oturumlar?userNo=1"),
  create_code: async (kese) => [
    await send(kese, "POST /authenticate_first_route", { json: { userNo: "1" } }),
    await send(kese, "POST /authenticate_first_route", { bearer: null, json: { userNo: "1" } }),
  ],
  create_session: async (kese) => {
    const first = await send(kese, "POST /authenticate_first_route", { json: { userNo: "1" } });
    return await send(kese, "POST /authenticate_second_route", {
      bearer: first.body.code,
      headers: { userNo: "1" },
    });
  },
  end_session: async (kese) => send(kese, "POST /logout", { bearer: await signIn(kese, "1") }),
  save_card: (kese) => send(kese, "POST /kart-saklama", { json: { userNo: "1", cardNo: CARD } }),
  remove_card: async (kese) =>
    send(kese, `DELETE /kart-saklama?userNo=1&cardId=${await savedCard(kese, CARD)}`),
  list_cards: async (kese) => {
    const cardId = await savedCard(kese, CARD);
    const list = await send(kese, "GET /kart-saklama-listesi?userNo=1");
    // Without a selected card: one of a fleet's old records alone.
    const old = { ...NEW_USER, userNo: "3", allCards: ["1234 5678 1234 1334", CARD] };
    const created = await send(kese, "POST /create_user", { json: old });
    const chargeable = created.body.cards.find((card: Json) => card.verified).cardId;
    await send(kese, `DELETE /kart-saklama?userNo=3&cardId=${chargeable}`);
    const unselected = await send(kese, "GET /kart-saklama-listesi?userNo=3");
    assertEquals([list.body.selectedCard.cardId, unselected.body.selectedCard], [cardId, null]);
    return [list, unselected];
  },
  select_card: async (kese) => {
    const line = `PUT /secili-kart?userNo=1&cardId=${await savedCard(kese, CARD)}`;
    const already = await send(kese, line);
    const other = await savedCard(kese, DECLINED_CARD);
    return [already, await send(kese, `PUT /secili-kart?userNo=1&cardId=${other}`)];
  },
  pay: async (kese) => [
    await send(kese, "POST /kart-saklamali-odeme?userNo=1&amount=10"),
    await send(kese, "POST /kart-saklamali-odeme", {
      json: { userNo: "1", amount: 1.5, orderId: "ride-1", description: "Moda" },
    }),
  ],
  get_payment: async (kese) => {
    const { body } = await send(kese, "POST /kart-saklamali-odeme?userNo=1&amount=10&orderId=a");
    return await send(kese, `GET /kart-saklamali-odeme/${body.paymentId}?userNo=1`);
  },
  place_hold: (kese) => placeHold(kese),
  get_hold: async (kese) => {
    const holds = [await placeHold(kese), await placeHold(kese), await placeHold(kese)];
    const [captured, released, open] = holds.map(({ body }) => body.holdId);
    await send(kese, `POST /provizyon/${captured}/tahsilat?userNo=1&amount=1`);
    await send(kese, `POST /provizyon/${released}/iptal?userNo=1`);
    const lines = [captured, released, open].map((id) => `GET /provizyon/${id}?userNo=1`);
    return await Promise.all(lines.map((line) => send(kese, line)));
  },
  capture_hold: async (kese) => {
    const { body } = await placeHold(kese);
    return await send(kese, `POST /provizyon/${body.holdId}/tahsilat`, { json: { userNo: "1" } });
  },
  release_hold: async (kese) => {
    const { body } = await placeHold(kese);
    return await send(kese, `POST /provizyon/${body.holdId}/iptal`, { json: { userNo: "1" } });
  },
  adjust_balance: async (kese) => {
    const adjustment = { userNo: "1", amount: "1", reason: "cash" };
    return [
      await send(kese, "POST /bakiye-duzeltme", { json: { ...adjustment, direction: "debit" } }),
      await send(kese, "POST /bakiye-duzeltme", {
        json: { ...adjustment, direction: "credit", note: "Kasa", orderId: "a" },
      }),
    ];
  },
  freeze_account: (kese) => send(kese, "POST /hesap/dondur", { json: { userNo: "1" } }),
  unfreeze_account: async (kese) => {
    await send(kese, "POST /hesap/dondur", { json: { userNo: "1", reason: "kayıp telefon" } });
    return await send(kese, "POST /hesap/coz", { json: { userNo: "1" } });
  },
  close_account: async (kese) => {
    await send(kese, "POST /create_user", { json: { ...NEW_USER, userNo: "empty" } });
    return await send(kese, "POST /hesap/kapat", { json: { userNo: "empty", reason: "ayrıldı" } });
  },
  refund: async (kese) => {
    await send(kese, "POST /kart-saklamali-odeme?userNo=1&amount=10");
    return await send(kese, "POST /iade?userNo=1");
  },
  top_up: async (kese) => {
    const slow = await savedCard(kese, TIMING_OUT_CARD);
    const waiting = await savedCard(kese, BANK_WAITS_CARD);
    return [
      await send(kese, `POST /update_balance?userNo=1&balance=10&cardId=${slow}`),
      await send(kese, `POST /update_balance?userNo=1&balance=10&cardId=${waiting}`),
      await send(
        kese,
        `POST /update_balance?userNo=1&balance=10&cardId=${await savedCard(kese, CARD)}`,
      ),
    ];
  },
  get_top_up: async (kese) => {
    const declined = await savedCard(kese, DECLINED_CARD);
    const failed = await send(kese, `POST /update_balance?userNo=1&balance=9&cardId=${declined}`);
    const credited = await send(
      kese,
      `POST /update_balance?userNo=1&balance=9&cardId=${await savedCard(kese, CARD)}`,
    );
    const ids = [failed.body.topUpId, credited.body.topUpId];
    return await Promise.all(ids.map((id) => send(kese, `GET /update_balance/${id}?userNo=1`)));
  },
  card_refund: async (kese) => {
    await savedCard(kese, CARD);
    await send(kese, "POST /update_balance?userNo=1&balance=50");
    return [
      await send(kese, "POST /karta-iade?userNo=1&amount=10"),
      await send(kese, `POST /karta-iade?userNo=1&amount=${PENDING_REFUND}`),
    ];
  },
  get_card_refund: async (kese) => {
    await savedCard(kese, CARD);
    await send(kese, "POST /update_balance?userNo=1&balance=50");
    const refunds = [
      await send(kese, "POST /karta-iade?userNo=1&amount=10"),
      await send(kese, `POST /karta-iade?userNo=1&amount=${REFUSED_REFUND}`),
    ];
    return await Promise.all(
      refunds.map(({ body }) => send(kese, `GET /karta-iade/${body.cardRefundId}?userNo=1`)),
    );
  },
  get_balance: async (kese) => {
    await placeHold(kese);
    return await send(kese, "GET /bakiye?userNo=1");
  },
  list_events: (kese) => send(kese, "GET /filo/olaylar?limit=5"),
  repeat_event: async (kese) => {
    const { body } = await send(kese, "POST /kart-saklamali-odeme?userNo=1&amount=1");
    return await send(kese, `POST /filo/olaylar/${body.paymentId}/yeniden`);
  },
  list_entries: async (kese) => {
    const cardId = await savedCard(kese, CARD);
    await send(kese, `POST /update_balance?userNo=1&balance=30`);
    await send(kese, "POST /karta-iade?userNo=1&amount=1");
    await send(kese, `POST /karta-iade?userNo=1&amount=${REFUSED_REFUND}`);
    await send(kese, "POST /kart-saklamali-odeme?userNo=1&amount=1&orderId=a&description=b");
    await send(kese, "POST /iade?userNo=1");
    const declined = await savedCard(kese, DECLINED_CARD);
    await send(kese, `PUT /secili-kart?userNo=1&cardId=${declined}`);
    await send(kese, `POST /update_balance?userNo=1&balance=10`);
    await send(kese, `DELETE /kart-saklama?userNo=1&cardId=${cardId}`);
    const waiting = await savedCard(kese, BANK_WAITS_CARD);
    const asked = await send(kese, `POST /update_balance?userNo=1&balance=10&cardId=${waiting}`);
    const { topUpId } = asked.body;
    await kese.app.request(`/update_balance/${topUpId}/donus`, {
      method: "POST",
      body: `reference=${topUpId}&providerRef=sbx_${topUpId}&result=refuse`,
    });
    await endEachHold(kese);
    const money = { userNo: "1", amount: "1", direction: "debit", reason: "fine", note: "Kask" };
    await send(kese, "POST /bakiye-duzeltme", { json: money });
    await send(kese, "POST /hesap/dondur", { json: { userNo: "1", reason: "kayıp" } });
    await send(kese, "POST /hesap/coz", { json: { userNo: "1" } });
    const { body: { balance } } = await send(kese, "GET /bakiye?userNo=1");
    await send(kese, "POST /bakiye-duzeltme", { json: { ...money, amount: balance } });
    await send(kese, "POST /hesap/kapat", { json: { userNo: "1" } });
    await send(kese, "DELETE /kullanici", { json: { userNo: "1" } });
    const whole = await send(kese, "GET /islemler?userNo=1&limit=100");
    const types = new Set(whole.body.data.map(({ type }: Json) => type));
    assertEquals([...types].sort(), [...ENTRY_TYPES].sort(), "every type of entry");
    return [whole, await send(kese, "GET /islemler?userNo=1&limit=1")];
  },
  home: (kese) => send(kese, "GET /", { bearer: null, filo: null }),
  create_key: (kese) => makeNamedKey(kese, { expiresAt: "2027-01-01T00:00:00Z" }),
  list_keys: async (kese) => {
    await makeNamedKey(kese);
    const { body } = await makeNamedKey(kese, { expiresAt: "2027-01-01T00:00:00Z" });
    await send(kese, "GET /bakiye?userNo=1", { bearer: body.key });
    return [
      await send(kese, "GET /filo/anahtarlar"),
      await send(kese, "GET /filo/anahtarlar?limit=1"),
    ];
  },
  revoke_key: async (kese) => {
    const { body } = await makeNamedKey(kese);
    return await send(kese, `DELETE /filo/anahtarlar?keyId=${body.keyId}`);
  },
  list_audit: async (kese) => {
    const { body } = await makeNamedKey(kese);
    await send(kese, "GET /bakiye?userNo=1", { bearer: body.key });
    await send(kese, "PUT /kullanici", { json: { userNo: "1", name: "Ada", email: "a@b.de" } });
    await send(kese, "POST /authenticate_first_route", { bearer: null, json: { userNo: "1" } });
    return [
      await send(kese, "GET /filo/denetim"),
      await send(kese, "GET /filo/denetim?limit=1"),
      await send(kese, "GET /filo/denetim?userNo=nobody"),
    ];
  },
  health_live: (kese) => send(kese, "GET /health/live", { bearer: null, filo: null }),
  health_ready: (kese) => send(kese, "GET /health/ready", { bearer: null, filo: null }),
};

function makeNamedKey(kese: TestKese, more: object = {}): Promise<Answer> {
  const json = { name: "Kasa 1", scopes: ["read", "pay"], ...more };
  return send(kese, "POST /filo/anahtarlar", { json });
}

function placeHold(kese: TestKese): Promise<Answer> {
  return send(kese, "POST /provizyon", {
    json: { userNo: "1", amount: "5", orderId: "ride-1", description: "Moda" },
  });
}

/** A hold that is captured, one that is released and one that expires. */
async function endEachHold(kese: TestKese): Promise<void> {
  const [captured, released] = [await placeHold(kese), await placeHold(kese)];
  await send(kese, `POST /provizyon/${captured.body.holdId}/tahsilat?userNo=1`);
  await send(kese, `POST /provizyon/${released.body.holdId}/iptal?userNo=1`);
  await send(kese, "POST /provizyon?userNo=1&amount=1&expiresInMinutes=1");
  kese.clock.advance(60_000);
  await kese.sweep();
}

for (const { definition } of ENDPOINTS) {
  const { operation, answers } = definition;
  Deno.test(`${operation} answers in the shape that the document has, and with nothing else`, async () => {
    await using kese = await openTestKese({ environment: { eventTargets: EVENT_TARGETS } });
    await createUser(kese, "1");
    const given = [await SUCCESSES[operation]?.(kese) ?? []].flat();
    const statuses = new Set(given.map(({ status }) => status));
    assertEquals([...statuses].toSorted(), Object.keys(answers).map(Number));
    for (const answer of given) assertEquals(misfits(definition, answer), [], answer.text);
  });
}

/** Requests that most endpoints refuse, each for another reason. */
const BAD_REQUESTS: readonly TestRequest[] = [
  { bearer: null },
  { bearer: "wrong" },
  { json: {} },
  { json: [] },
  { json: { userNo: "2" } },
  { json: { userNo: "a b" } },
  { json: { userNo: "4242424242424242" } },
  { json: { userNo: "1", filler: "x".repeat(20_000) } },
  { json: { userNo: "1" }, headers: { "content-type": "text/plain" } },
  { json: { userNo: "1" }, headers: { "idempotency-key": "é" } },
  {
    json: { userNo: "1", amount: {}, balance: {}, cardNo: {}, cardId: {}, Filo: {}, authCode: {} },
  },
  {
    json: {
      userNo: "1",
      amount: "1,5",
      balance: "0",
      cardNo: "1",
      cardId: "",
      Filo: "",
      authCode: "",
    },
  },
  {
    json: { userNo: "1", amount: "5", balance: "5", cardNo: CARD, cardId: "none", authCode: "no" },
  },
  { json: { userNo: "unknown", amount: "5", balance: "5", cardNo: CARD, cardId: "none" } },
];
const BAD_QUERIES = [
  "",
  "?userNo=1",
  "?userNo=1&userNo=2",
  "?userNo=1&cardNo=4",
  "?userNo=%00",
  "?limit=0",
];

for (const endpoint of ENDPOINTS) {
  const { method, operation } = endpoint.definition;
  Deno.test(`${operation} refuses with no code that the document does not list`, async () => {
    await using kese = await openTestKese({ environment: { allowCardNumberInUrl: false } });
    await createUser(kese, "1");
    const bearer = await signIn(kese, "1");
    const codes = listProblemCodes(endpoint);
    const bearers = [{}, { bearer }, { bearer, filo: OTHER_FLEET }];
    for (const request of BAD_REQUESTS.flatMap((bad) => bearers.map((by) => ({ ...by, ...bad })))) {
      for (const query of BAD_QUERIES) {
        const line = `${toLine(endpoint.definition, "none")}${query}`;
        const { json: _, ...bodiless } = request;
        const answer = await send(kese, line, method === "get" ? bodiless : request);
        const { status, body } = answer;
        if (status < 400) continue;
        assertEquals(misfits(endpoint.definition, answer), [], answer.text);
        assert(codes.includes(body.code), `${line} ${JSON.stringify(request)}: ${body.code}`);
        assert(body.code !== "internal", `${line} ${JSON.stringify(request)}`);
      }
    }
  });
}
