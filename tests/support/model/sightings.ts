import type { Instant } from "../../../domain/account.ts";
import type { JournalEntry } from "../../../domain/journal.ts";
import type { AccountStore } from "../../../domain/ports/account_store.ts";
import type { TestClock } from "../clock.ts";
import type { Call } from "../faults.ts";

/** A moment in the order of everything that happens, whatever clocks say. */
export type Moment = number;

/** When an entry can have come into the store: not before `began`, not after `ended`. */
export interface Sighting {
  readonly began: Moment;
  readonly ended: Moment;
}

/** What tells an entry from another one: an id that follows from a hold's may be tried by several requests. */
export type Seen = Pick<JournalEntry, "id" | "requestId">;

/** Sees from outside what is saved and when, so that answers can be checked against it. */
export interface Sightings {
  /** The next moment. */
  now(): Moment;
  /** Makes a call to the store, and notes when its entries began and ended to come into it. */
  watch(call: Call): Promise<unknown>;
  /** How many saves found another head. */
  readonly lostRaces: () => number;
  of(entry: Seen): Sighting;
}

export function createSightings(): Sightings {
  const began = new Map<string, Moment>();
  const ended = new Map<string, Moment>();
  let moment = 0;
  let lostRaces = 0;
  const note = (into: Map<string, Moment>, entries: readonly JournalEntry[]): void => {
    if (entries.length === 0) return;
    moment++;
    // A save that is repeated counts from its first try on, and until its first success.
    for (const name of entries.map(nameOf)) if (!into.has(name)) into.set(name, moment);
  };
  return {
    now: () => ++moment,
    watch: async (call) => {
      const entries = entriesOf(call);
      note(began, entries);
      const result = await call.make();
      if (result === true || result === "saved" || result === "filed") note(ended, entries);
      if (result === "conflict") lostRaces++;
      return result;
    },
    lostRaces: () => lostRaces,
    of: (entry) => ({
      began: began.get(nameOf(entry)) ?? Infinity,
      ended: ended.get(nameOf(entry)) ?? Infinity,
    }),
  };
}

/** What a call to a store of accounts writes. */
function entriesOf({ method, args }: Call): readonly JournalEntry[] {
  const store: { insert?: unknown[]; save?: unknown[] } = { [method]: args };
  const [opening] = (store.insert ?? []) as Partial<Parameters<AccountStore["insert"]>>;
  const [, , saved = []] = (store.save ?? []) as Partial<Parameters<AccountStore["save"]>>;
  return opening ? [opening.entry] : saved;
}

function nameOf({ id, requestId }: Seen): string {
  return `${id} ${requestId}`;
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
