import { assertEquals } from "@std/assert";
import { createUnopened } from "../../../domain/evolve.ts";
import { assertAddsUp, assertProblem } from "../../support/answers.ts";
import {
  type Answer,
  createUser,
  FLEET,
  openTestKese,
  OTHER_FLEET,
  OTHER_FLEET_KEY,
  send,
  signIn,
  type TestKese,
} from "../../support/kese.ts";

const OTHER = { bearer: OTHER_FLEET_KEY, filo: OTHER_FLEET };

async function openLimited(requestsPerMinute: { user: number; fleet: number }): Promise<TestKese> {
  const kese = await openTestKese({ environment: { requestsPerMinute } });
  // Until Redis is open, a process counts for itself. This waits for it.
  await kese.dependencies.cache.replace(createUnopened({ filo: FLEET, userNo: "nobody" }));
  return kese;
}

function read(kese: TestKese, userNo: string, sender = {}): Promise<Answer> {
  return send(kese, `GET /bakiye?userNo=${userNo}`, sender);
}

async function statuses(count: number, one: () => Promise<Answer>): Promise<number[]> {
  const found: number[] = [];
  for (let round = 0; round < count; round++) found.push((await one()).status);
  return found;
}

Deno.test("rateLimits() refuse a user's requests past his number in a minute", async () => {
  await using kese = await openLimited({ user: 3, fleet: 0 });
  await createUser(kese, "1");
  await createUser(kese, "2");
  kese.clock.advance(60_000);
  assertEquals(await statuses(3, () => read(kese, "1")), [200, 200, 200]);
  const refused = await read(kese, "1");
  assertProblem(refused, 429, "rate_limited");
  const { policy, limit, windowSeconds, retryAfterSeconds } = refused.body;
  assertEquals([policy, limit, windowSeconds, retryAfterSeconds], ["user", 3, 60, 60]);
  assertEquals(refused.headers.get("retry-after"), "60");
  assertEquals(refused.headers.get("ratelimit-policy"), '"user";q=3;w=60');
  assertEquals(refused.headers.get("ratelimit"), '"user";r=0;t=60');
  assertEquals((await read(kese, "2")).status, 200);
});

Deno.test("rateLimits() begin again when the minute ends, by the clock", async () => {
  await using kese = await openLimited({ user: 1, fleet: 0 });
  await createUser(kese, "1");
  kese.clock.advance(60_000);
  assertEquals(await statuses(2, () => read(kese, "1")), [200, 429]);
  kese.clock.advance(59_000);
  const late = await read(kese, "1");
  assertEquals([late.status, late.headers.get("retry-after")], [429, "1"]);
  kese.clock.advance(999);
  const last = await read(kese, "1");
  assertEquals([last.status, last.headers.get("retry-after")], [429, "1"]);
  kese.clock.advance(1);
  assertEquals(await statuses(2, () => read(kese, "1")), [200, 429]);
});

Deno.test("rateLimits() refuse a fleet's requests past its number, whoever they are for", async () => {
  await using kese = await openLimited({ user: 0, fleet: 4 });
  for (const userNo of ["1", "2"]) await createUser(kese, userNo);
  await createUser(kese, "1", "1", "other");
  const bearer = await signIn(kese, "1");
  kese.clock.advance(60_000);
  assertEquals(await statuses(2, () => read(kese, "1")), [200, 200]);
  assertEquals(await statuses(1, () => read(kese, "2")), [200]);
  assertEquals(await statuses(1, () => read(kese, "1", { bearer })), [200]);
  for (const sender of [{}, { bearer }]) {
    const refused = await read(kese, "1", sender);
    assertProblem(refused, 429, "rate_limited");
    assertEquals([refused.body.policy, refused.body.limit], ["fleet", 4]);
    assertEquals(refused.headers.get("ratelimit-policy"), '"fleet";q=4;w=60');
  }
  assertEquals((await read(kese, "1", OTHER)).status, 200);
});

Deno.test("rateLimits() keep users of two fleets apart though they have one number", async () => {
  await using kese = await openLimited({ user: 1, fleet: 0 });
  await createUser(kese, "1");
  await createUser(kese, "1", "1", "other");
  kese.clock.advance(60_000);
  assertEquals(await statuses(2, () => read(kese, "1")), [200, 429]);
  assertEquals(await statuses(2, () => read(kese, "1", OTHER)), [200, 429]);
});

