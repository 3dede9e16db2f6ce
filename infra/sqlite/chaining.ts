import { CHAIN_START, linkHash } from "../../domain/entry_chain.ts";
import type { EntryType } from "../../domain/journal.ts";
import type { Kurus } from "../../domain/money.ts";
import { chainDigest } from "../crypto/chain_digest.ts";
import { createRowsInsert } from "./commit/rows_insert.ts";
import type { SqliteDatabase } from "./database.ts";

export interface Chaining {
  /** Hashes the oldest entries that have no hash yet. Returns how many there were. */
  chainEntries(): number;
}

/** Entries that are hashed in one transaction, so that a payment waits only milliseconds for it. */
export const ENTRIES_CHAINED_AT_ONCE = 500;

interface UnchainedRow {
  readonly entry_no: number;
  readonly prev: number;
  readonly account: string;
  readonly seq: number;
  readonly id: string;
  readonly type: EntryType;
  readonly at: number;
  readonly amountKurus: Kurus;
  readonly deltaKurus: Kurus;
  readonly balanceAfterKurus: Kurus;
  readonly facts: string;
  /** The hash of the entry before, where an earlier call made it. */
  readonly previous: string | null;
}

/**
 * Chains the entries in the order in which they were committed. A hash takes a sixth of the time that
 * SQLite takes for a payment, so housekeeping makes it after the answer.
 */
export function createChaining(database: Pick<SqliteDatabase, "prepare">): Chaining {
  const selectUnchained = database.prepare(`
    SELECT journal.entry_no, prev, account_key AS account, seq, entry_id AS id, type, at,
      amount AS amountKurus, delta AS deltaKurus, balance_after AS balanceAfterKurus, facts,
      before.hash AS previous
    FROM journal JOIN accounts USING (account_no) LEFT JOIN chain AS before ON before.entry_no = prev
    WHERE journal.entry_no > (SELECT coalesce(max(entry_no), 0) FROM chain)
    ORDER BY journal.entry_no LIMIT ${ENTRIES_CHAINED_AT_ONCE}`);
  const insertHashes = createRowsInsert(database, { into: "chain", columns: ["entry_no", "hash"] });

  return {
    chainEntries: () => {
      const rows = selectUnchained.all() as unknown as UnchainedRow[];
      const made = new Map<number, string>();
      for (const { entry_no: entryNo, prev, ...link } of rows) {
        const previous = link.seq === 1 ? CHAIN_START : link.previous ?? made.get(prev);
        if (previous === undefined) throw missingHash(prev);
        made.set(entryNo, linkHash({ ...link, previous }, chainDigest));
      }
      insertHashes([...made]);
      return rows.length;
    },
  };
}

/** The entry before has no hash. A chain that began again there would hide what came before. */
function missingHash(entryNo: number): Error {
  return new Error(`Cannot chain the journal: there is no hash of entry ${entryNo}`);
}
