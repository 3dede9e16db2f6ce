import { accountKey, fromAccountKey } from "../../domain/account.ts";
import type { ActionRecord, ActionStore } from "../../domain/ports/user_actions.ts";
import type { SqliteDatabase } from "./database.ts";
import { toPromise } from "./to_promise.ts";
import type { Writer } from "./commit/writer.ts";

export interface ActionWrites {
  putAction(record: ActionRecord): void;
}

interface ActionRow {
  readonly top_up_id: string;
  readonly account_key: string;
  readonly key_id: string;
  readonly nonce: Uint8Array;
  readonly ciphertext: Uint8Array;
  readonly expires_at: number;
}

const COLUMNS = "top_up_id, account_key, key_id, nonce, ciphertext, expires_at";

/** What banks want of users, sealed, until housekeeping removes it. */
export function createSqliteActionStore(
  database: SqliteDatabase,
  writer: Writer<ActionWrites>,
): ActionStore {
  const select = database.prepare(`SELECT ${COLUMNS} FROM actions WHERE top_up_id = ?`);
  return {
    put: (record) => writer.write("putAction", record),
    get: (topUpId) =>
      toPromise(() => {
        const row = select.get(topUpId) as ActionRow | undefined;
        return row && fromActionRow(row);
      }),
  };
}

export function createActionWrites(database: SqliteDatabase): ActionWrites {
  const put = database.prepare(
    `INSERT OR REPLACE INTO actions (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)`,
  );
  return {
    putAction: ({ topUpId, account, keyId, nonce, ciphertext, removeAt }) => {
      put.run(topUpId, accountKey(account), keyId, nonce, ciphertext, removeAt);
    },
  };
}

function fromActionRow(row: ActionRow): ActionRecord {
  const { top_up_id: topUpId, key_id: keyId, nonce, ciphertext, expires_at: removeAt } = row;
  return { topUpId, account: fromAccountKey(row.account_key), keyId, nonce, ciphertext, removeAt };
}
