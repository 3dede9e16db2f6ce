import type { Instant } from "./account.ts";
import type { Tally } from "./day_end.ts";
import { type Day, dayOf } from "./days.ts";
import { HOUR_MILLISECONDS } from "./limits.ts";

/** What entries add up to in each of their days, however many there are. */
export interface DaySums {
  add(day: Day, tally: Tally): void;
  /** Each day that has any, in no order. */
  days(): Iterable<readonly [Day, Iterable<Tally>]>;
}

type Sum = { -readonly [Name in keyof Tally]: Tally[Name] };

export function createDaySums(): DaySums {
  const days = new Map<Day, Map<string, Sum>>();
  return {
    add: (day, tally) => {
      const sums = days.get(day) ?? new Map<string, Sum>();
      days.set(day, sums);
      const name = `${tally.type} ${tally.gateway ?? ""}`;
      const sum = sums.get(name);
      if (sum === undefined) return void sums.set(name, { ...tally });
      sum.count += tally.count;
      sum.amountKurus = sum.amountKurus + tally.amountKurus as Tally["amountKurus"];
      sum.deltaKurus = sum.deltaKurus + tally.deltaKurus as Tally["deltaKurus"];
    },
    days: function* () {
      for (const [day, sums] of days) yield [day, sums.values()];
    },
  };
}

/**
 * Finds the days of many instants. Asking a calendar takes longer than adding an amount, so what lies in
 * an hour that has only one day is asked for once.
 */
export function createDayFinder(timeZone: string): (at: Instant) => Day {
  const hours = new Map<number, Day | undefined>();
  return (at) => {
    const hour = Math.floor(at / HOUR_MILLISECONDS);
    if (!hours.has(hour)) {
      const from = hour * HOUR_MILLISECONDS;
      const day = dayOf(from, timeZone);
      const isOneDay = dayOf(from + HOUR_MILLISECONDS - 1, timeZone) === day;
      hours.set(hour, isOneDay ? day : undefined);
    }
    return hours.get(hour) ?? dayOf(at, timeZone);
  };
}
