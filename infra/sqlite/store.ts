import type { Store } from "../store.ts";
import { createSqliteAccountStore } from "./account_store.ts";
import { createSqliteAuditSink } from "./audit_sink.ts";
import { createSqliteAuthStore } from "./auth_store.ts";
import { ENTRIES_CHAINED_AT_ONCE } from "./chaining.ts";
import { createCommitThread } from "./commit/thread.ts";
import { SqliteDatabase } from "./database.ts";
import { filesAtPath } from "./files_at_path.ts";
import { createSqliteJournal } from "./journal.ts";
import { createSqliteMeta } from "./meta.ts";
import { createSqlitePeople } from "./people.ts";
import { createSqliteProbe } from "./probe.ts";
import { createSqliteRecords, openSnapshot, type Snapshot } from "./records.ts";
import { createSqliteActionStore } from "./action_store.ts";
import { createSqliteSandboxCharges } from "./sandbox_charges.ts";
import { createSqliteVaultStore } from "./vault_store.ts";
import { type Committer, createWriter } from "./commit/writer.ts";
import { createCommit, type SqliteWrites } from "./commit/writes.ts";

/** Opens the embedded store; `:memory:` keeps nothing and is what the tests use. */
export function openSqliteStore(path: string): Store {
  const database = new SqliteDatabase(path);
  // A database in memory belongs to one connection, so that one has to write, too.
  const committer = path === ":memory:"
    ? commitHere(database)
    : createCommitThread(path, filesAtPath(path));
  // A connection of its own sees one moment of the file, however long it reads.
  const snapshot = path === ":memory:" ? undefined : () => openSnapshot(path);
  return createSqliteStore(database, committer, snapshot);
}

/** Commits in the thread and on the connection that read. */
export function commitHere(database: SqliteDatabase): Committer {
  return { commit: createCommit(database), close: () => {} };
}

/** All stores of one open file, which reads by itself what `committer` writes. */
export function createSqliteStore(
  database: SqliteDatabase,
  committer: Committer,
  snapshot: () => Snapshot = () => ({ database, close: () => {} }),
): Store {
  const writer = createWriter<SqliteWrites>(committer);
  const journal = createSqliteJournal(database);
  const anyAccount = database.prepare("SELECT 1 FROM accounts LIMIT 1");
  return {
    accounts: createSqliteAccountStore({ database, journal, writer }),
    journal,
    records: createSqliteRecords(snapshot),
    auth: createSqliteAuthStore(database, writer),
    people: createSqlitePeople(database, writer),
    vault: createSqliteVaultStore(database, writer),
    actions: createSqliteActionStore(database, writer),
    audit: createSqliteAuditSink(writer),
    sandboxCharges: createSqliteSandboxCharges(database, writer),
    meta: createSqliteMeta(database, writer),
    health: createSqliteProbe(database, writer),
    keepHouse: async (now) => {
      try {
        // Call by call, so that what others write has its turn between them.
        while (await writer.write("chainEntries") === ENTRIES_CHAINED_AT_ONCE);
      } finally {
        await writer.write("keepHouse", now);
      }
    },
    isEmpty: () => Promise.resolve(anyAccount.get() === undefined),
    close: async () => {
      await writer.close();
      database.close();
    },
  };
}
