import { assertEquals } from "@std/assert";
import { AUDIT_TTL_DAYS, DAY_MILLISECONDS } from "../../../domain/limits.ts";
import type { AuditRecord } from "../../../domain/ports/audit.ts";
import { SqliteDatabase } from "../../../infra/sqlite/database.ts";
import { AUDIT_BATCHES_PER_ROUND } from "../../../infra/sqlite/housekeeping.ts";
import { commitHere, createSqliteStore, openSqliteStore } from "../../../infra/sqlite/store.ts";
import type { Store } from "../../../infra/store.ts";
import { createCommands, decideAll, paying, PERSON } from "../../support/commands.ts";
import { createMemoryStore } from "../../support/memory_store.ts";
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

const ID = { filo: "hergele", userNo: "1" };

interface Opened {
  readonly store: Store;
  /** Sees what the store wrote. */
  readonly database: SqliteDatabase;
}

/** The store as it is for tests: it writes on the connection that reads. */
function openInMemory(): Opened {
  const database = new SqliteDatabase(":memory:");
  return { store: createSqliteStore(database, commitHere(database)), database };
}

function openFile(path: string): Opened {
  return { store: openSqliteStore(path), database: new SqliteDatabase(path) };
}

function toContractStore({ store, database }: Opened): ContractStore {
  const selectAudit = database.prepare(`
    SELECT at, request_id AS requestId, who, filo, user_no AS userNo, operation, status, code,
      key, fields, peer, count
    FROM audit ORDER BY batch_no, place`);
  const selectCounters = database.prepare("SELECT events FROM counters ORDER BY counter_key");
  return {
    ...store,
    settled: () => Promise.resolve(),
    counters: () => Promise.resolve(selectCounters.all().map(({ events }) => Number(events))),
    auditRecords: () =>
      Promise.resolve(
        selectAudit.all().map(({ key, fields, peer, count, ...record }) => {
          return {
            ...record,
            ...(key !== null && { key }),
            ...(fields !== null && { fields }),
            ...(peer !== null && { peer, count }),
          } as unknown as AuditRecord;
        }),
      ),
  };
}

async function withPath(test: (path: string) => Promise<void>): Promise<void> {
  const directory = await Deno.makeTempDir({ prefix: "kese-contract-" });
  try {
    await test(`${directory}/kese.db`);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

const inMemory: WithStore<ContractStore> = async (test) => {
  const opened = openInMemory();
  await test(toContractStore(opened));
  await opened.store.close();
};

const onDisk: WithStore<ContractStore> = (test) =>
  withPath(async (path) => {
    const { store, database } = openFile(path);
    try {
      await test(toContractStore({ store, database }));
    } finally {
      await store.close();
      database.close();
    }
  });

for (const [name, withStore] of [["SQLite in memory", inMemory], ["SQLite", onDisk]] as const) {
  accountStoreContract(name, withStore);
  journalContract(name, withStore);
  fleetJournalContract(name, withStore);
  eventOutboxContract(name, withStore);
  authStoreContract(name, withStore);
  peopleContract(name, withStore);
  peopleSearchContract(name, withStore);
  vaultStoreContract(name, withStore);
  auditSinkContract(name, withStore);
  auditTrailContract(name, withStore);
  namedKeysContract(name, withStore);
  storeMetaContract(name, withStore);
  dayEndsContract(name, withStore);
}

// The store that tests script has to be as right as those that it stands for.
accountStoreContract("Map", (test) => test(createMemoryStore()));
journalContract("Map", (test) => test(createMemoryStore()));

Deno.test("openSqliteStore() finds on the next start what was acknowledged before", () =>
  withPath(async (path) => {
    const commands = createCommands();
    const first = openSqliteStore(path);
    assertEquals(await first.isEmpty(), true);
    const opening = commands.opening(ID, { balanceKurus: 1_000 });
    await first.accounts.insert(opening, PERSON);
    const paid = decideAll(opening.account, [paying(commands.payment(100))]);
    await first.accounts.save(paid.account, opening.account.head, paid.entries);
    await first.close();
    const second = openSqliteStore(path);
    assertEquals(await second.isEmpty(), false);
    assertEquals((await second.journal.list(ID, { limit: 10 })).entries, [
      ...paid.entries,
      opening.entry,
    ]);
    await second.health.ping();
    await second.close();
  }));

Deno.test("openSqliteStore() lets one of 200 saves through that two processes make on one file", () =>
  withPath(async (path) => {
    const commands = createCommands();
    const stores = [openSqliteStore(path), openSqliteStore(path)];
    const opening = commands.opening(ID, { balanceKurus: 1_000 });
    await stores[0]?.accounts.insert(opening, PERSON);
    const saves = Array.from({ length: 100 }, () =>
      stores.map(({ accounts }) => {
        const { account, entries } = decideAll(opening.account, [paying(commands.payment(1_000))]);
        return accounts.save(account, opening.account.head, entries);
      }));
    const results = await Promise.all(saves.flat());
    assertEquals(results.filter((result) => result === "saved").length, 1);
    for (const store of stores) {
      assertEquals((await store.journal.list(ID, { limit: 10 })).entries.length, 2);
      await store.close();
    }
  }));

Deno.test("keepHouse() removes audit records when the last of a batch is too old", async () => {
  const opened = openInMemory();
  const { audit, auditRecords, keepHouse } = { ...opened.store, ...toContractStore(opened) };
  const record = {
    who: "anonymous",
    filo: null,
    userNo: null,
    operation: "pay",
    status: 401,
    code: "unauthenticated",
  } as const;
  const written = [[1, 3], [2], [3]].map((batch) =>
    batch.map((at) => ({ ...record, at, requestId: `at ${at}` }))
  );
  for (const batch of written) await audit.write(batch);
  await keepHouse(AUDIT_TTL_DAYS * DAY_MILLISECONDS + 3);
  assertEquals(await auditRecords(), [...written[0] ?? [], ...written[2] ?? []]);
  await opened.store.close();
});

Deno.test(`keepHouse() removes at most ${AUDIT_BATCHES_PER_ROUND} audit batches, oldest first`, async () => {
  const database = new SqliteDatabase(":memory:");
  const store = createSqliteStore(database, commitHere(database));
  const insert = database.prepare(
    "INSERT INTO audit_batches (first_at, last_at, request_ids, records) VALUES (0, ?, x'', '{}')",
  );
  for (let at = 0; at <= AUDIT_BATCHES_PER_ROUND; at++) insert.run(at);
  await store.keepHouse(2 * AUDIT_TTL_DAYS * DAY_MILLISECONDS);
  const left = database.prepare("SELECT last_at FROM audit_batches").all();
  assertEquals(left.map((batch) => batch.last_at), [AUDIT_BATCHES_PER_ROUND]);
  await store.close();
});

Deno.test("keepHouse() removes what has expired, and nothing else", async () => {
  const store = openSqliteStore(":memory:");
  const { auth } = store;
  const expiring = { account: ID, createdAt: 0 };
  await auth.addSession({ ...expiring, tokenHash: "old", expiresAt: 1_000 }, 10);
  await auth.addSession({ ...expiring, tokenHash: "young", expiresAt: 1_001 }, 10);
  await store.keepHouse(1_000);
  // Asked as of an earlier moment: only a row that is gone is not found then.
  assertEquals(await auth.findSession("old", 0), undefined);
  assertEquals((await auth.findSession("young", 0))?.tokenHash, "young");
  await store.close();
});
