import type { AccountId, Instant } from "../account.ts";
import type { Session } from "../auth.ts";
import type { Eventually } from "./eventually.ts";
import type { ExceededLimit, RateLimit } from "./rate_limiter.ts";

/** One-time codes, sessions, and the counters that guard them. Of secrets it gets only the hashes. */
export interface AuthStore {
  /** False if `maxOutstanding` codes with that delivery are already waiting. */
  addCode(id: AccountId, code: NewCode, maxOutstanding: number): Promise<boolean>;
  /** Uses up a waiting code: true for the first caller, false for every other. */
  takeCode(id: AccountId, codeHash: string, now: Instant): Promise<boolean>;
  /** Adds a session. If there are more than `maxSessions`, the oldest ends. */
  addSession(session: Session, maxSessions: number): Promise<void>;
  findSession(tokenHash: string, now: Instant): Eventually<Session | undefined>;
  /** A user's sessions that have not expired, oldest first. */
  listSessions(id: AccountId, now: Instant): Promise<readonly SessionTimes[]>;
  endSession(tokenHash: string): Promise<void>;
  /** Ends all sessions of a user but the one to keep, and their waiting codes; gives how many sessions. */
  endSessions(id: AccountId, keptTokenHash?: string): Promise<number>;
  /**
   * Counts an event against one limit after the other. If one of them is used up, gives that one and
   * writes nothing, because a caller who is past a limit must not be able to fill the disk.
   */
  count(limits: readonly RateLimit[], now: Instant): Promise<ExceededLimit | undefined>;
  /** Removes an event from the counts that it was added to at that time. */
  takeBack(limits: readonly RateLimit[], now: Instant): Promise<void>;
}

export type SessionTimes = Pick<Session, "createdAt" | "expiresAt">;

export interface NewCode {
  readonly codeHash: string;
  readonly delivery: "response" | "out_of_band";
  readonly now: Instant;
  readonly expiresAt: Instant;
}
