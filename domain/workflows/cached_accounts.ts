import type { Account, AccountId } from "../account.ts";
import type { EntriesByKey, LoadedAccount } from "../fold.ts";
import { ageOfKey } from "../idempotency.ts";
import { isDerivedEntryId } from "../derived_ids.ts";
import type { AccountCache } from "../ports/account_cache.ts";
import type { AccountStore, LoadOptions } from "../ports/account_store.ts";
import type { Eventually } from "../ports/eventually.ts";
import type { Log } from "../ports/log.ts";

interface CachedAccountsOptions {
  readonly cache: AccountCache;
  readonly store: Pick<AccountStore, "entriesOfOldKeys">;
  readonly log: Log;
}

/** Accounts at hand, for commands whose save checks the head. */
export interface CachedAccounts {
  /**
   * The cached account, if commands may be decided on it; undefined if only a fresh one will do.
   * Rejects if the store does not answer whether it has an old key.
   */
  base(id: AccountId, asked: Required<LoadOptions>): Eventually<LoadedAccount | undefined>;
  /**
   * Keeps an account for the next command, after its save was acknowledged or it was read. Nobody
   * waits for it, and it may fail.
   */
  remember(account: Account): void;
  forget(id: AccountId): void;
}

const NO_ENTRIES: EntriesByKey = new Map();
const NO_PAYMENTS: LoadedAccount["payments"] = new Map();
const NO_TOP_UPS: LoadedAccount["topUps"] = new Map();

/** Creates cached accounts. A cache that cannot be reached costs speed, never an answer. */
export function createCachedAccounts(
  { cache, store, log }: CachedAccountsOptions,
): CachedAccounts {
  function logUnreachable(error: unknown): undefined {
    log.warn("account_cache_unreachable", { error });
  }

  function base(
    id: AccountId,
    { keys, payments, topUps }: Required<LoadOptions>,
  ): Eventually<LoadedAccount | undefined> {
    // Only the journal says how much of an older payment or of a top-up is refunded.
    if (payments.length > 0 || topUps.length > 0) return undefined;
    const found = cache.get(id);
    // An account in this process's own memory costs no turn of the event loop.
    if (!(found instanceof Promise)) return toBase(found, keys);
    return found.catch(logUnreachable).then((account) => toBase(account, keys));
  }

  function toBase(
    account: Account | undefined,
    keys: readonly string[],
  ): Eventually<LoadedAccount | undefined> {
    if (account === undefined) return undefined;
    const loaded = {
      account,
      entriesByKey: NO_ENTRIES,
      payments: NO_PAYMENTS,
      topUps: NO_TOP_UPS,
    };
    if (keys.length === 0) return loaded;
    const areAllNew = areNew(account, keys);
    const fit = (surely: boolean) => surely ? loaded : undefined;
    return areAllNew instanceof Promise ? areAllNew.then(fit) : fit(areAllNew);
  }

  /**
   * Whether none of the keys had been used by the account's head. The window holds the recent keys.
   * The store knows the older ones: it is asked here, or checks them while it saves. A key that was
   * used after that head makes the save fail, because the head has moved on.
   */
  function areNew({ id, recentKeys }: Account, keys: readonly string[]): Eventually<boolean> {
    const unsure: string[] = [];
    for (const key of keys) {
      const age = ageOfKey(recentKeys, key);
      if (age === "perhaps_recent") return false;
      if (age === "new_or_old") unsure.push(key);
    }
    if (unsure.length === 0 || !store.entriesOfOldKeys) return true;
    return store.entriesOfOldKeys(id, unsure).then(isNone);
  }

  function ignoreFailure(done: Eventually<void>): void {
    if (done instanceof Promise) done.catch(logUnreachable);
  }

  function forget(id: AccountId): void {
    ignoreFailure(cache.drop(id));
  }

  function remember(account: Account): void {
    // After a restore, a derived head could come again on top of another history.
    if (isDerivedEntryId(account.head)) return forget(account.id);
    ignoreFailure(cache.put(account));
  }

  return { base, remember, forget };
}

function isNone({ size }: EntriesByKey): boolean {
  return size === 0;
}
