import type { AccountId, Instant } from "../account.ts";
import type { Contact, Session } from "../auth.ts";
import type { Eventually } from "./eventually.ts";
import type { ExceededLimit, RateLimit } from "./rate_limiter.ts";

/** One-time codes, sessions and the counters that guard them. Only hashes of secrets come here. */
export interface AuthStore {
  /** The slow hash of a user's authCode; undefined for an unknown user. */
  authCodeHash(id: AccountId): Promise<string | undefined>;
  /** Where a user can be reached; undefined for an unknown user. */
  contact(id: AccountId): Promise<Contact | undefined>;
  /** False when `maxOutstanding` codes of that delivery are already waiting. */
  addCode(id: AccountId, code: NewCode, maxOutstanding: number): Promise<boolean>;
  /** Takes a waiting code, once: true for the first who asks. */
  takeCode(id: AccountId, codeHash: string, now: Instant): Promise<boolean>;
  /** Adds a session; beyond `maxSessions` the oldest ends. */
  addSession(session: Session, maxSessions: number): Promise<void>;
  findSession(tokenHash: string, now: Instant): Eventually<Session | undefined>;
  endSession(tokenHash: string): Promise<void>;
  /** Ends all sessions of a user but the one to keep, and their waiting codes; gives how many sessions. */
  endSessions(id: AccountId, keptTokenHash?: string): Promise<number>;
  /**
   * Counts an event against one limit after the other. When one of them is used up that one is given,
   * and nothing is written: whoever is past a limit must not fill the disk.
   */
  count(limits: readonly RateLimit[], now: Instant): Promise<ExceededLimit | undefined>;
  /** Uncounts an event that was counted at that time. */
  takeBack(limits: readonly RateLimit[], now: Instant): Promise<void>;
}

export interface NewCode {
  readonly codeHash: string;
  readonly delivery: "response" | "out_of_band";
  readonly now: Instant;
  readonly expiresAt: Instant;
}
