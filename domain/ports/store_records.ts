import type { Account, AccountId, OpenHold, OpenTopUp } from "../account.ts";
import type { KeptBeside, LookedUpPayment, StoredEntry } from "../reconciliation.ts";
import type { Eventually } from "./eventually.ts";

/** An account with all that a store keeps of it, as it is stored, even where that contradicts itself. */
export interface StoredAccount {
  /** `filo/userNo`, or what stands in its place where there is no account. */
  readonly name: string;
  readonly account: Account | undefined;
  /** What the store finds wrong with its own fields. */
  readonly faults: readonly string[];
  /** Every entry, oldest first; to be read once, and before the next account. */
  entries(): Iterable<StoredEntry> | AsyncIterable<StoredEntry>;
  payment(paymentId: string): Eventually<LookedUpPayment | undefined>;
  /** Where open top-ups are looked up by their start; undefined when that is the account itself. */
  readonly openTopUps: readonly Pick<OpenTopUp, "topUpId" | "startedAt">[] | undefined;
  /** The same of open holds, by their expiry. */
  readonly openHolds: readonly Pick<OpenHold, "holdId" | "expiresAt">[] | undefined;
  readonly keeps: KeptBeside;
}

/** All that is stored, for checking it against the journals. */
export interface StoreRecords {
  accounts(): AsyncIterable<StoredAccount>;
  /** One account once more, in a store that gives no picture of one moment. */
  again?(id: AccountId): Promise<StoredAccount | undefined>;
  /** What belongs to no account and to no entry: a sentence each. */
  strays(): AsyncIterable<string>;
}
