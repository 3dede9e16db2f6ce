import type { Instant } from "../account.ts";

export interface Clock {
  now(): Instant;
  /** What the promise gives, or undefined when that takes longer; the promise goes on. */
  within<T>(promise: Promise<T>, milliseconds: number): Promise<T | undefined>;
}
