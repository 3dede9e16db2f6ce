import { fromAccountKey, type Instant } from "../../domain/account.ts";
import type { EntryType, JournalEntry } from "../../domain/journal.ts";
import { PAGE_SCAN_MAX } from "../../domain/limits.ts";
import type { EventStatus, PendingEvent } from "../../domain/ports/event_outbox.ts";
import type { SqliteDatabase } from "./database.ts";
import { type EventPlace, type RepeatColumns, toTries } from "./event_rows.ts";
import { fromJournalRow, type JournalRow } from "./entry_rows.ts";

/** An event as it is read, and where it is kept. */
export interface ReadEvent extends EventPlace {
  readonly event: PendingEvent;
}

/** Where a fleet's events begin, and up to where they are delivered or kept as repeats. */
export interface EventCursor {
  readonly since: number;
  readonly entryNo: number;
  readonly stoppedFor: string | null;
}

/** What a row of `event_repeats` says of an entry. */
export interface ListedRow {
  readonly entryNo: number;
  readonly event: PendingEvent;
  readonly status: EventStatus | null;
  readonly lastStatus: number | null;
  readonly nextAt: Instant | null;
}

/** Which entries of a fleet to list. */
export interface ListSpan {
  readonly filo: string;
  /** Rows of the journal below `before` and not below `from`. */
  readonly before: number;
  readonly from: number;
  readonly types: ReadonlySet<EntryType> | undefined;
  readonly limit: number;
}

/** The questions about events that are asked of the file. */
export interface EventReads {
  cursor(filo: string): EventCursor | undefined;
  repeats(filo: string, now: Instant, limit: number): readonly ReadEvent[];
  /** Entries of a fleet after a row, and the row up to which there are no others. */
  newAfter(
    filo: string,
    entryNo: number,
    limit: number,
  ): { readonly events: readonly ReadEvent[]; readonly end: number };
  /** By account: when what is pending of it is repeated. */
  blocked(accounts: readonly number[]): ReadonlyMap<number, Instant>;
  newest(): number;
  /** A fleet's entries of a part of the journal, newest first. */
  listed(span: ListSpan): readonly ListedRow[];
  /** A fleet's rows of one status, newest first. */
  listedByStatus(span: ListSpan & { readonly status: EventStatus }): readonly ListedRow[];
  find(filo: string, entryId: string): ListedRow | undefined;
}

type Row = JournalRow & RepeatColumns & {
  readonly account_key: string;
  readonly account_no: number;
  readonly status: EventStatus | null;
  readonly last_status: number | null;
  readonly next_at: number | null;
};

/** Parts of the journal that are searched at once for entries of one fleet. */
const SPANS_AT_ONCE = 8;

const COLUMNS =
  `journal.entry_no, journal.account_no, account_key, entry_id, seq, type, amount, delta,
  balance_after, at, facts, status, attempts, last_status, first_at, next_at, again`;
const JOINED = `journal JOIN accounts USING (account_no)
  LEFT JOIN event_repeats AS repeat ON repeat.entry_no = journal.entry_no`;
/** "0" is the character after "/". */
const OF_FLEET = "account_key > $filo || '/' AND account_key < $filo || '0'";
const OF_TYPES = "($types IS NULL OR type IN (SELECT value FROM json_each($types)))";

