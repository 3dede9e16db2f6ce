import type { Instant } from "../../domain/account.ts";
import { AUDIT_BATCHES_SEARCHED, AUDIT_LATE_MILLISECONDS } from "../../domain/limits.ts";
import type {
  AuditListOptions,
  AuditPage,
  AuditPlace,
  AuditRecord,
  AuditTrail,
} from "../../domain/ports/audit.ts";
import type { Pace } from "../../domain/ports/fleet_reading.ts";
import { type AuditBatch, readAuditBatch } from "./audit_batch.ts";
import type { SqliteDatabase } from "./database.ts";
import { readNow } from "./unavailable.ts";

/** Batches that are searched in one piece: a few milliseconds at most. */
const BATCHES_AT_ONCE = 5;

/** A stretch of batches, both ends included. */
interface Batches {
  readonly oldest: number;
  readonly newest: number;
}

interface Found {
  readonly place: AuditPlace;
  readonly record: AuditRecord;
}

interface BatchRow extends Pick<AuditBatch, "requestIds" | "records"> {
  readonly batch_no: number;
}

/**
 * Searches the batches from the newest on. They have no index but their order: one would be written with
 * every batch, while payments wait. Times of batches are in order, give or take the longest request.
 */
export function createSqliteAuditTrail(database: SqliteDatabase, pace: Pace): AuditTrail {
  const selectEnds = database.prepare(
    "SELECT min(batch_no) AS oldest, max(batch_no) AS newest FROM audit_batches",
  );
  const selectTime = database.prepare(
    "SELECT last_at FROM audit_batches WHERE batch_no >= ? ORDER BY batch_no LIMIT 1",
  );
  // Most batches have nothing of a user, and are not parsed for it.
  const selectBatches = database.prepare(`
    SELECT batch_no, request_ids AS requestIds, records FROM audit_batches
    WHERE batch_no BETWEEN ? AND ? AND last_at >= ? AND first_at < ?
      AND instr(records, ?) > 0 AND instr(records, ?) > 0
    ORDER BY batch_no DESC`);

  /** The first batch of the stretch whose last record came after that time, or the one behind it. */
  function firstAfter({ oldest, newest }: Batches, at: Instant): number {
    let [low, high] = [oldest, newest + 1];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const { last_at } = selectTime.get(middle) as { last_at: number };
      if (last_at > at) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  function findBatches({ from, to, after }: AuditListOptions): Batches | undefined {
    const ends = selectEnds.get() as { [End in keyof Batches]: number | null };
    if (ends.oldest === null || ends.newest === null) return undefined;
    const all = { oldest: ends.oldest, newest: ends.newest };
    const oldest = from === undefined
      ? all.oldest
      : firstAfter(all, from - AUDIT_LATE_MILLISECONDS);
    const newest = to === undefined ? all.newest : firstAfter(all, to + AUDIT_LATE_MILLISECONDS);
    return { oldest, newest: Math.min(newest, after?.major ?? all.newest, all.newest) };
  }

  function* search(filo: string, batches: Batches, options: AuditListOptions): Generator<Found> {
    const { from = 0, to = Number.MAX_SAFE_INTEGER, userNo, key, after } = options;
    const texts = [filo, userNo ?? key ?? filo].map((text) => JSON.stringify(text));
    const rows = selectBatches.iterate(batches.oldest, batches.newest, from, to, ...texts);
    for (const row of rows as Iterable<unknown> as Iterable<BatchRow>) {
      const { batch_no: major } = row;
      const end = after?.major === major ? parseInt(after.minor, 16) : Infinity;
      for (const { place, record } of readAuditBatch(row, { ...options, filo }, end)) {
        yield { record, place: { major, minor: place.toString(16) } };
      }
    }
  }

  async function list(filo: string, options: AuditListOptions): Promise<AuditPage> {
    const batches = readNow(() => findBatches(options));
    if (batches === undefined) return { records: [] };
    const found: Found[] = [];
    const end = Math.max(batches.oldest, batches.newest - AUDIT_BATCHES_SEARCHED + 1);
    for (let newest = batches.newest; newest >= end; newest -= BATCHES_AT_ONCE) {
      const oldest = Math.max(end, newest - BATCHES_AT_ONCE + 1);
      await pace(() =>
        readNow(() => {
          for (const one of search(filo, { oldest, newest }, options)) {
            // One more than wanted tells that there is a next page.
            if (found.push(one) > options.limit) break;
          }
        })
      );
      if (found.length > options.limit) return toPage(found.slice(0, -1), found.at(-2)?.place);
    }
    return toPage(found, end > batches.oldest ? { major: end, minor: "0" } : undefined);
  }

  return { list };
}

function toPage(found: readonly Found[], next: AuditPlace | undefined): AuditPage {
  return { records: found.map(({ record }) => record), ...(next && { next }) };
}
