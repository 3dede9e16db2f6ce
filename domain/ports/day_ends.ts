import type { Instant } from "../account.ts";
import type { DayEnd, Tally, Total } from "../day_end.ts";
import type { Day, Span } from "../days.ts";

/** The ends of a fleet's days: what its entries add up to, and the ends that are kept because they are final. */
export interface DayEnds {
  /** A moment before which the fleet has no entry; undefined if it has none. */
  since(filo: string): Promise<Instant | undefined>;
  /** What the fleet's entries of some time add up to: each of them once, however it is stored just now. */
  tally(filo: string, span: Span): Promise<Tallied>;
  /** The open top-ups, and the holds that set money aside at `now`. */
  open(filo: string, now: Instant): Promise<OpenTotals>;
  /** Keeps the end of a day that nothing can change any more. The first one stays; gives the one that is kept. */
  keep(calendar: Calendar, end: DayEnd): Promise<DayEnd>;
  /** The kept end of that day, or of the last day before it that has one. */
  newestUpTo(calendar: Calendar, day: Day): Promise<DayEnd | undefined>;
  /** Every kept end; those of one calendar one after the other, the oldest first. */
  kept(): AsyncIterable<KeptDayEnd>;
}

export interface Tallied {
  readonly tallies: readonly Tally[];
  /** False while an entry of that time is only where it was written first. */
  readonly isSettled: boolean;
}

export interface OpenTotals {
  readonly topUps: Total;
  readonly holds: Total;
}

/** A fleet's days are days of a time zone: in another one they begin at other moments. */
export interface Calendar {
  readonly filo: string;
  readonly timeZone: string;
}

export interface KeptDayEnd extends Calendar {
  readonly end: DayEnd;
}
