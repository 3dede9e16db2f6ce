import { type AccountId, accountKey, fromAccountKey } from "../../domain/account.ts";
import type { VaultRecord, VaultStore } from "../../domain/ports/card_vault.ts";
import type { SqliteDatabase } from "./database.ts";
import { toPromise } from "./to_promise.ts";
import type { Writer } from "./commit/writer.ts";

export interface VaultWrites {
  putCards(records: readonly VaultRecord[]): void;
  removeCards(id: AccountId, cardIds: readonly string[]): void;
}

interface VaultRow {
  readonly account_key: string;
  readonly card_id: string;
  readonly key_id: string;
  readonly nonce: Uint8Array;
  readonly ciphertext: Uint8Array;
  readonly created_at: number;
}

const COLUMNS = "account_key, card_id, key_id, nonce, ciphertext, created_at";

/** Stores sealed card numbers, in a table that nothing else reads. */
export function createSqliteVaultStore(
  database: SqliteDatabase,
  writer: Writer<VaultWrites>,
): VaultStore {
  const select = database.prepare(
    `SELECT ${COLUMNS} FROM vault WHERE account_key = ? AND card_id = ?`,
  );
  const anyUnder = database.prepare("SELECT 1 FROM vault WHERE key_id = ? LIMIT 1");
  const list = database.prepare(`
    SELECT ${COLUMNS} FROM vault WHERE (account_key, card_id) > (?, ?) AND created_at < ?
    ORDER BY account_key, card_id LIMIT ?`);

  return {
    put: (records) => writer.write("putCards", records),
    get: (id, cardId) =>
      toPromise(() => {
        const row = select.get(accountKey(id), cardId) as VaultRow | undefined;
        return row && fromVaultRow(row);
      }),
    remove: (id, cardIds) => writer.write("removeCards", id, cardIds),
    anyUnder: (keyId) => toPromise(() => anyUnder.get(keyId) !== undefined),
    list: ({ createdBefore, limit, after }) =>
      toPromise(() => {
        const from = after ? [accountKey(after.account), after.cardId] : ["", ""];
        const rows = list.all(...from, createdBefore, limit) as unknown as VaultRow[];
        return rows.map(fromVaultRow);
      }),
  };
}

export function createVaultWrites(database: SqliteDatabase): VaultWrites {
  const insert = database.prepare(`INSERT INTO vault (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)`);
  const remove = database.prepare("DELETE FROM vault WHERE account_key = ? AND card_id = ?");
  return {
    putCards: (records) => {
      for (const { account, cardId, keyId, nonce, ciphertext, createdAt } of records) {
        insert.run(accountKey(account), cardId, keyId, nonce, ciphertext, createdAt);
      }
    },
    removeCards: (id, cardIds) => {
      for (const cardId of cardIds) remove.run(accountKey(id), cardId);
    },
  };
}

function fromVaultRow(row: VaultRow): VaultRecord {
  const { card_id: cardId, key_id: keyId, nonce, ciphertext, created_at: createdAt } = row;
  return { account: fromAccountKey(row.account_key), cardId, keyId, nonce, ciphertext, createdAt };
}
