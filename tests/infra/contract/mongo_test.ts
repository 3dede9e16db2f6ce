import type { AuditRecord } from "../../../domain/ports/audit.ts";
import { type AuditDocument, fromAuditDocument } from "../../../infra/mongo/audit_documents.ts";
import type { AuthDocument } from "../../../infra/mongo/auth_store.ts";
import { DAY, NOW } from "../../support/clock.ts";
import { mongoUri, withMongoStore } from "../../support/mongo_store.ts";
import { withMongo } from "../../support/services.ts";
import { accountStoreContract } from "./account_store_contract.ts";
import { auditSinkContract } from "./audit_sink_contract.ts";
import { auditTrailContract } from "./audit_trail_contract.ts";
import { authStoreContract } from "./auth_store_contract.ts";
import { eventOutboxContract } from "./event_outbox_contract.ts";
import type { ContractStore, WithStore } from "./contract_store.ts";
import { fleetJournalContract } from "./fleet_journal_contract.ts";
import { dayEndsContract } from "./day_ends_contract.ts";
import { journalContract } from "./journal_contract.ts";
import { namedKeysContract } from "./named_keys_contract.ts";
import { peopleSearchContract } from "./people_search_contract.ts";
import { peopleContract } from "./people_contract.ts";
import { storeMetaContract } from "./store_meta_contract.ts";
import { vaultStoreContract } from "./vault_store_contract.ts";

const withStore: WithStore<ContractStore> = (test) =>
  withMongoStore(async (store) => {
    const audit = store.database.collection<AuditDocument>("audit");
    const auditRecords = async (): Promise<readonly AuditRecord[]> => {
      const documents = await audit.find().sort({ $natural: 1 }).toArray();
      return documents.map(fromAuditDocument);
    };
    const auth = store.database.collection<AuthDocument>("auth");
    const counters = async (): Promise<readonly number[]> => {
      const documents = await auth.find({ _id: /^counter/ }).sort({ _id: 1 }).toArray();
      return documents.map(({ events = 0 }) => events);
    };
    await test({ ...store, auditRecords, counters });
  });

/** The same, with entries in documents and in the ledger alike: every third write moves all that waits. */
const withMovingStore: WithStore<ContractStore> = (test) =>
  withMongoStore(async (store) => {
    let saves = 0;
    const save: typeof store.accounts.save = async (...args) => {
      const saved = await store.accounts.save(...args);
      if (++saves % 3 === 0) await store.moveWaiting?.(NOW + DAY);
      return saved;
    };
    const unused = () => Promise.reject(new Error("Cannot be asked here"));
    const insert: typeof store.accounts.insert = async (...args) => {
      const inserted = await store.accounts.insert(...args);
      if (++saves % 3 === 0) await store.moveWaiting?.(NOW + DAY);
      return inserted;
    };
    const accounts = { ...store.accounts, insert, save };
    await test({ ...store, accounts, auditRecords: unused, counters: unused });
  });

if (mongoUri === undefined) {
  // Skipped in one line, or a failure where services are required.
  withMongo("openMongoStore() keeps the contracts of the stores", () => Promise.resolve());
} else {
  accountStoreContract("MongoDB", withStore);
  journalContract("MongoDB", withStore);
  fleetJournalContract("MongoDB", withStore);
  peopleSearchContract("MongoDB while entries are moved", withMovingStore);
  fleetJournalContract("MongoDB while entries are moved", withMovingStore);
  eventOutboxContract("MongoDB", withStore);
  authStoreContract("MongoDB", withStore);
  peopleContract("MongoDB", withStore);
  peopleSearchContract("MongoDB", withStore);
  vaultStoreContract("MongoDB", withStore);
  auditSinkContract("MongoDB", withStore);
  auditTrailContract("MongoDB", withStore);
  namedKeysContract("MongoDB", withStore);
  storeMetaContract("MongoDB", withStore);
  dayEndsContract("MongoDB", withStore);
}
