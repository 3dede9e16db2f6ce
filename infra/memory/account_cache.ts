import { type Account, type AccountId, accountKey } from "../../domain/account.ts";
import type { ErasableCache } from "../../domain/ports/account_cache.ts";

/** Accounts that a process caches. Beyond either bound the least recently used one goes. */
export const CACHED_ACCOUNTS = 10_000;
/** Idempotency keys that those accounts may hold together, 16 MB. */
const CACHED_KEYS = 2_000_000;

interface MemoryCacheBounds {
  readonly accounts: number;
  /** Idempotency keys of all accounts together, because one account may hold a thousand. */
  readonly keys: number;
}

/** An account cache without I/O: every call has taken effect when it returns. */
export interface MemoryAccountCache extends ErasableCache {
  get(id: AccountId): Account | undefined;
  put(account: Account): void;
  drop(id: AccountId): void;
  replace(account: Account): void;
}

/** Caches the accounts that this process used last. */
export function createMemoryAccountCache(
  { accounts, keys }: MemoryCacheBounds = { accounts: CACHED_ACCOUNTS, keys: CACHED_KEYS },
): MemoryAccountCache {
  // Once half of either bound is reached, the order is that of last use, because a Map keeps the order in
  // which keys were set. Below that nothing is removed soon, and reordering makes a payment cost 6% more.
  const kept = new Map<string, Account>();
  let keysKept = 0;

  function remove(key: string): void {
    const account = kept.get(key);
    if (account === undefined) return;
    kept.delete(key);
    keysKept -= account.recentKeys.hashes.length;
  }

  // Called only when there is no room: to find its first key, a Map skips all that were removed.
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
    // Reading does not count as a use, because whoever reads an account puts its next state back.
    get: (id) => kept.get(accountKey(id)),
    put: (account) => {
      add(accountKey(account.id), account);
      while (kept.size > accounts || keysKept > keys) removeOldest();
    },
    drop: (id) => remove(accountKey(id)),
    replace: (account) => add(accountKey(account.id), account),
  };
}
