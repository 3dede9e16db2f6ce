import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { type DayEnd, type Tally, totalDelta } from "../../../domain/day_end.ts";
import { addDays, dayOf, spanOfDay } from "../../../domain/days.ts";
import { COMMIT_DELAY_MAX_MILLISECONDS, DAY_ENDS_WAITING } from "../../../domain/limits.ts";
import { kurus } from "../../../domain/money.ts";
import type { DayEnds as DayEndStore, Tallied } from "../../../domain/ports/day_ends.ts";
import { BusyError } from "../../../domain/ports/errors.ts";
import { createDayEnds } from "../../../domain/workflows/day_ends.ts";
import { createImpatientClock, createTestClock, DAY, passTurns } from "../../support/clock.ts";

const FILO = "hergele";
const ZONE = "Europe/Istanbul";
const FIRST = "2026-03-01";
const CALENDAR = { filo: FILO, timeZone: ZONE };

const after = (days: number) => addDays(FIRST, days);
const startOf = (day: string) => spanOfDay(day, ZONE).from;

type Moved = Readonly<Record<string, number>>;
type WorkingStore = Omit<DayEndStore, "kept" | "open">;

/** A store whose fleet was credited or paid so much a day, and that says which days it tallied. */
function createStore(moved: Moved, { isSettled = (_day: string): boolean => true } = {}) {
  const kept = new Map<string, DayEnd>();
  const tallied: string[] = [];
  const store: WorkingStore = {
    since: () => {
      const [first] = Object.keys(moved).toSorted();
      return Promise.resolve(first === undefined ? undefined : startOf(first));
    },
    tally: (_filo, { from }): Promise<Tallied> => {
      const day = dayOf(from, ZONE);
      tallied.push(day);
      const delta = moved[day];
      return Promise.resolve({
        tallies: delta === undefined ? [] : [toTally(delta)],
        isSettled: isSettled(day),
      });
    },
    keep: (_calendar, end) => {
      if (!kept.has(end.day)) kept.set(end.day, end);
      return Promise.resolve(kept.get(end.day) ?? end);
    },
    newestUpTo: (_calendar, day) => {
      const days = [...kept.keys()].toSorted().filter((one) => one <= day);
      return Promise.resolve(kept.get(days.at(-1) ?? ""));
    },
  };
  return { store, kept, tallied };
}

function toTally(delta: number): Tally {
  const type = delta < 0 ? "payment" : "refund";
  return { type, count: 1, amountKurus: kurus(Math.abs(delta)), deltaKurus: kurus(delta) };
}

function openDayEnds(store: WorkingStore, day: string, createClock = createTestClock) {
  const clock = createClock(startOf(day));
  return { clock, dayEnds: createDayEnds({ store, clock, timeZone: ZONE }) };
}

Deno.test("of() begins a day with what the day before closed with", async () => {
  const moved = { [FIRST]: 1_000, [after(2)]: -300, [after(3)]: 50 };
  const { store, tallied } = createStore(moved);
  const { dayEnds } = openDayEnds(store, after(4));
  const { end, isFinal } = await dayEnds.of(FILO, after(3));
  assertEquals([end.openingKurus, end.closingKurus, isFinal], [kurus(700), kurus(750), false]);
  assertEquals(tallied, [0, 1, 2, 3].map(after));
  const first = await dayEnds.of(FILO, FIRST);
  assertEquals([first.end.openingKurus, first.end.closingKurus], [kurus(0), kurus(1_000)]);
});

