import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { addTallies, type Tally } from "../../domain/day_end.ts";
import { createDayFinder, createDaySums } from "../../domain/day_sums.ts";
import { dayOf } from "../../domain/days.ts";
import { ENTRY_TYPES } from "../../domain/entry_traits.ts";
import { kurus } from "../../domain/money.ts";

// Whole, half and quarter hours from UTC, clocks that are changed, and one that was changed at midnight.
const ZONES = [
  ...["Europe/Istanbul", "Asia/Kolkata", "Asia/Kathmandu", "Europe/Berlin", "America/Sao_Paulo"],
  ...["Australia/Lord_Howe", "Pacific/Apia", "UTC"],
];

Deno.test("createDayFinder() finds the day of a calendar, in any order and near every midnight", () => {
  const instants = fc.array(fc.integer({ min: Date.UTC(2010, 0), max: Date.UTC(2030, 0) }));
  const offsets = fc.integer({ min: -1_000, max: 1_000 });
  fc.assert(
    fc.property(fc.constantFrom(...ZONES), instants, offsets, (zone, times, offset) => {
      const findDay = createDayFinder(zone);
      for (const at of times) {
        const nearby = Math.round(at / 900_000) * 900_000 + offset;
        for (const one of [at, nearby, at]) assertEquals(findDay(one), dayOf(one, zone));
      }
    }),
    { seed: 20260101 },
  );
});

Deno.test("createDaySums() adds up each day apart", () => {
  const tally = fc.record({
    type: fc.constantFrom(...ENTRY_TYPES.slice(0, 4)),
    gateway: fc.constantFrom("iyzico", "stripe"),
    count: fc.nat(5),
    amountKurus: fc.nat(1_000).map(kurus),
    deltaKurus: fc.integer({ min: -1_000, max: 1_000 }).map(kurus),
  }, { noNullPrototype: true });
  const added = fc.array(fc.tuple(fc.constantFrom("2026-01-01", "2026-01-02"), tally));
  fc.assert(
    fc.property(added, (all) => {
      const sums = createDaySums();
      for (const [day, one] of all) sums.add(day, one);
      const found = new Map<string, readonly Tally[]>(
        [...sums.days()].map(([day, tallies]) => [day, addTallies(tallies)]),
      );
      const expected = [...Map.groupBy(all, ([day]) => day)].map(([day, of]) =>
        [day, addTallies(of.map(([, one]) => one))] as const
      );
      assertEquals(found, new Map(expected));
    }),
    { seed: 20260101 },
  );
});
