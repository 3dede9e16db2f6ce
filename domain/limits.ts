/**
 * The bounds of the rules and workflows. Money is in kurus, time in the unit that ends the name. A bound
 * of HTTP or of one technology is in the file that applies it; operators set traffic limits through the
 * environment.
 */

/** Smallest amount of a payment, refund, top-up, hold or adjustment: 0.01 TRY. */
export const AMOUNT_MIN_KURUS = 1;
/** Largest amount of a payment, refund, top-up, hold or adjustment: 1,000,000.00 TRY. */
export const AMOUNT_MAX_KURUS = 100_000_000;
/** Largest balance that a top-up or a credit may lead to: 100,000,000.00 TRY. Money that is owed is credited beyond it. */
export const BALANCE_MAX_KURUS = 10_000_000_000;

export const CARDS_PER_ACCOUNT = 20;
export const OPEN_TOP_UPS_PER_ACCOUNT = 10;
export const REFUND_WINDOW_DAYS = 365;
/** Money on its way back to cards whose outcome is not yet known. */
export const OPEN_CARD_REFUNDS_PER_ACCOUNT = 10;
/** Top-ups that are looked at together, newest first, for one of which anything is left. */
export const CARD_REFUND_CANDIDATES = 20;
/** How often one card refund looks further back. An older top-up has to be named. */
export const CARD_REFUND_SEARCH_PAGES = 10;

export const OPEN_HOLDS_PER_ACCOUNT = 20;
/** Including those that have expired and that no sweep has ended yet. */
export const UNENDED_HOLDS_PER_ACCOUNT = 2 * OPEN_HOLDS_PER_ACCOUNT;
export const HOLD_MIN_MINUTES = 1;
export const HOLD_DEFAULT_MINUTES = 24 * 60;
export const HOLD_MAX_MINUTES = 7 * 24 * 60;
/** Expired holds that a sweep ends at once. */
export const HOLDS_AT_ONCE = 20;

/** Against card testing: trying card after card to find one that works. */
export const CARD_SAVES_PER_HOUR = 10;
export const DECLINES_PER_HOUR = 5;
/** Of one card in a fleet, on all accounts together. */
export const DECLINES_PER_CARD_AND_HOUR = 10;

export const PAGE_DEFAULT = 20;
export const PAGE_MAX = 100;
/** Entries that are read for one page of a filtered list, so that a rare type cannot slow a request down. */
export const PAGE_SCAN_MAX = 1_000;
/** How many pages of a user's own journal are read for one page of a period. */
export const USER_PAGES_PER_PAGE = 10;
/** Entries that an export reads at once, and holds in memory. */
export const EXPORT_PAGE = 500;
/** Exports of one fleet that may run at the same time in one process. */
export const EXPORTS_PER_FLEET = 2;
/** How long an export waits for its client to take what is written. */
export const EXPORT_STALL_MILLISECONDS = 60_000;
/** How many such pages are searched for the payment of an order: several years of a rider's entries. */
export const ORDER_SEARCH_PAGES = 10;
/** Payments of one order that a refusal names. */
export const ORDER_CANDIDATES = 10;

/** Entries of which texts are erased in one transaction, so that no payment waits for long. */
export const ENTRIES_ERASED_AT_ONCE = 200;

export const USER_NO_MAX_LENGTH = 64;
export const ID_MAX_LENGTH = 64;
export const IDEMPOTENCY_KEY_MAX_LENGTH = 255;
export const ORDER_ID_MAX_LENGTH = 64;
export const CARD_HOLDER_MAX_LENGTH = 100;
export const CARD_ALIAS_MAX_LENGTH = 64;
export const GATEWAY_TOKEN_MAX_LENGTH = 255;
export const RETURN_URL_MAX_LENGTH = 2_048;
export const DESCRIPTION_MAX_LENGTH = 250;
export const PERSONAL_TEXT_MAX_LENGTH = 100;
/** As written, with separators; E.164 allows 15 digits. */
export const PHONE_NUMBER_MAX_LENGTH = 32;
/** RFC 5321, section 4.5.3.1.3: a path of 256 without its brackets. */
export const EMAIL_MAX_LENGTH = 254;
export const AUTH_CODE_MAX_LENGTH = 128;

