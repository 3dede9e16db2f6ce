import { assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { BusyError } from "../../domain/ports/errors.ts";
import { assertProblem, linesWith } from "../support/answers.ts";
import {
  type Answer,
  createUser,
  openTestKese,
  OTHER_FLEET,
  send,
  signIn,
  TEST_ENVIRONMENT,
} from "../support/kese.ts";
import type { TestKese } from "../support/kese.ts";
import { assertRateLimited, assertSuccess } from "../support/route_answers.ts";
import { withTemporaryFile } from "../support/temporary_store.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const UNAUTHENTICATED = [401, "unauthenticated"] as const;
const FAILED = [401, "authentication_failed"] as const;
/** The clock of the tests starts at the beginning of such a window. */
const WINDOW = { windowSeconds: 900, retryAfterSeconds: 900 };

/** Asks for a code without credentials: it is sent to the user, if there is one. */
function askSent(kese: TestKese, userNo: string, headers: Record<string, string> = {}) {
  return send(kese, "POST /authenticate_first_route", { bearer: null, json: { userNo }, headers });
}

/** Asks for a code with an authCode and no key. */
function askWith(
  kese: TestKese,
  userNo: string,
  authCode: string,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const json = { userNo, authCode };
  return send(kese, "POST /authenticate_first_route", { bearer: null, json, headers });
}

/** The code that a user was sent last. */
async function sentCode(kese: TestKese, userNo: string): Promise<string> {
  await kese.dependencies.codeSender.settled();
  return kese.sentCodes.get(userNo) ?? "";
}

/** A request as a proxy of ours forwards it from that address. */
function from(address: string): Record<string, string> {
  return { "x-forwarded-for": address };
}

function openBehindProxy(): Promise<TestKese> {
  return openTestKese({ environment: { trustProxy: true } });
}

/** Asks for a code as the fleet. */
function askAsFleet(kese: TestKese, userNo: string): Promise<Answer> {
  return send(kese, "POST /authenticate_first_route", { json: { userNo } });
}

function take(
  kese: TestKese,
  userNo: string,
  code: string,
  headers: Record<string, string> = {},
): Promise<Answer> {
  return send(kese, "POST /authenticate_second_route", {
    bearer: code,
    headers: { userNo, ...headers },
  });
}

async function statusOfSession(kese: TestKese, token: string, userNo = "1"): Promise<number> {
  const answer = await send(kese, `GET /bakiye?userNo=${userNo}`, { bearer: token, filo: null });
  return answer.status;
}

function assertCodeInAnswer(answer: Answer): void {
  const { code } = answer.body;
  assertMatch(code, /^[0-9a-f]{64}$/);
  assertSuccess(answer, 201, {
    message: "Doğrulama kodu oluşturuldu.",
    expiresIn: 900,
    delivery: "response",
    code,
  });
}

Deno.test("POST /authenticate_first_route answers the code to the fleet", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1");
  assertCodeInAnswer(await askAsFleet(kese, "1"));
  assertEquals(kese.sentCodes.size, 0);
});

Deno.test("POST /authenticate_first_route answers the code to who knows the authCode", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1");
  assertCodeInAnswer(await askWith(kese, "1", "secret-1"));
  assertEquals(kese.sentCodes.size, 0);
});

Deno.test("POST /authenticate_first_route gives a new code each time", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1");
  const [first, second] = [await askAsFleet(kese, "1"), await askAsFleet(kese, "1")];
  assertNotEquals(first.body.code, second.body.code);
});

Deno.test("POST /authenticate_first_route sends the code when nothing is proved", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1");
  const answer = await askSent(kese, "1");
  assertSuccess(answer, 201, {
    message: "Kullanıcı kayıtlıysa kod gönderildi.",
    expiresIn: 900,
    delivery: "out_of_band",
  });
  const code = await sentCode(kese, "1");
  assertMatch(code, /^\d{8}$/);
  assertEquals((await take(kese, "1", code)).status, 201);
});

