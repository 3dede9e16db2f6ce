import type { Account, Instant } from "../domain/account.ts";
import type { AccountStore } from "../domain/ports/account_store.ts";
import type { AuthStore } from "../domain/ports/auth_store.ts";
import type { DayEnds } from "../domain/ports/day_ends.ts";
import type { EventOutbox } from "../domain/ports/event_outbox.ts";
import type { Erasing } from "../domain/ports/erasing.ts";
import type { FleetJournal } from "../domain/ports/fleet_journal.ts";
import type { NamedKeyStore } from "../domain/ports/named_keys.ts";
import type { Journal } from "../domain/ports/journal.ts";
import type { Pingable } from "../domain/ports/health.ts";
import type { PeopleSearch } from "../domain/ports/people_search.ts";
import type { People } from "../domain/ports/people.ts";
import type { StoreRecords } from "../domain/ports/store_records.ts";
import type { ActionStore } from "../domain/ports/user_actions.ts";
import type { VaultStore } from "../domain/ports/card_vault.ts";
import type { AuditSink, AuditTrail } from "../domain/ports/audit.ts";
import type { SandboxChargeStore } from "./gateways/sandbox.ts";

/** What a store keeps about itself: a few texts, by name. */
export interface StoreMeta {
  get(name: string): Promise<string | undefined>;
  /** Replaces `was` with a text; false if another text is stored. `undefined` stands for none. */
  swap(name: string, was: string | undefined, text: string): Promise<boolean>;
}

/** Mends what reconciling found, and only when an operator asks for it. */
interface Repairs {
  /** Sets an account to what its journal makes of it. False if the account has changed since it was read. */
  setForward(next: Account, expectedHead: string): Promise<boolean>;
}

/** Everything that Kese needs of a database. */
export interface Store {
  readonly accounts: AccountStore;
  readonly journal: Journal;
  readonly fleetJournal: FleetJournal;
  readonly dayEnds: DayEnds;
  readonly records: StoreRecords;
  readonly auth: AuthStore;
  readonly namedKeys: NamedKeyStore;
  readonly people: People;
  readonly peopleSearch: PeopleSearch;
  readonly erasing: Erasing;
  readonly vault: VaultStore;
  readonly actions: ActionStore;
  readonly events: EventOutbox;
  readonly audit: AuditSink;
  readonly auditTrail: AuditTrail;
  readonly sandboxCharges: SandboxChargeStore;
  readonly meta: StoreMeta;
  readonly health: Pingable;
  /** Present where accounts can be older than their journal, because the two can be restored separately. */
  readonly repairs?: Repairs;
  /**
   * The random id of a database that several processes share, so that accounts cached from one
   * database are never used for another. An embedded store has none.
   */
  readonly databaseId?: () => Promise<string>;
  /** Files entries that have waited for it; a store that files them as it writes them has nothing to do. */
  readonly moveWaiting?: (now: Instant) => Promise<void>;
  /** Removes what has expired. */
  keepHouse(now: Instant): Promise<void>;
  isEmpty(): Promise<boolean>;
  /** Logs what an operator should know about the database. An embedded store has nothing to report. */
  readonly inspect?: () => Promise<void>;
  close(): Promise<void>;
}

/** Those of its ports that routes use as they are. */
export function portsOfRoutes(
  { journal, auth, people, erasing, auditTrail }: Store,
): Pick<Store, "journal" | "auth" | "people" | "erasing" | "auditTrail"> {
  return { journal, auth, people, erasing, auditTrail };
}