/** Keys that an account remembers itself. Older ones are looked up in the ledger. */
export const RECENT_KEYS_PER_ACCOUNT = 1_000;
/** Keys beyond that before the oldest are forgotten, all at once, because that rewrites the whole list. */
export const RECENT_KEYS_SLACK = 128;

/** Commands that may wait for one account in one process; one more is `busy`. */
export const QUEUE_PER_ACCOUNT = 1_000;
/** Commands that are saved together at most. */
export const COMMANDS_PER_FOLD = 100;
/** Races that a command may lose to other writers; after one more it is `busy`. */
export const LOST_RACES_MAX = 20;
/** How long a command may take, including its wait. */
export const COMMAND_DEADLINE_MILLISECONDS = 10_000;
/**
 * How long after its own time an entry may be committed at most: its time is that of its request, which
 * may wait for its body, a gateway and its turn. It includes what the clocks of instances may differ by.
 */
export const COMMIT_DELAY_MAX_MILLISECONDS = 5 * 60 * 1_000;
/** How long a request waits for a day's end that is being worked out; the work goes on without it. */
export const DAY_END_WAIT_MILLISECONDS = 20_000;
/** Requests of a fleet that may wait for ends of days, all for the same work; one more is `busy`. */
export const DAY_ENDS_WAITING = 100;
/** How often Kese looks for days that are over and can be closed. */
export const DAY_CLOSING_INTERVAL_MILLISECONDS = 60_000;
/** Longest pause between two attempts at one save. */
export const RETRY_PAUSE_MAX_MILLISECONDS = 50;

/** How long one call to the card gateway may take. */
export const GATEWAY_TIMEOUT_MILLISECONDS = 15_000;
/** How long a request waits for the outcome of its top-up before it answers 202. */
export const TOP_UP_WAIT_MILLISECONDS = 8_000;
/** Pauses between the inquiries about one top-up that its requests cause; the last one is repeated. */
export const INQUIRY_GAPS_MILLISECONDS: readonly number[] = [8_000, 30_000, 60_000];
/** How often a gateway must confirm that it never saw a charge, once that may be final. */
export const NOT_FOUND_BEFORE_FAILED = 2;
/** Pages of open top-ups that are searched for a webhook that has only the gateway's own name of the charge. */
export const WEBHOOK_SEARCH_PAGES = 10;
/** How long a bank may wait for a user when no entry says how long it does. */
export const UNNOTED_ACTION_MILLISECONDS = 60 * 60 * 1_000;
/**
 * Requests that may wait for the outcome of a top-up, out of all in flight. One more is answered 202 at
 * once, and its top-up goes on.
 */
export const TOP_UPS_WAITING = 500;
/** The same for card refunds. */
export const CARD_REFUNDS_WAITING = 500;
/** Open card refunds that a sweep asks about at the same time. */
export const CARD_REFUNDS_AT_ONCE = 10;
/** How often a gateway must not find a card refund, when that is final, before its amount is put back. */
export const CARD_REFUND_NOT_FOUND_TIMES = 3;
/** The pause between two of these questions. */
export const CARD_REFUND_ASK_AGAIN_MILLISECONDS = 8_000;
/** Top-ups whose outcome requests have asked for and not yet got; one more is left to a sweep. */
export const SETTLEMENTS_AT_ONCE = 1_000;
/** A sweep leaves younger open top-ups to the request that started them. */
export const TOP_UP_SWEEP_AFTER_MILLISECONDS = 30_000;
/** Open top-ups that a sweep asks about at the same time. */
export const TOP_UPS_AT_ONCE = 10;
/** A sweep leaves younger card refunds to the request that started them. */
export const CARD_REFUND_SWEEP_AFTER_MILLISECONDS = 30_000;
export const SWEEP_INTERVAL_MILLISECONDS = 60_000;

export const CODE_TTL_SECONDS = 15 * 60;
export const CODES_OUTSTANDING_PER_USER = 5;
export const SESSION_TTL_SECONDS = 24 * 60 * 60;
export const SESSIONS_PER_USER = 10;
/**
 * Wrong and sent codes are counted per window and per day. What a stranger does counts against their
 * address and the user together. The count of a user from all addresses is reached only at a rate at
 * which guessing is hopeless, and which no rider notices.
 */
