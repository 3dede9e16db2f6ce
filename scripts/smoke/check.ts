import type { Send } from "./client.ts";

/** What checks leave for later ones. */
export interface Findings {
  /** Fails if an earlier check did not find it. */
  get(name: string): string;
  set(name: string, value: unknown): void;
}

interface Walk {
  readonly send: Send;
  /** The user that this walk creates. */
  readonly userNo: string;
  readonly found: Findings;
}

export interface Check {
  readonly name: string;
  run(walk: Walk): Promise<void>;
}

/** How often the outcome of a top-up or card refund is asked for. */
export const PENDING_MAX = 10;
