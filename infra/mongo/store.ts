import { randomUUID } from "node:crypto";
import type { Db } from "mongodb";
import { accountKey } from "../../domain/account.ts";
import type { Erasing } from "../../domain/ports/erasing.ts";
import type { FleetJournal } from "../../domain/ports/fleet_journal.ts";
import type { EventOutbox } from "../../domain/ports/event_outbox.ts";
import type { Journal } from "../../domain/ports/journal.ts";
import type { PeopleSearch } from "../../domain/ports/people_search.ts";
import type { Log } from "../../domain/ports/log.ts";
import { createArrivals } from "../arrivals.ts";
import type { Store, StoreMeta } from "../store.ts";
import { type ActionDocument, createMongoActionStore } from "./action_store.ts";
import { createMongoAccountStore } from "./account_store.ts";
import type { AuditDocument } from "./audit_documents.ts";
import { createMongoAuditSink } from "./audit_sink.ts";
import { createMongoAuditTrail } from "./audit_trail.ts";
import { type AuthDocument, createMongoAuthStore } from "./auth_store.ts";
import { type ConnectionOptions, connectMongo } from "./connection.ts";
import {
  type AccountDocument,
  toHeadFields,
  toStateFields,
  type UserDocument,
} from "./account_documents.ts";
import type { LedgerDocument } from "./entry_documents.ts";
import { createDrain } from "./drain.ts";
import type { EventDocument } from "./event_documents.ts";
import { createEventDrains, createEventMarking } from "./event_marking.ts";
import { createMongoEventOutbox, type EventFleetDocument } from "./event_outbox.ts";
import { findMissingIndexes } from "./indexes.ts";
import { createMongoJournal } from "./journal.ts";
import { createMongoMeta, type MetaDocument } from "./meta.ts";
import { createMongoFleetJournal } from "./fleet_journal.ts";
import { createLedgerGuard } from "./ledger_guard.ts";
import { createMongoDayEnds, type DayEndDocument } from "./day_ends.ts";
import { createMongoErasing } from "./erasing.ts";
import { createMongoNamedKeys, type NamedKeyDocument } from "./named_keys.ts";
import { createMongoPeople } from "./people.ts";
import { createMongoPeopleSearch } from "./people_search.ts";
import { createMongoRecords } from "./records.ts";
import { wrapCalls } from "./calls.ts";
import { createReconnect } from "./reconnect.ts";
import { type ChargeDocument, createMongoSandboxCharges } from "./sandbox_charges.ts";
import { limitTime } from "./time_limit.ts";
import { sayUnavailable } from "./unavailable.ts";
import { createMongoVaultStore, type VaultDocument } from "./vault_store.ts";

/** How long one call to the database may take, whatever it has to wait for. */
const STORE_CALL_MILLISECONDS = 5_000;

/** How long an entry waits at most, roughly, until it is in the ledger, where the fleet's lists find it faster. */
const DRAIN_AFTER_MILLISECONDS = 10_000;

interface MongoStoreOptions extends ConnectionOptions {
  readonly log: Log;
  /** How long a call that a request waits for may take. */
  readonly callMilliseconds?: number;
}

/** A store on MongoDB, with its database for the tasks that maintain it. */
export interface MongoStore extends Store {
  readonly database: Db;
  /** Whether the database is a store already, by a start of Kese or by `deno task db:init`. */
  isMade(): Promise<boolean>;
  /** Resolves when no entry is being moved to the ledger. */
  settled(): Promise<void>;
}

