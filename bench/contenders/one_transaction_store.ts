import { SqliteDatabase } from "../../infra/sqlite/database.ts";
import { createSqliteStore } from "../../infra/sqlite/store.ts";
import type { Store } from "../../infra/store.ts";

/** The embedded store as it would be without group commit: each write is a transaction with a sync of its own. */
export function openOneTransactionStore(path: string): Store {
  return createSqliteStore(new OneTransactionDatabase(path));
}

class OneTransactionDatabase extends SqliteDatabase {
  override write<T>(work: () => T): Promise<T> {
    const written = super.write(work);
    this.commit();
    return written;
  }
}
