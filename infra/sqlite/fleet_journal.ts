import { DatabaseSync } from "node:sqlite";
import { fromAccountKey } from "../../domain/account.ts";
import type {
  FleetEntry,
  FleetJournal,
  FleetListOptions,
  FleetPage,
} from "../../domain/ports/fleet_journal.ts";
import type { Pace } from "../../domain/ports/fleet_reading.ts";
import type { SqliteDatabase } from "./database.ts";
import { createJournalTimes, type JournalTimes } from "./journal_times.ts";
import { ENTRY_COLUMNS, type EntryColumns, toEntry } from "./entry_rows.ts";
import { readNow } from "./unavailable.ts";

/** Rows that are looked at in one piece: a millisecond or two. */
const ROWS_AT_ONCE = 1_000;
/** Rows that are looked at for one page, so that a rare type cannot keep a request for long. */
const ROWS_PER_PAGE = 100_000;

type FoundRow = readonly [
  entryNo: number,
  account: string,
  columns: EntryColumns,
  facts: object,
];

/**
 * Rows in the order of their commits, of which the caller takes one fleet's. Its result is one text,
 * because making an object of a row takes longer than reading it.
 */
const SELECT_ROWS = `
  WITH found AS (
    SELECT '[' || entry_no || ',' || json_quote(account_key) || ',' || json_array(${ENTRY_COLUMNS})
      || ',' || facts || ']' AS entry
    FROM journal CROSS JOIN accounts USING (account_no)
    WHERE entry_no < $before AND entry_no >= $lowest AND at >= $from AND at < $to
      AND account_key > $filo || '/' AND account_key < $filo || '0'
      AND ($types IS NULL OR instr($types, json_quote(type)))
      AND ($order IS NULL OR instr(facts, $order))
    ORDER BY entry_no DESC LIMIT $limit
  )
  SELECT '[' || coalesce(group_concat(entry), '') || ']' AS entries FROM found`;

/** The statements of one connection. */
interface Reader {
  readonly times: JournalTimes;
  rows(asked: Record<string, number | string | null>): readonly FoundRow[];
  /** The row of an entry, if it is the fleet's. */
  rowOf(filo: string, entryId: string): number | undefined;
}

function prepareReader(database: Pick<SqliteDatabase, "prepare">): Reader {
  const selectRows = database.prepare(SELECT_ROWS);
  const selectRow = database.prepare(`
    SELECT entry_no FROM journal JOIN accounts USING (account_no)
    WHERE entry_id = $entryId AND account_key > $filo || '/' AND account_key < $filo || '0'`);
  return {
    times: createJournalTimes(database),
    rows: (asked) => JSON.parse((selectRows.get(asked) as { entries: string }).entries),
    rowOf: (filo, entryId) => {
      const row = selectRow.get({ filo, entryId }) as { entry_no: number } | undefined;
      return row?.entry_no;
    },
  };
}

/**
 * Reads the journal in the order of its commits, newest first, from a connection of its own, whose cache
 * holds nothing that payments need. A place is the number of the last row that was looked at.
 */
export function createSqliteFleetJournal(
  database: SqliteDatabase,
  pace: Pace,
): FleetJournal & { close(): void } {
  let own: DatabaseSync | undefined;
  let known: Reader | undefined;
  const reader = () => known ??= prepareReader(openOwn());

  /** Opened when it is first asked for. Only one connection sees a database in memory. */
  function openOwn(): Pick<SqliteDatabase, "prepare"> {
    if (database.path === ":memory:") return database;
    return own = new DatabaseSync(database.path, { readOnly: true });
  }

  async function list(filo: string, options: FleetListOptions): Promise<FleetPage> {
    const { limit, from, to, types, orderId, after } = options;
    const span = { ...(from !== undefined && { from }), ...(to !== undefined && { to }) };
    const range = await pace(() => readNow(() => reader().times.rowsOf(span)));
    const asked = {
      filo,
      from: from ?? -Infinity,
      to: to ?? Infinity,
      types: types === undefined ? null : JSON.stringify(types),
      // As it stands in the facts: a quote within a text is escaped, so this is no part of another.
      order: orderId === undefined ? null : `"orderId":${JSON.stringify(orderId)}`,
    };
    const found: FoundRow[] = [];
    let before = after === undefined ? range.end : Math.min(range.end, Number(after));
    const lowest = Math.max(range.first, before - ROWS_PER_PAGE);
    // One more than the page has, which tells whether another page follows.
    while (before > lowest && found.length <= limit) {
      const part = { before, lowest: Math.max(lowest, before - ROWS_AT_ONCE) };
      const left = limit + 1 - found.length;
      found.push(
        ...await pace(() => readNow(() => reader().rows({ ...asked, ...part, limit: left }))),
      );
      before = part.lowest;
    }
    return toPage(found, { limit, reached: before, first: range.first });
  }

  return {
    list,
    placeOf: async (filo, entryId) => {
      const row = await pace(() => readNow(() => reader().rowOf(filo, entryId)));
      return row?.toString();
    },
    close: () => own?.close(),
  };
}

function toPage(
  found: readonly FoundRow[],
  { limit, reached, first }: {
    readonly limit: number;
    readonly reached: number;
    readonly first: number;
  },
): FleetPage {
  const entries = found.slice(0, limit).map(toFleetEntry);
  const last = found.length > limit ? found[limit - 1]?.[0] : undefined;
  if (last !== undefined) return { entries, next: String(last) };
  return reached > first ? { entries, next: String(reached) } : { entries };
}

function toFleetEntry([, account, columns, facts]: FoundRow): FleetEntry {
  return { account: fromAccountKey(account), entry: toEntry(columns, facts) };
}