export function openMongoStore(
  { log, callMilliseconds = STORE_CALL_MILLISECONDS, ...options }: MongoStoreOptions,
): MongoStore {
  const { client, database } = connectMongo(options);
  const users = database.collection<UserDocument>("users");
  const accounts = database.collection<AccountDocument>("users");
  const ledger = database.collection<LedgerDocument>("ledger");
  const arrivals = createArrivals();
  const events = createEventMarking(arrivals);
  const drain = createDrain({ users: accounts, ledger, log, events });
  const eventDrains = createEventDrains({ arrivals, move: drain.move });
  const journal = createMongoJournal({ users: accounts, ledger });
  const guard = createLedgerGuard({ users: accounts, ledger });
  const auth = database.collection<AuthDocument>("auth");
  const audit = database.collection<AuditDocument>("audit");
  const vault = database.collection<VaultDocument>("vault");
  const reconnect = createReconnect(client);
  const reconnecting = <Port extends object>(port: Port) => wrapCalls(port, reconnect.run);
  const limited = <Port extends object>(port: Port) =>
    wrapCalls(port, (run, name) => {
      const limit = { name, milliseconds: callMilliseconds };
      return sayUnavailable(() => limitTime(() => reconnect.run(run), limit));
    });
  const isEmpty = async () => await users.findOne({}, { projection: { _id: 1 } }) === null;
  const outbox: EventOutbox = createMongoEventOutbox({
    ledger: database.collection<EventDocument>("ledger"),
    fleets: database.collection<EventFleetDocument>("event_fleets"),
    arrivals,
  });
  const meta = limited(createMongoMeta(database.collection<MetaDocument>("meta")));
  return {
    database,
    meta,
    accounts: limited(createMongoAccountStore({ users, journal, drain, guard, log, eventDrains })),
    journal: limited<Journal>(journal),
    fleetJournal: limited<FleetJournal>(createMongoFleetJournal({ users, ledger })),
    dayEnds: createMongoDayEnds({
      users,
      ledger,
      dayEnds: database.collection<DayEndDocument>("day_ends"),
      limited,
    }),
    records: createMongoRecords({ users, ledger, vault }),
    auth: limited(createMongoAuthStore(auth)),
    namedKeys: limited(
      createMongoNamedKeys(database.collection<NamedKeyDocument>("named_keys")),
    ),
    people: limited(createMongoPeople(users)),
    peopleSearch: limited<PeopleSearch>(createMongoPeopleSearch({ users, ledger })),
    erasing: limited<Erasing>(createMongoErasing({ users, ledger, vault, drain })),
    // To listen asks nothing of the database, which may be away at the start.
    events: { ...reconnecting(outbox), listen: outbox.listen },
    vault: limited(createMongoVaultStore(vault)),
    actions: limited(
      createMongoActionStore(database.collection<ActionDocument>("actions")),
    ),
    audit: reconnecting(createMongoAuditSink(audit)),
    auditTrail: limited(createMongoAuditTrail(audit)),
    sandboxCharges: reconnecting(
      createMongoSandboxCharges(database.collection<ChargeDocument>("sandbox_charges")),
    ),
    health: reconnecting({
      name: "mongodb",
      ping: () => probe(database),
    }),
    databaseId: () => readDatabaseId(meta),
    ...limited({
      isEmpty,
      isMade: () => database.listCollections({ name: "users" }, { nameOnly: true }).hasNext(),
      inspect: async () => {
        const missing = await findMissingIndexes(database);
        if (missing.length > 0) {
          log.warn("mongodb_indexes_missing", { missing, remedy: "deno task db:init" });
        }
        if (await isEmpty()) {
          log.warn("mongodb_holds_no_users", { database: options.dbName, remedy: "DB_NAME" });
        }
      },
    }),
    repairs: {
      setForward: async (next, expectedHead) => {
        const { matchedCount } = await users.updateOne(
          { _id: accountKey(next.id), head: expectedHead },
          {
            $set: {
              ...toHeadFields(next),
              ...toStateFields(next),
              recentKeys: next.recentKeys.hashes,
              // The ledger has every entry that the account was replayed from.
              journal: [],
            },
            $unset: { undrainedSince: "" },
          },
        );
        return matchedCount === 1;
      },
    },
    settled,
    moveWaiting: (now) => reconnect.run(() => drain.moveWaiting(now - DRAIN_AFTER_MILLISECONDS)),
    // The TTL indexes remove what has expired.
    keepHouse: () => Promise.resolve(),
    close: async () => {
      reconnect.end();
      await settled();
      await client.close();
    },
  };

  async function settled(): Promise<void> {
    await eventDrains.settled();
    await drain.settled();
  }
}

interface ProbeDocument {
  readonly _id: "probe";
  readonly at: Date;
}

/** Writes a document as payments are written, and reads it as they are read: it takes a majority. */
async function probe(database: Db): Promise<void> {
  const meta = database.collection<ProbeDocument>("meta");
  await meta.updateOne({ _id: "probe" }, { $set: { at: new Date() } }, { upsert: true });
  if (await meta.findOne({ _id: "probe" }) === null) {
    throw new Error("Cannot read what was written");
  }
}

/** Reads the database's random id. Whoever asks first creates it. */
async function readDatabaseId(meta: StoreMeta): Promise<string> {
  const known = await meta.get(DATABASE_ID);
  if (known !== undefined) return known;
  await meta.swap(DATABASE_ID, undefined, randomUUID());
  const stored = await meta.get(DATABASE_ID);
  if (stored === undefined) throw new Error("Cannot tell the database's id: it was not stored");
  return stored;
}

/** The name under which the database keeps its random id. */
const DATABASE_ID = "database";
