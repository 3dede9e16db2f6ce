import type { Store } from "../store.ts";
import { createSqliteAccountStore } from "./account_store.ts";
import { createSqliteAuditSink } from "./audit_sink.ts";
import { createSqliteAuthStore } from "./auth_store.ts";
import { SqliteDatabase } from "./database.ts";
import { createSqliteHousekeeping } from "./housekeeping.ts";
import { createSqliteJournal } from "./journal.ts";
import { createSqliteSandboxCharges } from "./sandbox_charges.ts";
import { createSqliteVaultStore } from "./vault_store.ts";

/** Opens the embedded store; `:memory:` keeps nothing and is what the tests use. */
export function openSqliteStore(path: string): Store {
  return createSqliteStore(new SqliteDatabase(path));
}

/** All stores of one open file. */
export function createSqliteStore(database: SqliteDatabase): Store {
  const journal = createSqliteJournal(database);
  const anyAccount = database.prepare("SELECT 1 FROM accounts LIMIT 1");
  const ping = database.prepare("SELECT 1");
  return {
    accounts: createSqliteAccountStore(database, journal),
    journal,
    auth: createSqliteAuthStore(database),
    vault: createSqliteVaultStore(database),
    audit: createSqliteAuditSink(database),
    sandboxCharges: createSqliteSandboxCharges(database),
    health: { name: "sqlite", ping: () => Promise.resolve(void ping.get()) },
    keepHouse: createSqliteHousekeeping(database),
    isEmpty: () => Promise.resolve(anyAccount.get() === undefined),
    close: () => Promise.resolve(database.close()),
  };
}
