/** The version of the tables below, kept in the file itself. */
export const SCHEMA_VERSION = 1;

/**
 * Settings of a connection. FULL: a commit is acknowledged when it is on disk. A checkpoint stalls
 * the process for as long as its pages take, so it comes often and small; 64 MB of cache hold the
 * pages that payments touch.
 */
export const PRAGMAS = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  PRAGMA wal_autocheckpoint = 500;
  PRAGMA cache_size = -65536;
  PRAGMA busy_timeout = 250;
  PRAGMA foreign_keys = ON;
`;

/**
 * What a payment writes is narrow and apart from what it does not: `heads` is rewritten by each
 * save, `accounts` only when cards or top-ups change, `people` never. The journal only ever grows at
 * its end. It has no index by account, for that would dirty a page for every account in a commit;
 * instead each entry points at the account's entry before it (`prev`) and at one further back
 * (`skip`), so that any entry is found in a few steps.
 */
export const TABLES = `
  CREATE TABLE accounts (
    account_no INTEGER PRIMARY KEY,
    account_key TEXT NOT NULL UNIQUE,
    state TEXT NOT NULL
  );
  CREATE TABLE heads (
    account_no INTEGER PRIMARY KEY REFERENCES accounts,
    head TEXT NOT NULL,
    seq INTEGER NOT NULL,
    balance INTEGER NOT NULL CHECK (balance >= 0),
    last_entry INTEGER NOT NULL,
    payment_id TEXT,
    payment_amount INTEGER,
    payment_refunded INTEGER,
    payment_at INTEGER
  );
  CREATE TABLE people (
    account_no INTEGER PRIMARY KEY REFERENCES accounts,
    profile TEXT NOT NULL,
    auth_code_hash TEXT NOT NULL
  );
  CREATE TABLE journal (
    entry_no INTEGER PRIMARY KEY,
    prev INTEGER NOT NULL,
    skip INTEGER NOT NULL,
    entry_id TEXT NOT NULL UNIQUE,
    account_no INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    type TEXT NOT NULL,
    amount INTEGER NOT NULL,
    delta INTEGER NOT NULL,
    balance_after INTEGER NOT NULL,
    at INTEGER NOT NULL,
    key_hash INTEGER,
    facts TEXT NOT NULL
  );
  CREATE INDEX journal_keys ON journal (account_no, key_hash) WHERE key_hash IS NOT NULL;
  CREATE TABLE refunded (
    payment_id TEXT PRIMARY KEY,
    refunded INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE TABLE open_top_ups (
    top_up_id TEXT PRIMARY KEY,
    account_key TEXT NOT NULL,
    started_at INTEGER NOT NULL
  ) WITHOUT ROWID;
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
  CREATE TABLE audit (
    record_no INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    request_id TEXT NOT NULL,
    who TEXT NOT NULL,
    filo TEXT,
    user_no TEXT,
    operation TEXT NOT NULL,
    status INTEGER NOT NULL,
    code TEXT
  );
  CREATE TABLE sandbox_charges (
    reference TEXT PRIMARY KEY,
    amount INTEGER NOT NULL,
    last4 TEXT NOT NULL,
    declined TEXT
  ) WITHOUT ROWID;
`;
