import { type AccountId, accountKey, fromAccountKey, type Instant } from "../../domain/account.ts";
import type { Session } from "../../domain/auth.ts";
import type { AuthStore, NewCode } from "../../domain/ports/auth_store.ts";
import type { ExceededLimit, RateLimit } from "../../domain/ports/rate_limiter.ts";
import { counterKey, toExceeded, windowStart } from "../../domain/fixed_window.ts";
import type { SqliteDatabase } from "./database.ts";
import { toPromise } from "./to_promise.ts";
import { readNow } from "./unavailable.ts";
import type { Writer } from "./commit/writer.ts";

/** What sign-in writes; {@linkcode AuthStore} says what each does. */
export interface AuthWrites {
  addCode(id: AccountId, code: NewCode, maxOutstanding: number): boolean;
  takeCode(id: AccountId, codeHash: string, now: Instant): boolean;
  addSession(session: Session, maxSessions: number): void;
  endSession(tokenHash: string): void;
  endSessions(id: AccountId, keptTokenHash?: string): number;
  count(limits: readonly RateLimit[], now: Instant): ExceededLimit | undefined;
  takeBack(limits: readonly RateLimit[], now: Instant): void;
}

/** Stores one-time codes, sessions and counters. An expired row counts as missing even if it still exists. */
export function createSqliteAuthStore(
  database: SqliteDatabase,
  writer: Writer<AuthWrites>,
): AuthStore {
  const selectSession = database.prepare(
    "SELECT account_key, created_at, expires_at FROM sessions WHERE token_hash = ? AND expires_at > ?",
  );
  const selectSessions = database.prepare(`
    SELECT created_at, expires_at FROM sessions WHERE account_key = ? AND expires_at > ?
    ORDER BY created_at, token_hash`);
  return {
    listSessions: (id, now) =>
      toPromise(() => {
        const rows = selectSessions.all(accountKey(id), now) as unknown as SessionRow[];
        return rows.map(({ created_at: createdAt, expires_at: expiresAt }) => ({
          createdAt,
          expiresAt,
        }));
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
    endSessions: (...sessions) => writer.write("endSessions", ...sessions),
    count: (...events) => writer.write("count", ...events),
    takeBack: (...events) => writer.write("takeBack", ...events),
  };
}

export function createAuthWrites(database: SqliteDatabase): AuthWrites {
  const countCodes = database.prepare(
    "SELECT count(*) AS waiting FROM codes WHERE account_key = ? AND delivery = ? AND expires_at > ?",
  );
  const insertCode = database.prepare(
    // A user may get the same eight digits twice; then they are one code.
    "INSERT OR REPLACE INTO codes (code_hash, account_key, delivery, expires_at) VALUES (?, ?, ?, ?)",
  );
  const takeCode = database.prepare(
    "DELETE FROM codes WHERE code_hash = ? AND account_key = ? AND expires_at > ?",
  );
  const insertSession = database.prepare(
    "INSERT INTO sessions (token_hash, account_key, created_at, expires_at) VALUES (?, ?, ?, ?)",
  );
  // Sessions of one millisecond are ordered by hash, so that exactly the allowed number stays.
  const endOldest = database.prepare(`
    DELETE FROM sessions WHERE token_hash IN (
      SELECT token_hash FROM sessions WHERE account_key = ?
      ORDER BY created_at DESC, token_hash = ? DESC, token_hash LIMIT -1 OFFSET ?)`);
  const deleteSession = database.prepare("DELETE FROM sessions WHERE token_hash = ?");
  const deleteSessions = database.prepare(
    "DELETE FROM sessions WHERE account_key = ? AND token_hash <> ?",
  );
  const deleteCodes = database.prepare("DELETE FROM codes WHERE account_key = ?");
  const isUsedUp = database.prepare(
    "SELECT 1 FROM counters WHERE counter_key = ? AND window_start = ? AND events >= ?",
  );
  const countUp = database.prepare(`
    INSERT INTO counters (counter_key, window_start, events, expires_at) VALUES (?, ?, 1, ?)
    ON CONFLICT (counter_key, window_start) DO UPDATE SET events = events + 1`);
  const dropLast = database.prepare(
    "DELETE FROM counters WHERE counter_key = ? AND window_start = ? AND events <= 1",
  );
  const countDown = database.prepare(
    "UPDATE counters SET events = events - 1 WHERE counter_key = ? AND window_start = ?",
  );

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
    endSessions: (id, keptTokenHash = "") => {
      const key = accountKey(id);
      deleteCodes.run(key);
      return Number(deleteSessions.run(key, keptTokenHash).changes);
    },
    count: (limits, now) => {
      const exceeded = limits.find((limit) => {
        return isUsedUp.get(counterKey(limit), windowStart(limit, now), limit.limit) !== undefined;
      });
      if (exceeded) return toExceeded(exceeded, now);
      for (const limit of limits) {
        const start = windowStart(limit, now);
        countUp.run(counterKey(limit), start, start + limit.windowSeconds * 1_000);
      }
      return undefined;
    },
    takeBack: (limits, now) => {
      for (const limit of limits) {
        const place = [counterKey(limit), windowStart(limit, now)] as const;
        // An empty counter is deleted: attempts that were never checked must not fill the disk.
        if (dropLast.run(...place).changes === 0) countDown.run(...place);
      }
    },
  };
}

interface SessionRow {
  readonly account_key: string;
  readonly created_at: number;
  readonly expires_at: number;
}
