import type { Account, AccountId } from "../account.ts";
import type { EntriesByKey, LoadedAccount } from "../fold.ts";
import { ageOfKey } from "../idempotency.ts";
import { isDerivedEntryId } from "../derived_ids.ts";
import type { AccountCache } from "../ports/account_cache.ts";
import type { AccountStore, LoadOptions } from "../ports/account_store.ts";
import type { Eventually } from "../ports/eventually.ts";
import type { Log } from "../ports/log.ts";

export interface CachedAccountsOptions {
  readonly cache: AccountCache;
  readonly store: Pick<AccountStore, "entriesOfOldKeys">;
  readonly log: Log;
}

/** Accounts at hand, for commands whose save will check the head. */
export interface CachedAccounts {
  /**
   * The cached account as commands may be decided on it; undefined when only a fresh one will do.
   * Rejects when the store does not say whether it has an old key.
   */
  base(id: AccountId, asked: Required<LoadOptions>): Eventually<LoadedAccount | undefined>;
  /**
   * Keeps an account for the next command, after its save was acknowledged or it was read. Nobody
   * waits for that: the cache takes it in, or not, while the answers leave.
   */
  remember(account: Account): void;
  forget(id: AccountId): void;
}

const NO_ENTRIES: EntriesByKey = new Map();
const NO_PAYMENTS: LoadedAccount["payments"] = new Map();
const NO_TOP_UPS: LoadedAccount["topUps"] = new Map();

/** A cache that cannot be reached costs speed, never an answer: what it holds is checked by head. */
export function createCachedAccounts(
  { cache, store, log }: CachedAccountsOptions,
): CachedAccounts {
  function unreachable(error: unknown): undefined {
    log.warn("account_cache_unreachable", { error });
  }

  function base(
    id: AccountId,
    { keys, payments, topUps }: Required<LoadOptions>,
  ): Eventually<LoadedAccount | undefined> {
    // What is refunded of an older payment or of a top-up is in the journal alone.
    if (payments.length > 0 || topUps.length > 0) return undefined;
    const found = cache.get(id);
    // What is in this process's own memory costs no turn of the event loop.
    if (!(found instanceof Promise)) return fitting(found, keys);
    return found.catch(unreachable).then((account) => fitting(account, keys));
  }

  function fitting(
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
   * Whether the account, as it was at its head, has used none of the keys. The window holds the
   * recent ones; the store tells of the older ones, asked after the account was taken; and whatever
   * was used after that head makes the save fail.
   */
  function areNew({ id, recentKeys }: Account, keys: readonly string[]): Eventually<boolean> {
    const ages = keys.map((key) => ageOfKey(recentKeys, key));
    if (ages.includes("perhaps_recent")) return false;
    const unsure = keys.filter((_key, place) => ages[place] === "new_or_old");
    if (unsure.length === 0 || !store.entriesOfOldKeys) return true;
    return store.entriesOfOldKeys(id, unsure).then(isNone);
  }

  function unheard(done: Eventually<void>): void {
    if (done instanceof Promise) done.catch(unreachable);
  }

  function forget(id: AccountId): void {
    unheard(cache.drop(id));
  }

  function remember(account: Account): void {
    // Such a head could come again in a database that was set back, on top of another history.
    if (isDerivedEntryId(account.head)) return forget(account.id);
    unheard(cache.put(account));
  }

  return { base, remember, forget };
}

function isNone({ size }: EntriesByKey): boolean {
  return size === 0;
}