Deno.test("rateLimits() refuse a payment before it has any effect, and its key can be used later", async () => {
  await using kese = await openLimited({ user: 2, fleet: 0 });
  await createUser(kese, "1");
  const pay = (key: string) =>
    send(kese, "POST /kart-saklamali-odeme", {
      json: { userNo: "1", amount: "1" },
      headers: { "idempotency-key": key },
    });
  kese.clock.advance(60_000);
  assertEquals([(await pay("a")).status, (await pay("b")).status], [201, 201]);
  assertProblem(await pay("c"), 429, "rate_limited");
  kese.clock.advance(60_000);
  const paid = await pay("c");
  assertEquals([paid.status, paid.headers.get("idempotent-replayed")], [201, null]);
  kese.clock.advance(60_000);
  assertEquals(await assertAddsUp(kese, "1"), "97.00");
});

Deno.test("rateLimits() let exactly as many through when all come at once", async () => {
  await using kese = await openLimited({ user: 10, fleet: 0 });
  await createUser(kese, "1");
  kese.clock.advance(60_000);
  const answers = await Promise.all(Array.from({ length: 50 }, () => read(kese, "1")));
  assertEquals(answers.filter(({ status }) => status === 200).length, 10);
  assertEquals(answers.filter(({ status }) => status === 429).length, 40);
});

Deno.test("rateLimits() of 0 are none, and health is never limited", async () => {
  await using unlimited = await openLimited({ user: 0, fleet: 0 });
  await createUser(unlimited, "1");
  const found = await statuses(300, () => read(unlimited, "1"));
  assertEquals(new Set(found), new Set([200]));

  await using limited = await openLimited({ user: 1, fleet: 1 });
  assertEquals(await statuses(3, () => send(limited, "GET /health/live")), [200, 200, 200]);
});

Deno.test("rateLimits() do not count a request that names somebody else", async () => {
  await using kese = await openLimited({ user: 2, fleet: 0 });
  for (const userNo of ["1", "2"]) await createUser(kese, userNo);
  const bearer = await signIn(kese, "1");
  kese.clock.advance(60_000);
  assertEquals(await statuses(5, () => read(kese, "2", { bearer })), [403, 403, 403, 403, 403]);
  assertEquals(await statuses(2, () => read(kese, "2")), [200, 200]);
});

Deno.test("refuseUnknownCaller() limits wrong fleet keys by address, and lets a right one in", async () => {
  await using kese = await openTestKese({ environment: { trustProxy: true } });
  await createUser(kese, "1");
  const ended = await signIn(kese, "1");
  await send(kese, "POST /logout", { bearer: ended });
  const lines = [
    "GET /bakiye?userNo=1",
    "POST /logout",
    "POST /authenticate_first_route?Filo=hergele&userNo=1",
  ];
  const from = (address: string) => ({ "x-forwarded-for": address });
  let place = 0;
  const guess = (more = {}, address = "10.0.0.1") => {
    const line = lines[place % lines.length] ?? "";
    return send(kese, line, { bearer: `guess-${place++}`, headers: from(address), ...more });
  };
  // What is no fleet key at all counts as none.
  const withoutKey = () => read(kese, "1", { bearer: null, headers: from("10.0.0.1") });
  assertEquals(await statuses(60, withoutKey), Array(60).fill(401));
  assertEquals(await statuses(60, () => guess({ bearer: ended })), Array(60).fill(401));
  assertEquals(await statuses(50, guess), Array(50).fill(401));
  for (const more of [{}, { filo: "nowhere" }]) {
    const refused = await guess(more);
    assertProblem(refused, 429, "rate_limited");
    const { policy, limit, windowSeconds } = refused.body;
    assertEquals([policy, limit, windowSeconds], ["wrong_keys", 50, 900]);
  }
  const headers = from("10.0.0.1");
  assertEquals((await read(kese, "1", { headers })).status, 200);
  assertEquals((await read(kese, "1", { headers, bearer: ended })).status, 401);
  assertEquals((await guess({}, "10.0.0.2")).status, 401);
  kese.clock.advance(15 * 60_000);
  assertEquals((await guess()).status, 401);
});
