import { type Account, type AccountId, accountKey } from "../../domain/account.ts";
import type { ErasableCache } from "../../domain/ports/account_cache.ts";
import type { Eventually } from "../../domain/ports/eventually.ts";
import type { Log } from "../../domain/ports/log.ts";
import type { MemoryAccountCache } from "./account_cache.ts";

/** Snapshots that are written to the shared cache at once, after the answers. */
export const SNAPSHOT_WRITES_AT_ONCE = 16;
/** Accounts whose snapshot may wait to be written; one more is skipped, which costs only speed. */
export const SNAPSHOT_WRITES_WAITING = 1_000;
/** How long a shutdown waits for writes to a cache, which are not essential. */
export const CACHE_SETTLING_MILLISECONDS = 500;

interface CacheLayers {
  /** In the process: takes effect at once. */
  readonly near: MemoryAccountCache;
  /** Shared by all processes, and possibly unavailable. */
  readonly far: ErasableCache;
  readonly log: Log;
}

interface LayeredAccountCache extends ErasableCache {
  /** Resolves when nothing is left to be written to the far layer. */
  settled(): Promise<void>;
}

/** What the far layer has yet to do with an account: drop it, put a newer one, or both. */
interface Write {
  readonly id: AccountId;
  readonly drop: boolean;
  readonly put?: Account;
}

/**
 * Reads the process's own memory first and then the layer that all processes share. `put` and `drop`
 * take effect in memory at once; the far layer follows, and nobody waits for it.
 */
export function createLayeredAccountCache(layers: CacheLayers): LayeredAccountCache {
  const { near, far, log } = layers;
  const waiting = new Map<string, Write>();
  const underWay = new Map<string, Promise<void>>();

  function enqueue(write: Write): void {
    const key = accountKey(write.id);
    const earlier = waiting.get(key);
    if (earlier === undefined && waiting.size >= SNAPSHOT_WRITES_WAITING) {
      return log.debug("snapshot_write_left_out");
    }
    waiting.set(key, earlier === undefined ? write : mergeWrites(earlier, write));
    startWrites();
  }

  function startWrites(): void {
    for (const [key, write] of waiting) {
      if (underWay.size >= SNAPSHOT_WRITES_AT_ONCE) return;
      // One write per account at a time: the next one waits, and later ones are merged into it.
      if (underWay.has(key)) continue;
      waiting.delete(key);
      underWay.set(
        key,
        perform(write).finally(() => {
          underWay.delete(key);
          startWrites();
        }),
      );
    }
  }

  async function perform({ id, drop, put }: Write): Promise<void> {
    if (drop) await attempt("drop", () => far.drop(id));
    if (put) await attempt("put", () => far.put(put));
  }

  /** Skips what fails. Logs only the kind of an error, because its text may hold the snapshot. */
  async function attempt<T>(call: string, ask: () => Eventually<T>): Promise<T | undefined> {
    try {
      return await ask();
    } catch (error) {
      log.debug("far_account_cache_failed", { call, kind: error instanceof Error && error.name });
      return undefined;
    }
  }

  async function getFar(id: AccountId): Promise<Account | undefined> {
    const key = accountKey(id);
    // What the far layer holds was dropped here or is outdated, and it does not know yet.
    if (waiting.has(key) || underWay.has(key)) return undefined;
    const shared = await attempt("get", () => far.get(id));
    if (shared !== undefined) near.put(shared);
    return shared;
  }

  return {
    get: (id) => near.get(id) ?? getFar(id),
    put: (account) => {
      enqueue({ id: account.id, drop: false, put: account });
      near.put(account);
    },
    drop: (id) => {
      enqueue({ id, drop: true });
      near.drop(id);
    },
    replace: async (account) => {
      const key = accountKey(account.id);
      near.replace(account);
      // Nothing older may be written after it.
      waiting.delete(key);
      await underWay.get(key);
      await far.replace(account);
    },
    settled: async () => {
      while (underWay.size > 0) await Promise.all(underWay.values());
    },
  };
}

/** Merges two writes. A drop is kept: it lets an older sequence number replace the far layer's. */
function mergeWrites(first: Write, second: Write): Write {
  if (second.drop || first.put === undefined || second.put === undefined) {
    return { ...second, drop: second.drop || first.drop };
  }
  return first.put.seq > second.put.seq ? first : { ...second, drop: first.drop };
}
