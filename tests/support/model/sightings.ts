import type { Instant } from "../../../domain/account.ts";
import type { JournalEntry } from "../../../domain/journal.ts";
import type { TestClock } from "../clock.ts";

/** A moment in the order of everything that happens, whatever clocks say. */
export type Moment = number;

/** When an entry can have come into the store: not before `began`, not after `ended`. */
export interface Sighting {
  readonly began: Moment;
  readonly ended: Moment;
}

/** Sees from outside what is saved and when, so that answers can be held against it. */
export interface Sightings {
  /** The next moment. */
  now(): Moment;
  begin(entries: readonly JournalEntry[]): void;
  end(entries: readonly JournalEntry[]): void;
  loseRace(): void;
  /** How many saves found another head. */
  readonly lostRaces: () => number;
  of(entryId: string): Sighting;
}

export function createSightings(): Sightings {
  const began = new Map<string, Moment>();
  const ended = new Map<string, Moment>();
  let moment = 0;
  let lostRaces = 0;
  const note = (into: Map<string, Moment>, entries: readonly JournalEntry[]): void => {
    moment++;
    // A save that is repeated counts from its first try on, and until its first success.
    for (const { id } of entries) if (!into.has(id)) into.set(id, moment);
  };
  return {
    now: () => ++moment,
    begin: (entries) => note(began, entries),
    end: (entries) => note(ended, entries),
    loseRace: () => void lostRaces++,
    lostRaces: () => lostRaces,
    of: (id) => ({ began: began.get(id) ?? Infinity, ended: ended.get(id) ?? Infinity }),
  };
}

/** A clock that remembers what it showed when. */
export interface SeenClock {
  readonly clock: TestClock;
  move(milliseconds: number): void;
  /** Every time that it showed between two moments. */
  between(from: Moment, to: Moment): readonly Instant[];
}

export function watchClock(clock: TestClock, sightings: Sightings): SeenClock {
  const shown = [{ since: sightings.now(), at: clock.now() }];
  return {
    clock,
    move: (milliseconds) => {
      clock.advance(milliseconds);
      shown.push({ since: sightings.now(), at: clock.now() });
    },
    between: (from, to) =>
      shown.filter(({ since }, place) =>
        since <= to && (shown[place + 1]?.since ?? Infinity) > from
      )
        .map(({ at }) => at),
  };
}
