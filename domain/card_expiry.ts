import type { Card, Instant } from "./account.ts";

/** The last month in which a card is valid. */
export interface CardExpiry {
  /** 1 to 12. */
  readonly month: number;
  /** With four digits. */
  readonly year: number;
}

/** When a month is over everywhere: twelve hours after it is in UTC. */
const LAST_TIME_ZONE_MILLISECONDS = 12 * 60 * 60 * 1_000;

/** Whether the last month of a card is over. A card whose expiry is not known is not expired. */
export function isExpired(
  { expireMonth, expireYear }: Pick<Card, "expireMonth" | "expireYear">,
  at: Instant,
): boolean {
  if (expireMonth === undefined || expireYear === undefined) return false;
  // Months count from 0 there, so this is the beginning of the month after.
  return at >= Date.UTC(expireYear, expireMonth, 1) + LAST_TIME_ZONE_MILLISECONDS;
}

/** Whether a top-up can charge a card at that time. */
export function isChargeable(
  card: Pick<Card, "verified" | "expireMonth" | "expireYear">,
  at: Instant,
): boolean {
  return card.verified && !isExpired(card, at);
}
