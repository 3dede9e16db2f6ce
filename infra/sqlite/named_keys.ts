import type { Instant } from "../../domain/account.ts";
import type { KeyId, Scope } from "../../domain/auth.ts";
import type { NamedKey } from "../../domain/named_key.ts";
import type { KeyAdding, NamedKeyStore, NewNamedKey } from "../../domain/ports/named_keys.ts";
import type { Writer } from "./commit/writer.ts";
import type { SqliteDatabase } from "./database.ts";
import { toPromise } from "./to_promise.ts";
import { readNow } from "./unavailable.ts";

/** What fleets' keys write; {@linkcode NamedKeyStore} says what each does. */
export interface NamedKeyWrites {
  addNamedKey(key: NewNamedKey, most: number): KeyAdding;
  revokeNamedKey(filo: string, keyId: string, now: Instant): NamedKey | undefined;
  noteNamedKeyUse(hash: string, minute: Instant): void;
}

const COLUMNS = "filo, key_id, name, scopes, created_at, expires_at, last_used_at, revoked_at";

/** Stores the named keys of fleets, each under the hash of its text. */
export function createSqliteNamedKeys(
  database: SqliteDatabase,
  writer: Writer<NamedKeyWrites>,
): NamedKeyStore {
  const selectByHash = database.prepare(`SELECT ${COLUMNS} FROM named_keys WHERE key_hash = ?`);
  const selectPage = database.prepare(`
    SELECT ${COLUMNS} FROM named_keys
    WHERE filo = ? AND revoked_at IS NULL AND (? IS NULL OR key_id < ?)
    ORDER BY key_id DESC LIMIT ?`);
  return {
    add: (...key) => writer.write("addNamedKey", ...key),
    find: (hash) => fromRow(readNow(() => selectByHash.get(hash))),
    list: (filo, { limit, before = null }) =>
      toPromise(() =>
        selectPage.all(filo, before, before, limit).flatMap((row) => fromRow(row) ?? [])
      ),
    revoke: (...named) => writer.write("revokeNamedKey", ...named),
    noteUse: (...use) => writer.write("noteNamedKeyUse", ...use),
  };
}

export function createNamedKeyWrites(database: SqliteDatabase): NamedKeyWrites {
  const selectByRequest = database.prepare(
    "SELECT key_id, fingerprint FROM named_keys WHERE filo = ? AND request_key = ?",
  );
  const countUsable = database.prepare(`
    SELECT count(*) AS usable FROM named_keys
    WHERE filo = ? AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ?)`);
  const insert = database.prepare(`
    INSERT INTO named_keys (${COLUMNS}, key_hash, request_key, fingerprint)
    VALUES (?, ?, ?, ?, ?, ?, NULL, NULL, ?, ?, ?)`);
  const revoke = database.prepare(`
    UPDATE named_keys SET revoked_at = coalesce(revoked_at, ?) WHERE filo = ? AND key_id = ?
    RETURNING ${COLUMNS}`);
  const noteUse = database.prepare(
    "UPDATE named_keys SET last_used_at = max(coalesce(last_used_at, 0), ?) WHERE key_hash = ?",
  );
  return {
    addNamedKey: ({ key, hash, request }, most) => {
      const { filo, keyId, name, scopes, createdAt, expiresAt = null } = key;
      const before = request &&
        selectByRequest.get(filo, request.keyHash) as RequestRow | undefined;
      if (before) {
        const { key_id: keyId, fingerprint } = before;
        return { outcome: "made_before", keyId, fingerprint };
      }
      const { usable } = countUsable.get(filo, createdAt) as { usable: number };
      if (usable >= most) return { outcome: "too_many" };
      const { keyHash = null, fingerprint = null } = request ?? {};
      const scopesText = scopes.join(" ");
      insert.run(filo, keyId, name, scopesText, createdAt, expiresAt, hash, keyHash, fingerprint);
      return { outcome: "added" };
    },
    revokeNamedKey: (filo, keyId, now) => fromRow(revoke.get(now, filo, keyId)),
    noteNamedKeyUse: (hash, minute) => void noteUse.run(minute, hash),
  };
}

interface RequestRow {
  readonly key_id: KeyId;
  readonly fingerprint: string;
}

interface KeyRow {
  readonly filo: string;
  readonly key_id: KeyId;
  readonly name: string;
  readonly scopes: string;
  readonly created_at: number;
  readonly expires_at: number | null;
  readonly last_used_at: number | null;
  readonly revoked_at: number | null;
}

function fromRow(row: unknown): NamedKey | undefined {
  if (row === undefined) return undefined;
  const { key_id: keyId, filo, name, scopes, created_at: createdAt, ...times } = row as KeyRow;
  const { expires_at: expiresAt, last_used_at: lastUsedAt, revoked_at: revokedAt } = times;
  return {
    keyId,
    filo,
    name,
    scopes: scopes.split(" ") as Scope[],
    createdAt,
    ...(expiresAt !== null && { expiresAt }),
    ...(lastUsedAt !== null && { lastUsedAt }),
    ...(revokedAt !== null && { revokedAt }),
  };
}
