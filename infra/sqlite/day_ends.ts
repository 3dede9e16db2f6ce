import type { DayEnd } from "../../domain/day_end.ts";
import type { DayEnds, KeptDayEnd } from "../../domain/ports/day_ends.ts";
import type { Pace } from "../../domain/ports/fleet_reading.ts";
import type { Writer } from "./commit/writer.ts";
import type { SqliteDatabase } from "./database.ts";
import { createDayTallies } from "./day_tallies.ts";
import { toPromise } from "./to_promise.ts";
import { openReader } from "./reader.ts";

export interface DayEndWrites {
  /** Returns the end that is kept: this one, or an earlier one. */
  insertDayEnd(filo: string, timeZone: string, day: string, totals: string): string;
}

interface EndRow {
  readonly filo: string;
  readonly time_zone: string;
  readonly day: string;
  readonly totals: string;
}

const ENDS_PER_PAGE = 100;

interface DayEndParts {
  readonly database: SqliteDatabase;
  readonly writer: Writer<DayEndWrites>;
  readonly pace: Pace;
}

/** Stores the ends of days, and tallies the journal for them at a pace that leaves payments their time. */
export function createSqliteDayEnds({ database, writer, pace }: DayEndParts): DayEnds {
  const selectNewest = database.prepare(`
    SELECT totals FROM day_ends WHERE filo = ? AND time_zone = ? AND day <= ?
    ORDER BY day DESC LIMIT 1`);
  const selectPage = database.prepare(`
    SELECT filo, time_zone, day, totals FROM day_ends WHERE (filo, time_zone, day) > (?, ?, ?)
    ORDER BY filo, time_zone, day LIMIT ${ENDS_PER_PAGE}`);
  /** Reads with a connection that is closed again, because days are asked for once in a while. */
  async function read<Result>(
    use: (tallies: ReturnType<typeof createDayTallies>) => Promise<Result>,
  ): Promise<Result> {
    const reader = openReader(database);
    try {
      return await use(createDayTallies(reader.database, pace));
    } finally {
      reader.close();
    }
  }

  async function* kept(): AsyncGenerator<KeptDayEnd> {
    let after: readonly string[] = ["", "", ""];
    for (;;) {
      const rows = await toPromise(() => selectPage.all(...after) as unknown as EndRow[]);
      for (const { filo, time_zone: timeZone, totals } of rows) {
        yield { filo, timeZone, end: toDayEnd(totals) };
      }
      const last = rows.at(-1);
      if (last === undefined) return;
      after = [last.filo, last.time_zone, last.day];
    }
  }

  return {
    since: (filo) => read(({ since }) => since(filo)),
    tally: (filo, span) => read(({ tally }) => tally(filo, span)),
    open: (filo, now) => read(({ open }) => open(filo, now)),
    keep: async ({ filo, timeZone }, end) =>
      toDayEnd(await writer.write("insertDayEnd", filo, timeZone, end.day, JSON.stringify(end))),
    newestUpTo: ({ filo, timeZone }, day) =>
      toPromise(() => {
        const row = selectNewest.get(filo, timeZone, day) as { totals: string } | undefined;
        return row && toDayEnd(row.totals);
      }),
    kept,
  };
}

export function createDayEndWrites(database: SqliteDatabase): DayEndWrites {
  const insert = database.prepare(
    "INSERT INTO day_ends (filo, time_zone, day, totals) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
  );
  const select = database.prepare(
    "SELECT totals FROM day_ends WHERE filo = ? AND time_zone = ? AND day = ?",
  );
  return {
    insertDayEnd: (filo, timeZone, day, totals) => {
      insert.run(filo, timeZone, day, totals);
      return (select.get(filo, timeZone, day) as { totals: string }).totals;
    },
  };
}

function toDayEnd(text: string): DayEnd {
  return JSON.parse(text);
}
