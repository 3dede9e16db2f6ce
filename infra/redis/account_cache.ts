import type { Account } from "../../domain/account.ts";
import type { ErasableCache } from "../../domain/ports/account_cache.ts";
import { fromSnapshot, type SnapshotOwner, toSnapshot, toSnapshotKey } from "./account_snapshot.ts";
import type { RedisConnection } from "./connection.ts";

/** How long Redis keeps a snapshot that is not renewed. */
export const SNAPSHOT_TTL_SECONDS = 60 * 60;

/** One script, so that nothing happens between the comparison and the write. */
const PUT_UNLESS_OLDER = `
local stored = tonumber(string.match(redis.call('GETRANGE', KEYS[1], 0, 15), '^(%d+) '))
if stored and stored > tonumber(ARGV[1]) then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[3])
return 1`;

/** Caches snapshots in Redis for all processes on one database. Calls reject if Redis is unavailable. */
export function createRedisAccountCache(
  redis: RedisConnection,
  owner: SnapshotOwner,
): ErasableCache {
  async function put(account: Account, run: RedisConnection["run"]): Promise<void> {
    const key = toSnapshotKey(owner, account.id);
    const snapshot = toSnapshot(owner, account);
    if (snapshot === undefined) return void await run((client) => client.del(key));
    const facts = [String(account.seq), snapshot, String(SNAPSHOT_TTL_SECONDS)];
    await run((client) => client.eval(PUT_UNLESS_OLDER, [key], facts));
  }

  return {
    get: async (id) => {
      const text = await redis.run((client) => client.get(toSnapshotKey(owner, id)));
      return fromSnapshot(owner, { id, text });
    },
    put: (account) => put(account, redis.run),
    // What others still write of older states is refused, because the newer one is there.
    replace: (account) => put(account, redis.runPatiently),
    drop: async (id) => {
      await redis.run((client) => client.del(toSnapshotKey(owner, id)));
    },
  };
}