Deno.test("POST /authenticate_first_route answers alike for a user and a fleet that do not exist", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1");
  const headers = { "x-request-id": "same" };
  const known = await askSent(kese, "1", headers);
  const unknown = await askSent(kese, "2", headers);
  const nowhere = await send(kese, "POST /authenticate_first_route", {
    bearer: null,
    filo: "nowhere",
    json: { userNo: "1" },
    headers,
  });
  const whole = ({ status, text, headers }: Answer) => ({ status, text, headers: [...headers] });
  assertEquals(whole(unknown), whole(known));
  assertEquals(whole(nowhere), whole(known));
  await kese.dependencies.codeSender.settled();
  assertEquals([...kese.sentCodes.keys()], ["1"]);
});

Deno.test("POST /authenticate_first_route tells the fleet that a user does not exist", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1", "0", "other");
  assertProblem(await askAsFleet(kese, "1"), 404, "user_not_found", {});
});

Deno.test("POST /authenticate_first_route refuses a wrong authCode, alike for a user that does not exist", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1");
  const answers = [
    await askWith(kese, "1", "wrong"),
    await askWith(kese, "2", "wrong"),
    await askWith(kese, "2", "secret-1"),
  ];
  for (const answer of answers) {
    assertProblem(answer, ...FAILED, {});
    assertEquals({ ...answer.body, requestId: "" }, { ...answers[0]?.body, requestId: "" });
  }
  assertEquals(kese.sentCodes.size, 0);
});

Deno.test("POST /authenticate_first_route holds the fleet to an authCode that it sends", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1");
  const line = "POST /authenticate_first_route";
  const wrong = await send(kese, line, { json: { userNo: "1", authCode: "wrong" } });
  assertProblem(wrong, ...FAILED, {});
  const right = await send(kese, line, { json: { userNo: "1", authCode: "secret-1" } });
  assertCodeInAnswer(right);
});

Deno.test("POST /authenticate_first_route refuses a bearer that is not the fleet's key", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1");
  const session = await signIn(kese, "1");
  for (const bearer of ["wrong-key", "another-fleet-key", session]) {
    for (const json of [{ userNo: "1" }, { userNo: "1", authCode: "secret-1" }, { userNo: "2" }]) {
      assertProblem(
        await send(kese, "POST /authenticate_first_route", { bearer, json }),
        ...UNAUTHENTICATED,
        {},
      );
    }
  }
  assertEquals(kese.sentCodes.size, 0);
});

const PLACES:
  readonly (readonly [place: string, headers: Record<string, string>, json: unknown])[] = [
    ["headers", { Filo: "hergele", userNo: "1" }, undefined],
    ["JSON", {}, { Filo: "hergele", userNo: "1" }],
    ["a header and JSON", { FILO: "hergele" }, { userNo: "1" }],
    ["headers and the same JSON", { filo: "hergele", userno: "1" }, {
      Filo: "hergele",
      userNo: "1",
    }],
    ["headers in other letters", { FILO: "hergele", USERNO: "1" }, undefined],
  ];

for (const [place, headers, json] of PLACES) {
  for (const bearer of [undefined, null]) {
    const who = bearer === null ? "anyone" : "the fleet";
    Deno.test(`POST /authenticate_first_route takes Filo and userNo of ${who} from ${place}`, async () => {
      await using kese = await openTestKese();
      await createUser(kese, "1");
      const key = bearer === null ? { bearer } : {};
      const answer = await send(kese, "POST /authenticate_first_route", {
        ...key,
        filo: null,
        headers,
        json,
      });
      assertEquals(answer.status, 201);
      const code = bearer === null ? await sentCode(kese, "1") : answer.body.code;
      assertEquals((await take(kese, "1", code)).status, 201);
    });
  }

  Deno.test(`POST /authenticate_second_route takes Filo and userNo from ${place}`, async () => {
    await using kese = await openTestKese();
    await createUser(kese, "1");
    const { body: { code } } = await askAsFleet(kese, "1");
    const answer = await send(kese, "POST /authenticate_second_route", {
      bearer: code,
      filo: null,
      headers,
      json,
    });
    assertEquals(answer.status, 201);
  });
}

