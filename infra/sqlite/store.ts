import { createArrivals } from "../arrivals.ts";
import type { Store } from "../store.ts";
import { createSqliteAccountStore } from "./account_store.ts";
import { createSqliteAuditSink } from "./audit_sink.ts";
import { createSqliteAuditTrail } from "./audit_trail.ts";
import { createSqliteAuthStore } from "./auth_store.ts";
import { ENTRIES_CHAINED_AT_ONCE } from "./chaining.ts";
import { createCommitThread } from "./commit/thread.ts";
import { SqliteDatabase } from "./database.ts";
import { filesAtPath } from "./files_at_path.ts";
import { createSqliteDayEnds } from "./day_ends.ts";
import { createEventLock, NO_LOCK } from "./event_lock.ts";
import { createSqliteEventOutbox } from "./event_outbox.ts";
import { createSqliteErasing } from "./erasing.ts";
import { createSqliteFleetJournal } from "./fleet_journal.ts";
import { createSqliteJournal } from "./journal.ts";
import { createSqliteMeta } from "./meta.ts";
import { createSqliteNamedKeys } from "./named_keys.ts";
import { createSqlitePeople } from "./people.ts";
import { createSqlitePeopleSearch } from "./people_search.ts";
import { createSqliteProbe } from "./probe.ts";
import { createSqliteRecords, openSnapshot, type Snapshot } from "./records.ts";
import { createSqliteActionStore } from "./action_store.ts";
import { createSqliteSandboxCharges } from "./sandbox_charges.ts";
import { createSqliteVaultStore } from "./vault_store.ts";
import { type Committer, createWriter } from "./commit/writer.ts";
import { createPace } from "../process/pace.ts";
import { createCommit, type SqliteWrites } from "./commit/writes.ts";

/** What reading a fleet's entries may take of the event loop, on which payments are decided. */
const READING_SHARE = 0.07;
/** The same for adding up days: nobody waits for a page of it, and most of it is done once. */
const TALLYING_SHARE = 0.1;

/** Opens the embedded store; `:memory:` is for tests and keeps nothing. */
export function openSqliteStore(path: string): Store {
  const database = new SqliteDatabase(path);
  // Only one connection sees a database in memory, so that one must write too.
  const committer = path === ":memory:"
    ? commitHere(database)
    : createCommitThread(path, filesAtPath(path));
  // A connection of its own sees the file as of one moment, however long it reads.
  const snapshot = path === ":memory:" ? undefined : () => openSnapshot(path);
  return createSqliteStore(database, committer, snapshot);
}

/** Commits in this thread, on the connection that reads. */
export function commitHere(database: SqliteDatabase): Committer {
  return { commit: createCommit(database), emptyLog: () => database.emptyLog(), close: () => {} };
}

/** Creates the stores of one open file. This connection reads, and `committer` writes. */
export function createSqliteStore(
  database: SqliteDatabase,
  committer: Committer,
  snapshot: () => Snapshot = () => ({ database, close: () => {} }),
): Store {
  const writer = createWriter<SqliteWrites>(committer);
  const journal = createSqliteJournal(database);
  const pace = createPace({ share: READING_SHARE });
  const tallyingPace = createPace({ share: TALLYING_SHARE });
  const fleetJournal = createSqliteFleetJournal(database, pace);
  const anyAccount = database.prepare("SELECT 1 FROM accounts LIMIT 1");
  const arrivals = createArrivals();
  const { path } = database;
  const lock = path === ":memory:" ? NO_LOCK : createEventLock(path);
  return {
    accounts: createSqliteAccountStore({ database, journal, writer, arrivals }),
    journal,
    fleetJournal,
    dayEnds: createSqliteDayEnds({ database, writer, pace: tallyingPace }),
    records: createSqliteRecords(snapshot),
    auth: createSqliteAuthStore(database, writer),
    namedKeys: createSqliteNamedKeys(database, writer),
    people: createSqlitePeople(database, writer),
    peopleSearch: createSqlitePeopleSearch(database, { journal, pace }),
    erasing: createSqliteErasing(writer, committer),
    vault: createSqliteVaultStore(database, writer),
    actions: createSqliteActionStore(database, writer),
    events: createSqliteEventOutbox({ database, writer, arrivals, lock }),
    audit: createSqliteAuditSink(writer),
    auditTrail: createSqliteAuditTrail(database, pace),
    sandboxCharges: createSqliteSandboxCharges(database, writer),
    meta: createSqliteMeta(database, writer),
    health: createSqliteProbe(database, writer),
    keepHouse: async (now) => {
      try {
        // One call at a time, so that other writes get their turn in between.
        while (await writer.write("chainEntries") === ENTRIES_CHAINED_AT_ONCE);
      } finally {
        await writer.write("keepHouse", now);
        // What was removed is still in the log, until it is emptied now or the next time.
        await committer.emptyLog();
      }
    },
    isEmpty: () => Promise.resolve(anyAccount.get() === undefined),
    close: async () => {
      await writer.close();
      fleetJournal.close();
      database.close();
    },
  };
}