Deno.test("of() closes each day with its opening and all that moved, whatever moved", async () => {
  const moves = fc.dictionary(
    fc.nat(40).map((place) => after(place)),
    fc.integer({ min: -5_000, max: 5_000 }),
    { maxKeys: 12 },
  );
  const asked = fc.array(fc.nat(45), { minLength: 1, maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(moves, asked, async (moved, places) => {
      const { store } = createStore(moved);
      const { dayEnds } = openDayEnds(store, after(46));
      for (const place of places) {
        const { end } = await dayEnds.of(FILO, after(place));
        const next = await dayEnds.of(FILO, after(place + 1));
        assertEquals(end.closingKurus, end.openingKurus + totalDelta(end.movements));
        assertEquals(next.end.openingKurus, end.closingKurus);
        const all = Object.entries(moved).filter(([day]) => day <= end.day);
        assertEquals<number>(end.closingKurus, all.reduce((sum, [, delta]) => sum + delta, 0));
      }
    }),
    { seed: 20260101, numRuns: 60 },
  );
});

Deno.test("of() says that a day is final once the slowest command of it must have ended", async () => {
  const { store, kept } = createStore({ [FIRST]: 1_000 });
  const { clock, dayEnds } = openDayEnds(store, after(1));
  const isFinal = async () => (await dayEnds.of(FILO, FIRST)).isFinal;
  assertEquals(await isFinal(), false);
  clock.advance(COMMIT_DELAY_MAX_MILLISECONDS - 1);
  assertEquals([await isFinal(), kept.size], [false, 0]);
  clock.advance(1);
  assertEquals([await isFinal(), kept.size], [true, 1]);
});

Deno.test("of() works out a final day once, and days under way each time", async () => {
  const { store, tallied } = createStore({ [FIRST]: 1_000, [after(2)]: 5 });
  const { clock, dayEnds } = openDayEnds(store, after(2));
  clock.advance(DAY / 2);
  const first = await dayEnds.of(FILO, after(1));
  assertEquals(tallied, [FIRST, after(1)]);
  assertEquals(await dayEnds.of(FILO, after(1)), first);
  await dayEnds.of(FILO, after(2));
  await dayEnds.of(FILO, after(2));
  assertEquals(tallied, [FIRST, after(1), after(2), after(2)]);
});

Deno.test("of() keeps no day of which an entry still waits, nor one after it", async () => {
  let waiting = true;
  const { store, kept } = createStore({ [FIRST]: 1_000 }, {
    isSettled: (day) => !waiting || day !== after(1),
  });
  const { dayEnds } = openDayEnds(store, after(5));
  assertEquals((await dayEnds.of(FILO, after(3))).isFinal, false);
  assertEquals([...kept.keys()], [FIRST]);
  waiting = false;
  assertEquals((await dayEnds.of(FILO, after(3))).isFinal, true);
  assertEquals([...kept.keys()], [0, 1, 2, 3].map(after));
});

Deno.test("of() keeps nothing of days before a fleet's first entry", async () => {
  const nobody = createStore({});
  const { end } = await openDayEnds(nobody.store, FIRST).dayEnds.of(FILO, "1999-12-31");
  assertEquals([end.openingKurus, end.closingKurus, end.movements], [kurus(0), kurus(0), []]);
  const later = createStore({ [after(3)]: 10 });
  const { dayEnds } = openDayEnds(later.store, after(6));
  assertEquals((await dayEnds.of(FILO, after(1))).isFinal, true);
  assertEquals([nobody.kept.size, later.kept.size, later.tallied], [0, 0, []]);
});

Deno.test("of() gives what another instance kept first", async () => {
  const moved: Record<string, number> = { [FIRST]: 1_000 };
  const { store } = createStore(moved);
  const first = await openDayEnds(store, after(3)).dayEnds.of(FILO, FIRST);
  moved[FIRST] = 7;
  assertEquals(await openDayEnds(store, after(3)).dayEnds.of(FILO, FIRST), first);
  assertEquals(await store.newestUpTo(CALENDAR, FIRST), first.end);
});

Deno.test("of() works out one day's end of a fleet at a time, and refuses when too many wait", async () => {
  const { store, tallied } = createStore({ [FIRST]: 1_000 });
  let [atOnce, most] = [0, 0];
  const slow: WorkingStore = {
    ...store,
    tally: async (filo, span) => {
      most = Math.max(most, ++atOnce);
      await passTurns(3);
      atOnce--;
      return await store.tally(filo, span);
    },
  };
  const { dayEnds } = openDayEnds(slow, after(10));
  const asked = Array.from({ length: DAY_ENDS_WAITING + 1 }, () => dayEnds.of(FILO, after(8)));
  const results = await Promise.allSettled(asked);
  const refused = results.filter((result) => result.status === "rejected");
  assertEquals(refused.map(({ reason }) => reason instanceof BusyError), [true]);
  // The others found what the first one had kept.
  assertEquals([most, tallied.length], [1, 9]);
  assertEquals((await dayEnds.of(FILO, after(8))).isFinal, true);
});

Deno.test("of() goes on without a request that has waited too long", async () => {
  const { store, kept } = createStore({ [FIRST]: 1_000 });
  const released = Promise.withResolvers<void>();
  const slow: WorkingStore = {
    ...store,
    tally: (filo, span) => released.promise.then(() => store.tally(filo, span)),
  };
  const { dayEnds } = openDayEnds(slow, after(9), createImpatientClock);
  await assertRejects(() => dayEnds.of(FILO, after(1)), BusyError);
  released.resolve();
  await passTurns(10);
  assertEquals([...kept.keys()], [FIRST, after(1)]);
  assert((await dayEnds.of(FILO, after(1))).isFinal);
});

Deno.test("of() fails when a store fails, and works the next time", async () => {
  const { store } = createStore({ [FIRST]: 1_000 });
  let isAway = true;
  const { dayEnds } = openDayEnds({
    ...store,
    tally: (filo, span) => isAway ? Promise.reject(new Error("away")) : store.tally(filo, span),
  }, after(9));
  await assertRejects(() => dayEnds.of(FILO, FIRST), Error, "away");
  isAway = false;
  assertEquals((await dayEnds.of(FILO, FIRST)).end.closingKurus, kurus(1_000));
});

Deno.test("of() answers each request as soon as the work has come to its day", async () => {
  const { store, kept } = createStore({ [FIRST]: 1_000 });
  const gates = new Map([2, 6].map((place) => [after(place), Promise.withResolvers<void>()]));
  const { dayEnds } = openDayEnds({
    ...store,
    tally: async (filo, span) => {
      await gates.get(dayOf(span.from, ZONE))?.promise;
      return await store.tally(filo, span);
    },
  }, after(10));
  const last = dayEnds.of(FILO, after(8));
  await passTurns(2);
  // These come when the work has begun, and is still before their days.
  const asked = [3, 5].map((place) => dayEnds.of(FILO, after(place)));
  await passTurns(2);
  assertEquals(kept.size, 2);
  gates.get(after(2))?.resolve();
  const shown = await Promise.all(asked);
  assertEquals(shown.map(({ end, isFinal }) => [end.day, isFinal]), [
    [after(3), true],
    [after(5), true],
  ]);
  assertEquals(kept.size, 6);
  gates.get(after(6))?.resolve();
  assertEquals((await last).end.day, after(8));
});

Deno.test("of() looks at the store once for all who ask meanwhile, and never misses what came before a request", async () => {
  const moved: Record<string, number> = { [FIRST]: 1_000 };
  const { store, tallied } = createStore(moved);
  const gate = Promise.withResolvers<void>();
  const { dayEnds } = openDayEnds({
    ...store,
    tally: async (filo, span) => {
      const tally = await store.tally(filo, span);
      await gate.promise;
      return tally;
    },
  }, FIRST);
  const early = dayEnds.of(FILO, FIRST);
  await passTurns(2);
  assertEquals(tallied, [FIRST]);
  moved[FIRST] = 1_500;
  const late = Array.from({ length: 20 }, () => dayEnds.of(FILO, FIRST));
  await passTurns(2);
  gate.resolve();
  assertEquals((await early).end.closingKurus, kurus(1_000));
  for (const { end } of await Promise.all(late)) assertEquals(end.closingKurus, kurus(1_500));
  assertEquals(tallied, [FIRST, FIRST]);
});

Deno.test("closeNext() closes one final day after the other, until there is none", async () => {
  const { store, kept, tallied } = createStore({ [FIRST]: 1_000, [after(2)]: -300 });
  const { clock, dayEnds } = openDayEnds(store, after(3));
  const closeAll = async () => {
    const days: string[] = [];
    while (await dayEnds.closeNext(FILO)) days.push([...kept.keys()].at(-1) ?? "");
    return days;
  };
  // The day before today may still get an entry.
  assertEquals(await closeAll(), [FIRST, after(1)]);
  clock.advance(COMMIT_DELAY_MAX_MILLISECONDS);
  assertEquals(await closeAll(), [after(2)]);
  assertEquals(kept.get(after(2))?.closingKurus, kurus(700));
  assertEquals(tallied, [FIRST, after(1), after(2)]);
  assertEquals((await dayEnds.of(FILO, after(2))).isFinal, true);
  clock.advance(DAY);
  assertEquals(await closeAll(), [after(3)]);
});

Deno.test("closeNext() leaves the store alone until another day can be closed", async () => {
  const { store } = createStore({});
  let asked = 0;
  const { clock, dayEnds } = openDayEnds({
    ...store,
    newestUpTo: (...args) => {
      asked++;
      return store.newestUpTo(...args);
    },
  }, FIRST);
  for (let round = 0; round < 3; round++) assertEquals(await dayEnds.closeNext(FILO), false);
  assertEquals(asked, 1);
  clock.advance(DAY);
  assertEquals([await dayEnds.closeNext(FILO), asked], [false, 2]);
});

Deno.test("closeNext() comes back to a day of which an entry still waits", async () => {
  let waits = true;
  const { store, kept } = createStore({ [FIRST]: 1_000 }, { isSettled: () => !waits });
  const { dayEnds } = openDayEnds(store, after(2));
  assertEquals([await dayEnds.closeNext(FILO), kept.size], [false, 0]);
  waits = false;
  assertEquals([await dayEnds.closeNext(FILO), kept.size], [true, 1]);
});