for (const route of ["POST /authenticate_first_route", "POST /authenticate_second_route"]) {
  Deno.test(`${route} refuses a header and JSON that contradict each other`, async () => {
    await using kese = await openTestKese();
    await createUser(kese, "1");
    await createUser(kese, "2");
    for (const json of [{ Filo: OTHER_FLEET }, { userNo: "2" }]) {
      const answer = await send(kese, route, { json, headers: { userNo: "1" } });
      assertProblem(answer, 400, "conflicting_parameters", {});
    }
  });

  Deno.test(`${route} names what is missing`, async () => {
    await using kese = await openTestKese();
    const answer = await send(kese, route, { filo: null, bearer: null });
    const { errors, ...body } = answer.body;
    assertProblem({ ...answer, body }, 400, "missing_parameter", {});
    assertEquals(errors.map(({ field }: { field: string }) => field), ["Filo", "userNo"]);
  });
}

Deno.test("POST /authenticate_first_route voids nobody's code when asked again", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1");
  const codes: string[] = [];
  for (let asked = 0; asked < 5; asked++) {
    codes.push((await askAsFleet(kese, "1")).body.code);
    await askSent(kese, "1");
    codes.push(await sentCode(kese, "1"));
  }
  for (const code of codes) assertEquals((await take(kese, "1", code)).status, 201);
});

Deno.test("POST /authenticate_first_route lets five codes wait and refuses a sixth", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1");
  await createUser(kese, "2");
  const codes: string[] = [];
  for (let asked = 0; asked < 5; asked++) codes.push((await askAsFleet(kese, "1")).body.code);
  const limit = { policy: "outstanding_codes", limit: 5, ...WINDOW };
  assertRateLimited(await askAsFleet(kese, "1"), limit);
  assertRateLimited(await askWith(kese, "1", "secret-1"), limit);
  assertEquals((await askAsFleet(kese, "2")).status, 201);

  await take(kese, "1", codes[2] ?? "");
  assertEquals((await askAsFleet(kese, "1")).status, 201);
  assertRateLimited(await askAsFleet(kese, "1"), limit);
  kese.clock.advance(15 * MINUTE - 1);
  assertRateLimited(await askAsFleet(kese, "1"), limit);
  kese.clock.advance(1);
  assertEquals((await askAsFleet(kese, "1")).status, 201);
});

Deno.test("POST /authenticate_first_route lets nobody block the fleet by having codes sent", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1");
  for (let asked = 0; asked < 8; asked++) await askSent(kese, "1");
  assertEquals((await askAsFleet(kese, "1")).status, 201);
  assertEquals((await askWith(kese, "1", "secret-1")).status, 201);
});

for (const userNo of ["1", "nobody"]) {
  const whom = userNo === "1" ? "a user" : "a user that does not exist";
  Deno.test(`POST /authenticate_first_route sends ${whom} a few codes for one address`, async () => {
    await using kese = await openBehindProxy();
    await createUser(kese, "1");
    for (let asked = 0; asked < 5; asked++) {
      assertEquals((await askSent(kese, userNo, from("10.0.0.1"))).status, 201);
    }
    const limit = { policy: "sent_codes", limit: 5, windowSeconds: 900 };
    const again = () => askSent(kese, userNo, from("10.0.0.1"));
    assertRateLimited(await again(), { ...limit, retryAfterSeconds: 900 });
    kese.clock.advance(14 * MINUTE);
    assertRateLimited(await again(), { ...limit, retryAfterSeconds: 60 });
    // Somebody elsewhere, perhaps the user, is not refused for it, nor is another user here.
    assertEquals((await askSent(kese, userNo, from("10.0.0.2"))).status, 201);
    assertEquals((await askSent(kese, "2", from("10.0.0.1"))).status, 201);
    kese.clock.advance(MINUTE);
    for (let asked = 0; asked < 5; asked++) assertEquals((await again()).status, 201);
    kese.clock.advance(15 * MINUTE);
    const ofTheDay = { policy: "sent_codes", limit: 10, windowSeconds: 86_400 };
    assertRateLimited(await again(), { ...ofTheDay, retryAfterSeconds: 86_400 - 30 * 60 });
    assertEquals((await askSent(kese, userNo, from("10.0.0.2"))).status, 201);
  });
}

