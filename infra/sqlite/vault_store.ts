import { accountKey, fromAccountKey } from "../../domain/account.ts";
import type { VaultRecord, VaultStore } from "../../domain/ports.ts";
import type { SqliteDatabase } from "./database.ts";
import { promised } from "./promised.ts";

interface VaultRow {
  readonly account_key: string;
  readonly card_id: string;
  readonly key_id: string;
  readonly nonce: Uint8Array;
  readonly ciphertext: Uint8Array;
  readonly created_at: number;
}

const COLUMNS = "account_key, card_id, key_id, nonce, ciphertext, created_at";

/** Sealed card numbers, in a table that nothing else reads. */
export function createSqliteVaultStore(database: SqliteDatabase): VaultStore {
  const insert = database.prepare(`INSERT INTO vault (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)`);
  const select = database.prepare(
    `SELECT ${COLUMNS} FROM vault WHERE account_key = ? AND card_id = ?`,
  );
  const remove = database.prepare("DELETE FROM vault WHERE account_key = ? AND card_id = ?");
  const list = database.prepare(`
    SELECT ${COLUMNS} FROM vault WHERE (account_key, card_id) > (?, ?) AND created_at < ?
    ORDER BY account_key, card_id LIMIT ?`);

  return {
    put: (records) =>
      database.write(() => {
        for (const { account, cardId, keyId, nonce, ciphertext, createdAt } of records) {
          insert.run(accountKey(account), cardId, keyId, nonce, ciphertext, createdAt);
        }
      }),
    get: (id, cardId) =>
      promised(() => {
        const row = select.get(accountKey(id), cardId) as VaultRow | undefined;
        return row && fromVaultRow(row);
      }),
    remove: (id, cardIds) =>
      database.write(() => {
        for (const cardId of cardIds) remove.run(accountKey(id), cardId);
      }),
    list: ({ createdBefore, limit, after }) =>
      promised(() => {
        const from = after ? [accountKey(after.account), after.cardId] : ["", ""];
        const rows = list.all(...from, createdBefore, limit) as unknown as VaultRow[];
        return rows.map(fromVaultRow);
      }),
  };
}

function fromVaultRow(row: VaultRow): VaultRecord {
  const { card_id: cardId, key_id: keyId, nonce, ciphertext, created_at: createdAt } = row;
  return { account: fromAccountKey(row.account_key), cardId, keyId, nonce, ciphertext, createdAt };
}
