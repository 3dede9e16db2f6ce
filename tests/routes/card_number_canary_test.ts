import { assert, assertEquals, assertFalse, assertGreater } from "@std/assert";
import { createEndpoints } from "../../routes/endpoints.ts";
import type { Endpoint } from "../../routes/http/endpoint.ts";
import { openSqliteStore } from "../../infra/sqlite/store.ts";
import type { Store } from "../../infra/store.ts";
import { saveCard, sendWell } from "../support/answers.ts";
import { createTestClock } from "../support/clock.ts";
import { dumpTables, readFiles } from "../support/database_dump.ts";
import {
  type Answer,
  createUser,
  FLEET,
  FLEET_KEY,
  newUser,
  openTestKese,
  send,
  signIn,
  type TestKese,
  type TestRequest,
} from "../support/kese.ts";
import { toLine } from "../support/route_requests.ts";
import { withTemporaryFile } from "../support/temporary_store.ts";
import { intercept } from "../support/faults.ts";
import { createScriptedGateway } from "../support/scripted_gateway.ts";

/** A card number that nothing else in these tests uses. */
const CANARY = "4539148803436467";
const FORMS = [
  CANARY,
  "4539 1488 0343 6467",
  "4539-1488-0343-6467",
  "4539  1488  0343  6467",
  "45391488 - 03436467",
];

/** Forms in which no card is read, and which a text must not hide a number in. */
const HIDING_FORMS = ["4539.1488/0343_6467", "4-5-3-9:1.4.8.8:0_3_4_3 6 4 6 7"];

/** The canary in any of its forms, those of a URL included. */
function holdsCanary(text: string): boolean {
  return text.replaceAll(/%(?:20|2D|2F|3A)|[ +._/:-]/gi, "").includes(CANARY);
}

function assertClean(text: string, where: string): void {
  if (!holdsCanary(text)) return;
  const line = text.split("\n").find(holdsCanary) ?? "";
  throw new Error(`${where} holds the card number: ${line.slice(0, 500)}`);
}

function assertCleanAnswer(answer: Answer, request: string): void {
  assertClean(JSON.stringify([answer.text, ...answer.headers]), `the answer to ${request}`);
}

/** Values with which a request gets as far as it can. */
const GOOD: Readonly<Record<string, unknown>> = {
  ...newUser("1"),
  Filo: FLEET,
  amount: "1",
  balance: "1",
  cardNo: "5555555555554444",
  direction: "credit",
  reason: "cash",
};

/** Every way in which a form of the number can be in a request for an endpoint. */
function* requestsWith(endpoint: Endpoint, form: string): Generator<[string, TestRequest]> {
  const { method, path, parameters, operation } = endpoint.definition;
  const line = (id: string, query = "") =>
    `${toLine(endpoint.definition, encodeURIComponent(id))}${query && `?${query}`}`;
  const names = Object.keys(parameters.shape);
  const goodOnes = Object.fromEntries(
    names.flatMap((name) =>
      name in GOOD && !path.includes(`{${name}}`) ? [[name, GOOD[name]]] : []
    ),
  );
  let users = 0;
  // Whom a request creates must not exist yet: else nothing of it would be kept.
  const good = () =>
    operation === "create_user"
      ? { ...goodOnes, userNo: `new${FORMS.indexOf(form)}-${++users}` }
      : goodOnes;
  const asQuery = (more: Record<string, unknown>) =>
    new URLSearchParams({ ...good(), ...more } as Record<string, string>).toString();
  for (const name of [...names, "unknown", form]) {
    for (const value of [form, `x ${form} y`, `${form}@example.com`]) {
      yield [line("x", asQuery({ [name]: value })), {}];
      if (method === "get") continue;
      yield [line("x"), { json: { ...good(), [name]: value } }];
      yield [line("x"), { json: { ...good(), [name]: [value, { [value]: value }] } }];
      yield [line("x", `${encodeURIComponent(name)}=1`), { json: { ...good(), [name]: value } }];
    }
    yield [
      line("x", `${asQuery({})}&${encodeURIComponent(name)}=a&${encodeURIComponent(name)}=b`),
      {},
    ];
  }
  yield [line(form, asQuery({})), {}];
  const inHeaders = [
    "x-request-id",
    "idempotency-key",
    "accept-language",
    "user-agent",
    "referer",
    "userNo",
    "cookie",
  ];
  for (const name of [...inHeaders, "content-type", "traceparent", "x-forwarded-for"]) {
    const value = name === "content-type" ? `application/${form}` : form;
    yield [
      line("x", method === "get" ? asQuery({}) : ""),
      { headers: { [name]: value }, ...(method !== "get" && { json: good() }) },
    ];
  }
  yield [line("x", asQuery({})), { filo: form }];
  yield [line("x", asQuery({})), { bearer: form }];
  yield [line("x", asQuery({})), { bearer: `ks_${form}` }];
}