Deno.test("POST /authenticate_first_route sends a user thirty codes a day, from wherever they are asked for", async () => {
  await using kese = await openBehindProxy();
  await createUser(kese, "1");
  for (let asked = 0; asked < 30; asked++) {
    assertEquals((await askSent(kese, "1", from(`10.0.0.${asked}`))).status, 201);
  }
  const limit = { policy: "sent_codes", limit: 30, windowSeconds: 86_400 };
  assertRateLimited(await askSent(kese, "1", from("10.0.1.1")), {
    ...limit,
    retryAfterSeconds: 86_400,
  });
  assertEquals((await askAsFleet(kese, "1")).status, 201);
  assertEquals((await askWith(kese, "1", "secret-1", from("10.0.1.1"))).status, 201);
});

Deno.test("POST /authenticate_first_route sends fifty codes in a window for one address", async () => {
  await using kese = await openBehindProxy();
  for (let asked = 0; asked < 50; asked++) {
    assertEquals((await askSent(kese, `user-${asked}`, from("6.6.6.6, 10.0.0.1"))).status, 201);
  }
  const refused = await askSent(kese, "one-more", from("10.0.0.1"));
  assertRateLimited(refused, { policy: "sent_codes", limit: 50, ...WINDOW });
  assertEquals((await askSent(kese, "one-more", from("10.0.0.2"))).status, 201);
});

Deno.test("POST /authenticate_first_route says alike for everyone that no code can be sent, and warns once a minute", async () => {
  await using kese = await openTestKese({ sendsCodes: false, environment: { mode: "production" } });
  await createUser(kese, "1");
  const warnings = () => linesWith(kese.lines, '"event":"code_delivery_unavailable"').length;
  for (const userNo of ["1", "nobody", "1"]) {
    assertProblem(await askSent(kese, userNo), 503, "code_delivery_unavailable", {});
  }
  assertEquals(warnings(), 1);
  kese.clock.advance(MINUTE);
  await askSent(kese, "1");
  assertEquals(warnings(), 2);
  assertCodeInAnswer(await askAsFleet(kese, "1"));
  assertCodeInAnswer(await askWith(kese, "1", "secret-1"));
});

/** What the store was asked for, in order, while `run` ran. */
async function callsIn(kese: TestKese, run: () => Promise<unknown>): Promise<string[]> {
  const calls: string[] = [];
  const note = (port: object) => {
    const whole = { ...port } as Readonly<Record<string, (...given: unknown[]) => unknown>>;
    const noted = Object.entries(whole).map(([name, call]) => [name, (...given: unknown[]) => {
      calls.push(name);
      return Reflect.apply(call, port, given);
    }]);
    Object.assign(port, Object.fromEntries(noted));
    return () => Object.assign(port, whole);
  };
  const { accounts, auth, people } = kese.store;
  const restore = [accounts, auth, people].map(note);
  await run();
  restore.forEach((one) => one());
  return calls;
}

Deno.test("POST /authenticate_first_route does the same for a user as for nobody before it sends a code", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1");
  for (const userNo of ["1", "nobody"]) {
    const calls = await callsIn(kese, async () => {
      await askSent(kese, userNo);
      await kese.dependencies.codeSender.settled();
    });
    // The user is looked up by the sender, behind its pause.
    assertEquals(calls, ["count", "addCode", "load", "find"]);
  }
});

Deno.test("POST /authenticate_second_route gives a session for the code", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1");
  const { body: { code } } = await askAsFleet(kese, "1");
  const answer = await take(kese, "1", code);
  const { token } = answer.body;
  assertMatch(token, /^ks_[0-9a-f]{64}$/);
  assertSuccess(answer, 201, { message: "Kullanıcı doğrulandı.", token, expiresIn: 86_400 });
  const balance = await send(kese, "GET /bakiye?userNo=1", { bearer: token, filo: null });
  assertEquals(balance.body.balance, "100.00");
});

Deno.test("POST /authenticate_second_route takes a code once", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1");
  const { body: { code } } = await askAsFleet(kese, "1");
  assertEquals((await take(kese, "1", code)).status, 201);
  assertProblem(await take(kese, "1", code), ...FAILED, {});
});

