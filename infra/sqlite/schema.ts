import { AUDIT_TABLES } from "./audit_batch.ts";
import { EVENT_TABLES } from "./event_rows.ts";

/** The version of the tables below, kept in the file itself. */
export const SCHEMA_VERSION = 1;

/** "Kese" in ASCII: identifies a file of Kese. */
export const APPLICATION_ID = 0x4b657365;

/** How long a commit waits for another process that holds the file; the thread that serves goes on. */
export const BUSY_MILLISECONDS = 2_000;
/** How long opening waits for another process that creates or migrates the tables. */
export const TABLES_BUSY_MILLISECONDS = 60_000;

/**
 * Settings of a connection. The first one makes the others wait for a lock. FULL: a commit is
 * acknowledged when it is on disk. What is removed is overwritten, in free pages too (FAST leaves those
 * as they are), because a removed card must not be found in the file. A checkpoint stalls commits while
 * it writes its pages, so SQLite's own 1,000 pages stay: with 4,000, payments cost 5% less, and the
 * slowest in a hundred took twice as long. SQLite's own cache of 2 MB stays, too: a commit that splits a
 * page walks the whole table of cached pages.
 */
export const PRAGMAS = `
  PRAGMA busy_timeout = ${BUSY_MILLISECONDS};
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  PRAGMA foreign_keys = ON;
  PRAGMA secure_delete = ON;
`;

/** One in so many entries of an account can be found by its number. */
export const MARK_EVERY = 32;
/** The condition of the index, word for word, so that SQLite uses it for a query. */
export const IS_MARK = `seq % ${MARK_EVERY} = 0`;

/**
 * A payment writes little: an entry, and one row of `heads` that points to the account's last entry and
 * last payment. `accounts` is rewritten when cards, top-ups or holds change. The journal only grows at
 * its end. It has no index by account, because that would dirty a page for every account in a commit;
 * instead each entry points to the account's entry before it (`prev`), and some can be found by their
 * number (`journal_marks`). For the same reason keys have no index: an account's keys are filed in
 * `keys` many at once, and its newest `unfiled` entries wait to be filed. The hash of each entry is in
 * `chain`, which housekeeping writes after the answer. A row of `audit_batches` holds many audit
 * records; the view `audit` shows them one by one. People are found by a part of the hash of their telephone
 * number and address, so that an index holds nothing personal, which erasing would have to find there.
 */
