import { assertEquals } from "@std/assert";
import { LATER } from "../../routes/app.ts";
import { createEndpoints } from "../../routes/endpoints.ts";
import { Admission } from "../../routes/http/admission.ts";
import { createRouter } from "../../routes/http/router.ts";
import { MASTERCARD, VISA } from "../support/card_numbers.ts";
import { assertProblem } from "../support/answers.ts";
import {
  type Answer,
  FLEET,
  FLEET_KEY,
  newUser,
  openTestKese,
  OTHER_FLEET,
  OTHER_FLEET_KEY,
  send,
  signIn,
  type TestRequest,
} from "../support/kese.ts";
import type { TestKese } from "../support/kese.ts";

const UNAUTHENTICATED = [401, "unauthenticated"] as const;
const FORBIDDEN = [403, "forbidden"] as const;
const OTHER = { filo: OTHER_FLEET, bearer: OTHER_FLEET_KEY };

/** What a request can name of a user. */
interface Named {
  readonly userNo: string;
  readonly cardId: string;
  readonly paymentId: string;
  readonly topUpId: string;
  readonly cardRefundId: string;
  readonly holdId: string;
}

/** Who may call a route, how it is called for a user, and what it answers to him and to strangers. */
interface Row {
  readonly who: "fleet" | "fleet or session";
  readonly call: (named: Named) => { readonly line: string; readonly json?: unknown };
  readonly success: number;
  /** To another fleet that has no such user. */
  readonly unknownUser: readonly [status: number, code: string] | "creates its own" | "lists none";
  /** To another fleet that has a user of that number, and names what is not his. */
  readonly notHis: readonly [status: number, code: string] | "serves its own";
}

const USER_NOT_FOUND = [404, "user_not_found"] as const;
const CARD_NOT_FOUND = [404, "card_not_found"] as const;
const PAYMENT_NOT_FOUND = [404, "payment_not_found"] as const;
const TOP_UP_NOT_FOUND = [404, "top_up_not_found"] as const;
const CARD_REFUND_NOT_FOUND = [404, "card_refund_not_found"] as const;
const HOLD_NOT_FOUND = [404, "hold_not_found"] as const;

