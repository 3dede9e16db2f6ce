import type { Instant } from "../account.ts";

/** Unique ids that increase with time, and secrets that nobody can guess. */
export interface Ids {
  /** `prefix_` and 26 characters: 48 bits of time and 80 random bits. */
  next(prefix: IdPrefix, now: Instant): string;
  /** A UUID that sorts after those before. */
  requestId(now: Instant): string;
  /** 32 random bytes, hex. */
  secret(): string;
  /** Eight random digits, for a person to type. */
  digits(): string;
}

export type IdPrefix = "pay" | "ref" | "top" | "card" | "ent" | "hold" | "adj" | "crf" | "key";
