import { type Account, accountKey } from "../../domain/account.ts";
import type { LoadedAccount } from "../../domain/fold.ts";
import { openSqliteStore } from "../../infra/sqlite/store.ts";
import type { Store } from "../../infra/store.ts";

/** Knows the accounts as they were opened and forgets whatever is saved: what the route costs by itself. */
export function createNothingStore(): Store {
  const opened = new Map<string, LoadedAccount>();
  const store = openSqliteStore(":memory:");
  return {
    ...store,
    accounts: {
      ...store.accounts,
      insert: ({ account }) => {
        opened.set(accountKey(account.id), loaded(account));
        return Promise.resolve(true);
      },
      load: (id) => Promise.resolve(opened.get(accountKey(id))),
      save: () => Promise.resolve("saved"),
    },
    audit: { write: () => Promise.resolve() },
  };
}

function loaded(account: Account): LoadedAccount {
  return { account, entriesByKey: new Map(), payments: new Map(), topUps: new Map() };
}
