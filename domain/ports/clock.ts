import type { Instant } from "../account.ts";

/** The time, and what has to happen at a later one. */
export interface Clock {
  now(): Instant;
  /** What the promise gives, or undefined when that takes longer; the promise goes on. */
  within<T>(promise: Promise<T>, milliseconds: number): Promise<T | undefined>;
  /** Calls `action` once after that time, unless what it returns is called before. */
  after(milliseconds: number, action: () => void): () => void;
}
