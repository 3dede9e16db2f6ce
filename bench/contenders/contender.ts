import type { Payers } from "../fleet.ts";
import type { Rates } from "../load.ts";

/** Something that takes payments and can show its books. What one lacks it is not asked for. */
export interface Contender {
  /** Takes payments over HTTP. */
  readonly fetch?: Deno.ServeHandler;
  /** Makes payments by itself, where there is no HTTP. */
  readonly run?: (load: Payments) => Promise<Rates>;
  /** What all users have left. */
  readonly books?: () => Promise<Books>;
  /** What does not add up when every record is looked at: may take minutes. */
  readonly faults?: () => Promise<readonly string[]>;
  /** Makes users or payments without HTTP; gives how many payments it made. */
  readonly fill?: (filling: Filling) => Promise<number>;
  close(): Promise<void>;
}

/** Payments by some users over so many connections. */
export interface Payments extends Payers {
  readonly connections: number;
  readonly seconds: number;
}

export interface Books {
  readonly users: number;
  readonly balanceKurus: number;
}

/** What a store is to hold before it is measured: users in all, or more payments by each of some. */
export type Filling = { readonly users: number } | PaymentFilling;

export interface PaymentFilling {
  readonly payments: number;
  readonly of: Payers;
}

/** A question to a contender in its process: what is asked for, and with what. */
export type Call =
  | readonly ["run", Payments]
  | readonly ["fill", Filling]
  | readonly ["books" | "faults" | "usage"];

/** What the process of a contender has used. */
export interface Usage {
  readonly memoryBytes: number;
  /** Written to disk since its start; undefined where the system does not count them. */
  readonly writtenBytes?: number;
}
