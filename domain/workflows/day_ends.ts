import type { Instant } from "../account.ts";
import { type DayEnd, endDay } from "../day_end.ts";
import { addDays, type Day, dayOf, type Span, spanOfDay } from "../days.ts";
import {
  COMMIT_DELAY_MAX_MILLISECONDS,
  DAY_END_WAIT_MILLISECONDS,
  DAY_ENDS_WAITING,
} from "../limits.ts";
import { NO_MONEY } from "../money.ts";
import type { Clock } from "../ports/clock.ts";
import type { Calendar, DayEnds as DayEndStore } from "../ports/day_ends.ts";
import { BusyError } from "../ports/errors.ts";

interface DayEndPorts {
  readonly store: Omit<DayEndStore, "kept" | "open">;
  readonly clock: Pick<Clock, "now" | "within">;
  readonly timeZone: string;
}

/** The end of a day as far as it can be known. */
export interface ShownDayEnd {
  readonly end: DayEnd;
  /** Whether nothing of that day can still arrive. */
  readonly isFinal: boolean;
}

/** The ends of days, each made from the one before it. */
export interface DayEnds {
  /**
   * The end of a fleet's day, which must not lie in the future.
   *
   * @throws {BusyError} while it takes long, or when too many wait for it already. What was worked out
   * by then is kept.
   */
  of(filo: string, day: Day): Promise<ShownDayEnd>;
}

/**
 * Creates the ends of days over the tallies of a store. A day's end that is final is kept, and the next
 * day begins with it: so each day is worked out once, the days before it on the way. One fleet's days
 * are worked out one after the other, so that a report never takes more of the store than one.
 */
export function createDayEnds({ store, clock, timeZone }: DayEndPorts): DayEnds {
  const turns = new Map<string, { waiting: number; last: Promise<unknown> }>();

  async function of(filo: string, day: Day): Promise<ShownDayEnd> {
    const kept = await store.newestUpTo({ filo, timeZone }, day);
    if (kept?.day === day) return { end: kept, isFinal: true };
    const shown = await clock.within(
      inTurn(filo, () => workOut(filo, day)),
      DAY_END_WAIT_MILLISECONDS,
    );
    if (shown === undefined) throw new BusyError(`The end of ${day} is still being worked out`);
    return shown;
  }

  /** Works out one day's end of a fleet at a time. */
  function inTurn<Result>(filo: string, work: () => Promise<Result>): Promise<Result> {
    const turn = turns.get(filo) ?? { waiting: 0, last: Promise.resolve() };
    if (turn.waiting >= DAY_ENDS_WAITING) {
      throw new BusyError(`${turn.waiting} day's ends of ${filo} are being worked out`);
    }
    turns.set(filo, turn);
    turn.waiting++;
    const worked = turn.last.then(work).finally(() => {
      turn.waiting--;
      if (turn.waiting === 0) turns.delete(filo);
    });
    turn.last = worked.catch(() => {});
    return worked;
  }

  /** Goes from the newest kept day's end, or from the fleet's first day, to the day that is asked for. */
  async function workOut(filo: string, day: Day): Promise<ShownDayEnd> {
    const calendar = { filo, timeZone };
    const kept = await store.newestUpTo(calendar, day);
    let shown: ShownDayEnd | undefined = kept && { end: kept, isFinal: true };
    let next = kept ? addDays(kept.day, 1) : await firstDay(filo);
    for (; next !== undefined && next <= day; next = addDays(next, 1)) {
      shown = await endOf(calendar, next, shown);
    }
    // Before its first entry a fleet has nothing, which need not be kept.
    return shown ?? {
      end: endDay(day, { openingKurus: NO_MONEY, tallies: [] }),
      isFinal: isOver(spanOfDay(day, timeZone), clock.now()),
    };
  }

  async function firstDay(filo: string): Promise<Day | undefined> {
    const since = await store.since(filo);
    return since === undefined ? undefined : dayOf(since, timeZone);
  }

  /** The end of a day after that of the day before, if there is one before. */
  async function endOf(
    calendar: Calendar,
    day: Day,
    before: ShownDayEnd | undefined,
  ): Promise<ShownDayEnd> {
    const span = spanOfDay(day, timeZone);
    // Asked before the day is tallied: what is over by now is all there.
    const isDue = (before?.isFinal ?? true) && isOver(span, clock.now());
    const { tallies, isSettled } = await store.tally(calendar.filo, span);
    const openingKurus = before?.end.closingKurus ?? NO_MONEY;
    const end = endDay(day, { openingKurus, tallies });
    if (!isDue || !isSettled) return { end, isFinal: false };
    return { end: await store.keep(calendar, end), isFinal: true };
  }

  return { of };
}

/** Whether so much time has passed since that no command can still bring an entry of it. */
export function isOver({ to }: Span, now: Instant): boolean {
  return now >= to + COMMIT_DELAY_MAX_MILLISECONDS;
}
