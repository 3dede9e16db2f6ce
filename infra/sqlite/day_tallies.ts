import type { StatementSync } from "node:sqlite";
import type { Instant } from "../../domain/account.ts";
import { addTallies, GATEWAY_TYPES, type Tally, type Total } from "../../domain/day_end.ts";
import type { Span } from "../../domain/days.ts";
import type { EntryType } from "../../domain/journal.ts";
import { COMMIT_DELAY_MAX_MILLISECONDS } from "../../domain/limits.ts";
import { add, kurus, NO_MONEY } from "../../domain/money.ts";
import type { DayEnds } from "../../domain/ports/day_ends.ts";
import type { Pace } from "../../domain/ports/fleet_reading.ts";
import type { SqliteDatabase } from "./database.ts";
import { createJournalTimes, type RowRange } from "./journal_times.ts";
import { readNow } from "./unavailable.ts";

interface TallyRow {
  readonly type: EntryType;
  readonly gateway: string | null;
  readonly count: number;
  readonly amount: number;
  readonly delta: number;
}

/** Some of what is open. */
interface OpenRow {
  readonly count: number;
  readonly amount: number;
  /** The last one that was looked at; null after all of them. */
  readonly last: string | null;
}

const OF_FLEET = "account_key > :after AND account_key < :before";

// The journal first and then its accounts: there is no way from an account to its rows of a day.
const SELECT_TALLIES = `
  SELECT type, iif(type IN (${GATEWAY_TYPES.map((type) => `'${type}'`).join(", ")})
      AND json_valid(facts), facts ->> 'gateway', NULL) AS gateway,
    count(*) AS count, sum(amount) AS amount, sum(delta) AS delta
  FROM journal CROSS JOIN accounts USING (account_no)
  WHERE entry_no >= :first AND entry_no < :end AND at >= :from AND at < :to AND ${OF_FLEET}
  GROUP BY 1, 2`;

/** Rows that are looked at in one piece: a few milliseconds. */
const ROWS_AT_ONCE = 1_000;

function selectOpen(table: string, id: string, isOpen = "true"): string {
  return `
    SELECT count(amount) AS count, coalesce(sum(amount), 0) AS amount, max(${id}) AS last
    FROM (SELECT * FROM ${table} WHERE ${id} > :last ORDER BY ${id} LIMIT ${ROWS_AT_ONCE})
    LEFT JOIN journal ON entry_id = ${id} AND ${OF_FLEET} AND ${isOpen}`;
}

/** Adds up what the journal holds, piece by piece. */
export function createDayTallies(
  database: Pick<SqliteDatabase, "prepare">,
  pace: Pace,
): Pick<DayEnds, "since" | "tally" | "open"> {
  const times = createJournalTimes(database);
  const selectTallies = database.prepare(SELECT_TALLIES);
  const selectFirst = database.prepare("SELECT at FROM journal ORDER BY entry_no LIMIT 1");
  const selectAccount = database.prepare(`SELECT 1 FROM accounts WHERE ${OF_FLEET} LIMIT 1`);
  const selectTopUps = database.prepare(selectOpen("open_top_ups", "top_up_id"));
  const selectHolds = database.prepare(selectOpen("open_holds", "hold_id", "expires_at > :now"));

  const read = <T>(piece: () => T): Promise<T> => pace(() => readNow(piece));

  async function tally(filo: string, { from, to }: Span): Promise<readonly Tally[]> {
    const { first, end } = await read(() => times.rowsOf({ from, to }));
    const rows: TallyRow[] = [];
    for (let start = first; start < end; start += ROWS_AT_ONCE) {
      const part: RowRange = { first: start, end: Math.min(end, start + ROWS_AT_ONCE) };
      const asked = { ...part, from, to, ...keysOf(filo) };
      rows.push(...await read(() => selectTallies.all(asked) as unknown as TallyRow[]));
    }
    return addTallies(rows.map(toTally));
  }

  async function addOpen(
    statement: StatementSync,
    named: Readonly<Record<string, string | number>>,
  ): Promise<Total> {
    let [count, amountKurus] = [0, NO_MONEY];
    for (let last: string | null = ""; last !== null;) {
      const row: OpenRow = await read(() =>
        statement.get({ ...named, last }) as unknown as OpenRow
      );
      count += row.count;
      amountKurus = add(amountKurus, kurus(row.amount));
      ({ last } = row);
    }
    return { count, amountKurus };
  }

  return {
    since: async (filo) => {
      if (await read(() => selectAccount.get(keysOf(filo))) === undefined) return undefined;
      const first = await read(() => selectFirst.get()) as { at: Instant } | undefined;
      // Later rows may be of an earlier time, by so much at most.
      return first && first.at - COMMIT_DELAY_MAX_MILLISECONDS;
    },
    // What is committed is in the journal, and nowhere else.
    tally: async (filo, span) => ({ tallies: await tally(filo, span), isSettled: true }),
    open: async (filo, now) => ({
      topUps: await addOpen(selectTopUps, keysOf(filo)),
      holds: await addOpen(selectHolds, { ...keysOf(filo), now }),
    }),
  };
}

/** Bounds of the keys of a fleet's accounts: "0" is the character after "/". */
function keysOf(filo: string): { readonly after: string; readonly before: string } {
  return { after: `${filo}/`, before: `${filo}0` };
}

function toTally({ type, gateway, count, amount, delta }: TallyRow): Tally {
  return {
    type,
    ...(gateway !== null && { gateway }),
    count,
    amountKurus: kurus(amount),
    deltaKurus: kurus(delta),
  };
}
