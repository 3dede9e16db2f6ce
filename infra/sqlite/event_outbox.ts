import type { Instant } from "../../domain/account.ts";
import { PAGE_SCAN_MAX } from "../../domain/limits.ts";
import type {
  EventListOptions,
  EventOutbox,
  EventPage,
  EventState,
  EventStatus,
  PendingEvent,
} from "../../domain/ports/event_outbox.ts";
import type { Arrivals } from "../arrivals.ts";
import { sha256 } from "../crypto/digests.ts";
import type { Writer } from "./commit/writer.ts";
import type { SqliteDatabase } from "./database.ts";
import type { EventLock } from "./event_lock.ts";
import { createEventReads, type ListedRow, type ListSpan, type ReadEvent } from "./event_reads.ts";
import { type EventPlace, type RepeatRow, toDeliveryWrite } from "./event_rows.ts";
import type { EventWrites } from "./event_writes.ts";
import { toPromise } from "./to_promise.ts";

/** How long a cursor may lag behind: what was delivered since is delivered again after a crash. */
const CURSOR_MILLISECONDS = 1_000;

/** What this process knows of a fleet's events. */
interface Reading {
  /** The last row that was read, and the one that the file knows of. */
  position: number;
  saved: number;
  savedAt: Instant;
  /** Events that were taken and not settled, by the id of their entry. */
  readonly taken: Map<string, EventPlace>;
  /** The rows of those that have none in `event_repeats`, in the order of the journal. */
  readonly open: Set<number>;
}