const ROWS: Readonly<Record<string, Row>> = {
  "GET /filo/kullanicilar": {
    who: "fleet",
    call: ({ userNo }) => ({ line: `GET /filo/kullanicilar?q=${userNo}` }),
    success: 200,
    unknownUser: "lists none",
    notHis: "serves its own",
  },
  "GET /filo/islemler": {
    who: "fleet",
    call: ({ userNo }) => ({ line: `GET /filo/islemler?userNo=${userNo}` }),
    success: 200,
    unknownUser: "lists none",
    notHis: "serves its own",
  },
  "GET /filo/gun-sonu": {
    who: "fleet",
    call: () => ({ line: "GET /filo/gun-sonu?gun=2026-01-01" }),
    success: 200,
    unknownUser: "lists none",
    notHis: "serves its own",
  },
  "POST /create_user": {
    who: "fleet",
    call: ({ userNo }) => ({ line: "POST /create_user", json: newUser(`new-${userNo}`) }),
    success: 201,
    unknownUser: "creates its own",
    notHis: "serves its own",
  },
  "GET /kullanici": {
    who: "fleet or session",
    call: ({ userNo }) => ({ line: `GET /kullanici?userNo=${userNo}` }),
    success: 200,
    unknownUser: USER_NOT_FOUND,
    notHis: "serves its own",
  },
  "PUT /kullanici": {
    who: "fleet or session",
    call: ({ userNo }) => ({ line: `PUT /kullanici?userNo=${userNo}&phoneNumber=05321112233` }),
    success: 200,
    unknownUser: USER_NOT_FOUND,
    notHis: "serves its own",
  },
  // Not closed: the fleet is told so.
  "DELETE /kullanici": {
    who: "fleet",
    call: ({ userNo }) => ({ line: `DELETE /kullanici?userNo=${userNo}` }),
    success: 409,
    unknownUser: USER_NOT_FOUND,
    notHis: "serves its own",
  },
  "GET /kullanici/verilerim": {
    who: "fleet or session",
    call: ({ userNo }) => ({ line: `GET /kullanici/verilerim?userNo=${userNo}` }),
    success: 200,
    unknownUser: USER_NOT_FOUND,
    notHis: "serves its own",
  },
  "PUT /kullanici/auth-kodu": {
    who: "fleet or session",
    call: ({ userNo }) => ({
      line:
        `PUT /kullanici/auth-kodu?userNo=${userNo}&authCode=new&currentAuthCode=secret-${userNo}`,
    }),
    success: 200,
    unknownUser: USER_NOT_FOUND,
    notHis: "serves its own",
  },
  "DELETE /oturumlar": {
    who: "fleet or session",
    call: ({ userNo }) => ({ line: `DELETE /oturumlar?userNo=${userNo}` }),
    success: 200,
    unknownUser: USER_NOT_FOUND,
    notHis: "serves its own",
  },
  "POST /kart-saklama": {
    who: "fleet or session",
    call: ({ userNo }) => ({ line: `POST /kart-saklama?userNo=${userNo}&cardNo=${MASTERCARD}` }),
    success: 201,
    unknownUser: USER_NOT_FOUND,
    notHis: "serves its own",
  },
  "GET /kart-saklama-listesi": {
    who: "fleet or session",
    call: ({ userNo }) => ({ line: `GET /kart-saklama-listesi?userNo=${userNo}` }),
    success: 200,
    unknownUser: USER_NOT_FOUND,
    notHis: "serves its own",
  },
  "PUT /secili-kart": {
    who: "fleet or session",
    call: ({ userNo, cardId }) => ({ line: `PUT /secili-kart?userNo=${userNo}&cardId=${cardId}` }),
    success: 200,
    unknownUser: USER_NOT_FOUND,
    notHis: CARD_NOT_FOUND,
  },
  "DELETE /kart-saklama": {
    who: "fleet or session",
    call: ({ userNo, cardId }) => ({
      line: `DELETE /kart-saklama?userNo=${userNo}&cardId=${cardId}`,
    }),
    success: 200,
    unknownUser: USER_NOT_FOUND,
    notHis: CARD_NOT_FOUND,
  },
  "POST /kart-saklamali-odeme": {
    who: "fleet or session",
    call: ({ userNo }) => ({ line: `POST /kart-saklamali-odeme?userNo=${userNo}&amount=1` }),
    success: 201,
    unknownUser: USER_NOT_FOUND,
    notHis: "serves its own",
  },
  "GET /kart-saklamali-odeme/{paymentId}": {
    who: "fleet or session",
    call: ({ userNo, paymentId }) => ({
      line: `GET /kart-saklamali-odeme/${paymentId}?userNo=${userNo}`,
    }),
    success: 200,
    unknownUser: PAYMENT_NOT_FOUND,
    notHis: PAYMENT_NOT_FOUND,
  },
  "POST /iade": {
    who: "fleet",
    call: ({ userNo, paymentId }) => ({
      line: `POST /iade?userNo=${userNo}&paymentId=${paymentId}`,
    }),
    success: 201,
    unknownUser: USER_NOT_FOUND,
    notHis: PAYMENT_NOT_FOUND,
  },
  "POST /provizyon": {
    who: "fleet",
    call: ({ userNo }) => ({ line: `POST /provizyon?userNo=${userNo}&amount=1` }),
    success: 201,
    unknownUser: USER_NOT_FOUND,
    notHis: "serves its own",
  },
  "GET /provizyon/{holdId}": {
    who: "fleet or session",
    call: ({ userNo, holdId }) => ({ line: `GET /provizyon/${holdId}?userNo=${userNo}` }),
    success: 200,
    unknownUser: HOLD_NOT_FOUND,
    notHis: HOLD_NOT_FOUND,
  },
  "POST /provizyon/{holdId}/tahsilat": {
    who: "fleet",
    call: ({ userNo, holdId }) => ({ line: `POST /provizyon/${holdId}/tahsilat?userNo=${userNo}` }),
    success: 201,
    unknownUser: USER_NOT_FOUND,
    notHis: HOLD_NOT_FOUND,
  },
  "POST /provizyon/{holdId}/iptal": {
    who: "fleet",
    call: ({ userNo, holdId }) => ({ line: `POST /provizyon/${holdId}/iptal?userNo=${userNo}` }),
    success: 200,
    unknownUser: USER_NOT_FOUND,
    notHis: HOLD_NOT_FOUND,
  },
  "POST /bakiye-duzeltme": {
    who: "fleet",
    call: ({ userNo }) => ({
      line: `POST /bakiye-duzeltme?userNo=${userNo}&amount=1&direction=debit&reason=fine`,
    }),
    success: 201,
    unknownUser: USER_NOT_FOUND,
    notHis: "serves its own",
  },
  "POST /hesap/dondur": {
    who: "fleet",
    call: ({ userNo }) => ({ line: `POST /hesap/dondur?userNo=${userNo}` }),
    success: 200,
    unknownUser: USER_NOT_FOUND,
    notHis: "serves its own",
  },
  // Neither frozen nor empty: the fleet is told so.
  "POST /hesap/coz": {
    who: "fleet",
    call: ({ userNo }) => ({ line: `POST /hesap/coz?userNo=${userNo}` }),
    success: 409,
    unknownUser: USER_NOT_FOUND,
    notHis: "serves its own",
  },
  "POST /hesap/kapat": {
    who: "fleet",
    call: ({ userNo }) => ({ line: `POST /hesap/kapat?userNo=${userNo}` }),
    success: 409,
    unknownUser: USER_NOT_FOUND,
    notHis: "serves its own",
  },
  "POST /update_balance": {
    who: "fleet or session",
    call: ({ userNo, cardId }) => ({
      line: `POST /update_balance?userNo=${userNo}&balance=1&cardId=${cardId}`,
    }),
    success: 201,
    unknownUser: USER_NOT_FOUND,
    notHis: CARD_NOT_FOUND,
  },
  "GET /update_balance/{topUpId}": {
    who: "fleet or session",
    call: ({ userNo, topUpId }) => ({ line: `GET /update_balance/${topUpId}?userNo=${userNo}` }),
    success: 200,
    unknownUser: TOP_UP_NOT_FOUND,
    notHis: TOP_UP_NOT_FOUND,
  },
  "POST /karta-iade": {
    who: "fleet",
    call: ({ userNo, topUpId }) => ({
      line: `POST /karta-iade?userNo=${userNo}&topUpId=${topUpId}&amount=1`,
    }),
    success: 201,
    unknownUser: USER_NOT_FOUND,
    notHis: TOP_UP_NOT_FOUND,
  },
  "GET /karta-iade/{cardRefundId}": {
    who: "fleet or session",
    call: ({ userNo, cardRefundId }) => ({
      line: `GET /karta-iade/${cardRefundId}?userNo=${userNo}`,
    }),
    success: 200,
    unknownUser: CARD_REFUND_NOT_FOUND,
    notHis: CARD_REFUND_NOT_FOUND,
  },
  "GET /bakiye": {
    who: "fleet or session",
    call: ({ userNo }) => ({ line: `GET /bakiye?userNo=${userNo}` }),
    success: 200,
    unknownUser: USER_NOT_FOUND,
    notHis: "serves its own",
  },
  "GET /islemler": {
    who: "fleet or session",
    call: ({ userNo }) => ({ line: `GET /islemler?userNo=${userNo}` }),
    success: 200,
    unknownUser: USER_NOT_FOUND,
    notHis: "serves its own",
  },
};

