import type { Account, Instant } from "../domain/account.ts";
import type { AccountStore } from "../domain/ports/account_store.ts";
import type { AuthStore } from "../domain/ports/auth_store.ts";
import type { Journal } from "../domain/ports/journal.ts";
import type { Pingable } from "../domain/ports/health.ts";
import type { StoreRecords } from "../domain/ports/store_records.ts";
import type { VaultStore } from "../domain/ports/card_vault.ts";
import type { AuditSink } from "../domain/ports/audit.ts";
import type { SandboxChargeStore } from "./gateways/sandbox.ts";

/** What a store keeps of itself: a few texts, by name. */
export interface StoreMeta {
  get(name: string): Promise<string | undefined>;
  /** Puts a text in the place of `was`, or of none; false when something else is there. */
  swap(name: string, was: string | undefined, text: string): Promise<boolean>;
}

/** What puts right what reconciling found; only when somebody says so. */
export interface Repairs {
  /** Sets an account to what its journal makes of it. False when it has changed since it was read. */
  setForward(next: Account, expectedHead: string): Promise<boolean>;
}

/** Everything that a database gives Kese. */
export interface Store {
  readonly accounts: AccountStore;
  readonly journal: Journal;
  readonly records: StoreRecords;
  readonly auth: AuthStore;
  readonly vault: VaultStore;
  readonly audit: AuditSink;
  readonly sandboxCharges: SandboxChargeStore;
  readonly meta: StoreMeta;
  readonly health: Pingable;
  /** Where accounts can be older than their journal, because both are restored apart. */
  readonly repairs?: Repairs;
  /**
   * The random id of a database that several processes share: what is cached of one database is of
   * no use for another. An embedded store has none.
   */
  readonly databaseId?: () => Promise<string>;
  /** Takes away what has expired. */
  keepHouse(now: Instant): Promise<void>;
  isEmpty(): Promise<boolean>;
  /** Says in the log what an operator should know of the database. An embedded store has nothing to say. */
  readonly inspect?: () => Promise<void>;
  close(): Promise<void>;
}
