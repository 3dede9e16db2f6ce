import { assert, assertEquals, assertLess } from "@std/assert";
import { type AccountId, accountKey } from "../../../domain/account.ts";
import {
  EVENT_FAILURES_BEFORE_REST,
  EVENTS_AT_ONCE,
  EVENTS_IN_MEMORY,
} from "../../../domain/limits.ts";
import type { EventOutbox } from "../../../domain/ports/event_outbox.ts";
import type { AccountEvent, EventAnswer, EventSender } from "../../../domain/ports/event_sender.ts";
import type { Observer } from "../../../domain/ports/observer.ts";
import { createEvents, type Events } from "../../../domain/workflows/events.ts";
import { openSqliteStore } from "../../../infra/sqlite/store.ts";
import type { Store } from "../../../infra/store.ts";
import { createTestClock, DAY, MINUTE, NOW, type TestClock } from "../../support/clock.ts";
import { commitTo, createCommands, paying, PERSON } from "../../support/commands.ts";
import { createTestLog } from "../../support/logs.ts";

const FLEETS = ["hergele", "baska"];

/** What a receiver answers to an event: a status, null for none, more than that, or a promise of it. */
type Answer = (event: AccountEvent) => Answered | Promise<Answered>;
type Answered = number | null | EventAnswer;

interface Bench extends AsyncDisposable {
  readonly store: Store;
  readonly events: Events;
  readonly clock: TestClock;
  /** Every attempt, in order. */
  readonly sent: AccountEvent[];
  readonly lines: string[];
  /** How long after their commits events were delivered, as an observer is told. */
  readonly lags: number[];
  answer: Answer;
  mostAtOnce: number;
  /** Events that were read of the store. */
  taken: number;
  /** Whether the store cannot keep what became of events. */
  isAway: boolean;
  pay(id: AccountId, times?: number): Promise<void>;
  open(...ids: readonly AccountId[]): Promise<void>;
  /** Waits in real time until that is so; moves the clock meanwhile if that is asked for. */
  until(isSo: () => boolean | Promise<boolean>, advance?: number): Promise<void>;
  statuses(filo?: string): Promise<Record<string, number>>;
}

