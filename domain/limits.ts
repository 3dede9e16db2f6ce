/**
 * The bounds of the rules and workflows by name. Money is in kurus, time in the unit that ends the
 * name. What bounds HTTP or one technology alone stands in the file that keeps to it; an operator
 * changes traffic limits through the environment.
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

export const OPEN_HOLDS_PER_ACCOUNT = 20;
/** With those that have expired and that no sweep has ended yet. */
export const UNENDED_HOLDS_PER_ACCOUNT = 2 * OPEN_HOLDS_PER_ACCOUNT;
export const HOLD_MIN_MINUTES = 1;
export const HOLD_DEFAULT_MINUTES = 24 * 60;
export const HOLD_MAX_MINUTES = 7 * 24 * 60;
/** Expired holds that a sweep ends at one time. */
export const HOLDS_AT_ONCE = 20;

/** Card testing: who saves or tries card after card is looking for one that works. */
export const CARD_SAVES_PER_HOUR = 10;
export const DECLINES_PER_HOUR = 5;
/** Of one card in a fleet, whichever accounts it is saved on. */
export const DECLINES_PER_CARD_AND_HOUR = 10;

export const PAGE_DEFAULT = 20;
export const PAGE_MAX = 100;
/** Entries that one page of a filtered list may look at, so that a rare type cannot make a request slow. */
export const PAGE_SCAN_MAX = 1_000;
/** Such pages that are searched for an order's payment: a rider's entries of several years. */
export const ORDER_SEARCH_PAGES = 10;
/** Payments of one order that a refusal names. */
export const ORDER_CANDIDATES = 10;

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

/** Keys that an account remembers itself; older ones are found in the ledger. */
export const RECENT_KEYS_PER_ACCOUNT = 1_000;
/** Keys that may come on top before the oldest are forgotten, all at once: to forget rewrites them all. */
export const RECENT_KEYS_SLACK = 128;

/** Commands on one account that may wait in one process; one more is `busy`. */
export const QUEUE_PER_ACCOUNT = 1_000;
/** Commands that one save may carry. */
export const COMMANDS_PER_FOLD = 100;
/** Races that a command may lose to other writers before it is `busy`. */
export const LOST_RACES_MAX = 20;
/** How long a command may take, its waiting included. */
export const COMMAND_DEADLINE_MILLISECONDS = 10_000;
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

export const MINUTE_MILLISECONDS = 60 * 1_000;
export const HOUR_MILLISECONDS = 60 * 60 * 1_000;
export const DAY_MILLISECONDS = 24 * HOUR_MILLISECONDS;
