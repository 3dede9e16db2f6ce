import type { Instant } from "./account.ts";
import { DAY_MILLISECONDS } from "./limits.ts";

/** A day of a time zone, as `2026-03-01`. */
export type Day = string;

/** From its first moment up to, and not including, the first moment after it. */
export interface Span {
  readonly from: Instant;
  readonly to: Instant;
}

/** Whether a name is that of a time zone (IANA), as `Europe/Istanbul`. */
export function isTimeZone(name: string): boolean {
  try {
    return formatFor(name) !== undefined;
  } catch {
    return false;
  }
}

/** Whether a text is a day of the calendar. */
export function isDay(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return false;
  const midnight = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(midnight) && toDay(midnight) === text;
}

/** The day that it is at an instant, in a time zone. */
export function dayOf(at: Instant, timeZone: string): Day {
  const parts = new Map(
    formatFor(timeZone).formatToParts(at).map(({ type, value }) => {
      return [type, value] as const;
    }),
  );
  return `${parts.get("year")?.padStart(4, "0")}-${parts.get("month")}-${parts.get("day")}`;
}

/** The day so many days later, or earlier if the count is negative. */
export function addDays(day: Day, count: number): Day {
  return toDay(Date.parse(`${day}T00:00:00Z`) + count * DAY_MILLISECONDS);
}

/** When a day begins and ends in a time zone. It has 23 or 25 hours where the clocks are changed. */
export function spanOfDay(day: Day, timeZone: string): Span {
  return { from: startOf(day, timeZone), to: startOf(addDays(day, 1), timeZone) };
}

/** No zone is further from UTC than 14 hours. */
const LARGEST_OFFSET_MILLISECONDS = 14 * 60 * 60 * 1_000;

/**
 * The first moment of a day, found by halving: no arithmetic with offsets is right where the clocks are
 * changed at midnight, and the day then begins at another time.
 */
function startOf(day: Day, timeZone: string): Instant {
  const midnight = Date.parse(`${day}T00:00:00Z`);
  let before = midnight - LARGEST_OFFSET_MILLISECONDS - 1;
  let within = midnight + LARGEST_OFFSET_MILLISECONDS;
  while (within - before > 1) {
    const middle = Math.floor((before + within) / 2);
    if (dayOf(middle, timeZone) < day) before = middle;
    else within = middle;
  }
  return within;
}

function toDay(midnight: Instant): Day {
  return new Date(midnight).toISOString().slice(0, 10);
}

/** Making a format takes a hundred times as long as using it. */
const formats = new Map<string, Intl.DateTimeFormat>();

function formatFor(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat("en-u-ca-iso8601-nu-latn", {
    timeZone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
  });
  formats.set(timeZone, format);
  return format;
}
