import type { Account, AccountId } from "../account.ts";
import type { Eventually } from "./eventually.ts";

/** A few answers of an account kept at hand. It may forget at any time and be lost without loss of money. */
export interface AccountCache {
  get(id: AccountId): Eventually<Account | undefined>;
  /** Only after an acknowledged save or a majority read; never replaces a newer one. */
  put(account: Account): Eventually<void>;
  drop(id: AccountId): Eventually<void>;
}
