import { SqliteDatabase } from "../../infra/sqlite/database.ts";
import { commitHere, createSqliteStore } from "../../infra/sqlite/store.ts";
import type { Committer } from "../../infra/sqlite/commit/writer.ts";
import type { Store } from "../../infra/store.ts";

/** The embedded store as it would be without group commit: each write is a transaction with a sync of its own. */
export function openOneTransactionStore(path: string): Store {
  const database = new SqliteDatabase(path);
  return createSqliteStore(database, oneByOne(commitHere(database)));
}

function oneByOne({ commit, ...others }: Committer): Committer {
  return {
    commit: async (calls) => {
      const outcomes = [];
      for (const call of calls) outcomes.push(...await commit([call]));
      return outcomes;
    },
    ...others,
  };
}
