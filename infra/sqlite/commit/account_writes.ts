import { createAppender } from "./appending.ts";
import type { SqliteDatabase } from "../database.ts";
import { createFiledKeys } from "./filed_keys.ts";
import type { WorkTogether } from "./group_commit.ts";
import { journalStart } from "./journal_ends.ts";
import type { OpeningRows, SideRows } from "../account_rows.ts";
import type { LookUp } from "../look_ups.ts";
import type { EntryRow } from "../entry_rows.ts";

/** The writes of accounts and their journals. */
export interface AccountWrites {
  saveAccount(
    key: string,
    expectedHead: string,
    beside: SideRows | null,
    ...entries: EntryRow[]
  ): "saved" | "filed" | "conflict";
  /** False if an account with that key exists. */
  insertAccount(key: string, rows: OpeningRows): boolean;
}

type Save = Parameters<AccountWrites["saveAccount"]>;
type Saved = ReturnType<AccountWrites["saveAccount"]>;

/** Creates the work on accounts: for a single call, and for many saves together with few statements. */
export function createAccountWrites(database: SqliteDatabase): {
  readonly writes: AccountWrites;
  readonly together: WorkTogether<AccountWrites>;
} {
  const insertKey = database.prepare(
    "INSERT INTO accounts (account_key, state) VALUES (?, ?) ON CONFLICT DO NOTHING",
  );
  const insertPerson = database.prepare(
    `INSERT INTO people (account_no, profile, auth_code_hash, phone_hash, email_hash)
     VALUES (?, ?, ?, ?, ?)`,
  );
  const updateState = database.prepare("UPDATE accounts SET state = ? WHERE account_no = ?");
  const createAppending = createAppender(database);
  const keepLookUp = createLookUps(database);
  const isFiled = createFiledKeys(database);

  function saveAccounts(saves: readonly Save[]): readonly Saved[] {
    const appending = createAppending();
    const ends = appending.endsOf(saves.map(([key]) => key));
    const results = saves.map(([key, expectedHead, beside, ...entries]): Saved => {
      const stored = ends.get(key);
      if (stored?.head !== expectedHead) return "conflict";
      if (entries.some((entry) => isFiled(stored.accountNo, entry))) return "conflict";
      // The next save of the same batch sees the result of this one.
      const saved = appending.append(key, stored, entries);
      if (beside?.state !== undefined) updateState.run(beside.state, stored.accountNo);
      for (const lookUp of beside?.lookUps ?? []) keepLookUp(key, lookUp);
      return saved;
    });
    appending.write();
    return results;
  }

  function insertAccount(
    key: string,
    { state, entry, profile, authCodeHash, lookUps }: OpeningRows,
  ): boolean {
    const { changes, lastInsertRowid } = insertKey.run(key, state);
    if (changes === 0) return false;
    const accountNo = Number(lastInsertRowid);
    insertPerson.run(accountNo, profile, authCodeHash, ...lookUps);
    const appending = createAppending();
    appending.append(key, journalStart(accountNo), [entry]);
    appending.write();
    return true;
  }

  return {
    writes: { saveAccount: (...save) => saveAccounts([save])[0] ?? "conflict", insertAccount },
    together: { saveAccount: saveAccounts },
  };
}

/** Creates the work on look-ups by payment, top-up and hold. */
function createLookUps(database: SqliteDatabase): (key: string, lookUp: LookUp) => void {
  const upsertRefunded = database.prepare(`
    INSERT INTO refunded (payment_id, refunded) VALUES (?, ?)
    ON CONFLICT (payment_id) DO UPDATE SET refunded = excluded.refunded`);
  const upsertGivenBack = database.prepare(`
    INSERT INTO given_back (top_up_id, given_back) VALUES (?, ?)
    ON CONFLICT (top_up_id) DO UPDATE SET given_back = excluded.given_back`);
  const insertCardRefund = database.prepare(
    "INSERT INTO open_card_refunds (card_refund_id, account_key, started_at) VALUES (?, ?, ?)",
  );
  const deleteCardRefund = database.prepare(
    "DELETE FROM open_card_refunds WHERE card_refund_id = ?",
  );
  const insertTopUp = database.prepare(
    "INSERT INTO open_top_ups (top_up_id, account_key, started_at) VALUES (?, ?, ?)",
  );
  const insertHold = database.prepare(
    "INSERT INTO open_holds (hold_id, account_key, expires_at) VALUES (?, ?, ?)",
  );
  const deleteHold = database.prepare("DELETE FROM open_holds WHERE hold_id = ?");
  const deleteTopUp = database.prepare("DELETE FROM open_top_ups WHERE top_up_id = ?");
  return (key, lookUp) => {
    switch (lookUp.is) {
      case "refunded":
        return void upsertRefunded.run(lookUp.paymentId, lookUp.refundedKurus);
      case "given_back":
        return void upsertGivenBack.run(lookUp.topUpId, lookUp.refundedKurus);
      case "card_refund_opened":
        return void insertCardRefund.run(lookUp.cardRefundId, key, lookUp.at);
      case "card_refund_ended":
        return void deleteCardRefund.run(lookUp.cardRefundId);
      case "top_up_opened":
        return void insertTopUp.run(lookUp.topUpId, key, lookUp.at);
      case "top_up_closed":
        return void deleteTopUp.run(lookUp.topUpId);
      case "hold_placed":
        return void insertHold.run(lookUp.holdId, key, lookUp.expiresAt);
      case "hold_ended":
        return void deleteHold.run(lookUp.holdId);
    }
  };
}