/** The whole life of a card with that number. */
async function liveWithCard(kese: TestKese, form: string, userNo: string): Promise<Answer[]> {
  const answers: Answer[] = [];
  const go = async (line: string, request?: TestRequest): Promise<Answer> => {
    const answer = await send(kese, line, request);
    answers.push(answer);
    return answer;
  };
  await go("POST /create_user", {
    json: newUser(userNo, {
      selectedCard: form,
      allCards: [form, "4242424242424242"],
      authCode: form,
    }),
  });
  const bearer = await signIn(kese, userNo);
  await go("POST /kart-saklama", { bearer, json: { userNo, cardNo: form } });
  const topUp = await go("POST /update_balance", {
    json: { userNo, balance: "10" },
    headers: { "idempotency-key": form },
  });
  assertEquals(topUp.status, 201);
  await go(`GET /update_balance/${topUp.body.topUpId}?userNo=${userNo}`);
  const { body: { cards } } = await go(`GET /kart-saklama-listesi?userNo=${userNo}`);
  const { cardId } = cards[0];
  const number = await kese.dependencies.vault.open({ filo: FLEET, userNo }, cardId);
  assertEquals(
    number.token?.reveal(),
    CANARY,
    "the number has to be there for the search to mean anything",
  );
  await go("PUT /secili-kart", { json: { userNo, cardId: cards[1].cardId } });
  await go("POST /kart-saklamali-odeme", {
    json: { userNo, amount: "1", orderId: "1", description: form },
  });
  const texts = { orderId: form, description: form, note: form, reason: form };
  for (const [name, text] of Object.entries(texts)) {
    const more = { userNo, amount: "1", [name]: text };
    await go("POST /provizyon", { json: more });
    await go("POST /bakiye-duzeltme", { json: { direction: "debit", reason: "fine", ...more } });
  }
  const key = { "idempotency-key": `ride ${form}` };
  const hold = await go("POST /provizyon", { json: { userNo, amount: "1" }, headers: key });
  assertEquals(hold.status, 201);
  const path = `/provizyon/${hold.body.holdId}`;
  await go(`POST ${path}/tahsilat`, { json: { userNo, amount: form }, headers: key });
  await go(`POST ${path}/tahsilat`, { json: { userNo }, headers: key });
  await go(`POST ${path}/iptal`, { json: { userNo, reason: form }, headers: key });
  await go(`GET ${path}?userNo=${userNo}`);
  for (const status of ["dondur", "coz"]) {
    await go(`POST /hesap/${status}`, { json: { userNo, reason: form } });
    await go(`POST /hesap/${status}`, { json: { userNo }, headers: key });
  }
  await go("DELETE /kart-saklama", { json: { userNo, cardId } });
  await go("POST /kart-saklama", {
    json: { userNo, cardNo: form },
    headers: { "idempotency-key": `key ${form}`, "x-request-id": form.replaceAll(" ", "") },
  });
  await go(`GET /islemler?userNo=${userNo}&limit=100`);
  await go("POST /logout", { bearer });
  return answers;
}

Deno.test("holdsCanary() finds every form of the number and nothing else", () => {
  for (const form of [...FORMS, ...HIDING_FORMS]) {
    assert(holdsCanary(`x ${form} y`));
    assert(holdsCanary(encodeURIComponent(form)));
  }
  assertFalse(holdsCanary("453914******6467"));
});

