import { type Account, type AccountId, accountKey } from "../../domain/account.ts";
import type { AccountCache } from "../../domain/ports/account_cache.ts";

/** Account snapshots that a process keeps at hand; beyond either bound the longest unused one goes. */
export const CACHED_ACCOUNTS = 10_000;
/** Idempotency keys that those snapshots may remember together, some 30 MB. */
export const CACHED_KEYS = 500_000;

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
  // From half of either bound on in the order of their last use, for a Map keeps the order in which
  // its keys were set. Before that nothing will soon have to go, and to set anew costs more than to replace.
  const kept = new Map<string, Account>();
  let keysKept = 0;

  function remove(key: string): void {
    const account = kept.get(key);
    if (account === undefined) return;
    kept.delete(key);
    keysKept -= account.recentKeys.hashes.length;
  }

  // Not asked for when there is room: to find the first that is left, a Map passes all that were removed.
  function removeOldest(): void {
    for (const oldest of kept.keys()) return remove(oldest);
  }

  function add(key: string, account: Account): void {
    const stored = kept.get(key);
    const newest = stored !== undefined && stored.seq > account.seq ? stored : account;
    if (kept.size * 2 > accounts || keysKept * 2 > keys) kept.delete(key);
    kept.set(key, newest);
    keysKept += newest.recentKeys.hashes.length - (stored?.recentKeys.hashes.length ?? 0);
  }

  return {
    // Whoever takes an account puts its next state back, so to take it is no use by itself.
    get: (id) => kept.get(accountKey(id)),
    put: (account) => {
      add(accountKey(account.id), account);
      while (kept.size > accounts || keysKept > keys) removeOldest();
    },
    drop: (id) => remove(accountKey(id)),
  };
}
