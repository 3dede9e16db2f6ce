import type { Account, AccountId, OpenCardRefund, OpenHold, OpenTopUp } from "../account.ts";
import type { KeptLookUps, LookedUp, StoredEntry } from "../reconciliation.ts";
import type { Eventually } from "./eventually.ts";

/** Everything that a store keeps of an account, exactly as it is stored, even if it contradicts itself. */
export interface StoredAccount {
  /** `filo/userNo`, or another name if there is no account. */
  readonly name: string;
  readonly account: Account | undefined;
  /** Whether a profile or an authCode is kept with it. */
  readonly hasPerson: boolean;
  /** What the store itself finds wrong. */
  readonly faults: readonly string[];
  /** Every entry, oldest first. Can be read once, before the next account. */
  entries(): Iterable<StoredEntry> | AsyncIterable<StoredEntry>;
  /** The payment or credit of that entry id, with what is refunded of it. */
  refunded(entryId: string): Eventually<LookedUp | undefined>;
  /** The look-up of open top-ups by their start; undefined if that is the account itself. */
  readonly openTopUps: readonly Pick<OpenTopUp, "topUpId" | "startedAt">[] | undefined;
  /** The same for open card refunds. */
  readonly openCardRefunds:
    | readonly Pick<OpenCardRefund, "cardRefundId" | "startedAt">[]
    | undefined;
  /** The same for open holds, by their expiry. */
  readonly openHolds: readonly Pick<OpenHold, "holdId" | "expiresAt">[] | undefined;
  readonly keeps: KeptLookUps;
}

/** Everything that is stored, for checking it against the journals. */
export interface StoreRecords {
  accounts(): AsyncIterable<StoredAccount>;
  /** Reads one account again, if the store cannot show everything as of one moment. */
  again?(id: AccountId): Promise<StoredAccount | undefined>;
  /** What belongs to no account and no entry, each in a sentence. */
  strays(): AsyncIterable<string>;
}
