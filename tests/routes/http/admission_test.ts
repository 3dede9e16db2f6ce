import { assertEquals } from "@std/assert";
import {
  BODIES_AT_ONCE,
  REFUSAL_LOG_INTERVAL_MILLISECONDS,
  REQUESTS_IN_FLIGHT,
} from "../../../routes/http/admission.ts";
import { openSqliteStore } from "../../../infra/sqlite/store.ts";
import { createApp } from "../../../routes/app.ts";
import { assertProblem, journalOf, linesWith } from "../../support/answers.ts";
import {
  createImpatientClock,
  createTestClock,
  settled,
  type TestClock,
} from "../../support/clock.ts";
import {
  type Answer,
  createUser,
  FLEET_KEY,
  openTestKese,
  send,
  type TestKese,
} from "../../support/kese.ts";
import { intercept } from "../../support/faults.ts";
import { sendBody } from "../../support/route_requests.ts";

const BALANCE = "GET /bakiye?userNo=1";
const PAY = "POST /kart-saklamali-odeme";

interface Bench {
  readonly kese: TestKese;
  readonly clock: TestClock;
  /** From now on every read of an account waits. */
  hold(): void;
  /** What waits goes on. */
  release(): void;
  /** Accounts that were read. */
  readonly reads: () => number;
}

/** Kese with a user, a store that a test can hold up, and no time-out that comes by itself. */
async function withBench(test: (bench: Bench) => Promise<void>): Promise<void> {
  const store = openSqliteStore(":memory:");
  const base = createTestClock();
  const clock: TestClock = { ...base, within: (promise) => promise };
  let gate = Promise.resolve();
  let open = (): void => {};
  let reads = 0;
  const accounts = intercept(store.accounts, {
    load: async ({ make }) => {
      reads++;
      await gate;
      return await make();
    },
  });
  await using kese = await openTestKese({ store: { ...store, accounts }, clock });
  await createUser(kese, "1");
  const hold = () => {
    const held = Promise.withResolvers<void>();
    gate = held.promise;
    open = held.resolve;
  };
  await test({ kese, clock, hold, release: () => open(), reads: () => reads });
}

/** A payment whose body comes when the test says so. */
interface SlowPayment {
  readonly answer: Promise<Answer>;
  send(text: string): void;
  end(): void;
}

function paySlowly(kese: TestKese): SlowPayment {
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  const raw = new ReadableStream<Uint8Array>({ start: (given) => void (controller = given) });
  return {
    answer: sendBody(kese, PAY, raw),
    send: (text) => controller?.enqueue(new TextEncoder().encode(text)),
    end: () => controller?.close(),
  };
}

/** So many, each on its way to its body before the next comes, as from a socket. */
async function payManySlowly(kese: TestKese, count: number): Promise<readonly SlowPayment[]> {
  const payments: SlowPayment[] = [];
  while (payments.length < count) {
    payments.push(...many(Math.min(500, count - payments.length), () => paySlowly(kese)));
    await settled();
  }
  return payments;
}

/** Sends the rest of each, some after the others: together they would have no places. */
async function endAll(payments: readonly SlowPayment[], rest: string): Promise<void> {
  for (let place = 0; place < payments.length; place += 500) {
    for (const payment of payments.slice(place, place + 500)) {
      payment.send(rest);
      payment.end();
    }
    await settled();
  }
}

function many<T>(count: number, make: () => T): T[] {
  return Array.from({ length: count }, make);
}

