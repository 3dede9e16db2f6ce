import { maskCardNumbers } from "../card_number_search.ts";
import {
  AUDIT_BATCH,
  AUDIT_BUFFER,
  AUDIT_BYTES_PER_DAY,
  AUDIT_REFUSALS_MILLISECONDS,
  AUDIT_STRANGERS_BYTES_PER_DAY,
} from "../limits.ts";
import type { AuditLog, AuditRecord, AuditSink } from "../ports/audit.ts";
import type { Clock } from "../ports/clock.ts";
import type { Log } from "../ports/log.ts";
import { type AuditBounds, createAuditBudget } from "./audit_budget.ts";
import { createRefusalCounter } from "./audit_refusals.ts";

interface AuditLogOptions {
  readonly sink: AuditSink;
  readonly clock: Pick<Clock, "after">;
  readonly log: Log;
  readonly bounds?: AuditBounds;
}

const FLUSH_AFTER_MILLISECONDS = 250;

const BOUNDS: AuditBounds = {
  bytesPerDay: AUDIT_BYTES_PER_DAY,
  strangersBytesPerDay: AUDIT_STRANGERS_BYTES_PER_DAY,
};

/**
 * Gathers records and writes them together a moment later. Records that do not fit are dropped, oldest
 * first, and the log says how many, because the audit must not hold payments up. Refusals of strangers
 * are only counted.
 */
export function createAuditLog(
  { sink, clock, log, bounds = BOUNDS }: AuditLogOptions,
): AuditLog {
  const refusals = createRefusalCounter();
  const dropWhatExceeds = createAuditBudget(bounds, log);
  let buffer: AuditRecord[] = [];
  let dropped = 0;
  let cancelWriting: (() => void) | undefined;
  let writing: Promise<void> | undefined;
  let cancelRefusals: (() => void) | undefined;

  function record(one: AuditRecord): void {
    if (one.who === "anonymous" && one.code !== null) countRefusal(one);
    else keep(one);
  }

  function countRefusal(refusal: AuditRecord): void {
    if (refusals.isDue(refusal.at)) keepRefusals();
    refusals.count(refusal);
    cancelRefusals ??= clock.after(AUDIT_REFUSALS_MILLISECONDS, keepRefusals);
  }

  function keepRefusals(): void {
    cancelRefusals?.();
    cancelRefusals = undefined;
    for (const refusal of refusals.take()) keep(refusal);
  }

  function keep(one: AuditRecord): void {
    if (buffer.length >= AUDIT_BUFFER) {
      buffer.shift();
      dropped++;
    }
    buffer.push(one);
    if (writing !== undefined) return;
    cancelWriting ??= clock.after(FLUSH_AFTER_MILLISECONDS, () => void writeNow());
    if (buffer.length === AUDIT_BATCH) void writeNow();
  }

  function flush(): Promise<void> {
    keepRefusals();
    return writeNow();
  }

  function writeNow(): Promise<void> {
    cancelWriting?.();
    cancelWriting = undefined;
    if (writing === undefined && buffer.length > 0) writing = writeAll();
    return writing ?? Promise.resolve();
  }

  /** One batch at a time, so that a slow sink leaves at most one batch and a full buffer in memory. */
  async function writeAll(): Promise<void> {
    while (buffer.length > 0) {
      if (dropped > 0) log.warn("audit_records_dropped", { dropped });
      dropped = 0;
      const records = buffer;
      buffer = [];
      await write(records);
    }
    // In the same step as the last look at the buffer, so that a record that comes later starts a timer.
    writing = undefined;
  }

  async function write(records: readonly AuditRecord[]): Promise<void> {
    const kept = dropWhatExceeds(records);
    if (kept.length === 0) return;
    try {
      await sink.write(kept.map(maskUserNo));
    } catch (error) {
      log.error("audit_not_written", { records: kept.length, error });
    }
  }

  return { record, written: writeNow, flush };
}

/** A user number may be any digits, but the audit must hold no card number. */
function maskUserNo(record: AuditRecord): AuditRecord {
  const userNo = record.userNo && maskCardNumbers(record.userNo);
  return userNo === record.userNo ? record : { ...record, userNo };
}
