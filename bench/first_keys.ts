/**
 * What a payment with a new key costs on accounts with ever more keys: the first after a restart, when
 * the process knows nothing of the account, and the next.
 *
 * @module
 */

import { openSqliteStore } from "../infra/sqlite/store.ts";
import { type Kese, openKese, readEnvironmentOrExit } from "../main.ts";
import { createUser, fillWith, pay } from "./contenders/kese.ts";
import { VARIABLES } from "./fleet.ts";

/** The payments on an account with so many keys: milliseconds, restart by restart. */
export interface FirstKeys {
  readonly size: number;
  readonly first: readonly number[];
  readonly next: readonly number[];
}

export interface FirstKeysRun {
  /** Keyed entries that each account holds: an account for each size. */
  readonly sizes: readonly number[];
  readonly restarts: number;
}

/** Pays on one account after the other, right after the store was opened. */
export async function measureFirstKeys(
  directory: string,
  { sizes, restarts }: FirstKeysRun,
): Promise<FirstKeys[]> {
  const path = `${directory}/first-keys.db`;
  const waker = sizes.length;
  {
    await using kese = await open(path);
    await createUser(kese, waker);
    for (const [user, size] of sizes.entries()) {
      await createUser(kese, user);
      await fillWith(kese, { payments: size, of: { users: 1, from: user, keyed: true } });
    }
  }
  const accounts = sizes.map((size) => ({ size, first: [] as number[], next: [] as number[] }));
  // The first restart is left out, because programs are still being compiled in it.
  for (let restart = 0; restart <= restarts; restart++) {
    await using kese = await open(path);
    // The thread that writes starts with the first commit.
    await pay(kese, waker, true);
    for (const [user, { first, next }] of accounts.entries()) {
      for (const times of [first, next]) {
        const from = performance.now();
        await pay(kese, user, true);
        if (restart > 0) times.push(performance.now() - from);
      }
    }
  }
  return accounts;
}

function open(path: string): Promise<Kese> {
  return openKese(readEnvironmentOrExit(VARIABLES), { store: openSqliteStore(path) });
}
