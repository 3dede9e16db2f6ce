import type { Instant } from "../../domain/account.ts";
import { AUDIT_TTL_DAYS, DAY_MILLISECONDS } from "../../domain/limits.ts";
import type { SqliteDatabase } from "./database.ts";

export interface Housekeeping {
  /** Takes away what has expired. It only frees space: whoever reads looks at the expiry himself. */
  keepHouse(now: Instant): void;
}

/** Audit rows that one round takes away, so that no round stalls a payment. */
const AUDIT_ROWS_PER_ROUND = 5_000;

export function createHousekeeping(database: SqliteDatabase): Housekeeping {
  const expired = ["codes", "sessions", "counters"].map((table) =>
    database.prepare(`DELETE FROM ${table} WHERE expires_at <= ?`)
  );
  // The oldest rows come first in the table, so no index on the time is needed.
  const oldAudit = database.prepare(`
    DELETE FROM audit WHERE at < ? AND record_no IN (SELECT record_no FROM audit ORDER BY record_no LIMIT ?)`);
  return {
    keepHouse: (now) => {
      for (const statement of expired) statement.run(now);
      oldAudit.run(now - AUDIT_TTL_DAYS * DAY_MILLISECONDS, AUDIT_ROWS_PER_ROUND);
    },
  };
}
