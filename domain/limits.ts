/**
 * Every bound of Kese by name, in one place. Money is in kurus, time in the unit that ends the name.
 * An operator changes traffic limits through the environment; what is here is part of the contract.
 */

/** Smallest amount of a payment, refund or top-up: 0.01 TRY. */
export const AMOUNT_MIN_KURUS = 1;
/** Largest amount of a payment, refund or top-up: 1,000,000.00 TRY. */
export const AMOUNT_MAX_KURUS = 100_000_000;
/** Largest balance that a top-up may lead to: 100,000,000.00 TRY. Money that is owed is never refused. */
export const BALANCE_MAX_KURUS = 10_000_000_000;

export const CARDS_PER_ACCOUNT = 20;
export const OPEN_TOP_UPS_PER_ACCOUNT = 10;
export const REFUND_WINDOW_DAYS = 365;

/** Card testing: who saves or tries card after card is looking for one that works. */
export const CARD_SAVES_PER_HOUR = 10;
export const DECLINES_PER_HOUR = 5;

export const BODY_MAX_BYTES = 16 * 1024;
export const URL_MAX_LENGTH = 8 * 1024;
/** Characters of a fleet key, code or session token. A longer one is nobody's, and is not hashed. */
export const BEARER_MAX_LENGTH = 512;
/** Characters of a name that a client made up which an answer shows. */
export const PARAMETER_NAME_SHOWN = 64;
export const PAGE_DEFAULT = 20;
export const PAGE_MAX = 100;
/** Entries that one page of a filtered list may look at, so that a rare type cannot make a request slow. */
export const PAGE_SCAN_MAX = 1_000;

export const USER_NO_MAX_LENGTH = 64;
export const ID_MAX_LENGTH = 64;
export const IDEMPOTENCY_KEY_MAX_LENGTH = 255;
export const ORDER_ID_MAX_LENGTH = 64;
export const DESCRIPTION_MAX_LENGTH = 250;
export const PERSONAL_TEXT_MAX_LENGTH = 100;
/** As it is written; E.164 has 15 digits at most. */
export const PHONE_NUMBER_MAX_LENGTH = 32;
/** RFC 5321, section 4.5.3.1.3: a path of 256 less its brackets. */
export const EMAIL_MAX_LENGTH = 254;
export const AUTH_CODE_MAX_LENGTH = 128;
export const REQUEST_ID_MAX_LENGTH = 128;

/** Keys that an account remembers itself; older ones are found in the ledger. */
export const RECENT_KEYS_PER_ACCOUNT = 1_000;
/** Keys that may come on top before the oldest are forgotten, all at once: to forget rewrites them all. */
export const RECENT_KEYS_SLACK = 128;

/**
 * Requests that one process works on at one time; one more is `busy`. Twice as many as may wait for
 * one account, so that no account takes every place.
 */
export const REQUESTS_IN_FLIGHT = 2_000;
/** Bodies that are read at one time, for what has come of them lies in memory; one more is `busy`. */
export const BODIES_AT_ONCE = 4_000;
/** How long a client may take to send a body; he is given at least half of it. */
export const BODY_DEADLINE_MILLISECONDS = 10_000;
/** How often the log says that requests are refused because too many are under way. */
export const REFUSAL_LOG_INTERVAL_MILLISECONDS = 1_000;

/** Commands on one account that may wait in one process; one more is `busy`. */
export const QUEUE_PER_ACCOUNT = 1_000;
/** Commands that one save may carry. */
export const COMMANDS_PER_FOLD = 100;
/** Races that a command may lose to other writers before it is `busy`. */
export const LOST_RACES_MAX = 20;
/** How long a command may take, its waiting included. */
export const COMMAND_DEADLINE_MILLISECONDS = 10_000;
/** How long one call to a store over the network may take, whatever it has to wait for. */
export const STORE_CALL_MILLISECONDS = 5_000;
/** Longest pause between two tries of one save. */
export const RETRY_PAUSE_MAX_MILLISECONDS = 50;

/** How long one call to the card gateway may take. */
export const GATEWAY_TIMEOUT_MILLISECONDS = 15_000;
/** How long a request waits for the outcome of its top-up before it answers 202. */
export const TOP_UP_WAIT_MILLISECONDS = 8_000;
/**
 * Requests that may wait for the outcomes of top-ups, a part of all that are in flight; one more is
 * answered 202 at once, and its top-up goes on.
 */
export const TOP_UPS_WAITING = 500;
/** Top-ups whose outcome requests have asked for and that is not there yet; one more is left to a sweep. */
export const SETTLEMENTS_AT_ONCE = 1_000;
/** A sweep leaves younger open top-ups to the request that started them. */
export const TOP_UP_SWEEP_AFTER_MILLISECONDS = 30_000;
/** Open top-ups that a sweep asks about at one time. */
export const TOP_UPS_AT_ONCE = 10;
export const SWEEP_INTERVAL_MILLISECONDS = 60_000;

