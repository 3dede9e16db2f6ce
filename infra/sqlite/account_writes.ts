import type { SqliteDatabase } from "./database.ts";
import { createEntryChain, type Place } from "./entry_chain.ts";
import type { EntryRow, LookUp, OpeningRows, SaveRows } from "./rows.ts";

/** What writes accounts and the appending end of their journals. */
export interface AccountWrites {
  saveAccount(key: string, expectedHead: string, rows: SaveRows): "saved" | "conflict";
  /** False when there is an account of that key. */
  insertAccount(key: string, rows: OpeningRows): boolean;
}

export function createAccountWrites(database: SqliteDatabase): AccountWrites {
  const selectHead = database.prepare(`
    SELECT account_no, head, seq, last_entry FROM accounts JOIN heads USING (account_no) WHERE account_key = ?`);
  const insertAccount = database.prepare(
    "INSERT INTO accounts (account_key, state) VALUES (?, ?) ON CONFLICT DO NOTHING",
  );
  const insertPerson = database.prepare(
    "INSERT INTO people (account_no, profile, auth_code_hash) VALUES (?, ?, ?)",
  );
  const insertHead = database.prepare(`
    INSERT INTO heads (head, seq, balance, payment_id, payment_amount, payment_refunded, payment_at, last_entry, account_no)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`);
  const updateHead = database.prepare(`
    UPDATE heads SET head = ?, seq = ?, balance = ?, payment_id = ?, payment_amount = ?, payment_refunded = ?,
      payment_at = ?, last_entry = ? WHERE account_no = ?`);
  const updateState = database.prepare("UPDATE accounts SET state = ? WHERE account_no = ?");
  const append = createAppender(database);
  const keepLookUp = createLookUps(database);

  return {
    saveAccount: (key, expectedHead, { head, state, entries, lookUps }) => {
      const stored = selectHead.get(key) as StoredHead | undefined;
      if (stored?.head !== expectedHead) return "conflict";
      const { account_no: accountNo, last_entry: entryNo, seq } = stored;
      const last = append({ entryNo, seq }, accountNo, entries);
      updateHead.run(...head, last.entryNo, accountNo);
      if (state !== undefined) updateState.run(state, accountNo);
      for (const lookUp of lookUps) keepLookUp(key, lookUp);
      return "saved";
    },
    insertAccount: (key, { head, state, entry, profile, authCodeHash }) => {
      const { changes, lastInsertRowid } = insertAccount.run(key, state);
      if (changes === 0) return false;
      const accountNo = Number(lastInsertRowid);
      insertPerson.run(accountNo, profile, authCodeHash);
      const last = append({ entryNo: 0, seq: 0 }, accountNo, [entry]);
      insertHead.run(...head, last.entryNo, accountNo);
      return true;
    },
  };
}

interface StoredHead {
  readonly account_no: number;
  readonly head: string;
  readonly seq: number;
  readonly last_entry: number;
}

/** Appends entries behind an account's last one, and gives the place of the new last. */
function createAppender(
  database: SqliteDatabase,
): (last: Place, accountNo: number, entries: readonly EntryRow[]) => Place {
  const chain = createEntryChain(database);
  const insertEntry = database.prepare(`
    INSERT INTO journal (prev, skip, account_no, seq, entry_id, type, amount, delta, balance_after, at, key_hash, facts)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);
  return (before, accountNo, entries) =>
    entries.reduce((last, entry) => {
      const seq = last.seq + 1;
      const place = [last.entryNo, chain.skipAfter(last), accountNo, seq];
      const { lastInsertRowid } = insertEntry.run(...place, ...entry);
      return { entryNo: Number(lastInsertRowid), seq };
    }, before);
}

/** Keeps what is looked up by other things than the account. */
function createLookUps(database: SqliteDatabase): (key: string, lookUp: LookUp) => void {
  const upsertRefunded = database.prepare(`
    INSERT INTO refunded (payment_id, refunded) VALUES (?, ?)
    ON CONFLICT (payment_id) DO UPDATE SET refunded = excluded.refunded`);
  const insertTopUp = database.prepare(
    "INSERT INTO open_top_ups (top_up_id, account_key, started_at) VALUES (?, ?, ?)",
  );
  const deleteTopUp = database.prepare("DELETE FROM open_top_ups WHERE top_up_id = ?");
  return (key, lookUp) => {
    switch (lookUp.is) {
      case "refunded":
        return void upsertRefunded.run(lookUp.paymentId, lookUp.refundedKurus);
      case "top_up_opened":
        return void insertTopUp.run(lookUp.topUpId, key, lookUp.at);
      case "top_up_closed":
        return void deleteTopUp.run(lookUp.topUpId);
    }
  };
}
