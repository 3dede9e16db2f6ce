import type { Instant } from "../account.ts";

/** Unique ids that grow with time, and secrets that nobody can guess. */
export interface Ids {
  /** `prefix_` and 26 characters: 48 bits of time, 80 of chance. */
  next(prefix: IdPrefix, now: Instant): string;
  requestId(): string;
  /** 32 random bytes, hex. */
  secret(): string;
  /** Eight random digits, for a person to type. */
  digits(): string;
}

export type IdPrefix = "pay" | "ref" | "top" | "card" | "ent" | "hold" | "adj";
