import type { AccountId, Instant } from "../account.ts";
import type { EntryType, JournalEntry } from "../journal.ts";

/** The entries of all accounts of a fleet, newest first. */
export interface FleetJournal {
  /**
   * A page. Entries lie in the order of their times, or in that of their commits, which differ by
   * moments. Whoever goes from page to page sees each entry that was there at the first page once,
   * whatever is written meanwhile.
   */
  list(filo: string, options: FleetListOptions): Promise<FleetPage>;
  /** The place of an entry, for going on after it; undefined if the fleet has no such entry. */
  placeOf(filo: string, entryId: string): Promise<FleetPlace | undefined>;
}

/** A place between two entries, as the store writes it. It may tell of other fleets: never show it. */
export type FleetPlace = string;

export interface FleetListOptions {
  readonly limit: number;
  /** Only entries from then on. */
  readonly from?: Instant;
  /** Only entries before then. */
  readonly to?: Instant;
  readonly types?: readonly EntryType[];
  /** Only those of that order. */
  readonly orderId?: string;
  /** Only those after this place. */
  readonly after?: FleetPlace;
}

export interface FleetEntry {
  readonly account: AccountId;
  readonly entry: JournalEntry;
}

export interface FleetPage {
  readonly entries: readonly FleetEntry[];
  /** Where the next page starts; absent on the last one. A page may be short and not the last. */
  readonly next?: FleetPlace;
}