/** The outbox of events: the journal, read from a cursor on, and a table of what is repeated. */
export function createSqliteEventOutbox(
  { database, writer, arrivals, lock }: {
    readonly database: SqliteDatabase;
    readonly lock: EventLock;
    readonly writer: Writer<EventWrites>;
    readonly arrivals: Arrivals;
  },
): EventOutbox {
  const reads = createEventReads(database);
  const readings = new Map<string, Reading>();

  function readingOf(filo: string): Reading {
    const known = readings.get(filo);
    if (known !== undefined) return known;
    const { entryNo = reads.newest() } = reads.cursor(filo) ?? {};
    const reading: Reading = {
      position: entryNo,
      saved: entryNo,
      savedAt: -Infinity,
      taken: new Map(),
      open: new Set(),
    };
    readings.set(filo, reading);
    return reading;
  }

  /** What is known of a fleet's events, also where another process sends them. */
  function viewOf(filo: string): Pick<Reading, "position" | "saved" | "open"> {
    const entryNo = reads.cursor(filo)?.entryNo ?? 0;
    return readings.get(filo) ?? { position: entryNo, saved: entryNo, open: new Set() };
  }

  async function take(filo: string, limit: number, now: Instant): Promise<PendingEvent[]> {
    const reading = readingOf(filo);
    const { taken, open } = reading;
    const due = reads.repeats(filo, now, limit + taken.size)
      .filter(({ event }) => !taken.has(event.entry.id)).slice(0, limit);
    for (const read of due) taken.set(read.event.entry.id, read);
    const { events, end } = due.length < limit
      ? reads.newAfter(filo, reading.position, limit - due.length)
      : { events: [], end: reading.position };
    const blocked = reads.blocked([...new Set(events.map(({ accountNo }) => accountNo))]);
    const free = events.filter(({ accountNo }) => !blocked.has(accountNo));
    await keepBack(filo, events, { blocked, now });
    reading.position = end;
    for (const read of free) {
      taken.set(read.event.entry.id, read);
      open.add(read.entryNo);
    }
    return [...due, ...free].map(({ event }) => event);
  }

  /** Keeps new events whose account waits for the repeat of an earlier one. */
  async function keepBack(
    filo: string,
    events: readonly ReadEvent[],
    { blocked, now }: {
      readonly blocked: ReadonlyMap<number, Instant>;
      readonly now: Instant;
    },
  ): Promise<void> {
    const rows = events.flatMap((read): RepeatRow[] => {
      const nextAt = blocked.get(read.accountNo);
      if (nextAt === undefined) return [];
      const { event } = read;
      const write = toDeliveryWrite(filo, { is: "kept_back", event, firstAt: now, nextAt }, read);
      return typeof write === "object" ? [write] : [];
    });
    if (rows.length > 0) {
      await writer.write("settleEvents", filo, readingOf(filo).saved, rows, []);
    }
  }

  async function settle(
    filo: string,
    deliveries: Parameters<EventOutbox["settle"]>[1],
    now: Instant,
  ): Promise<void> {
    const reading = readingOf(filo);
    const { taken, open } = reading;
    const settled = deliveries.flatMap((delivery) => {
      const place = taken.get(delivery.event.entry.id);
      return place === undefined ? [] : [{ delivery, place }];
    });
    const writes = settled.map(({ delivery, place }) => toDeliveryWrite(filo, delivery, place));
    const rows = writes.filter((write) => typeof write === "object");
    const removed = writes.filter((write) => typeof write === "number");
    const ended = new Set(settled.map(({ place }) => place.entryNo));
    const cursor = cursorWithout(reading, ended);
    const isLate = cursor > reading.saved && Math.abs(now - reading.savedAt) >= CURSOR_MILLISECONDS;
    if (rows.length > 0 || removed.length > 0 || isLate) {
      await writer.write("settleEvents", filo, cursor, rows, removed);
      reading.saved = cursor;
      reading.savedAt = now;
    }
    for (const { delivery, place } of settled) {
      taken.delete(delivery.event.entry.id);
      open.delete(place.entryNo);
    }
  }

  async function release(filo: string): Promise<void> {
    const reading = readings.get(filo);
    readings.delete(filo);
    try {
      const cursor = reading === undefined ? 0 : cursorWithout(reading, new Set());
      const saved = reading?.saved ?? 0;
      if (cursor > saved) await writer.write("settleEvents", filo, cursor, [], []);
    } finally {
      lock.release(filo);
    }
  }

  function list(filo: string, options: EventListOptions): EventPage {
    const { status, limit, types, cursor } = options;
    const { since = Infinity } = reads.cursor(filo) ?? {};
    const before = cursor === undefined ? reads.newest() + 1 : Number(cursor);
    const { saved } = viewOf(filo);
    const span = { filo, before, from: since + 1, types, limit };
    if (status === "failed") return toPage(filo, reads.listedByStatus({ ...span, status }), limit);
    if (status !== "pending") return scan(span, status);
    // What is not read yet, or not settled, and then what is kept as a repeat.
    const unread = before > saved + 1 ? scan({ ...span, from: saved + 1 }, status) : { events: [] };
    if (unread.nextCursor !== undefined) return unread;
    const left = limit - unread.events.length;
    const older = { ...span, before: Math.min(before, saved + 1), limit: left };
    const repeats = toPage(filo, reads.listedByStatus({ ...older, status }), left);
    return { ...repeats, events: [...unread.events, ...repeats.events] };
  }

  /** Lists entries of the journal. A part of a long one is read at a time, so a page may be short. */
  function scan(span: ListSpan, status: EventStatus | undefined): EventPage {
    const { filo, before, limit } = span;
    const from = Math.max(span.from, before - PAGE_SCAN_MAX);
    const found = reads.listed({ ...span, from, limit: PAGE_SCAN_MAX });
    const fitting = found.filter((row) => status === undefined || stateOf(filo, row) === status);
    const page = toPage(filo, fitting.slice(0, limit), limit);
    if (page.nextCursor !== undefined || from <= span.from) return page;
    return { ...page, nextCursor: String(from) };
  }

  function toPage(filo: string, rows: readonly ListedRow[], limit: number): EventPage {
    const last = rows.length === limit ? rows.at(-1) : undefined;
    return {
      events: rows.map((row) => toState(filo, row)),
      ...(last && { nextCursor: String(last.entryNo) }),
    };
  }

  function stateOf(filo: string, { entryNo, status }: ListedRow): EventState["status"] {
    if (status !== null) return status;
    const { position, open } = viewOf(filo);
    return entryNo <= position && !open.has(entryNo) ? "delivered" : "pending";
  }

  function toState(filo: string, row: ListedRow): EventState {
    const { event: { account, entry, attempts }, lastStatus, nextAt } = row;
    const status = stateOf(filo, row);
    return {
      account,
      entry,
      status,
      // A delivery at the first try leaves no row.
      attempts: row.status === null && status === "delivered" ? 1 : attempts,
      ...(lastStatus !== null && { lastStatus }),
      ...(status === "pending" && nextAt !== null && { nextAt }),
    };
  }

  return {
    listen: async (fleets, onArrival) => {
      arrivals.listen(fleets, onArrival);
      const missing = [...fleets].filter((filo) => reads.cursor(filo) === undefined);
      if (missing.length > 0) await writer.write("listenToEvents", ...missing);
    },
    lease: (filo, { url }) =>
      toPromise(() => ({
        isOwn: lock.hold(filo),
        isStopped: reads.cursor(filo)?.stoppedFor === sha256(url),
      })),
    take: (filo, { limit, now }) => take(filo, limit, now),
    settle,
    hasten: (filo, now) => writer.write("hastenEvents", filo, now),
    stop: (filo, url) => writer.write("stopEvents", filo, sha256(url)),
    release,
    list: (filo, options) => toPromise(() => list(filo, options)),
    again: async (filo, entryId, now) => {
      const found = await toPromise(() => reads.find(filo, entryId));
      const { since = Infinity } = reads.cursor(filo) ?? {};
      if (found === undefined || found.entryNo <= since) return undefined;
      // One without a row that is pending is sent anyway.
      const isRead = found.status !== null || stateOf(filo, found) === "delivered";
      await writer.write("repeatEvent", filo, isRead ? found.entryNo : null, now);
      const changed = await toPromise(() => reads.find(filo, entryId));
      return changed && toState(filo, changed);
    },
  };
}

/** Up to which row all is settled once those rows are. */
function cursorWithout({ open, position }: Reading, ended: ReadonlySet<number>): number {
  for (const entryNo of open) if (!ended.has(entryNo)) return entryNo - 1;
  return position;
}