/** Routes for no named account: what they demand is tested next to them. */
const OTHERS = {
  "POST /logout": "session",
  "POST /authenticate_first_route": "public",
  "POST /authenticate_second_route": "public",
  "GET /": "public",
  "POST /filo/anahtarlar": "whole_fleet",
  "GET /filo/anahtarlar": "whole_fleet",
  "DELETE /filo/anahtarlar": "whole_fleet",
  "GET /filo/denetim": "whole_fleet",
  "GET /filo/olaylar": "whole_fleet",
  "POST /filo/olaylar/{id}/yeniden": "whole_fleet",
  "GET /health/live": "public",
  "GET /health/ready": "public",
};

/** Two users of this fleet with a card, a top-up and a payment each; the first one is signed in. */
interface World extends AsyncDisposable {
  readonly kese: TestKese;
  readonly first: Named;
  readonly second: Named;
  readonly session: string;
}

async function openWorld(): Promise<World> {
  // If this fails, the program is closed all the same: what it leaves behind would fail the tests after it.
  await using opened = new AsyncDisposableStack();
  const kese = opened.use(await openTestKese());
  const first = await addUser(kese, "1");
  const second = await addUser(kese, "2");
  const session = await signIn(kese, "1");
  const world = opened.move();
  return { kese, first, second, session, [Symbol.asyncDispose]: () => world.disposeAsync() };
}