Deno.test("POST /authenticate_second_route takes a code once when it comes many times at once", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1");
  const { body: { code } } = await askAsFleet(kese, "1");
  const answers = await Promise.all(Array.from({ length: 8 }, () => take(kese, "1", code)));
  const statuses = answers.map(({ status }) => status).sort();
  assertEquals(statuses, [201, 401, 401, 401, 401, 401, 401, 401]);
});

Deno.test("POST /authenticate_second_route takes a code for fifteen minutes, without their last instant", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1");
  const early = (await askAsFleet(kese, "1")).body.code;
  const late = (await askAsFleet(kese, "1")).body.code;
  await askSent(kese, "1");
  const sent = await sentCode(kese, "1");
  kese.clock.advance(15 * MINUTE - 1);
  assertEquals((await take(kese, "1", early)).status, 201);
  kese.clock.advance(1);
  assertProblem(await take(kese, "1", late), ...FAILED, {});
  assertProblem(await take(kese, "1", sent), ...FAILED, {});
});

Deno.test("POST /authenticate_second_route refuses a code that is not this user's", async () => {
  await using kese = await openTestKese();
  for (const userNo of ["1", "2"]) await createUser(kese, userNo);
  await createUser(kese, "1", "0", "other");
  const { body: { code } } = await askAsFleet(kese, "1");
  assertProblem(await take(kese, "2", code), ...FAILED, {});
  assertProblem(await take(kese, "nobody", code), ...FAILED, {});
  const elsewhere = await send(kese, "POST /authenticate_second_route", {
    bearer: code,
    filo: OTHER_FLEET,
    headers: { userNo: "1" },
  });
  assertProblem(elsewhere, ...FAILED, {});
  assertEquals((await take(kese, "1", code)).status, 201);
});

Deno.test("POST /authenticate_second_route refuses what is no code", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1");
  const session = await signIn(kese, "1");
  const headers = { userNo: "1" };
  for (const bearer of [null, "0".repeat(64), "fleet-key-of-the-tests", "secret-1", session]) {
    assertProblem(
      await send(kese, "POST /authenticate_second_route", { bearer, headers }),
      ...FAILED,
      {},
    );
  }
});

/** The ways of being wrong, all counted together. */
const WRONG: Readonly<
  Record<
    string,
    (kese: TestKese, userNo: string, headers?: Record<string, string>) => Promise<Answer>
  >
> = {
  "POST /authenticate_first_route": (kese, userNo, headers) =>
    askWith(kese, userNo, "wrong", headers),
  "POST /authenticate_second_route": (kese, userNo, headers) =>
    take(kese, userNo, "0".repeat(64), headers),
  "POST /authenticate_second_route with eight digits": (kese, userNo, headers) =>
    take(kese, userNo, "12345678", headers),
};

