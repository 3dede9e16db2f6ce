import type { Account, AccountId } from "../account.ts";
import type { Eventually } from "./eventually.ts";

/** Accounts at hand. The cache may forget any of them at any time: that costs speed, never money. */
export interface AccountCache {
  get(id: AccountId): Eventually<Account | undefined>;
  /** Only after an acknowledged save or a majority read; never replaces a newer one. */
  put(account: Account): Eventually<void>;
  drop(id: AccountId): Eventually<void>;
}
