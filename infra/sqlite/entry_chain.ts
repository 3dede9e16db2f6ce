import type { JournalEntry } from "../../domain/journal.ts";
import type { SqliteDatabase } from "./database.ts";
import { ENTRY_COLUMNS, type EntryColumns, toEntry } from "./entry_rows.ts";
import { IS_MARK, MARK_EVERY } from "./schema.ts";

/** The end of an account's journal: the row and the number of its last entry. */
export interface ChainEnd {
  readonly account_no: number;
  readonly last_entry: number;
  readonly seq: number;
}

/** Which entries of an account to read, newest first. */
interface ChainPage {
  /** Their lowest and highest number; the highest is not beyond the account's last entry. */
  readonly newest: number;
  readonly oldest: number;
  readonly limit: number;
  /** All if left out. */
  readonly types?: readonly string[];
  readonly orderId?: string;
}

/** Finds entries by their number, without an index of all of them. */
interface EntryChain {
  read(end: ChainEnd, page: ChainPage): readonly JournalEntry[];
}

interface Mark {
  readonly entry_no: number;
  readonly seq: number;
}

/** What the walk finds: an entry, or the row of an entry that is missing. */
type Found =
  | readonly [columns: EntryColumns, facts: object]
  | readonly [columns: null, missing: number];

/**
 * Follows the pointers back from one entry, reads each row once, and goes no further than the page
 * needs. Its result is one text, because making an object of a row takes longer than reading it. A row
 * that is missing, or has another number than its place in the chain, ends the walk.
 */
const SELECT_PAGE = `
  WITH RECURSIVE walk (next, seq, room, found) AS (
    VALUES ($from, $fromSeq + 1, $limit, NULL)
    UNION ALL
    SELECT prev, walk.seq - 1, room - (found IS NOT NULL), CASE
      WHEN entry_no IS NULL THEN json_array(NULL, next)
      WHEN walk.seq - 1 <= $newest AND ($types IS NULL OR instr($types, json_quote(type)))
        AND ($orderId IS NULL OR facts ->> 'orderId' = $orderId)
      THEN '[' || json_array(${ENTRY_COLUMNS}) || ',' || facts || ']'
    END
    FROM walk LEFT JOIN journal ON entry_no = next AND journal.seq = walk.seq - 1
    WHERE walk.seq > $oldest AND room > (found IS NOT NULL) AND next IS NOT NULL
  )
  SELECT '[' || coalesce(group_concat(found), '') || ']' AS entries FROM walk`;

/**
 * Creates a reader of pages. It starts at the first mark at or after the newest entry of the page, or
 * at the account's last entry if that is nearer: fewer than {@linkcode MARK_EVERY} steps to the page,
 * however long the journal is.
 */
export function createEntryChain(database: Pick<SqliteDatabase, "prepare">): EntryChain {
  const selectMark = database.prepare(
    `SELECT entry_no, seq FROM journal WHERE account_no = ? AND seq = ? AND ${IS_MARK}`,
  );
  const selectPage = database.prepare(SELECT_PAGE);

  return {
    read: ({ account_no, last_entry, seq: lastSeq }, { types, orderId = null, ...page }) => {
      const { newest } = page;
      const markSeq = Math.ceil(newest / MARK_EVERY) * MARK_EVERY;
      const mark = markSeq < lastSeq ? selectMark.get(account_no, markSeq) : undefined;
      const { entry_no: from, seq: fromSeq } = mark as Mark | undefined ??
        { entry_no: last_entry, seq: lastSeq };
      const asked = types === undefined ? null : JSON.stringify(types);
      const row = selectPage.get({ from, fromSeq, ...page, types: asked, orderId });
      const { entries } = row as { entries: string };
      return (JSON.parse(entries) as Found[]).map((found) => {
        if (found[0] === null) throw missingEntry(found[1]);
        return toEntry(...found);
      });
    },
  };
}

/** An entry points to a row that is missing. */
export function missingEntry(entryNo: number | null): Error {
  return new Error(`Cannot follow the journal: there is no entry ${entryNo}`);
}
