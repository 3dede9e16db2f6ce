import type { Users } from "../fleet.ts";

/** Something that takes payments and can show its books. */
export interface Contender {
  readonly fetch: Deno.ServeHandler;
  /** Absent where nothing is kept. */
  readonly books?: () => Promise<Books>;
  /** Makes users or payments without HTTP; gives how many payments it made. */
  readonly fill?: (filling: Filling) => Promise<number>;
  close(): Promise<void>;
}

/** What is left of everybody's money, and what does not add up. */
export interface Books {
  readonly users: number;
  readonly balanceKurus: number;
  readonly faults: readonly string[];
}

/** What a store is to hold before it is measured: users, payments by each of some, or keys. */
export type Filling =
  | { readonly users: number }
  | { readonly payments: number; readonly of: Users }
  /** Payments of the first user, each with a key of its own. */
  | { readonly keys: number };