/** How many answers have each status. */
function statuses(answers: readonly Answer[]): Record<number, number> {
  const counts: Record<number, number> = {};
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

Deno.test("createApp() works on as many requests at once as the bound says, and refuses one more", () =>
  withBench(async ({ kese, hold, release }) => {
    hold();
    const waiting = many(REQUESTS_IN_FLIGHT, () => send(kese, BALANCE));
    await settled();
    const refused = await send(kese, BALANCE);
    assertProblem(refused, 503, "busy");
    assertEquals(refused.headers.get("retry-after"), "1");
    release();
    assertEquals(statuses(await Promise.all(waiting)), { 200: REQUESTS_IN_FLIGHT });
    assertEquals((await send(kese, BALANCE)).status, 200);
  }));

Deno.test("createApp() refuses before anything is asked: not who it is, nor a store", () =>
  withBench(async ({ kese, hold, release, reads }) => {
    hold();
    const waiting = many(REQUESTS_IN_FLIGHT, () => send(kese, BALANCE));
    await settled();
    const before = reads();
    for (const bearer of [FLEET_KEY, "wrong", null]) {
      assertProblem(await send(kese, BALANCE, { bearer }), 503, "busy");
    }
    const body = new ReadableStream<Uint8Array>({
      pull: () => {
        throw new Error("the body was asked for");
      },
    }, { highWaterMark: 0 });
    const answer = await kese.app.request("/kart-saklamali-odeme", { method: "POST", body });
    assertEquals(answer.status, 503);
    assertEquals(reads(), before);
    release();
    await Promise.all(waiting);
  }));

Deno.test("GET /health/live answers however many requests are in flight; GET /health/ready is one of them", () =>
  withBench(async ({ kese, hold, release }) => {
    hold();
    const waiting = many(REQUESTS_IN_FLIGHT, () => send(kese, BALANCE));
    await settled();
    assertEquals((await send(kese, "GET /health/live")).status, 200);
    assertProblem(await send(kese, "GET /health/ready"), 503, "busy");
    release();
    await Promise.all(waiting);
  }));

/** Every way in which a request can end. */
const ENDINGS: readonly (readonly [status: number, line: string, bearer: string | null])[] = [
  [200, BALANCE, FLEET_KEY],
  [404, "GET /bakiye?userNo=9", FLEET_KEY],
  [400, "GET /bakiye", FLEET_KEY],
  [401, BALANCE, null],
  [201, `${PAY}?userNo=1&amount=0.01`, FLEET_KEY],
  [402, `${PAY}?userNo=1&amount=999999`, FLEET_KEY],
];

for (const [status, line, bearer] of ENDINGS) {
  Deno.test(`createApp() has the place of a request again after ${status}: ${line}`, () =>
    withBench(async ({ kese, hold, release }) => {
      for (let count = 0; count < 3; count++) {
        assertEquals((await send(kese, line, { bearer })).status, status);
      }
      hold();
      const waiting = many(REQUESTS_IN_FLIGHT, () => send(kese, BALANCE));
      await settled();
      assertProblem(await send(kese, BALANCE), 503, "busy");
      release();
      assertEquals(statuses(await Promise.all(waiting)), { 200: REQUESTS_IN_FLIGHT });
    }));
}

Deno.test("createApp() has the place of a request again that failed", async () => {
  const store = openSqliteStore(":memory:");
  const auth = intercept(store.auth, {
    findSession: () => Promise.reject(new Error("a fault of ours")),
  });
  await using kese = await openTestKese({ store: { ...store, auth } });
  const failed = many(REQUESTS_IN_FLIGHT, () => send(kese, BALANCE, { bearer: "ks_any" }));
  assertEquals(statuses(await Promise.all(failed)), { 500: REQUESTS_IN_FLIGHT });
  await createUser(kese, "1");
  assertEquals((await send(kese, BALANCE)).status, 200);
});

Deno.test("createApp() leaves no audit record of a refusal, and one of each other request", () =>
  withBench(async ({ kese, hold, release }) => {
    const recorded: number[] = [];
    const { audit } = kese.dependencies;
    const record: typeof audit.record = ({ status }) => void recorded.push(status);
    const app = createApp({ ...kese.dependencies, audit: { ...audit, record } });
    hold();
    const waiting = many(REQUESTS_IN_FLIGHT, () => send({ ...kese, app }, BALANCE));
    await settled();
    assertProblem(await send({ ...kese, app }, BALANCE), 503, "busy");
    assertEquals(recorded, []);
    release();
    await Promise.all(waiting);
    assertEquals(recorded, many(REQUESTS_IN_FLIGHT, () => 200));
  }));

Deno.test("createApp() says in the log how many it has refused, a line in each interval", () =>
  withBench(async ({ kese, clock, hold, release }) => {
    hold();
    const waiting = many(REQUESTS_IN_FLIGHT, () => send(kese, BALANCE));
    await settled();
    const refusals = (): unknown[] =>
      linesWith(kese.lines, "requests_refused").map((line) => JSON.parse(line).refused);
    await Promise.all(many(5, () => send(kese, BALANCE)));
    assertEquals(refusals(), [1], "the others are in the next line");
    clock.advance(REFUSAL_LOG_INTERVAL_MILLISECONDS);
    await send(kese, BALANCE);
    assertEquals(refusals(), [1, 5]);
    release();
    await Promise.all(waiting);
  }));

Deno.test("createApp() gives a body that is on its way no place, and answers it when it has come", () =>
  withBench(async ({ kese }) => {
    const payments = await payManySlowly(kese, REQUESTS_IN_FLIGHT + 1);
    for (const payment of payments) payment.send('{"userNo":"1",');
    await settled();
    assertEquals((await send(kese, BALANCE)).status, 200);
    await endAll(payments, '"amount":"0"}');
    const answers = await Promise.all(payments.map(({ answer }) => answer));
    assertEquals(statuses(answers), { 422: REQUESTS_IN_FLIGHT + 1 });
  }));

Deno.test("createApp() reads as many bodies at once as the bound says, and refuses one more", () =>
  withBench(async ({ kese }) => {
    const payments = await payManySlowly(kese, BODIES_AT_ONCE);
    assertProblem(await send(kese, PAY, { json: { userNo: "1", amount: "1" } }), 503, "busy");
    assertEquals((await send(kese, `${PAY}?userNo=1&amount=1`)).status, 201, "it has no body");
    await endAll(payments, "{}");
    const answers = await Promise.all(payments.map(({ answer }) => answer));
    assertEquals(statuses(answers), { 400: BODIES_AT_ONCE });
    assertEquals((await send(kese, PAY, { json: { userNo: "1", amount: "1" } })).status, 201);
  }));

Deno.test("createApp() refuses a request whose body comes when no place is left, and nothing has happened", () =>
  withBench(async ({ kese, hold, release }) => {
    const payment = paySlowly(kese);
    payment.send('{"userNo":"1","amount":"1"}');
    await settled();
    hold();
    const waiting = many(REQUESTS_IN_FLIGHT, () => send(kese, BALANCE));
    await settled();
    payment.end();
    assertProblem(await payment.answer, 503, "busy");
    release();
    assertEquals(statuses(await Promise.all(waiting)), { 200: REQUESTS_IN_FLIGHT });
    assertEquals((await journalOf(kese, "1")).length, 1);
    assertEquals((await send(kese, PAY, { json: { userNo: "1", amount: "1" } })).status, 201);
  }));

Deno.test("createApp() gives a body its time, and refuses what does not come in it", async () => {
  await using kese = await openTestKese({ clock: createImpatientClock() });
  await createUser(kese, "1");
  const payment = paySlowly(kese);
  payment.send('{"userNo":"1",');
  assertProblem(await payment.answer, 400, "malformed_request");
  payment.send('"amount":"1"}');
  payment.end();
  await settled();
  assertEquals((await journalOf(kese, "1")).length, 1);
});