export function createEventReads(database: Pick<SqliteDatabase, "prepare">): EventReads {
  const selectCursor = database.prepare(
    `SELECT since, entry_no AS entryNo, stopped_for AS stoppedFor FROM event_cursors WHERE filo = ?`,
  );
  const selectRepeats = database.prepare(`
    SELECT ${COLUMNS} FROM event_repeats AS repeat CROSS JOIN journal USING (entry_no)
      JOIN accounts ON accounts.account_no = journal.account_no
    WHERE filo = ? AND status = 'pending' AND next_at <= ?
    ORDER BY next_at, repeat.entry_no LIMIT ?`);
  const selectEnd = database.prepare(`
    SELECT max(entry_no) AS end FROM
      (SELECT entry_no FROM journal WHERE entry_no > ? ORDER BY entry_no LIMIT ${PAGE_SCAN_MAX})`);
  const selectNew = database.prepare(`
    SELECT ${COLUMNS} FROM ${JOINED}
    WHERE journal.entry_no > $after AND journal.entry_no <= $end AND ${OF_FLEET} AND status IS NULL
    ORDER BY journal.entry_no LIMIT $limit`);
  const selectBlocked = database.prepare(`
    SELECT account_no, max(next_at) AS next_at FROM event_repeats
    WHERE status = 'pending' AND again = 0 AND account_no IN (SELECT value FROM json_each(?))
    GROUP BY account_no`);
  const selectNewest = database.prepare("SELECT coalesce(max(entry_no), 0) AS newest FROM journal");
  const selectListed = database.prepare(`
    SELECT ${COLUMNS} FROM ${JOINED}
    WHERE journal.entry_no < $before AND journal.entry_no >= $from AND ${OF_FLEET} AND ${OF_TYPES}
    ORDER BY journal.entry_no DESC LIMIT $limit`);
  const selectByStatus = database.prepare(`
    SELECT ${COLUMNS} FROM event_repeats AS repeat CROSS JOIN journal USING (entry_no)
      JOIN accounts ON accounts.account_no = journal.account_no
    WHERE filo = $filo AND status = $status AND repeat.entry_no < $before
      AND repeat.entry_no >= $from AND ${OF_TYPES}
    ORDER BY repeat.entry_no DESC LIMIT $limit`);
  const selectById = database.prepare(
    `SELECT ${COLUMNS} FROM ${JOINED} WHERE entry_id = $id AND ${OF_FLEET}`,
  );
  const bind = ({ types, ...span }: ListSpan) => ({
    ...span,
    before: Math.min(span.before, Number.MAX_SAFE_INTEGER),
    types: types === undefined ? null : JSON.stringify([...types]),
  });

  return {
    cursor: (filo) => selectCursor.get(filo) as unknown as EventCursor | undefined,
    repeats: (filo, now, limit) => rowsOf(selectRepeats.all(filo, now, limit)).map(toReadEvent),
    newAfter: (filo, after, limit) => {
      let end = after;
      // Other fleets' entries may stand before the next one.
      for (let spans = 0; spans < SPANS_AT_ONCE; spans++) {
        const { end: next } = selectEnd.get(end) as { readonly end: number | null };
        if (next === null) break;
        const events = rowsOf(selectNew.all({ filo, after: end, end: next, limit }))
          .map(toReadEvent);
        if (events.length === limit) return { events, end: events.at(-1)?.entryNo ?? next };
        end = next;
        if (events.length > 0) return { events, end };
      }
      return { events: [], end };
    },
    blocked: (accounts) => {
      if (accounts.length === 0) return new Map();
      const rows = rowsOf(selectBlocked.all(JSON.stringify(accounts)));
      return new Map(rows.map(({ account_no, next_at }) => [account_no, next_at ?? 0]));
    },
    newest: () => (selectNewest.get() as { readonly newest: number }).newest,
    listed: (span) => rowsOf(selectListed.all(bind(span))).map(toListed),
    listedByStatus: ({ status, ...span }) =>
      rowsOf(selectByStatus.all({ ...bind(span), status })).map(toListed),
    find: (filo, id) => {
      const row = selectById.get({ filo, id }) as Row | undefined;
      return row && toListed(row);
    },
  };
}

function rowsOf(rows: readonly unknown[]): readonly Row[] {
  return rows as readonly Row[];
}

function toEvent(row: Row): PendingEvent {
  const entry: JournalEntry = fromJournalRow(row);
  return { account: fromAccountKey(row.account_key), entry, ...toTries(row) };
}

function toReadEvent(row: Row): ReadEvent {
  const { entry_no: entryNo, account_no: accountNo, status } = row;
  return { event: toEvent(row), entryNo, accountNo, isRepeat: status !== null };
}

function toListed(row: Row): ListedRow {
  const { entry_no: entryNo, status, last_status: lastStatus, next_at: nextAt } = row;
  return { event: toEvent(row), entryNo, status, lastStatus, nextAt };
}
