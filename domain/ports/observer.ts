import type { JournalEntry } from "../journal.ts";

/**
 * Is told what happens, for whoever measures Kese. What it passes on names no user, no card and no amount.
 * Where nobody measures there is none: each call costs a look at `undefined`.
 */
export interface Observer {
  /** The request of this moment is for that route, as `/iade` or `/provizyon/{holdId}`. */
  routed(route: ObservedRoute): void;
  /** A route refused a request. */
  refused(refusal: ObservedRoute & { readonly code: string; readonly status: number }): void;
  /** So many more commands wait for their account, or fewer. */
  waiting(change: number): void;
  /** A save has ended. */
  saved(save: ObservedSave): void;
  /** So many of the top-ups that a sweep looked at are open after it. */
  topUpsOpen(count: number): void;
  /** An event has reached its receiver, so long after its commit. */
  eventDelivered(lagMilliseconds: number): void;
}

export interface ObservedRoute {
  readonly method: string;
  readonly route: string;
}

export interface ObservedSave {
  readonly entries: readonly JournalEntry[];
  /** `unclear`: its answer was lost. */
  readonly result: "saved" | "filed" | "conflict" | "full" | "unclear";
  readonly milliseconds: number;
}