Deno.test("createApp() leaves a card number nowhere, wherever a request has it", async () => {
  await withTemporaryFile(async (file) => {
    const kese = await openTestKese({ store: file.open() });
    await createUser(kese, "1", "100000");
    await saveCard(kese, "1");
    let requests = 0;
    for (const endpoint of createEndpoints(kese.dependencies)) {
      for (const form of [...FORMS, ...HIDING_FORMS]) {
        for (const [line, request] of requestsWith(endpoint, form)) {
          const answer = await send(kese, line, request);
          assert(answer.status !== 500, `${line} ${JSON.stringify(request)}: ${answer.text}`);
          assertCleanAnswer(answer, `${line} ${JSON.stringify(request)}`);
          requests++;
          // So that no limit keeps a request from getting as far as it can.
          kese.clock.advance(60_000);
        }
      }
    }
    for (const [place, form] of FORMS.entries()) {
      kese.clock.advance(3_600_000);
      for (const method of ["GET", "POST", "PATCH"]) {
        const line = `${method} /${encodeURIComponent(form)}/${form}?${form}=${form}`;
        assertCleanAnswer(await send(kese, line, { headers: { "x-request-id": form } }), line);
      }
      for (const answer of await liveWithCard(kese, form, `user${place}`)) {
        assertCleanAnswer(answer, `a request of user${place}`);
      }
    }
    assertGreater(requests, 1_000);
    await kese.dependencies.audit.flush();
    assertClean(dumpTables(file.path), "a table");
    assertClean(await readFiles(file.directory), "a file, its write-ahead log included,");
    await kese.close();
    assertClean(await readFiles(file.directory), "a file after the end");
    assertGreater(kese.lines.length, requests);
    assertClean(kese.lines.join("\n"), "the log");
    assertEquals(kese.lines.filter((line) => line.includes("request_failed")), []);
  });
});

Deno.test("createApp() leaves a card number nowhere when it is refused in the URL", async () => {
  await withTemporaryFile(async (file) => {
    const environment = { allowCardNumberInUrl: false, mode: "production" } as const;
    const kese = await openTestKese({ store: file.open(), environment });
    await createUser(kese, "1");
    for (const form of FORMS) {
      const query = new URLSearchParams({ userNo: "1", cardNo: form });
      const answer = await send(kese, `POST /kart-saklama?${query}`);
      assertEquals(answer.body.code, "card_number_in_url");
      assertCleanAnswer(answer, "card_number_in_url");
    }
    await kese.close();
    assertClean(await readFiles(file.directory), "a file");
    assertClean(kese.lines.join("\n"), "the log");
  });
});

/** What somebody else's code could throw with a card number in it. */
function faults(form: string): unknown[] {
  return [
    new Error(`no connection for card ${form}`),
    new TypeError(`{"card":"${form}"}`, { cause: new Error(form) }),
    Object.assign(new Error("failed"), { name: `Error of ${form}`, card: form }),
    new AggregateError([new Error(form)], form),
    `text ${form}`,
    { card: form },
    [form],
  ];
}

Deno.test("createApp() leaves a card number nowhere when the gateway throws it", async () => {
  for (const fault of FORMS.flatMap(faults)) {
    const fails = () => Promise.reject(fault);
    const kese = await openTestKese({
      gateway: { ...createScriptedGateway(), charge: fails, inquire: fails },
    });
    await createUser(kese, "1");
    await saveCard(kese, "1", CANARY);
    const topUp = await sendWell(kese, "POST /update_balance", {
      json: { userNo: "1", balance: "1" },
    });
    assertEquals(topUp.status, 202);
    const shown = await sendWell(kese, `GET /update_balance/${topUp.body.topUpId}?userNo=1`);
    kese.clock.advance(60_000);
    await kese.sweep();
    assertEquals(kese.lines.filter((line) => line.includes("card_gateway_unclear")).length, 3);
    for (const answer of [topUp, shown]) assertCleanAnswer(answer, "a top-up");
    await kese.close();
    assertClean(kese.lines.join("\n"), "the log");
  }
});

/** Every kind of fault in one form of the number, and every form in one kind of fault. */
const FAULTS = [...faults(CANARY), ...FORMS.map((form) => new Error(`no connection for ${form}`))];

