import type { JournalEntry } from "../../../domain/journal.ts";
import type { SqliteDatabase } from "../database.ts";
import type { EntryRow } from "../entry_rows.ts";

/**
 * Creates the check whether an entry's key is filed already, and so has appended another entry. A command
 * that was decided on a cached account knows only the keys that are not filed.
 */
export function createFiledKeys(
  database: Pick<SqliteDatabase, "prepare">,
): (account: number, entry: EntryRow) => boolean {
  const selectFiled = database.prepare(`
    SELECT facts FROM keys LEFT JOIN journal USING (entry_no)
    WHERE keys.account_no = ? AND keys.key_hash = ?`);
  return (account, [, , , , , , key, facts]) => {
    if (key === null) return false;
    const rows = selectFiled.all(account, key) as unknown as FiledRow[];
    // If the entry of a filed key is missing, the read that follows the conflict says so.
    return rows.some((row) => row.facts === null || keyHashOf(row.facts) === keyHashOf(facts));
  };
}

interface FiledRow {
  readonly facts: string | null;
}

/** The whole hash: the column has only its beginning, which two keys may share. */
function keyHashOf(facts: string): string | undefined {
  return (JSON.parse(facts) as Pick<JournalEntry, "idempotency">).idempotency?.keyHash;
}
