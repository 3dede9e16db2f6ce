import type { Account, AccountId } from "../account.ts";
import type { Eventually } from "./eventually.ts";

/** Accounts at hand. The cache may forget any of them at any time: that costs speed, never money. */
export interface AccountCache {
  get(id: AccountId): Eventually<Account | undefined>;
  /** Only after an acknowledged save or a majority read; never replaces a newer one. */
  put(account: Account): Eventually<void>;
  drop(id: AccountId): Eventually<void>;
}

/** A cache from which an account's older states can be removed for good. */
export interface ErasableCache extends AccountCache {
  /** Resolves when no older state of the account is left; rejects when one may be. */
  replace(account: Account): Eventually<void>;
}
