import type { DayEnds } from "./day_ends.ts";
import type { FleetJournal } from "./fleet_journal.ts";
import type { PeopleSearch } from "./people_search.ts";

/** What lists, exports and day's ends of a whole fleet are made with. */
export interface FleetReading {
  readonly journal: FleetJournal;
  readonly dayEnds: DayEnds;
  readonly people: PeopleSearch;
  readonly cursors: Cursors;
  readonly pace: Pace;
}

/** Does work in short pieces, one after the other, so that requests get their turns in between. */
export type Pace = <T>(piece: () => T) => Promise<T>;

/** Hands a place in the store to a client, who can only bring it back. */
export interface Cursors {
  /** A place for whoever asks with the same `scope`: its fleet, and what else it belongs to. */
  seal(scope: string, place: string): string;
  /** The place again; undefined for any other text. */
  open(scope: string, cursor: string): string | undefined;
}