for (const [route, wrong] of Object.entries(WRONG)) {
  for (const userNo of ["1", "nobody"]) {
    const whom = userNo === "1" ? "a user" : "a user that does not exist";
    Deno.test(`${route} refuses to look at more than ten wrong codes of ${whom}`, async () => {
      await using kese = await openTestKese();
      for (const created of ["1", "2"]) await createUser(kese, created);
      const { body: { code } } = await askAsFleet(kese, "1");
      for (let guessed = 0; guessed < 10; guessed++) {
        assertProblem(await wrong(kese, userNo), ...FAILED, {});
      }
      const ofAuthCodes = route.startsWith("POST /authenticate_first_route");
      const policy = ofAuthCodes ? "wrong_auth_codes" : "wrong_codes";
      const limit = { policy, limit: 10, ...WINDOW };
      assertRateLimited(await wrong(kese, userNo), limit);
      if (userNo === "1") {
        const asked = await askWith(kese, "1", "secret-1");
        if (ofAuthCodes) assertRateLimited(asked, limit);
        // Of wrong codes, however many, the authCode lets the user in.
        else assertEquals(asked.status, 201);
        assertEquals((await take(kese, "1", code)).status, 201);
      }
      assertEquals((await askWith(kese, "2", "secret-2")).status, 201);
      assertEquals((await askAsFleet(kese, "1")).status, 201);
      kese.clock.advance(15 * MINUTE);
      assertProblem(await wrong(kese, userNo), ...FAILED, {});
      assertEquals((await askWith(kese, "1", "secret-1")).status, 201);
    });
  }

  Deno.test(`${route} counts no right attempt`, async () => {
    await using kese = await openTestKese();
    await createUser(kese, "1");
    for (let attempt = 0; attempt < 12; attempt++) {
      const { body: { code } } = await askWith(kese, "1", "secret-1");
      assertEquals((await take(kese, "1", code)).status, 201);
    }
    for (let guessed = 0; guessed < 10; guessed++) {
      assertProblem(await wrong(kese, "1"), ...FAILED, {});
    }
    assertEquals((await wrong(kese, "1")).status, 429);
  });

  Deno.test(`${route} looks at no more than ten wrong codes that arrive together`, async () => {
    await using kese = await openTestKese();
    await createUser(kese, "1");
    const answers = await Promise.all(Array.from({ length: 25 }, () => wrong(kese, "1")));
    const looked = answers.filter(({ status }) => status === 401);
    const refused = answers.filter(({ status }) => status === 429);
    assertEquals([looked.length, refused.length], [10, 15]);
  });
}

Deno.test("POST /authenticate_first_route has strangers wait by address and the fleet apart from them", async () => {
  const askers: (string | undefined)[] = [];
  await using kese = await openTestKese({
    environment: { trustProxy: true },
    hasher: {
      hash: () => Promise.resolve("hash"),
      verify: (_secret, _hash, stranger) => Promise.resolve(askers.push(stranger) > 0),
    },
  });
  await createUser(kese, "1");
  await askWith(kese, "1", "secret-1", from("10.0.0.1"));
  const json = { userNo: "1", authCode: "secret-1" };
  await send(kese, "POST /authenticate_first_route", { json, headers: from("10.0.0.2") });
  assertEquals(askers, ["10.0.0.1", undefined]);
});

Deno.test("POST /authenticate_first_route counts no attempt that it was too busy to look at", async () => {
  let isBusy = true;
  await using kese = await openTestKese({
    hasher: {
      hash: () => Promise.resolve("hash"),
      verify: () => isBusy ? Promise.reject(new BusyError("busy")) : Promise.resolve(true),
    },
  });
  await createUser(kese, "1");
  for (let asked = 0; asked < 12; asked++) {
    assertProblem(await askWith(kese, "1", "secret-1"), 503, "busy", {});
  }
  isBusy = false;
  assertEquals((await askWith(kese, "1", "secret-1")).status, 201);
});

Deno.test("POST /authenticate_first_route does not hold wrong authCodes against a fleet's own address", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1");
  const askAsBoth = (userNo: string, authCode: string) =>
    send(kese, "POST /authenticate_first_route", { json: { userNo, authCode } });
  for (let guessed = 0; guessed < 10; guessed++) {
    assertProblem(await askAsBoth("1", "wrong"), ...FAILED, {});
  }
  assertEquals((await askAsBoth("1", "secret-1")).status, 429);
  for (let user = 2; user < 8; user++) {
    await createUser(kese, String(user));
    for (let guessed = 0; guessed < 9; guessed++) {
      assertProblem(await askAsBoth(String(user), "wrong"), ...FAILED, {});
    }
  }
  assertEquals((await askAsBoth("2", "secret-2")).status, 201);
});

