import { assert, assertEquals } from "@std/assert";
import { keepClosingDays, keepMoving, keepSweeping } from "../../../infra/process/sweeping.ts";
import { createTestClock, NOW } from "../../support/clock.ts";
import { waitUntil } from "../../support/event_receiver.ts";
import { createTestLog } from "../../support/logs.ts";

const OFTEN = { intervalMilliseconds: 1 };

/** Work whose rounds end when the test says so. */
function createRounds() {
  const begun: PromiseWithResolvers<void>[] = [];
  const work = () => {
    const round = Promise.withResolvers<void>();
    begun.push(round);
    return round.promise;
  };
  return { begun, work };
}

/** Lets some intervals pass. */
function passIntervals(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 30));
}

function eventsOf(lines: readonly string[]): readonly string[] {
  return lines.map((line) => JSON.parse(line).event);
}

Deno.test("keepMoving() files what waits now, one round after the other, however long one takes", async () => {
  const { begun, work } = createRounds();
  const { log } = createTestLog();
  const asked: number[] = [];
  const clock = createTestClock();
  const moveWaiting = (now: number) => {
    asked.push(now);
    return work();
  };
  const stop = keepMoving({ moveWaiting, clock, log, ...OFTEN });
  await waitUntil(() => begun.length === 1);
  await passIntervals();
  assertEquals(begun.length, 1);
  clock.advance(5);
  begun[0]?.resolve();
  await waitUntil(() => begun.length === 2);
  assertEquals(asked, [NOW, NOW + 5]);
  stop();
  begun[1]?.resolve();
  await passIntervals();
  assertEquals(begun.length, 2);
});

Deno.test("keepMoving() logs a round that fails, and goes on", async () => {
  const { log, lines } = createTestLog();
  let rounds = 0;
  const moveWaiting = () => ++rounds === 1 ? Promise.reject(new Error("away")) : Promise.resolve();
  const stop = keepMoving({ moveWaiting, clock: createTestClock(), log, ...OFTEN });
  await waitUntil(() => rounds >= 3);
  stop();
  assertEquals(eventsOf(lines), ["entries_not_moved"]);
});

Deno.test("keepMoving() does nothing for a store in which nothing waits", () => {
  const { log } = createTestLog();
  // The sanitizer of the tests would find a timer.
  keepMoving({ moveWaiting: undefined, clock: createTestClock(), log, ...OFTEN });
});

Deno.test("keepSweeping() sweeps at once, and never twice at the same time", async () => {
  const { begun, work } = createRounds();
  const { log } = createTestLog();
  const stop = keepSweeping({ sweep: work, inspect: undefined, log, ...OFTEN });
  assertEquals(begun.length, 1);
  await passIntervals();
  assertEquals(begun.length, 1);
  begun[0]?.resolve();
  await waitUntil(() => begun.length === 2);
  stop();
  begun[1]?.resolve();
});

Deno.test("keepSweeping() inspects the store until that has succeeded once, whatever its sweeps do", async () => {
  const { log, lines } = createTestLog();
  let [sweeps, inspections] = [0, 0];
  const stop = keepSweeping({
    sweep: () => {
      sweeps++;
      return Promise.reject(new Error("away"));
    },
    inspect: () => ++inspections === 1 ? Promise.reject(new Error("away")) : Promise.resolve(),
    log,
    ...OFTEN,
  });
  await waitUntil(() => sweeps >= 4);
  stop();
  assertEquals(inspections, 2);
  assert(eventsOf(lines).filter((event) => event === "sweep_failed").length >= 3);
  assertEquals(eventsOf(lines).filter((event) => event === "store_not_inspected").length, 1);
});

Deno.test("keepClosingDays() closes each fleet's days until none is left, and looks again later", async () => {
  const { log, lines } = createTestLog();
  const left = new Map([["first", 3], ["broken", 1], ["second", 2]]);
  const asked: string[] = [];
  let failures = 0;
  const closeNext = (filo: string) => {
    asked.push(filo);
    if (filo === "broken" && failures++ === 0) return Promise.reject(new Error("away"));
    const days = left.get(filo) ?? 0;
    left.set(filo, Math.max(0, days - 1));
    return Promise.resolve(days > 0);
  };
  const opening = Promise.withResolvers<void>();
  const stop = keepClosingDays({
    fleets: left.keys().toArray(),
    dayEnds: { closeNext },
    opening: () => opening.promise,
    log,
    ...OFTEN,
  });
  await passIntervals();
  assertEquals(asked, [], "before the store is known to be the right one");
  opening.resolve();
  await waitUntil(() => asked.length > 9);
  stop();
  const firstRound = [...Array(4).fill("first"), "broken", ...Array(3).fill("second")];
  assertEquals(asked.slice(0, 10), [...firstRound, "first", "broken"]);
  assertEquals(eventsOf(lines), ["days_not_closed"]);
});

Deno.test("keepClosingDays() ends with the day that it works out, and says nothing of a store that was closed", async () => {
  const { log, lines } = createTestLog();
  const { begun, work } = createRounds();
  let fails = false;
  const closeNext = async () => {
    await work();
    if (fails) throw new Error("closed");
    return true;
  };
  const opened = { opening: () => undefined, log, ...OFTEN };
  const stop = keepClosingDays({ fleets: ["first"], dayEnds: { closeNext }, ...opened });
  await waitUntil(() => begun.length === 1);
  begun[0]?.resolve();
  await waitUntil(() => begun.length === 2);
  stop();
  fails = true;
  begun[1]?.resolve();
  await passIntervals();
  assertEquals([begun.length, lines], [2, []]);
});
