import type { StatementSync } from "node:sqlite";
import type { SqliteDatabase } from "../database.ts";

/** Values by position: rows are sent to the writing thread, where a name costs as much as a value. */
export type Row = readonly (string | number | null)[];

/** Rows in one statement. More would save little, because the call is then a small part of the work. */
const ROWS_AT_ONCE = 64;

export interface RowsInsertOptions {
  readonly into: string;
  readonly columns: readonly string[];
  /** What to do if a row exists already. */
  readonly onConflict?: string;
}

/** Inserts many rows with few statements: a call into SQLite costs more than a row does. */
export function createRowsInsert(
  database: Pick<SqliteDatabase, "prepare">,
  { into, columns, onConflict = "" }: RowsInsertOptions,
): (rows: readonly Row[]) => void {
  const row = `(${columns.map(() => "?").join(", ")})`;
  const statements = new Map<number, StatementSync>();

  function statementFor(count: number): StatementSync {
    const known = statements.get(count);
    if (known !== undefined) return known;
    const rows = Array.from({ length: count }, () => row).join(", ");
    const statement = database.prepare(
      `INSERT INTO ${into} (${columns.join(", ")}) VALUES ${rows} ${onConflict}`,
    );
    statements.set(count, statement);
    return statement;
  }

  return (rows) => {
    for (let from = 0; from < rows.length; from += ROWS_AT_ONCE) {
      const some = rows.slice(from, from + ROWS_AT_ONCE);
      statementFor(some.length).run(...some.flat());
    }
  };
}