for (const [route, wrong] of Object.entries(WRONG)) {
  Deno.test(`${route} lets a right proof in from elsewhere, however many wrong ones a stranger sent`, async () => {
    await using kese = await openBehindProxy();
    await createUser(kese, "1");
    const stranger = from("10.0.0.1");
    const rider = from("10.0.0.2");
    // As often as it may, for a whole day: twice in each window until the day's own limit.
    for (let window = 0; window < 8; window++) {
      for (let guessed = 0; guessed < 12; guessed++) await wrong(kese, "1", stranger);
      for (let asked = 0; asked < 6; asked++) await askSent(kese, "1", stranger);
      kese.clock.advance(15 * MINUTE);
    }
    const answer = await wrong(kese, "1", stranger);
    assertEquals([answer.status, answer.body.limit], [429, 20]);
    assertEquals((await askSent(kese, "1", rider)).status, 201);
    assertEquals((await take(kese, "1", await sentCode(kese, "1"), rider)).status, 201);
    const asked = await askWith(kese, "1", "secret-1", rider);
    assertCodeInAnswer(asked);
    // Nobody guesses 256 bits, so these are taken from the stranger's address as well.
    assertEquals((await take(kese, "1", asked.body.code, stranger)).status, 201);
  });
}

Deno.test("POST /authenticate_second_route looks at fifty wrong sent codes of a user a day, and then only at those of answers", async () => {
  await using kese = await openBehindProxy();
  await createUser(kese, "1");
  await askSent(kese, "1", from("10.1.0.1"));
  const sent = await sentCode(kese, "1");
  const wrong = sent === "00000000" ? "11111111" : "00000000";
  for (let guessed = 0; guessed < 50; guessed++) {
    assertProblem(await take(kese, "1", wrong, from(`10.0.0.${guessed}`)), ...FAILED, {});
  }
  const limit = { policy: "wrong_codes", limit: 50, windowSeconds: 86_400 };
  for (const code of [wrong, sent]) {
    const refused = await take(kese, "1", code, from("10.1.0.1"));
    assertRateLimited(refused, { ...limit, retryAfterSeconds: 86_400 });
  }
  const asked = await askWith(kese, "1", "secret-1", from("10.1.0.1"));
  for (const code of [asked.body.code, (await askAsFleet(kese, "1")).body.code]) {
    assertEquals((await take(kese, "1", code, from("10.1.0.1"))).status, 201);
  }
  kese.clock.advance(24 * HOUR);
  await askSent(kese, "1");
  assertEquals((await take(kese, "1", await sentCode(kese, "1"))).status, 201);
});

Deno.test("POST /authenticate_second_route counts an authCode from everywhere against nobody", async () => {
  await using kese = await openBehindProxy();
  await createUser(kese, "1");
  for (let guessed = 0; guessed < 60; guessed++) {
    await askWith(kese, "1", "wrong", from(`10.0.0.${guessed}`));
  }
  assertEquals((await askWith(kese, "1", "secret-1", from("10.1.0.1"))).status, 201);
  await askSent(kese, "1", from("10.1.0.1"));
  const sent = await sentCode(kese, "1");
  assertEquals((await take(kese, "1", sent, from("10.1.0.1"))).status, 201);
});

Deno.test("POST /authenticate_second_route takes a sent code of its own user alone", async () => {
  await using kese = await openTestKese();
  for (const userNo of ["1", "2"]) await createUser(kese, userNo);
  await askSent(kese, "1");
  const code = await sentCode(kese, "1");
  assertProblem(await take(kese, "2", code), ...FAILED, {});
  assertEquals((await take(kese, "1", code)).status, 201);
  assertProblem(await take(kese, "1", code), ...FAILED, {});
});

/** Ways in which clients of one network, or of one proxy that writes nonsense, name themselves. */
const ONE_ADDRESS: Readonly<Record<string, (place: number) => string>> = {
  "one address": () => "10.0.0.1",
  "one IPv6 network": (place) => `2001:db8:0:1::${place.toString(16)}`,
  "one address in its spellings": (place) => `${place % 2 ? "::ffff:" : ""}10.0.0.1`,
  "what is no address": (place) => `client-${place}`,
};

for (const [whose, address] of Object.entries(ONE_ADDRESS)) {
  Deno.test(`POST /authenticate_second_route refuses to look at more than fifty wrong codes of ${whose}`, async () => {
    await using kese = await openBehindProxy();
    await createUser(kese, "1");
    for (let guessed = 0; guessed < 50; guessed++) {
      const answer = await take(kese, `user-${guessed}`, "wrong", from(address(guessed)));
      assertProblem(answer, ...FAILED, {});
    }
    const refused = await take(kese, "1", "wrong", from(address(50)));
    assertRateLimited(refused, { policy: "wrong_codes", limit: 50, ...WINDOW });
    const { body: { code } } = await askAsFleet(kese, "1");
    assertEquals((await take(kese, "1", code, from("10.0.0.2"))).status, 201);
  });
}