async function addUser(kese: TestKese, userNo: string, fleet: TestRequest = {}): Promise<Named> {
  const json = newUser(userNo, { balance: 100, allCards: [VISA] });
  const created = await send(kese, "POST /create_user", { ...fleet, json });
  const topUp = await send(kese, `POST /update_balance?userNo=${userNo}&balance=5`, fleet);
  const line = `POST /kart-saklamali-odeme?userNo=${userNo}&amount=2`;
  const payment = await send(kese, line, fleet);
  const hold = await send(kese, `POST /provizyon?userNo=${userNo}&amount=1`, fleet);
  const refund = await send(kese, `POST /karta-iade?userNo=${userNo}&amount=1`, fleet);
  const answers = [created, topUp, payment, hold, refund];
  assertEquals(answers.map(({ status }) => status), [201, 201, 201, 201, 201]);
  const [{ cardId }] = created.body.cards;
  const { paymentId } = payment.body;
  const { topUpId } = topUp.body;
  const { holdId } = hold.body;
  const { cardRefundId } = refund.body;
  return { userNo, cardId, paymentId, topUpId, holdId, cardRefundId };
}

/** All that the fleet can see of its users. Two pictures are equal when nothing has happened between. */
async function picture({ kese }: World): Promise<readonly string[]> {
  const texts: string[] = [];
  for (const userNo of ["1", "2", "new-1", "new-2"]) {
    for (const path of ["kullanici", "islemler", "kart-saklama-listesi", "bakiye"]) {
      const { status, body } = await send(kese, `GET /${path}?userNo=${userNo}`);
      texts.push(`${status} ${JSON.stringify({ ...body, requestId: "" })}`);
    }
  }
  return texts;
}

/** Calls a route for a user, with the credentials of the request. */
function call(kese: TestKese, row: Row, named: Named, request: TestRequest): Promise<Answer> {
  const { line, json } = row.call(named);
  return send(kese, line, { ...request, json });
}

/** Sends the request and makes sure that it was refused and that nothing came of it. */
async function assertRefused(
  world: World,
  request: () => Promise<Answer>,
  expected: readonly [status: number, code: string],
): Promise<Answer> {
  const before = await picture(world);
  const answer = await request();
  assertProblem(answer, ...expected, {});
  assertEquals(await picture(world), before);
  return answer;
}

type Credentials = (world: World) => TestRequest | Promise<TestRequest>;

/** Nobody whom Kese knows. */
const NOBODY: Readonly<Record<string, Credentials>> = {
  "no credentials": () => ({ bearer: null }),
  "neither credentials nor a fleet": () => ({ bearer: null, filo: null }),
  "a wrong fleet key": () => ({ bearer: `${FLEET_KEY}.` }),
  "the beginning of the fleet key": () => ({ bearer: FLEET_KEY.slice(0, -1) }),
  "a fleet key without a fleet": () => ({ filo: null }),
  "a fleet key with a fleet that does not exist": () => ({ filo: "nowhere" }),
  "a fleet key with the name of an object's member": () => ({ filo: "constructor" }),
  "the key of another fleet": () => ({ bearer: OTHER_FLEET_KEY }),
  "a fleet key as another fleet": () => ({ filo: OTHER_FLEET }),
  "a fleet key that is no bearer": () => ({
    bearer: null,
    headers: { authorization: `Basic ${FLEET_KEY}` },
  }),
  "a fleet key alone": () => ({ bearer: null, headers: { authorization: FLEET_KEY } }),
  "a session that never was": () => ({ bearer: `ks_${"0".repeat(64)}` }),
  "a one-time code": async ({ kese }) => {
    const answer = await send(kese, "POST /authenticate_first_route", { json: { userNo: "1" } });
    return { bearer: answer.body.code };
  },
  "an ended session": async ({ kese }) => {
    const bearer = await signIn(kese, "1");
    await send(kese, "POST /logout", { bearer });
    return { bearer };
  },
};

/** Whoever comes a day too late. What the fleet sees of its users changes with the day, too. */
function comeTooLate({ kese, session }: World): TestRequest {
  kese.clock.advance(24 * 60 * 60_000);
  return { bearer: session };
}

