import type { ErasableCache } from "../../domain/ports/account_cache.ts";
import type { Clock } from "../../domain/ports/clock.ts";
import { StoreUnavailableError } from "../../domain/ports/errors.ts";
import type { Log } from "../../domain/ports/log.ts";
import type { RateLimiter } from "../../domain/ports/rate_limiter.ts";
import { createKeyring, type Keyring } from "../crypto/keyring.ts";
import { createMemoryAccountCache } from "../memory/account_cache.ts";
import { createLayeredAccountCache } from "../memory/layered_account_cache.ts";
import { createMemoryRateLimiter } from "../memory/rate_limiter.ts";
import type { Store } from "../store.ts";
import type { Environment } from "./environment.ts";
import { noStoreError, type StartRefusedError } from "./start_refused.ts";

export interface StoresOpening {
  /** Replaces the store that the environment names. */
  readonly store?: Store;
  readonly clock: Clock;
  readonly log: Log;
  /** Whether a missing store is created; a task that works on an existing one must not create it. */
  readonly mayMakeStore?: boolean;
  /** Called when a store was unavailable at the start and turns out to be one that must not be used. */
  readonly onRefused?: (refusal: StartRefusedError) => void;
}

/** A store, its keys, its cache of accounts, and the rate limiter. */
interface Stores {
  readonly store: Store;
  readonly keyring: Keyring;
  readonly cache: ErasableCache;
  readonly limiter: RateLimiter;
  /** Resolves when no write to a cache is in progress. */
  settled(): Promise<void>;
}

/** Opens the store, and Redis when instances share it; it is not loaded otherwise. */
export async function openStores(
  environment: Environment,
  { store: given, clock, log, mayMakeStore: mayMake = true, onRefused }: StoresOpening,
): Promise<Stores> {
  const store = given ?? await openStore(environment, { log, mayMake });
  const keyring = createKeyring({ store, environment, mayMake, ...(onRefused && { onRefused }) });
  await openKeyring(keyring, { log, mayMake });
  const local = createMemoryRateLimiter();
  const near = createMemoryAccountCache();
  const { databaseId } = store;
  const { redis } = environment;
  // An embedded database has no other process to share accounts with.
  if (redis === undefined || databaseId === undefined) {
    return { store, keyring, cache: near, limiter: local, settled: () => Promise.resolve() };
  }
  const [{ createRedisAdapters }, { openRedis }] = await Promise.all([
    import("../redis/adapters.ts"),
    import("../redis/connection.ts"),
  ]);
  const connect = () => openRedis({ ...redis, clock, log });
  const sealingKey = () => keyring.key("account_snapshot");
  const shared = createRedisAdapters({ connect, databaseId, sealingKey, local, log });
  const cache = createLayeredAccountCache({ near, far: shared.cache, log });
  return { store, keyring, cache, limiter: shared.limiter, settled: cache.settled };
}

interface Making {
  readonly log: Log;
  readonly mayMake: boolean;
}

/**
 * Refuses a store that belongs to other keys or another environment. A store that is unavailable is
 * asked again later; until then nobody gets an answer from it.
 */
async function openKeyring(keyring: Keyring, { log, mayMake }: Making): Promise<void> {
  try {
    await keyring.open();
  } catch (error) {
    // A task can do nothing without its store.
    if (!(error instanceof StoreUnavailableError) || !mayMake) throw error;
    log.warn("store_not_opened", { error });
  }
}

/** Opens MongoDB if it is configured, otherwise the embedded store. Only that one is loaded. */
async function openStore(
  { mongo, sqlitePath }: Environment,
  { log, mayMake }: Making,
): Promise<Store> {
  if (mongo !== undefined) {
    const { openMongoStore } = await import("../mongo/store.ts");
    const store = openMongoStore({ ...mongo, log });
    if (mayMake || await store.isMade()) return store;
    await store.close();
    throw noStoreError(`the database ${mongo.dbName} (DB_NAME)`);
  }
  const { openStoreFile } = await import("../sqlite/store_file.ts");
  return await openStoreFile(sqlitePath, { mayMake });
}
