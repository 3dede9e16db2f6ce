import type { Instant } from "../../domain/account.ts";
import { createRowsInsert } from "./commit/rows_insert.ts";
import type { SqliteDatabase } from "./database.ts";
import type { RepeatRow } from "./event_rows.ts";

export interface EventWrites {
  /** Fleets that are new hear of what comes from now on. */
  listenToEvents(...fleets: string[]): void;
  /** Moves a fleet's cursor, keeps rows of what is repeated, and removes others. */
  settleEvents(
    filo: string,
    cursor: number,
    rows: readonly RepeatRow[],
    removed: readonly number[],
  ): void;
  hastenEvents(filo: string, now: Instant): void;
  /** Keeps the hash of the address that wants no more events, because an address may hold a secret. */
  stopEvents(filo: string, urlHash: string): void;
  /** Has an entry's event sent once more, if there is one to be, and sending begin again. */
  repeatEvent(filo: string, entryNo: number | null, now: Instant): void;
}

export function createEventWrites(database: Pick<SqliteDatabase, "prepare">): EventWrites {
  const insertCursor = database.prepare(`
    INSERT INTO event_cursors (filo, since, entry_no)
    SELECT ?, newest, newest FROM (SELECT coalesce(max(entry_no), 0) AS newest FROM journal)
    WHERE true ON CONFLICT DO NOTHING`);
  const moveCursor = database.prepare("UPDATE event_cursors SET entry_no = ? WHERE filo = ?");
  const upsertRepeats = createRowsInsert(database, {
    into: "event_repeats",
    columns: "entry_no, filo, account_no, status, attempts, last_status, first_at, next_at, again"
      .split(", "),
    onConflict: `ON CONFLICT (entry_no) DO UPDATE SET status = excluded.status,
      attempts = excluded.attempts, last_status = coalesce(excluded.last_status, last_status),
      first_at = excluded.first_at, next_at = excluded.next_at, again = excluded.again`,
  });
  // Later events of the account wait for this one, those too that were not in memory.
  const keepBack = database.prepare(`
    UPDATE event_repeats SET next_at = ?
    WHERE account_no = ? AND status = 'pending' AND again = 0 AND entry_no > ? AND next_at < ?`);
  const remove = database.prepare("DELETE FROM event_repeats WHERE entry_no = ?");
  const hasten = database.prepare(
    "UPDATE event_repeats SET next_at = ? WHERE filo = ? AND status = 'pending' AND next_at > ?",
  );
  const stop = database.prepare("UPDATE event_cursors SET stopped_for = ? WHERE filo = ?");
  const repeat = database.prepare(`
    INSERT INTO event_repeats (entry_no, filo, account_no, status, attempts, next_at, again)
    SELECT entry_no, ?, account_no, 'pending', 0, ?, 1 FROM journal WHERE entry_no = ?
    ON CONFLICT (entry_no) DO UPDATE SET status = 'pending', attempts = 0, first_at = NULL,
      next_at = excluded.next_at, again = 1 WHERE status <> 'pending' OR again = 1`);
  // One that waits behind others comes sooner only with them.
  const hastenAccount = database.prepare(`
    UPDATE event_repeats SET next_at = ? WHERE status = 'pending' AND again = 0
      AND account_no = (SELECT account_no FROM journal WHERE entry_no = ?)`);

  return {
    listenToEvents: (...fleets) => {
      for (const filo of fleets) insertCursor.run(filo);
    },
    settleEvents: (filo, cursor, rows, removed) => {
      moveCursor.run(cursor, filo);
      upsertRepeats(rows);
      for (const entryNo of removed) remove.run(entryNo);
      for (const [entryNo, , accountNo, status, attempts, , , nextAt, again] of rows) {
        if (status !== "pending" || attempts === 0 || again === 1) continue;
        keepBack.run(nextAt, accountNo, entryNo, nextAt);
      }
    },
    hastenEvents: (filo, now) => void hasten.run(now, filo, now),
    stopEvents: (filo, urlHash) => void stop.run(urlHash, filo),
    repeatEvent: (filo, entryNo, now) => {
      stop.run(null, filo);
      if (entryNo === null) return;
      repeat.run(filo, now, entryNo);
      hastenAccount.run(now, entryNo);
    },
  };
}
