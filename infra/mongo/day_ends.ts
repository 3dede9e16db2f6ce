import type { Collection } from "mongodb";
import { addTallies, type DayEnd } from "../../domain/day_end.ts";
import type { Span } from "../../domain/days.ts";
import type { Calendar, DayEnds, KeptDayEnd, Tallied } from "../../domain/ports/day_ends.ts";
import { isDuplicateKey } from "./connection.ts";
import { createDayTallies, type TallyCollections } from "./day_tallies.ts";

export interface DayEndDocument {
  /** Fleet, time zone and day, so that the days of a calendar lie in order. */
  readonly _id: string;
  readonly filo: string;
  readonly timeZone: string;
  readonly end: DayEnd;
}

interface DayEndParts extends TallyCollections {
  readonly dayEnds: Collection<DayEndDocument>;
  /** Gives each call of a port its time limit. */
  readonly limited: <Port extends object>(port: Port) => Port;
  /** Entries that one call tallies. */
  readonly entriesAtOnce?: number;
}

/** A second or so of the database's time. */
const ENTRIES_AT_ONCE = 100_000;

/** Keeps the ends of days, and tallies entries for them. */
export function createMongoDayEnds(
  { dayEnds, limited, entriesAtOnce = ENTRIES_AT_ONCE, ...collections }: DayEndParts,
): DayEnds {
  const tallies = limited(createDayTallies(collections));

  /** Tallies a time with many entries in halves, because each call to the database has a time limit. */
  async function tally(filo: string, span: Span): Promise<Tallied> {
    const { from, to } = span;
    const middle = Math.floor((from + to) / 2);
    if (middle === from || !await tallies.hasMore(filo, span, entriesAtOnce)) {
      return await tallies.tally(filo, span);
    }
    const first = await tally(filo, { from, to: middle });
    const second = await tally(filo, { from: middle, to });
    return {
      tallies: addTallies([...first.tallies, ...second.tallies]),
      isSettled: first.isSettled && second.isSettled,
    };
  }

  async function keep(calendar: Calendar, end: DayEnd): Promise<DayEnd> {
    const _id = `${prefixOf(calendar)}${end.day}`;
    const { filo, timeZone } = calendar;
    try {
      // What is made of the journal can be made again, so its amounts are plain numbers.
      await dayEnds.insertOne({ _id, filo, timeZone, end });
      return end;
    } catch (error) {
      if (!isDuplicateKey(error)) throw error;
      return (await dayEnds.findOne({ _id }))?.end ?? end;
    }
  }

  async function newestUpTo(calendar: Calendar, day: string): Promise<DayEnd | undefined> {
    const prefix = prefixOf(calendar);
    const range = { _id: { $gt: prefix, $lte: `${prefix}${day}` } };
    return (await dayEnds.findOne(range, { sort: { _id: -1 } }))?.end;
  }

  async function* kept(): AsyncGenerator<KeptDayEnd> {
    for await (const { filo, timeZone, end } of dayEnds.find().sort({ _id: 1 })) {
      yield { filo, timeZone, end };
    }
  }

  const { since, open } = tallies;
  return { since, open, tally, ...limited({ keep, newestUpTo }), kept };
}

function prefixOf({ filo, timeZone }: Calendar): string {
  return `${filo}/${timeZone}/`;
}
