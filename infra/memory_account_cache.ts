import { type Account, type AccountId, accountKey } from "../domain/account.ts";
import { CACHED_ACCOUNTS, CACHED_KEYS } from "../domain/limits.ts";
import type { AccountCache } from "../domain/ports.ts";

export interface MemoryCacheBounds {
  readonly accounts: number;
  /** Idempotency keys of all of them together: they are what an account may hold a thousand of. */
  readonly keys: number;
}

/** An account cache that needs no I/O, so whatever is done takes effect before the call returns. */
export interface MemoryAccountCache extends AccountCache {
  get(id: AccountId): Account | undefined;
  put(account: Account): void;
  drop(id: AccountId): void;
}

/** The accounts that this process used last. */
export function createMemoryAccountCache(
  { accounts, keys }: MemoryCacheBounds = { accounts: CACHED_ACCOUNTS, keys: CACHED_KEYS },
): MemoryAccountCache {
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

  // Not asked for when there is room: to find the first that is left, a Map passes all that were removed.
  function removeOldest(): void {
    for (const oldest of kept.keys()) return void remove(oldest);
  }

  function add(key: string, account: Account): void {
    kept.set(key, account);
    keysKept += account.recentKeys.hashes.length;
  }

  return {
    // Whoever takes an account puts its next state back, so to take it is no use by itself.
    get: (id) => kept.get(accountKey(id)),
    put: (account) => {
      const key = accountKey(account.id);
      const stored = remove(key);
      add(key, stored !== undefined && stored.seq > account.seq ? stored : account);
      while (kept.size > accounts || keysKept > keys) removeOldest();
    },
    drop: (id) => void remove(accountKey(id)),
  };
}
