import type { Instant } from "../account.ts";

/** The time, and what has to happen at a later one. */
export interface Clock {
  now(): Instant;
  /** The value of the promise, or undefined if it takes longer. The work behind it goes on. */
  within<T>(promise: Promise<T>, milliseconds: number): Promise<T | undefined>;
  /** Calls `action` once after that time, unless the function that it returns is called first. */
  after(milliseconds: number, action: () => void): () => void;
}
