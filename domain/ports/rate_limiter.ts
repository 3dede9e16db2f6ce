import type { Instant } from "../account.ts";
import type { Eventually } from "./eventually.ts";

/** How many events a window allows. Windows begin at whole multiples of their length. */
export interface RateLimit {
  /** What is limited, as the headers name it. */
  readonly policy: string;
  /** Whose events are counted. */
  readonly key: string;
  readonly limit: number;
  readonly windowSeconds: number;
}

/** Counts requests, for this process or for all of them together. */
export interface RateLimiter {
  /** Counts the request against one limit after the other, up to the first that it exceeds. */
  take(limits: readonly RateLimit[], now: Instant): Eventually<ExceededLimit | undefined>;
}

export interface ExceededLimit extends RateLimit {
  readonly retryAfterSeconds: number;
}
