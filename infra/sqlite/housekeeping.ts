import type { Instant } from "../../domain/account.ts";
import { AUDIT_TTL_DAYS, DAY_MILLISECONDS, ENDED_KEY_TTL_DAYS } from "../../domain/limits.ts";
import type { SqliteDatabase } from "./database.ts";

export interface Housekeeping {
  /** Removes what has expired. It only frees space: every reader checks the expiry. */
  keepHouse(now: Instant): void;
}

/**
 * Audit batches that one round removes, so that no round stalls a payment. A server with little to do
 * writes four a second, so a minute brings half as many.
 */
export const AUDIT_BATCHES_PER_ROUND = 500;

export function createHousekeeping(database: SqliteDatabase): Housekeeping {
  const expired = ["codes", "sessions", "counters", "actions"].map((table) =>
    database.prepare(`DELETE FROM ${table} WHERE expires_at <= ?`)
  );
  // All of them are looked at: they are few, and change seldom.
  const endedKeys = database.prepare(
    "DELETE FROM named_keys WHERE revoked_at <= ?1 OR expires_at <= ?1",
  );
  // The oldest rows come first in the table, so no index on the time is needed.
  const oldAudit = database.prepare(`
    DELETE FROM audit_batches
    WHERE last_at < ? AND batch_no IN (SELECT batch_no FROM audit_batches ORDER BY batch_no LIMIT ?)`);
  return {
    keepHouse: (now) => {
      for (const statement of expired) statement.run(now);
      endedKeys.run(now - ENDED_KEY_TTL_DAYS * DAY_MILLISECONDS);
      oldAudit.run(now - AUDIT_TTL_DAYS * DAY_MILLISECONDS, AUDIT_BATCHES_PER_ROUND);
    },
  };
}
