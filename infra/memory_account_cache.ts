import { type Account, accountKey } from "../domain/account.ts";
import { CACHED_ACCOUNTS, CACHED_KEYS } from "../domain/limits.ts";
import type { AccountCache } from "../domain/ports.ts";

export interface MemoryCacheBounds {
  readonly accounts: number;
  /** Idempotency keys of all of them together: they are what an account may hold a thousand of. */
  readonly keys: number;
}

/** The accounts that this process used last. Whatever is done takes effect before the call returns. */
export function createMemoryAccountCache(
  { accounts, keys }: MemoryCacheBounds = { accounts: CACHED_ACCOUNTS, keys: CACHED_KEYS },
): AccountCache {
  // In the order of their last use, for a Map keeps the order in which its keys were set.
  const kept = new Map<string, Account>();
  let keysKept = 0;

  function remove(key: string): Account | undefined {
    const account = kept.get(key);
    if (account === undefined) return undefined;
    kept.delete(key);
    keysKept -= account.recentKeys.hashes.length;
    return account;
  }

  function add(key: string, account: Account): void {
    kept.set(key, account);
    keysKept += account.recentKeys.hashes.length;
  }

  return {
    get: (id) => {
      const key = accountKey(id);
      const account = remove(key);
      if (account !== undefined) add(key, account);
      return Promise.resolve(account);
    },
    put: (account) => {
      const key = accountKey(account.id);
      const stored = remove(key);
      add(key, stored !== undefined && stored.seq > account.seq ? stored : account);
      for (const oldest of kept.keys()) {
        if (kept.size <= accounts && keysKept <= keys) break;
        remove(oldest);
      }
      return Promise.resolve();
    },
    drop: (id) => {
      remove(accountKey(id));
      return Promise.resolve();
    },
  };
}