Deno.test("GET /openapi.json and the endpoints are all the routes there are, and each is tested here", async () => {
  await using kese = await openTestKese();
  const endpoints = createEndpoints(kese.dependencies).map(({ definition: { method, path } }) =>
    `${method.toUpperCase()} ${path}`
  );
  assertEquals(endpoints.toSorted(), [...Object.keys(ROWS), ...Object.keys(OTHERS)].sort());
  const serving = { ...kese.dependencies, admission: new Admission(kese.dependencies) };
  const later = await Promise.all(LATER.map(async ({ load }) => {
    const router = createRouter(kese.dependencies);
    (await load()).mountRoutes(router, serving);
    return router.routes;
  }));
  const served = [...kese.app.routes, ...later.flat()].map(({ method, path }) =>
    `${method} ${path.replaceAll(/:(\w+)/g, "{$1}")}`
  );
  const loading = LATER.flatMap(({ paths }) => paths).map((path) =>
    `ALL ${path.replaceAll(/:(\w+)/g, "{$1}")}`
  );
  // Browsers and gateways ask these without credentials; three_d_secure_test.ts tests them.
  const unsigned = [
    "GET /update_balance/{topUpId}/3ds",
    "GET /update_balance/{topUpId}/donus",
    "POST /update_balance/{topUpId}/donus",
    "POST /webhook/{gateway}/{filo}",
  ];
  // What a browser shows holds nothing of anybody's; tests of routes/pages/ are next to these.
  const pages = ["ALL /*", "GET /", "GET /docs", "GET /masa", "GET /static/{file}{.+}"];
  const all = [...endpoints, ...unsigned, ...pages, "GET /openapi.json", ...loading];
  assertEquals(served.sort(), all.sort());
});

