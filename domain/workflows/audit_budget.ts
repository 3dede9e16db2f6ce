import { DAY_MILLISECONDS } from "../limits.ts";
import type { AuditRecord } from "../ports/audit.ts";
import type { Log } from "../ports/log.ts";

/** How much a process may write per day, roughly. */
export interface AuditBounds {
  readonly bytesPerDay: number;
  /** The part of it for strangers, whose records are dropped first. */
  readonly strangersBytesPerDay: number;
}

/** What a record takes in addition to its texts, in the store that needs more. */
const RECORD_BYTES = 150;
const LOG_INTERVAL_MILLISECONDS = 60_000;

/** Lets through the records that fit into the day, and logs how many did not. */
export function createAuditBudget(
  { bytesPerDay, strangersBytesPerDay }: AuditBounds,
  log: Log,
): (records: readonly AuditRecord[]) => readonly AuditRecord[] {
  let day = 0;
  let bytes = 0;
  let strangersBytes = 0;
  let dropped = { strangers: 0, callers: 0 };
  let loggedAt = -Infinity;

  function fits(record: AuditRecord): boolean {
    const size = sizeOf(record);
    const isStranger = record.who === "anonymous";
    const isTooMuch = bytes + size > bytesPerDay ||
      isStranger && strangersBytes + size > strangersBytesPerDay;
    if (isTooMuch) {
      dropped[isStranger ? "strangers" : "callers"]++;
      return false;
    }
    bytes += size;
    if (isStranger) strangersBytes += size;
    return true;
  }

  return (records) => {
    const at = records[0]?.at ?? 0;
    const today = Math.floor(at / DAY_MILLISECONDS);
    if (today !== day) {
      day = today;
      bytes = strangersBytes = 0;
    }
    const kept = records.filter(fits);
    const hasDropped = dropped.strangers + dropped.callers > 0;
    if (hasDropped && at - loggedAt >= LOG_INTERVAL_MILLISECONDS) {
      log.warn("audit_day_is_full", { ...dropped, bytesPerDay, strangersBytesPerDay });
      dropped = { strangers: 0, callers: 0 };
      loggedAt = at;
    }
    return kept;
  };
}

function sizeOf({ requestId, filo, userNo, operation, code, fields, peer }: AuditRecord): number {
  return RECORD_BYTES + requestId.length + operation.length + (filo?.length ?? 0) +
    (userNo?.length ?? 0) + (code?.length ?? 0) + (fields?.length ?? 0) + (peer?.length ?? 0);
}
