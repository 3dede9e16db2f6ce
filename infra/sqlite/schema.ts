import { AUDIT_TABLES } from "./audit_batch.ts";

/** The version of the tables below, kept in the file itself. */
export const SCHEMA_VERSION = 1;

/** "Kese" in ASCII: what tells a file of Kese from those of other applications. */
export const APPLICATION_ID = 0x4b657365;

/** How long a commit waits for another process that holds the file. */
export const BUSY_MILLISECONDS = 250;
/** How long an opening waits for another process that makes or changes the tables. */
export const TABLES_BUSY_MILLISECONDS = 60_000;

/**
 * Settings of a connection; the first lets the others wait. FULL: a commit is acknowledged when it
 * is on disk. A checkpoint stalls the process for as long as its pages take, so it comes often and
 * small; 64 MB of cache hold the pages that payments touch. What is removed is overwritten, free
 * pages too (FAST leaves those as they are): a card that is gone must not be found in the file.
 */
export const PRAGMAS = `
  PRAGMA busy_timeout = ${BUSY_MILLISECONDS};
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  PRAGMA wal_autocheckpoint = 500;
  PRAGMA cache_size = -65536;
  PRAGMA foreign_keys = ON;
  PRAGMA secure_delete = ON;
`;

/** Every so many entries of an account one can be found by its number. */
export const MARK_EVERY = 32;
/** As the index says it, so that SQLite sees that a query may use it. */
export const IS_MARK = `seq % ${MARK_EVERY} = 0`;

/**
 * What a payment writes is narrow: an entry, and in `heads` where the account's last entry and last
 * payment are. `accounts` is rewritten when cards or top-ups change, `people` never. The journal only
 * ever grows at its end. It has no index by account, for that would dirty a page for every account in
 * a commit; instead each entry points at the account's entry before it (`prev`), and some can be
 * found by their number (`journal_marks`). For the same reason keys have no index: an account's keys are
 * filed in `keys` many at once, and `unfiled` of its newest entries are still to be filed. The hash of each entry, over itself and the hash of the
 * account's entry before it, is in `chain`, which housekeeping writes after the answer. Audit records
 * lie many in a row and are read one by one in the view `audit`.
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
    auth_code_hash TEXT NOT NULL
  );
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
  CREATE TABLE probe (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    room BLOB NOT NULL
  );
  CREATE TABLE meta (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
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

/** What a file has to be, and how it gets there. */
export interface Schema {
  readonly version: number;
  /** What brings a file to a later version, by the one that it has. A new file has version 0. */
  readonly changes: ReadonlyMap<number, { readonly to: number; readonly sql: string }>;
}

export const SCHEMA: Schema = {
  version: SCHEMA_VERSION,
  changes: new Map([[0, { to: SCHEMA_VERSION, sql: TABLES }]]),
};
