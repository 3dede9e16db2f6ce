import { type DayEnd, endDay, type Tally, tallyOf, totalDelta } from "../day_end.ts";
import { createDayFinder, createDaySums, type DaySums } from "../day_sums.ts";
import type { Day } from "../days.ts";
import type { JournalEntry } from "../journal.ts";
import { add, formatAmount, type Kurus, NO_MONEY } from "../money.ts";
import type { Clock } from "../ports/clock.ts";
import type { DayEnds as DayEndStore } from "../ports/day_ends.ts";
import { findDifferences } from "../differences.ts";
import { createDayEnds, lastFinalDay } from "./day_ends.ts";

interface DayEndProofPorts {
  readonly store: DayEndStore;
  readonly clock: Pick<Clock, "now">;
  readonly timeZone: string;
}

/** What is found in one account, until it is known that it is what counts. */
export interface AccountDays {
  add(entry: JournalEntry): void;
  /** Counts the entries, and the balance that the account has after them. */
  count(balanceKurus: Kurus): void;
}

/** Proves the ends of days by the entries that are found account by account. */
export interface DayEndProof {
  ofAccount(filo: string): AccountDays;
  /** After all accounts. `mayKeep`: days that are not kept yet are worked out, as an accountant is given them. */
  prove(options: { readonly mayKeep: boolean }): Promise<ProvedDays>;
}

export interface ProvedDays {
  /** Ends of days that were compared. */
  readonly days: number;
  /** What does not add up, each with its fleet. */
  readonly faults: readonly string[];
}

/** What all accounts of a fleet have. */
interface FleetSums {
  /** By time zone. */
  readonly zones: ReadonlyMap<string, DaySums>;
  balanceKurus: Kurus;
}

/**
 * Creates a proof before any account is read: what is final by now is all there when they are. Each end
 * that is kept is compared with what the entries of that day, and of all days before it, add up to.
 */
export async function createDayEndProof(
  { store, clock, timeZone }: DayEndProofPorts,
): Promise<DayEndProof> {
  const now = clock.now();
  const zones = new Set([timeZone]);
  for await (const kept of store.kept()) zones.add(kept.timeZone);
  const finders = new Map([...zones].map((zone) => [zone, createDayFinder(zone)]));
  const fleets = new Map<string, FleetSums>();
  // Reconciling waits as long as it takes.
  const patient = { now: () => now, within: <T>(promise: Promise<T>) => promise };
  const dayEnds = createDayEnds({ store, clock: patient, timeZone });

  function createSums(): FleetSums["zones"] {
    return new Map([...zones].map((zone) => [zone, createDaySums()]));
  }

  function ofAccount(filo: string): AccountDays {
    const own = createSums();
    return {
      add: (entry) => {
        // Elsewhere it is named as a fault of its entry.
        if (!canBeAdded(entry)) return;
        for (const [zone, findDay] of finders) {
          own.get(zone)?.add(findDay(entry.at), tallyOf(entry));
        }
      },
      count: (balanceKurus) => {
        const fleet = fleets.get(filo) ?? { zones: createSums(), balanceKurus: NO_MONEY };
        fleets.set(filo, fleet);
        fleet.balanceKurus = add(fleet.balanceKurus, balanceKurus);
        for (const [zone, sums] of own) {
          for (const [day, tallies] of sums.days()) {
            for (const tally of tallies) fleet.zones.get(zone)?.add(day, tally);
          }
        }
      },
    };
  }

  /** Works out what a fleet's last final day ends with, and keeps the days up to it. */
  async function workOut(filo: string): Promise<readonly string[]> {
    try {
      const day = lastFinalDay(timeZone, now);
      const { end } = await dayEnds.of(filo, day);
      return compare(filo, end, endsOf(filo, timeZone).upTo(day));
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      return [`${filo}: its days cannot be added up: ${error.message}`];
    }
  }

  function endsOf(filo: string, zone: string): ExpectedEnds {
    return createExpectedEnds(fleets.get(filo)?.zones.get(zone));
  }

  async function prove({ mayKeep }: { readonly mayKeep: boolean }): Promise<ProvedDays> {
    const faults: string[] = [];
    for (const [filo, { zones, balanceKurus }] of fleets) {
      if (mayKeep) faults.push(...await workOut(filo));
      const total = totalOf(zones.get(timeZone));
      if (total === balanceKurus) continue;
      faults.push(
        `${filo}: its days add up to ${formatAmount(total)}, must be ${formatAmount(balanceKurus)}`,
      );
    }
    let days = 0;
    let of: { readonly calendar: string; readonly expected: ExpectedEnds } | undefined;
    for await (const { filo, timeZone: zone, end } of store.kept()) {
      // Another process may have kept more days since.
      if (!zones.has(zone) || end.day > lastFinalDay(zone, now)) continue;
      const calendar = `${filo} ${zone}`;
      if (of?.calendar !== calendar) of = { calendar, expected: endsOf(filo, zone) };
      days++;
      faults.push(...compare(filo, end, of.expected.upTo(end.day)));
    }
    return { days, faults };
  }

  return { ofAccount, prove };
}

/** What the ends of a fleet's days must be, asked for in the order of the days. */
interface ExpectedEnds {
  upTo(day: Day): DayEnd;
}

function createExpectedEnds(sums: DaySums | undefined): ExpectedEnds {
  const days = [...sums?.days() ?? []].map(([day, tallies]) => ({ day, tallies: [...tallies] }))
    .sort((first, second) => first.day < second.day ? -1 : 1);
  let openingKurus = NO_MONEY;
  return {
    upTo: (day) => {
      const later = days.findIndex((one) => one.day >= day);
      for (const { tallies } of days.splice(0, later === -1 ? days.length : later)) {
        openingKurus = add(openingKurus, totalDelta(tallies));
      }
      const [first] = days;
      return endDay(day, { openingKurus, tallies: first?.day === day ? first.tallies : [] });
    },
  };
}

function compare(filo: string, end: DayEnd, expected: DayEnd): readonly string[] {
  return findDifferences(end, expected, "").map((difference) =>
    `${filo}: day ${end.day}: ${difference}`
  );
}

function totalOf(sums: DaySums | undefined): Kurus {
  const days: readonly Tally[][] = [...sums?.days() ?? []].map(([, tallies]) => [...tallies]);
  return totalDelta(days.flat());
}

/** What something other than Kese changed may be neither a time nor an amount. */
function canBeAdded({ at, amountKurus, deltaKurus }: JournalEntry): boolean {
  return Number.isFinite(new Date(at).getTime()) &&
    [amountKurus, deltaKurus].every((amount) => Number.isSafeInteger(amount));
}
