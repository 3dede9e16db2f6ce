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
  /**
   * Works out and keeps the first final day of a fleet that is not kept, so that nobody has to wait for it
   * later. False when there is none, or it cannot be kept yet.
   */
  closeNext(filo: string): Promise<boolean>;
}

/** Days of one fleet that are asked for, and what is worked out for those who ask. */
interface Turn {
  /** What the next look at the store is for. */
  asked: Map<Day, PromiseWithResolvers<ShownDayEnd>>;
  /** Requests that wait. */
  waiting: number;
  isUnderway: boolean;
}

/**
 * Creates the ends of days over the tallies of a store. A day's end that is final is kept, and the next
 * day begins with it: so each day is worked out once, the days before it on the way. One fleet's days
 * are worked out one after the other, however many ask, so that a report never takes more of the store
 * than one; and whoever waits has an answer as soon as the work has come to that day.
 */
export function createDayEnds({ store, clock, timeZone }: DayEndPorts): DayEnds {
  const turns = new Map<string, Turn>();
  /** By fleet, the last day that is known to need no work. */
  const closedUpTo = new Map<string, Day>();

  async function of(filo: string, day: Day): Promise<ShownDayEnd> {
    const kept = await store.newestUpTo({ filo, timeZone }, day);
    if (kept?.day === day) return { end: kept, isFinal: true };
    const turn = turnOf(filo);
    if (turn.waiting >= DAY_ENDS_WAITING) {
      throw new BusyError(`${turn.waiting} requests wait for ends of days of ${filo}`);
    }
    turn.waiting++;
    try {
      const shown = await clock.within(ask(filo, day), DAY_END_WAIT_MILLISECONDS);
      if (shown === undefined) throw new BusyError(`The end of ${day} is still being worked out`);
      return shown;
    } finally {
      turn.waiting--;
    }
  }

  function turnOf(filo: string): Turn {
    const turn = turns.get(filo) ?? { asked: new Map(), waiting: 0, isUnderway: false };
    turns.set(filo, turn);
    return turn;
  }

  /** Has a day worked out, with whatever else is asked for until the store is looked at next. */
  function ask(filo: string, day: Day): Promise<ShownDayEnd> {
    const turn = turnOf(filo);
    const asked = turn.asked.get(day) ?? Promise.withResolvers<ShownDayEnd>();
    // Whoever asked may have gone.
    asked.promise.catch(() => {});
    turn.asked.set(day, asked);
    if (!turn.isUnderway) void workOff(filo, turn);
    return asked.promise;
  }

  /** Works out what is asked for, and then what was asked for meanwhile. Never rejects. */
  async function workOff(filo: string, turn: Turn): Promise<void> {
    turn.isUnderway = true;
    while (turn.asked.size > 0) {
      const { asked } = turn;
      turn.asked = new Map();
      try {
        let shown: ShownDayEnd | undefined;
        for (
          const [day, { resolve }] of [...asked].sort(([one], [other]) => one < other ? -1 : 1)
        ) {
          resolve(shown = await workOut({ filo, day, before: shown }));
        }
      } catch (error) {
        for (const { reject } of asked.values()) reject(error);
      }
    }
    turn.isUnderway = false;
  }

  /** Goes from the newest kept day's end, or from the fleet's first day, to the day that is asked for. */
  async function workOut(
    { filo, day, before }: {
      readonly filo: string;
      readonly day: Day;
      /** An earlier day's end that has just been worked out. */
      readonly before: ShownDayEnd | undefined;
    },
  ): Promise<ShownDayEnd> {
    const calendar = { filo, timeZone };
    let shown = before?.isFinal === false ? before : await findNewestKept(calendar, day);
    let next = shown ? addDays(shown.end.day, 1) : await firstDay(filo);
    for (; next !== undefined && next <= day; next = addDays(next, 1)) {
      shown = await endOf(calendar, next, shown);
      if (shown.isFinal) turnOf(filo).asked.get(next)?.resolve(shown);
    }
    // Before its first entry a fleet has nothing, which need not be kept.
    return shown ?? {
      end: endDay(day, { openingKurus: NO_MONEY, tallies: [] }),
      isFinal: isOver(spanOfDay(day, timeZone), clock.now()),
    };
  }

  async function findNewestKept(calendar: Calendar, day: Day): Promise<ShownDayEnd | undefined> {
    const end = await store.newestUpTo(calendar, day);
    return end && { end, isFinal: true };
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

  async function closeNext(filo: string): Promise<boolean> {
    const last = lastFinalDay(timeZone, clock.now());
    if ((closedUpTo.get(filo) ?? "") >= last) return false;
    const kept = await store.newestUpTo({ filo, timeZone }, last);
    const next = kept ? addDays(kept.day, 1) : await firstDay(filo);
    if (next !== undefined && next <= last) return (await ask(filo, next)).isFinal;
    closedUpTo.set(filo, last);
    return false;
  }

  return { of, closeNext };
}

/** The last day of which nothing can still arrive. */
export function lastFinalDay(timeZone: string, now: Instant): Day {
  const yesterday = addDays(dayOf(now, timeZone), -1);
  return isOver(spanOfDay(yesterday, timeZone), now) ? yesterday : addDays(yesterday, -1);
}

/** Whether so much time has passed since that no command can still bring an entry of it. */
function isOver({ to }: Span, now: Instant): boolean {
  return now >= to + COMMIT_DELAY_MAX_MILLISECONDS;
}