export const CODE_WINDOW_SECONDS = 15 * 60;
export const WRONG_CODES = {
  perPeer: 50,
  perUserAndPeer: 10,
  perUserAndPeerADay: 20,
  /** Of sent codes alone, which are short enough to be guessed. */
  perUserADay: 50,
} as const;
export const SENT_CODES = {
  perPeer: 50,
  perUserAndPeer: 5,
  perUserAndPeerADay: 10,
  perUserADay: 30,
} as const;

/** Valid named keys of a fleet. */
export const NAMED_KEYS_PER_FLEET = 100;
export const KEY_NAME_MAX_LENGTH = 64;
/** How long a key that has expired or was revoked can still be looked up: as long as the audit names it. */
export const ENDED_KEY_TTL_DAYS = 90;

/** Audit records that wait in memory to be written. Beyond that, the oldest are dropped and counted. */
export const AUDIT_BUFFER = 10_000;
/** With so many audit records waiting, they are written without waiting for more. */
export const AUDIT_BATCH = 1_000;
export const AUDIT_TTL_DAYS = 90;
/** Batches of audit records that are searched for one page, on SQLite. */
export const AUDIT_BATCHES_SEARCHED = 1_000;
/** How long after its request a record may be written: no request lasts longer. */
export const AUDIT_LATE_MILLISECONDS = 2 * 60_000;
/** How long refusals of strangers are gathered into one record per address and code. */
export const AUDIT_REFUSALS_MILLISECONDS = 60_000;
/** How many such records are kept. Refusals of further addresses are counted together. */
export const AUDIT_REFUSAL_GROUPS = 1_000;
/** What a process writes to the audit per day at most, roughly: 50 million requests, and half a million records of strangers. */
export const AUDIT_BYTES_PER_DAY = 10_000_000_000;
export const AUDIT_STRANGERS_BYTES_PER_DAY = 100_000_000;

/** A card number in the vault that no account names is removed once it is this old. */
export const VAULT_ORPHAN_AFTER_MILLISECONDS = 60 * 60 * 1_000;

export const MINUTE_MILLISECONDS = 60 * 1_000;
export const HOUR_MILLISECONDS = 60 * 60 * 1_000;
export const DAY_MILLISECONDS = 24 * HOUR_MILLISECONDS;

/** Events of one fleet that are being sent at the same time: 500 a second to a receiver that takes 20 ms. */
export const EVENTS_AT_ONCE = 16;
/** Events of one fleet that are in memory, being sent or about to be. */
export const EVENTS_IN_MEMORY = 512;
/** How long an event is repeated before it has failed. */
export const EVENT_RETRY_DAYS = 3;
/** The pause before an event's first repeat; it doubles up to the longest. */
export const EVENT_PAUSE_FIRST_MILLISECONDS = 5_000;
export const EVENT_PAUSE_MAX_MILLISECONDS = 30 * MINUTE_MILLISECONDS;
/** After this many failures without a success a receiver is tried with one event at a time. */
export const EVENT_FAILURES_BEFORE_REST = EVENTS_AT_ONCE;
/** The pauses between these events double up to the longest. */
export const EVENT_REST_FIRST_MILLISECONDS = 1_000;
export const EVENT_REST_MAX_MILLISECONDS = MINUTE_MILLISECONDS;
/** How long a receiver may take. */
export const EVENT_TIMEOUT_MILLISECONDS = 10_000;
/** How long an instance's lease on a fleet's events lasts, and how often it is renewed. */
export const EVENT_LEASE_MILLISECONDS = 15_000;
export const EVENT_LEASE_RENEWAL_MILLISECONDS = 5_000;
/** How often a store is asked for events when nothing in this process has announced any. */
export const EVENT_POLL_MILLISECONDS = 500;
/** Shortest time between two reads of a store, so that a busy fleet's events are read many at once. */
export const EVENT_ROUND_MILLISECONDS = 20;
/** How long a shutdown waits for events that are being sent. */
export const EVENTS_SETTLING_MILLISECONDS = 1_000;
