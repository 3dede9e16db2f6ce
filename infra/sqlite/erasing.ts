import { accountKey } from "../../domain/account.ts";
import type { Erasing } from "../../domain/ports/erasing.ts";
import { StoreUnavailableError } from "../../domain/ports/errors.ts";
import { pause } from "../process/clock.ts";
import type { Committer, Writer } from "./commit/writer.ts";
import type { SqliteDatabase } from "./database.ts";
import { toEntryRow } from "./entry_rows.ts";

export interface ErasingWrites {
  erasePerson(key: string): void;
  eraseFacts(key: string, ...entries: readonly (readonly [entryId: string, facts: string])[]): void;
}

/** How often, and how far apart, it is tried to empty the log while somebody reads an older state. */
const TRIES = 20;
const PAUSE_MILLISECONDS = 50;

export function createSqliteErasing(
  writer: Writer<ErasingWrites>,
  committer: Pick<Committer, "emptyLog">,
): Erasing {
  return {
    erasePerson: (id) => writer.write("erasePerson", accountKey(id)),
    eraseEntries: (id, entries) => {
      const rows = entries.map((entry) => {
        const [entryId, , , , , , , facts] = toEntryRow(entry);
        return [entryId, facts] as const;
      });
      return writer.write("eraseFacts", accountKey(id), ...rows);
    },
    purge: async () => {
      for (let tried = 1; !await committer.emptyLog(); tried++) {
        if (tried === TRIES) throw new StoreUnavailableError(new Error(LOG_IN_USE));
        await pause(PAUSE_MILLISECONDS);
      }
    },
  };
}

const LOG_IN_USE = "the log cannot be emptied while somebody reads an older state of the file";

export function createErasingWrites(database: SqliteDatabase): ErasingWrites {
  const deletePerson = database.prepare(
    "DELETE FROM people WHERE account_no = (SELECT account_no FROM accounts WHERE account_key = ?)",
  );
  const deleteCards = database.prepare("DELETE FROM vault WHERE account_key = ?");
  const ofEntry =
    "entry_id = ? AND account_no = (SELECT account_no FROM accounts WHERE account_key = ?)";
  // A row of the same length is written over the old one. One of another length may move its page's
  // rows, and SQLite leaves copies behind where they were.
  const coverFacts = database.prepare(`
    UPDATE journal SET facts = printf('%.*c', length(CAST(facts AS BLOB)), 'x') WHERE ${ofEntry}`);
  const updateFacts = database.prepare(`UPDATE journal SET facts = ? WHERE ${ofEntry}`);
  return {
    erasePerson: (key) => {
      deletePerson.run(key);
      deleteCards.run(key);
    },
    eraseFacts: (key, ...entries) => {
      for (const [entryId] of entries) coverFacts.run(entryId, key);
      for (const [entryId, facts] of entries) updateFacts.run(facts, entryId, key);
    },
  };
}