Deno.test("POST /authenticate_second_route believes no forwarded address without a proxy", async () => {
  await using kese = await openTestKese();
  for (let guessed = 0; guessed < 50; guessed++) {
    await take(kese, `user-${guessed}`, "wrong", from(`10.0.0.${guessed}`));
  }
  const answer = await take(kese, "1", "wrong", from("10.0.1.1"));
  assertRateLimited(answer, { policy: "wrong_codes", limit: 50, ...WINDOW });
});

Deno.test("FLEETS lets in nobody of a fleet that is removed from it", async () => {
  await withTemporaryFile(async (file) => {
    const before = await openTestKese({ store: file.open() });
    await createUser(before, "1");
    const session = await signIn(before, "1");
    const { body: { code } } = await askAsFleet(before, "1");
    await askSent(before, "1");
    const sent = await sentCode(before, "1");
    await before.close();
    const [[, hashes = []] = []] = [...TEST_ENVIRONMENT.fleets];
    const fleets = new Map([["another", hashes]]);
    await using kese = await openTestKese({ store: file.open(), environment: { fleets } });
    assertProblem(await send(kese, "GET /bakiye", { bearer: session }), ...UNAUTHENTICATED, {});
    assertProblem(await send(kese, "POST /logout", { bearer: session }), ...UNAUTHENTICATED, {});
    assertProblem(await askWith(kese, "1", "secret-1"), ...FAILED, {});
    for (const one of [code, sent]) assertProblem(await take(kese, "1", one), ...FAILED, {});
    assertEquals((await askSent(kese, "1")).status, 201);
    assertEquals(await sentCode(kese, "1"), "", "as for a fleet that there never was");
  });
});

Deno.test("POST /authenticate_second_route gives a session of twenty-four hours, without their last instant", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1");
  const token = await signIn(kese, "1");
  kese.clock.advance(24 * HOUR - 1);
  assertEquals(await statusOfSession(kese, token), 200);
  kese.clock.advance(1);
  const answer = await send(kese, "GET /bakiye?userNo=1", { bearer: token });
  assertProblem(answer, ...UNAUTHENTICATED, {});
});

Deno.test("POST /authenticate_second_route ends the oldest of ten sessions for an eleventh", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1");
  await createUser(kese, "2");
  const other = await signIn(kese, "2");
  const tokens: string[] = [];
  for (let session = 0; session < 10; session++) {
    tokens.push(await signIn(kese, "1"));
    kese.clock.advance(1);
  }
  const statuses = () => Promise.all(tokens.map((token) => statusOfSession(kese, token)));
  assertEquals(await statuses(), Array(10).fill(200));
  tokens.push(await signIn(kese, "1"));
  assertEquals(await statuses(), [401, ...Array(10).fill(200)]);
  assertEquals(await statusOfSession(kese, other, "2"), 200);
});

Deno.test("POST /logout ends this session and no other", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1");
  const [first, second] = [await signIn(kese, "1"), await signIn(kese, "1")];
  const answer = await send(kese, "POST /logout", { bearer: first, filo: null });
  assertEquals([answer.status, answer.text], [204, ""]);
  assertEquals(answer.headers.get("cache-control"), "no-store");
  assertEquals(answer.headers.get("content-type"), null);
  assertMatch(answer.headers.get("x-request-id") ?? "", /./);
  assertEquals(await statusOfSession(kese, first), 401);
  assertEquals(await statusOfSession(kese, second), 200);
});

Deno.test("POST /logout refuses whoever is not signed in", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1");
  const ended = await signIn(kese, "1");
  await send(kese, "POST /logout", { bearer: ended });
  for (const bearer of [null, ended, "fleet-key-of-the-tests", `ks_${"0".repeat(64)}`]) {
    assertProblem(await send(kese, "POST /logout", { bearer }), ...UNAUTHENTICATED, {});
  }
});