/** The events of two fleets on a store in memory, with receivers that answer as the test says. */
async function openBench(): Promise<Bench> {
  const store = openSqliteStore(":memory:");
  const clock = createTestClock(NOW + MINUTE);
  const { log, lines } = createTestLog({ clock });
  const commands = createCommands();
  const sent: AccountEvent[] = [];
  let atOnce = 0;
  const sender: EventSender = {
    send: async (_target, event) => {
      sent.push(event);
      bench.mostAtOnce = Math.max(bench.mostAtOnce, ++atOnce);
      const answer = await bench.answer(event);
      atOnce--;
      return answer !== null && typeof answer === "object" ? answer : { status: answer };
    },
  };
  const targets = new Map(
    FLEETS.map((filo) => [filo, { url: `https://${filo}.example`, secrets: [] }]),
  );
  const lags: number[] = [];
  const nothing = () => {};
  const observer: Observer = {
    ...{ routed: nothing, refused: nothing, waiting: nothing, saved: nothing, topUpsOpen: nothing },
    eventDelivered: (lag) => lags.push(lag),
  };
  const outbox: EventOutbox = {
    ...store.events,
    take: async (...args) => {
      const events = await store.events.take(...args);
      bench.taken += events.length;
      return events;
    },
    settle: async (filo, deliveries, now) => {
      if (bench.isAway && deliveries.length > 0) throw new Error("the store is away");
      await store.events.settle(filo, deliveries, now);
    },
  };
  const ports = { outbox, sender, clock, log, observer, chance: () => 0.5 };
  const events = await createEvents(ports, targets);
  const bench: Bench = {
    store,
    events,
    clock,
    sent,
    lines,
    lags,
    answer: () => 200,
    mostAtOnce: 0,
    taken: 0,
    isAway: false,
    open: async (...ids) => {
      for (const id of ids) {
        await store.accounts.insert(commands.opening(id, { balanceKurus: 100_000 }), PERSON);
      }
    },
    pay: async (id, times = 1) => {
      for (let paid = 0; paid < times; paid++) {
        await commitTo(store.accounts, id, paying(commands.payment(1)));
      }
    },
    until: async (isSo, advance = 0) => {
      for (let waits = 0; !await isSo(); waits++) {
        assertLess(waits, 2_000, "what is waited for does not come");
        clock.advance(advance);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    },
    statuses: async (filo = "hergele") => {
      const page = await events.list(filo, { limit: 1_000 });
      const groups = Map.groupBy(page.events, ({ status }) => status);
      return Object.fromEntries([...groups].map(([status, group]) => [status, group.length]));
    },
    [Symbol.asyncDispose]: async () => {
      await events.stop();
      await store.close();
    },
  };
  events.start();
  return bench;
}

function user(userNo: number, filo = "hergele"): AccountId {
  return { filo, userNo: String(userNo) };
}

/** Whether each account's events came first in the order of their numbers. */
function assertInOrder(sent: readonly AccountEvent[]): void {
  const seen = new Map<string, number>();
  for (const { account, entry: { seq } } of sent) {
    const before = seen.get(accountKey(account)) ?? 0;
    assert(seq <= before + 1, `${accountKey(account)}: ${seq} came after ${before}`);
    seen.set(accountKey(account), Math.max(before, seq));
  }
}

Deno.test("FleetEvents tells how long after its commit an event was delivered, and of no other", async () => {
  await using bench = await openBench();
  let refusals = 1;
  bench.answer = () => refusals-- > 0 ? 500 : 200;
  await bench.open(user(1));
  await bench.until(() => bench.lags.length > 0, MINUTE);
  const [{ entry } = { entry: { at: NaN } }] = bench.sent;
  assertEquals([bench.sent.length, bench.lags.length], [2, 1]);
  assert((bench.lags[0] ?? 0) >= MINUTE && (bench.lags[0] ?? 0) <= bench.clock.now() - entry.at);
});

Deno.test("FleetEvents sends every entry, each account's in order, and a bounded number at once", async () => {
  await using bench = await openBench();
  const users = Array.from({ length: 40 }, (_, place) => user(place));
  bench.answer = async () => {
    await new Promise((resolve) => setTimeout(resolve, 1));
    return 204;
  };
  await bench.open(...users);
  await Promise.all(users.map((id) => bench.pay(id, 5)));
  await bench.until(() => bench.sent.length === 40 * 6);
  assertInOrder(bench.sent);
  assertEquals(bench.mostAtOnce, EVENTS_AT_ONCE);
  await bench.until(async () => (await bench.statuses()).delivered === 40 * 6);
});

Deno.test("FleetEvents repeats an event until it is taken, and keeps the later ones of its account back", async () => {
  await using bench = await openBench();
  let isDown = true;
  bench.answer = ({ account, entry }) =>
    isDown && account.userNo === "1" && entry.seq === 2 ? 500 : 200;
  await bench.open(user(1), user(2));
  await bench.pay(user(1), 3);
  await bench.pay(user(2), 3);
  await bench.until(async () => (await bench.statuses()).delivered === 5);
  assertEquals(
    bench.sent.some(({ account, entry }) => account.userNo === "1" && entry.seq > 2),
    false,
  );
  isDown = false;
  bench.clock.advance(MINUTE);
  await bench.until(async () => (await bench.statuses()).delivered === 8);
  assertInOrder(bench.sent);
});

Deno.test("FleetEvents leaves a receiver its time when it says how long it is busy", async () => {
  await using bench = await openBench();
  const asksMilliseconds = 10 * MINUTE;
  bench.answer = () => ({ status: 429, asksMilliseconds });
  await bench.open(user(1));
  const state = async () => (await bench.events.list("hergele", { limit: 1 })).events[0];
  await bench.until(async () => (await state())?.attempts === 1);
  assertEquals((await state())?.nextAt, bench.clock.now() + asksMilliseconds);
  const others = Array.from({ length: EVENT_FAILURES_BEFORE_REST }, (_, place) => user(place + 2));
  await bench.open(...others.slice(1));
  await bench.until(() => bench.sent.length === EVENT_FAILURES_BEFORE_REST);
  // Then it is at rest: a new event tries it once a minute, whatever it asks for.
  await bench.open(user(1_000));
  bench.clock.advance(MINUTE - 1);
  await new Promise((resolve) => setTimeout(resolve, 50));
  assertEquals(bench.sent.length, EVENT_FAILURES_BEFORE_REST);
  bench.clock.advance(1);
  await bench.until(() => bench.sent.length > EVENT_FAILURES_BEFORE_REST);
  assertEquals(bench.sent.at(-1)?.account, user(1_000));
});

Deno.test("FleetEvents leaves a receiver alone that is down for a day, and sends it all when it is back", async () => {
  await using bench = await openBench();
  bench.answer = () => null;
  const users = Array.from({ length: 50 }, (_, place) => user(place));
  await bench.open(...users);
  await bench.until(() => bench.sent.length >= EVENT_FAILURES_BEFORE_REST);
  for (let halfHours = 0; halfHours < 50; halfHours++) {
    bench.clock.advance(30 * MINUTE);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  assertLess(bench.sent.length, EVENT_FAILURES_BEFORE_REST + 60);
  await Promise.all(users.map((id) => bench.pay(id, 2)));
  bench.answer = () => 200;
  await bench.until(async () => (await bench.statuses()).delivered === 150, MINUTE);
  assertInOrder(bench.sent);
  assert(bench.lines.some((line) => line.includes("event_target_failing")));
  assert(bench.lines.some((line) => line.includes("event_target_recovered")));
});

Deno.test("FleetEvents gives an event up after three days, and goes on with the next of its account", async () => {
  await using bench = await openBench();
  bench.answer = ({ entry }) => entry.seq === 1 ? 400 : 200;
  await bench.open(user(1));
  await bench.pay(user(1));
  await bench.until(async () => (await bench.statuses()).failed === 1, MINUTE * 5);
  const attempts = bench.sent.filter(({ entry }) => entry.seq === 1).length;
  assert(bench.clock.now() >= NOW + 3 * DAY);
  await bench.until(async () => (await bench.statuses()).delivered === 1, MINUTE);
  const [failed] = (await bench.events.list("hergele", { limit: 1, status: "failed" })).events;
  assertEquals([failed?.attempts, failed?.lastStatus], [attempts, 400]);
  bench.answer = () => 200;
  await bench.events.again("hergele", failed?.entry.id ?? "");
  await bench.until(async () => (await bench.statuses()).delivered === 2);
});

Deno.test("FleetEvents sends nothing after a 410 until somebody asks for an event again", async () => {
  await using bench = await openBench();
  bench.answer = () => 410;
  await bench.open(user(1));
  await bench.until(async () => (await bench.statuses()).failed === 1);
  await bench.pay(user(1), 2);
  bench.clock.advance(DAY);
  await new Promise((resolve) => setTimeout(resolve, 100));
  assertEquals(bench.sent.length, 1);
  assertEquals(await bench.statuses(), { pending: 2, failed: 1 });
  bench.answer = () => 200;
  await bench.events.again("hergele", bench.sent[0]?.entry.id ?? "");
  await bench.until(async () => (await bench.statuses()).delivered === 3);
});

Deno.test("FleetEvents keeps what a 410 ended, also if the store was away when it came", async () => {
  await using bench = await openBench();
  bench.answer = () => 410;
  bench.isAway = true;
  await bench.open(user(1));
  await bench.until(() => bench.lines.some((line) => line.includes("events_not_read")), 100);
  bench.isAway = false;
  await bench.until(async () => (await bench.statuses()).failed === 1, 100);
  await bench.pay(user(1));
  bench.clock.advance(DAY);
  await new Promise((resolve) => setTimeout(resolve, 100));
  assertEquals(await bench.statuses(), { pending: 1, failed: 1 });
});

Deno.test("FleetEvents holds up no other fleet when a receiver does not answer", async () => {
  await using bench = await openBench();
  const gate = Promise.withResolvers<number>();
  bench.answer = ({ account }) => account.filo === "baska" ? gate.promise : 200;
  const slow = Array.from({ length: 40 }, (_, place) => user(place, "baska"));
  await bench.open(...slow, user(1));
  await bench.pay(user(1), 3);
  await bench.until(async () => (await bench.statuses()).delivered === 4);
  const waiting = bench.sent.filter(({ account }) => account.filo === "baska");
  assertEquals(waiting.length, EVENTS_AT_ONCE);
  gate.resolve(200);
  await bench.until(async () => (await bench.statuses("baska")).delivered === 40);
});

Deno.test("FleetEvents reads no more events ahead than it may hold in memory, however many wait", async () => {
  await using bench = await openBench();
  const gate = Promise.withResolvers<number>();
  bench.answer = () => gate.promise;
  const users = Array.from({ length: EVENTS_IN_MEMORY + 88 }, (_, place) => user(place));
  await bench.open(...users);
  // Few are left before more are read.
  await bench.until(() => bench.taken > EVENTS_IN_MEMORY / 2);
  bench.clock.advance(MINUTE);
  await new Promise((resolve) => setTimeout(resolve, 100));
  assertLess(bench.taken, EVENTS_IN_MEMORY + 1);
  assertEquals(bench.sent.length, EVENTS_AT_ONCE);
  gate.resolve(200);
  await bench.until(async () => (await bench.statuses()).delivered === users.length);
});
