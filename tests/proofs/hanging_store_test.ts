import { assertEquals, assertLess } from "@std/assert";
import { COMMAND_DEADLINE_MILLISECONDS } from "../../domain/limits.ts";
import type { DelayProxy } from "../../scripts/services/delay_proxy.ts";
import { createTestClock, NOW, type TestClock } from "../support/clock.ts";
import { type Answer, createUser, openTestKese, send, type TestKese } from "../support/kese.ts";
import { mongoUri, openFreshMongoStore, startMongoProxy } from "../support/mongo_store.ts";

/**
 * How much faster time passes, so that no test waits ten seconds for a deadline. Any faster, and on a busy
 * machine a command's time would pass before its save is sent, which is another answer.
 */
const HASTE = 8;
const DEADLINE_MILLISECONDS = COMMAND_DEADLINE_MILLISECONDS / HASTE;
/** Far below the driver's own time-outs, so that these do not end the calls. */
const CALL_MILLISECONDS = 250;
/** A command's time, one call, and a busy machine. */
const ANSWER_MILLISECONDS = DEADLINE_MILLISECONDS + CALL_MILLISECONDS + 750;

function createHastyClock(): TestClock {
  const begun = performance.now();
  return { ...createTestClock(), now: () => NOW + (performance.now() - begun) * HASTE };
}

/**
 * The driver gives up a connection that is silent after 5 s, one that does not open after 3 s; and a
 * busy machine.
 */
const RECOVERY_MILLISECONDS = 8_000 + 4_000;

/** A program on a store behind a network that breaks. */
interface Bench {
  readonly kese: TestKese;
  readonly proxy: DelayProxy;
  /** Another instance on the same store, which has no account in its cache. */
  cold(): Promise<TestKese>;
}

function proxyTest(name: string, test: (bench: Bench) => Promise<void>): void {
  // The driver may have a timer left of a call that was given up when it is closed.
  const sanitizeOps = false;
  Deno.test({ name, ignore: mongoUri === undefined, sanitizeOps }, async () => {
    await using resources = new AsyncDisposableStack();
    const proxy = resources.adopt(startMongoProxy(0), ({ close }) => close());
    const options = { proxy, callMilliseconds: CALL_MILLISECONDS };
    const store = resources.adopt(await openFreshMongoStore(options), ({ close }) => close());
    const shared = { ...store, close: () => Promise.resolve() };
    const open = async () =>
      resources.use(await openTestKese({ store: shared, clock: createHastyClock() }));
    await test({ kese: await open(), proxy, cold: open }).finally(proxy.letThrough);
  });
}

/** Pays 1.00 with a key, always the same one. Fails the test when the answer comes too late. */
async function ride(kese: TestKese, userNo: string): Promise<Answer> {
  const begun = performance.now();
  const answer = await send(kese, `POST /kart-saklamali-odeme?userNo=${userNo}&amount=1`, {
    headers: { "idempotency-key": "one ride" },
  });
  assertLess(performance.now() - begun, ANSWER_MILLISECONDS);
  return answer;
}

/** Repeats a payment until it succeeds, as its 503 tells the client to. */
async function rideAgain(kese: TestKese, userNo: string): Promise<Answer> {
  const begun = performance.now();
  for (;;) {
    const answer = await ride(kese, userNo);
    if (answer.status === 201) return answer;
    assertEquals(answer.status, 503);
    assertLess(performance.now() - begun, RECOVERY_MILLISECONDS);
  }
}

async function balanceOf(kese: TestKese, userNo: string): Promise<string> {
  return (await send(kese, `GET /bakiye?userNo=${userNo}`)).body.balance;
}

proxyTest(
  "POST /kart-saklamali-odeme is busy in time when its account cannot be read, and recovers",
  async ({ kese, cold, proxy }) => {
    await createUser(kese, "1", "100.00");
    const instance = await cold();
    proxy.swallow("everything");
    const busy = await ride(instance, "1");
    assertEquals([busy.status, busy.body.code], [503, "busy"]);
    proxy.letThrough();
    assertEquals((await rideAgain(instance, "1")).headers.get("idempotent-replayed"), null);
    assertEquals(await balanceOf(kese, "1"), "99.00");
  },
);

proxyTest(
  "POST /kart-saklamali-odeme pays once when the answer to its save gets lost, and says so later",
  async ({ kese, proxy }) => {
    await createUser(kese, "1", "100.00");
    await send(kese, "POST /kart-saklamali-odeme?userNo=1&amount=1");
    proxy.swallow("answers");
    const unknown = await ride(kese, "1");
    assertEquals([unknown.status, unknown.body.code], [503, "outcome_unknown"]);
    proxy.letThrough();
    const paid = await rideAgain(kese, "1");
    assertEquals(paid.headers.get("idempotent-replayed"), "true");
    assertEquals(await balanceOf(kese, "1"), "98.00");
  },
);

proxyTest(
  "POST /kart-saklamali-odeme is answered in time when more hang than there are connections",
  async ({ kese, proxy }) => {
    const users = Array.from({ length: 30 }, (_, place) => `u${place}`);
    // One by one: what a busy machine does not finish within a call's time would not be cached.
    for (const user of users) {
      await createUser(kese, user, "100.00");
      const payment = `POST /kart-saklamali-odeme?userNo=${user}&amount=1`;
      assertEquals((await send(kese, payment)).status, 201);
    }
    proxy.swallow("everything");
    const answers = await Promise.all(users.map((user) => ride(kese, user)));
    assertEquals(answers.map(({ body }) => body.code), users.map(() => "outcome_unknown"));
    proxy.letThrough();
    const paid = await Promise.all(users.map((user) => rideAgain(kese, user)));
    assertEquals(paid.map(({ status }) => status), users.map(() => 201));
    for (const user of users) assertEquals(await balanceOf(kese, user), "98.00");
  },
);