type Part = "accounts" | "journal" | "auth" | "vault" | "audit";

/** The store with one part of which every call throws `fault`, once `isBroken` says so. */
function breaking(store: Store, part: Part, { fault, isBroken }: {
  readonly fault: unknown;
  readonly isBroken: () => boolean;
}): Store {
  const broken = intercept(
    store[part],
    ({ make }) => isBroken() ? Promise.reject(fault) : make(),
  );
  return { ...store, [part]: broken };
}

Deno.test("createApp() leaves a card number nowhere when the store throws it", async () => {
  for (const part of ["accounts", "journal", "auth", "vault", "audit"] as const) {
    for (const [place, fault] of FAULTS.entries()) {
      const clock = createTestClock();
      let isBroken = false;
      const store = breaking(openSqliteStore(":memory:"), part, {
        fault,
        isBroken: () => {
          // Whoever tries again until a deadline reaches it.
          if (isBroken) clock.advance(4_000);
          return isBroken;
        },
      });
      const kese = await openTestKese({ store, clock });
      await createUser(kese, "1");
      await saveCard(kese, "1");
      isBroken = true;
      const requests: [string, TestRequest][] = [
        ["POST /kart-saklama", { json: { userNo: "1", cardNo: CANARY } }],
        ["POST /create_user", { json: newUser("2", { selectedCard: CANARY }) }],
        ["POST /update_balance", { json: { userNo: "1", balance: "1" } }],
        ["POST /authenticate_first_route", { json: { userNo: "1", authCode: CANARY } }],
        ["POST /authenticate_second_route", { json: { userNo: "1" }, bearer: CANARY }],
        ["POST /logout", { bearer: "ks_x" }],
        ["GET /bakiye?userNo=1", {}],
        ["GET /islemler?userNo=1", {}],
      ];
      for (const [line, request] of requests) {
        assertCleanAnswer(await send(kese, line, request), `${line} without ${part}`);
      }
      await kese.dependencies.audit.flush();
      assert(kese.lines.some((line) => /"level":"(warn|error)"/.test(line)), `${part} ${place}`);
      isBroken = false;
      await kese.close();
      assertClean(kese.lines.join("\n"), "the log");
    }
  }
});

Deno.test("createApp() keeps no secret readable: no code, token, authCode, fleet key or idempotency key", async () => {
  await withTemporaryFile(async (file) => {
    const kese = await openTestKese({ store: file.open() });
    const secrets = [FLEET_KEY, "the authCode of user one", "the idempotency key of user one"];
    const [, authCode, key = ""] = secrets;
    await sendWell(kese, "POST /create_user", {
      json: newUser("1", { authCode, balance: "10" }),
      headers: { "idempotency-key": key },
    });
    const codeOf = (json: unknown, bearer: string | null) =>
      sendWell(kese, "POST /authenticate_first_route", { bearer, json });
    for (const bearer of [FLEET_KEY, null]) {
      const { body } = await codeOf({ Filo: FLEET, userNo: "1", authCode }, bearer);
      secrets.push(body.code);
    }
    await codeOf({ Filo: FLEET, userNo: "1" }, null);
    await kese.dependencies.codeSender.settled();
    const sent = kese.sentCodes.get("1");
    assert(sent);
    secrets.push(sent, await signIn(kese, "1"));
    const token = secrets.at(-1) ?? "";
    await sendWell(kese, "POST /kart-saklamali-odeme", {
      bearer: token,
      json: { userNo: "1", amount: "1" },
    });
    await sendWell(kese, "POST /authenticate_second_route", {
      bearer: sent,
      json: { userNo: "1" },
    });
    await send(kese, "POST /authenticate_second_route", {
      bearer: "a wrong code",
      json: { userNo: "1" },
    });
    await kese.dependencies.audit.flush();
    const seen = [await readFiles(file.directory), dumpTables(file.path)];
    await kese.close();
    seen.push(await readFiles(file.directory), kese.lines.join("\n"));
    for (const secret of [...secrets, token.slice(3)]) {
      assert(secret.length >= 8);
      assertEquals(seen.map((text) => text.includes(secret)), [false, false, false, false], secret);
    }
  });
});