export const CODE_TTL_SECONDS = 15 * 60;
export const CODES_OUTSTANDING_PER_USER = 5;
export const SESSION_TTL_SECONDS = 24 * 60 * 60;
export const SESSIONS_PER_USER = 10;
/**
 * Wrong and sent codes are counted in a window and in a day. What a stranger at one address does for a
 * user counts at that address; all addresses together reach a user's own number only at a rate that
 * no guessing survives and no rider notices.
 */
export const CODE_WINDOW_SECONDS = 15 * 60;
export const WRONG_CODES = {
  perPeer: 50,
  perUserAndPeer: 10,
  perUserAndPeerADay: 20,
  /** Of those that are sent, which are short enough to be guessed. */
  perUserADay: 50,
} as const;
export const SENT_CODES = {
  perPeer: 50,
  perUserAndPeer: 5,
  perUserAndPeerADay: 10,
  perUserADay: 30,
} as const;
/** Wrong fleet keys from one address in the same window; the right one is always let in. */
export const WRONG_KEYS_PER_PEER = 50;
/** A code is sent this long after its answer, so that nobody can measure whether there is someone to send to. */
export const CODE_SENT_AFTER_MILLISECONDS = 50;
/** Codes that a process has taken to send; one more is `busy`. */
export const CODES_BEING_SENT = 1_000;
/** How long an end waits for codes that are on their way. */
export const CODES_SETTLING_MILLISECONDS = 1_000;

/** Slow hashes that run at once; each keeps a core busy for about a tenth of a second. */
export const SLOW_HASHES_AT_ONCE = 2;
/** Slow hashes that may wait for their turn: those of fleets, those of all strangers, those from one address. */
export const SLOW_HASHES_WAITING = 200;
export const SLOW_HASHES_OF_STRANGERS_WAITING = 100;
export const SLOW_HASHES_OF_A_STRANGER_WAITING = 10;

/** Audit records kept in memory until they are written; beyond it the oldest are dropped and counted. */
export const AUDIT_BUFFER = 10_000;
/** Audit records that are written at once, without waiting for more. */
export const AUDIT_BATCH = 1_000;
export const AUDIT_TTL_DAYS = 90;
/** Refusals of strangers are gathered for so long: one record for each address and code. */
export const AUDIT_REFUSALS_MILLISECONDS = 60_000;
/** Such records that are told apart; what is refused to more addresses than that is counted together. */
export const AUDIT_REFUSAL_GROUPS = 1_000;
/** What a process writes into the audit a day, about: some 50 million requests, and of strangers half a million records. */
export const AUDIT_BYTES_PER_DAY = 10_000_000_000;
export const AUDIT_STRANGERS_BYTES_PER_DAY = 100_000_000;

/** An orphaned vault record is removed when no account has named it for this long. */
export const VAULT_ORPHAN_AFTER_MILLISECONDS = 60 * 60 * 1_000;
/** How long a health probe waits for a store. */
export const HEALTH_DEADLINE_MILLISECONDS = 2_000;
/** For so long one probe of a store answers everybody who asks, for it writes. */
export const HEALTH_SHARED_MILLISECONDS = 1_000;
/** Time from the signal to the end; Deno Deploy grants five seconds. */
export const SHUTDOWN_DEADLINE_MILLISECONDS = 3_000;
/** How long the end waits for a reader of the log to take its last lines. */
export const LAST_LINE_MILLISECONDS = 200;
/** Pause between two tries to listen again, after the process ran out of file descriptors. */
export const LISTEN_AGAIN_AFTER_MILLISECONDS = 100;
/** How long an end waits for what is on its way to a cache, which can do without. */
export const CACHE_SETTLING_MILLISECONDS = 500;

/** Account snapshots that a process keeps at hand; beyond either bound the longest unused one goes. */
export const CACHED_ACCOUNTS = 10_000;
/** Idempotency keys that those snapshots may remember together, some 30 MB. */
export const CACHED_KEYS = 500_000;
/** How long Redis keeps a snapshot that nobody renews. */
export const SNAPSHOT_TTL_SECONDS = 60 * 60;
/** A larger snapshot is neither written to Redis nor read from it; the largest lawful one has about 22 KiB. */
export const SNAPSHOT_MAX_LENGTH = 32 * 1024;
/** Snapshots that are written to Redis at one time, behind the answers. */
export const SNAPSHOT_WRITES_AT_ONCE = 16;
/** Accounts whose snapshot may wait to be written; one more is left out, which costs speed only. */
export const SNAPSHOT_WRITES_WAITING = 1_000;
/** How long one call to Redis may take; then it is done without. */
export const REDIS_TIMEOUT_MILLISECONDS = 250;
/** After a failed call Redis is not asked for this long, so that a dead one does not cost its time-out each time. */
export const REDIS_BACK_OFF_MILLISECONDS = 5_000;

export const HOUR_MILLISECONDS = 60 * 60 * 1_000;
export const DAY_MILLISECONDS = 24 * HOUR_MILLISECONDS;