export const TABLES = `
  CREATE TABLE accounts (
    account_no INTEGER PRIMARY KEY,
    account_key TEXT NOT NULL UNIQUE,
    state TEXT NOT NULL
  );
  CREATE TABLE heads (
    account_no INTEGER PRIMARY KEY REFERENCES accounts,
    last_entry INTEGER NOT NULL,
    last_payment INTEGER,
    unfiled INTEGER NOT NULL
  );
  CREATE TABLE journal (
    entry_no INTEGER PRIMARY KEY,
    prev INTEGER NOT NULL,
    entry_id TEXT NOT NULL UNIQUE,
    account_no INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    type TEXT NOT NULL,
    amount INTEGER NOT NULL,
    delta INTEGER NOT NULL,
    balance_after INTEGER NOT NULL CHECK (balance_after >= 0),
    at INTEGER NOT NULL,
    key_hash INTEGER,
    facts TEXT NOT NULL
  );
  CREATE UNIQUE INDEX journal_marks ON journal (account_no, seq) WHERE ${IS_MARK};
  CREATE TABLE keys (
    account_no INTEGER NOT NULL,
    key_hash INTEGER NOT NULL,
    entry_no INTEGER NOT NULL,
    PRIMARY KEY (account_no, key_hash, entry_no)
  ) WITHOUT ROWID;
  CREATE TABLE chain (
    entry_no INTEGER PRIMARY KEY,
    hash TEXT NOT NULL
  );
  CREATE TABLE people (
    account_no INTEGER PRIMARY KEY REFERENCES accounts,
    profile TEXT NOT NULL,
    auth_code_hash TEXT NOT NULL,
    phone_hash INTEGER NOT NULL,
    email_hash INTEGER NOT NULL
  );
  CREATE INDEX people_by_phone ON people (phone_hash);
  CREATE INDEX people_by_email ON people (email_hash);
  CREATE TABLE refunded (
    payment_id TEXT PRIMARY KEY,
    refunded INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE TABLE given_back (
    top_up_id TEXT PRIMARY KEY,
    given_back INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE TABLE open_card_refunds (
    card_refund_id TEXT PRIMARY KEY,
    account_key TEXT NOT NULL,
    started_at INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE TABLE open_top_ups (
    top_up_id TEXT PRIMARY KEY,
    account_key TEXT NOT NULL,
    started_at INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE TABLE open_holds (
    hold_id TEXT PRIMARY KEY,
    account_key TEXT NOT NULL,
    expires_at INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE INDEX open_holds_by_expiry ON open_holds (expires_at);
  CREATE TABLE codes (
    code_hash TEXT PRIMARY KEY,
    account_key TEXT NOT NULL,
    delivery TEXT NOT NULL,
    expires_at INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE INDEX codes_by_account ON codes (account_key);
  CREATE TABLE sessions (
    token_hash TEXT PRIMARY KEY,
    account_key TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE INDEX sessions_by_account ON sessions (account_key, created_at);
  CREATE TABLE named_keys (
    filo TEXT NOT NULL,
    key_id TEXT NOT NULL,
    key_hash TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    scopes TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER,
    last_used_at INTEGER,
    revoked_at INTEGER,
    request_key TEXT,
    fingerprint TEXT,
    PRIMARY KEY (filo, key_id),
    UNIQUE (filo, request_key)
  ) WITHOUT ROWID;
  CREATE TABLE counters (
    counter_key TEXT NOT NULL,
    window_start INTEGER NOT NULL,
    events INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (counter_key, window_start)
  ) WITHOUT ROWID;
  CREATE TABLE vault (
    account_key TEXT NOT NULL,
    card_id TEXT NOT NULL,
    key_id TEXT NOT NULL,
    nonce BLOB NOT NULL,
    ciphertext BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (account_key, card_id)
  ) WITHOUT ROWID;
  CREATE TABLE actions (
    top_up_id TEXT PRIMARY KEY,
    account_key TEXT NOT NULL,
    key_id TEXT NOT NULL,
    nonce BLOB NOT NULL,
    ciphertext BLOB NOT NULL,
    expires_at INTEGER NOT NULL
  ) WITHOUT ROWID;
  ${AUDIT_TABLES}
  ${EVENT_TABLES}
  CREATE TABLE probe (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    room BLOB NOT NULL
  );
  CREATE TABLE meta (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
  ) WITHOUT ROWID;
  CREATE TABLE day_ends (
    filo TEXT NOT NULL,
    time_zone TEXT NOT NULL,
    day TEXT NOT NULL,
    totals TEXT NOT NULL,
    PRIMARY KEY (filo, time_zone, day)
  ) WITHOUT ROWID;
  CREATE TABLE sandbox_charges (
    reference TEXT PRIMARY KEY,
    amount INTEGER NOT NULL,
    last4 TEXT NOT NULL,
    declined TEXT,
    waits INTEGER NOT NULL,
    refunds TEXT NOT NULL
  ) WITHOUT ROWID;
`;

/** The version that a file must have, and the changes that lead there. */
export interface Schema {
  readonly version: number;
  /** By the version that a file has: the change to a later one. A new file has version 0. */
  readonly changes: ReadonlyMap<number, { readonly to: number; readonly sql: string }>;
}

export const SCHEMA: Schema = {
  version: SCHEMA_VERSION,
  changes: new Map([[0, { to: SCHEMA_VERSION, sql: TABLES }]]),
};
