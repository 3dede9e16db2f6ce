import { type AccountId, accountKey, fromAccountKey, type Instant } from "../../domain/account.ts";
import type { Session } from "../../domain/auth.ts";
import type { AuthStore, CountWindow, NewCode } from "../../domain/ports.ts";
import type { SqliteDatabase } from "./database.ts";
import { promised } from "./promised.ts";
import { readNow } from "./unavailable.ts";
import type { Writer } from "./writer.ts";

/** What sign-in writes; {@linkcode AuthStore} says what each does. */
export interface AuthWrites {
  addCode(id: AccountId, code: NewCode, maxOutstanding: number): boolean;
  takeCode(id: AccountId, codeHash: string, now: Instant): boolean;
  addSession(session: Session, maxSessions: number): void;
  endSession(tokenHash: string): void;
  count(keys: readonly string[], window: CountWindow): readonly number[];
}

/** One-time codes, sessions and counters. An expired row counts as none, whether or not it is still there. */
export function createSqliteAuthStore(
  database: SqliteDatabase,
  writer: Writer<AuthWrites>,
): AuthStore {
  const selectAuthCode = database.prepare(
    "SELECT auth_code_hash FROM people JOIN accounts USING (account_no) WHERE account_key = ?",
  );
  const selectSession = database.prepare(
    "SELECT account_key, created_at, expires_at FROM sessions WHERE token_hash = ? AND expires_at > ?",
  );
  return {
    authCodeHash: (id) =>
      promised(() => {
        const row = selectAuthCode.get(accountKey(id)) as { auth_code_hash: string } | undefined;
        return row?.auth_code_hash;
      }),
    findSession: (tokenHash, now) => {
      const row = readNow(() => selectSession.get(tokenHash, now)) as SessionRow | undefined;
      if (row === undefined) return undefined;
      const { account_key, created_at: createdAt, expires_at: expiresAt } = row;
      return { account: fromAccountKey(account_key), tokenHash, createdAt, expiresAt };
    },
    addCode: (...code) => writer.write("addCode", ...code),
    takeCode: (...code) => writer.write("takeCode", ...code),
    addSession: (...session) => writer.write("addSession", ...session),
    endSession: (tokenHash) => writer.write("endSession", tokenHash),
    count: (...events) => writer.write("count", ...events),
  };
}

export function createAuthWrites(database: SqliteDatabase): AuthWrites {
  const countCodes = database.prepare(
    "SELECT count(*) AS waiting FROM codes WHERE account_key = ? AND delivery = ? AND expires_at > ?",
  );
  const insertCode = database.prepare(
    "INSERT INTO codes (code_hash, account_key, delivery, expires_at) VALUES (?, ?, ?, ?)",
  );
  const takeCode = database.prepare(
    "DELETE FROM codes WHERE code_hash = ? AND account_key = ? AND expires_at > ?",
  );
  const insertSession = database.prepare(
    "INSERT INTO sessions (token_hash, account_key, created_at, expires_at) VALUES (?, ?, ?, ?)",
  );
  // Sessions of one millisecond are told apart by their hash, so that exactly so many stay.
  const endOldest = database.prepare(`
    DELETE FROM sessions WHERE token_hash IN (
      SELECT token_hash FROM sessions WHERE account_key = ?
      ORDER BY created_at DESC, token_hash = ? DESC, token_hash LIMIT -1 OFFSET ?)`);
  const deleteSession = database.prepare("DELETE FROM sessions WHERE token_hash = ?");
  const addToCounter = database.prepare(`
    INSERT INTO counters (counter_key, window_start, events, expires_at) VALUES (?, ?, max(?, 0), ?)
    ON CONFLICT (counter_key, window_start) DO UPDATE SET events = max(events + ?, 0) RETURNING events`);

  return {
    addCode: (id, { codeHash, delivery, now, expiresAt }, maxOutstanding) => {
      const key = accountKey(id);
      const { waiting } = countCodes.get(key, delivery, now) as { waiting: number };
      if (waiting >= maxOutstanding) return false;
      insertCode.run(codeHash, key, delivery, expiresAt);
      return true;
    },
    takeCode: (id, codeHash, now) =>
      Number(takeCode.run(codeHash, accountKey(id), now).changes) === 1,
    addSession: ({ account, tokenHash, createdAt, expiresAt }, maxSessions) => {
      const key = accountKey(account);
      insertSession.run(tokenHash, key, createdAt, expiresAt);
      endOldest.run(key, tokenHash, maxSessions);
    },
    endSession: (tokenHash) => void deleteSession.run(tokenHash),
    count: (keys, { now, seconds, by }) => {
      const length = seconds * 1_000;
      const start = now - now % length;
      return keys.map((key) => {
        const { events } = addToCounter.get(key, start, by, start + length, by) as {
          events: number;
        };
        return events;
      });
    },
  };
}

interface SessionRow {
  readonly account_key: string;
  readonly created_at: number;
  readonly expires_at: number;
}