for (const [route, row] of Object.entries(ROWS)) {
  const { notHis } = row;

  Deno.test(`${route} serves the fleet`, async () => {
    await using world = await openWorld();
    for (const named of [world.first, world.second]) {
      const answer = await call(world.kese, row, named, {});
      assertEquals(answer.status, row.success, answer.text);
    }
  });

  Deno.test(`${route} refuses whoever proves nothing`, async () => {
    await using world = await openWorld();
    const before = await picture(world);
    for (const [who, credentials] of Object.entries(NOBODY)) {
      const request = await credentials(world);
      const answer = await call(world.kese, row, world.first, request);
      assertEquals([who, answer.status], [who, 401]);
      assertProblem(answer, ...UNAUTHENTICATED, {});
    }
    assertEquals(await picture(world), before);
    const late = comeTooLate(world);
    await assertRefused(world, () => call(world.kese, row, world.first, late), UNAUTHENTICATED);
  });

  Deno.test(`${route} refuses a session of another user, whether the named one exists or not`, async () => {
    await using world = await openWorld();
    const bearer = world.session;
    const headers = { "x-request-id": "same" };
    const texts = new Set<string>();
    const nobody = { ...world.second, userNo: "nobody" };
    for (const named of [world.second, nobody, { ...nobody, userNo: "no such number" }]) {
      for (const filo of [FLEET, null]) {
        const request = () => call(world.kese, row, named, { bearer, filo, headers });
        texts.add((await assertRefused(world, request, FORBIDDEN)).text);
      }
    }
    assertEquals(texts.size, 1);
  });

  Deno.test(`${route} refuses a session whose Filo names another fleet`, async () => {
    await using world = await openWorld();
    await addUser(world.kese, "1", OTHER);
    const bearer = world.session;
    for (const filo of [OTHER_FLEET, "nowhere", ""]) {
      const request = () => call(world.kese, row, world.first, { bearer, filo });
      await assertRefused(world, request, FORBIDDEN);
    }
  });

  Deno.test(`${route} refuses a session of another fleet's user of the same number`, async () => {
    await using world = await openWorld();
    await addUser(world.kese, "1", OTHER);
    const first = await send(world.kese, "POST /authenticate_first_route", {
      ...OTHER,
      json: { userNo: "1" },
    });
    const { body: { token: bearer } } = await send(world.kese, "POST /authenticate_second_route", {
      filo: OTHER_FLEET,
      bearer: first.body.code,
      headers: { userNo: "1" },
    });
    const request = () => call(world.kese, row, world.first, { bearer });
    await assertRefused(world, request, FORBIDDEN);
  });

  Deno.test(`${route} shows another fleet nothing of a user that it does not have`, async () => {
    await using world = await openWorld();
    const { unknownUser } = row;
    const request = () => call(world.kese, row, world.first, OTHER);
    if (unknownUser === "creates its own") {
      const before = await picture(world);
      assertEquals((await request()).status, 201);
      assertEquals(await picture(world), before);
    } else if (unknownUser === "lists none") {
      const { body: { data, movements = data } } = await request();
      assertEquals(movements, []);
    } else {
      await assertRefused(world, request, unknownUser);
    }
  });

  Deno.test(`${route} shows another fleet nothing of a user whose number it also has`, async () => {
    await using world = await openWorld();
    await addUser(world.kese, "1", OTHER);
    const request = () => call(world.kese, row, world.first, OTHER);
    if (notHis === "serves its own") {
      const before = await picture(world);
      const answer = await request();
      assertEquals(answer.status, row.success);
      const { cardId, paymentId, topUpId } = world.first;
      for (const id of [cardId, paymentId, topUpId]) assertEquals(answer.text.includes(id), false);
      assertEquals(await picture(world), before);
    } else {
      await assertRefused(world, request, notHis);
    }
  });

  if (row.who === "fleet") {
    Deno.test(`${route} refuses every session, also the user's own`, async () => {
      await using world = await openWorld();
      const bearer = world.session;
      const { line, json } = row.call(world.first);
      const ofHimself = { ...(json ?? {}), userNo: world.first.userNo };
      for (const filo of [FLEET, null]) {
        const named = line.startsWith("GET ") ? {} : { json: ofHimself };
        const request = () => send(world.kese, line, { bearer, filo, ...named });
        await assertRefused(world, request, FORBIDDEN);
      }
    });
  } else {
    Deno.test(`${route} serves the user himself, with or without Filo`, async () => {
      for (const filo of [FLEET, null]) {
        await using world = await openWorld();
        const answer = await call(world.kese, row, world.first, { bearer: world.session, filo });
        assertEquals(answer.status, row.success, answer.text);
      }
    });
  }

  if (row.who === "fleet or session" && notHis !== "serves its own") {
    Deno.test(`${route} gives a session nothing of another user's under its own number`, async () => {
      await using world = await openWorld();
      const stolen = { ...world.second, userNo: "1" };
      const request = () => call(world.kese, row, stolen, { bearer: world.session });
      await assertRefused(world, request, notHis);
    });
  }

  if (row.who === "fleet or session" && !route.startsWith("GET ")) {
    Deno.test(`${route} refuses a session that names itself in the query and another in JSON`, async () => {
      await using world = await openWorld();
      const { line } = row.call(world.first);
      const named = { bearer: world.session, json: { userNo: "2" } };
      const both = () => send(world.kese, line, named);
      await assertRefused(world, both, [400, "conflicting_parameters"]);
      const { line: ofSecond } = row.call(world.second);
      const [path = "", query = ""] = ofSecond.split("?");
      const json = Object.fromEntries(new URLSearchParams(query));
      const inJson = () => send(world.kese, path, { bearer: world.session, json });
      await assertRefused(world, inJson, FORBIDDEN);
    });
  }
}

Deno.test("POST /logout refuses whoever proves nothing", async () => {
  await using world = await openWorld();
  for (const [who, credentials] of Object.entries(NOBODY)) {
    const answer = await send(world.kese, "POST /logout", await credentials(world));
    assertEquals([who, answer.status], [who, 401]);
    assertProblem(answer, ...UNAUTHENTICATED, {});
  }
  const late = await send(world.kese, "POST /logout", comeTooLate(world));
  assertProblem(late, ...UNAUTHENTICATED, {});
});

Deno.test("POST /logout refuses a session that names another fleet or any user, and does not end it", async () => {
  await using world = await openWorld();
  const { kese, session: bearer } = world;
  assertProblem(await send(kese, "POST /logout", { bearer, filo: OTHER_FLEET }), ...FORBIDDEN, {});
  const naming = [
    send(kese, "POST /logout?userNo=2", { bearer }),
    send(kese, "POST /logout?userNo=1", { bearer, filo: null }),
    send(kese, "POST /logout", { bearer, json: { userNo: "2" } }),
  ];
  for (const answer of await Promise.all(naming)) {
    assertProblem(answer, 400, "unknown_parameter", { parameter: "userNo" });
  }
  assertEquals((await send(kese, "GET /bakiye", { bearer })).status, 200);
  assertEquals((await send(kese, "POST /logout", { bearer })).status, 204);
});
