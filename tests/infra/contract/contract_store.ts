import type { AccountStore } from "../../../domain/ports/account_store.ts";
import type { AuditRecord, AuditSink, AuditTrail } from "../../../domain/ports/audit.ts";
import type { AuthStore } from "../../../domain/ports/auth_store.ts";
import type { FleetJournal } from "../../../domain/ports/fleet_journal.ts";
import type { DayEnds } from "../../../domain/ports/day_ends.ts";
import type { EventOutbox } from "../../../domain/ports/event_outbox.ts";
import type { Journal } from "../../../domain/ports/journal.ts";
import type { NamedKeyStore } from "../../../domain/ports/named_keys.ts";
import type { PeopleSearch } from "../../../domain/ports/people_search.ts";
import type { People } from "../../../domain/ports/people.ts";
import type { VaultStore } from "../../../domain/ports/card_vault.ts";
import type { StoreMeta } from "../../../infra/store.ts";

/** The ports of accounts and journal, which any store has. */
export interface LedgerStore {
  readonly accounts: AccountStore;
  readonly journal: Journal;
}

/** All that a database has to give, and a way to look at what it wrote. */
export interface ContractStore extends LedgerStore {
  readonly fleetJournal: FleetJournal;
  readonly auth: AuthStore;
  readonly namedKeys: NamedKeyStore;
  readonly people: People;
  readonly peopleSearch: PeopleSearch;
  readonly vault: VaultStore;
  readonly audit: AuditSink;
  readonly auditTrail: AuditTrail;
  readonly meta: StoreMeta;
  readonly dayEnds: DayEnds;
  readonly events: EventOutbox;
  /** Resolves when what was written is where events are read. */
  settled(): Promise<void>;
  auditRecords(): Promise<readonly AuditRecord[]>;
  /** What every counter is at. */
  counters(): Promise<readonly number[]>;
  close(): Promise<void>;
}

/** Runs a test on a fresh and empty store, and takes it away afterwards. */
export type WithStore<Store> = (test: (store: Store) => Promise<void>) => Promise<void>;
