import { assertEquals, assertGreater } from "@std/assert";
import { openMongoStore } from "../infra/mongo/store.ts";
import { openSqliteStore } from "../infra/sqlite/store.ts";
import type { Store } from "../infra/store.ts";
import { type Sweep, sweepCrashes, sweepExpiryCrashes, sweepTable } from "./support/crash_sweep.ts";
import { OPERATIONS } from "./support/crash_sweep_operations.ts";
import { withMongo } from "./support/services.ts";
import { SILENT } from "./support/logs.ts";

/** Registers a test that gets an empty store, which is removed after it. */
type Register = (name: string, test: (store: Store) => Promise<void>) => void;

/** One test for each operation; what they came to is shown once, after the last. */
function testCrashes(database: string, register: Register): void {
  const sweeps: Sweep[] = [];
  for (const operation of OPERATIONS) {
    const name = `${database}: ${operation.name}, broken off at any call, takes effect once`;
    register(name, async (store) => {
      const sweep = await sweepCrashes(operation, store);
      assertGreater(sweep.crashPoints, 0);
      assertEquals(sweep.effects, sweep.crashPoints);
      sweeps.push(sweep);
    });
  }
  register(`${database}: an expiry, broken off at any call, is noted once`, async (store) => {
    assertGreater(await sweepExpiryCrashes(store), 0);
  });
  Deno.test.afterAll(() => {
    if (sweeps.length > 0) console.log(sweepTable(`Crash sweep on ${database}`, sweeps));
  });
}

async function lend(store: Store, test: (store: Store) => Promise<void>): Promise<void> {
  try {
    await test(store);
  } finally {
    await store.close();
  }
}

testCrashes(
  "SQLite",
  (name, test) => Deno.test(name, () => lend(openSqliteStore(":memory:"), test)),
);

testCrashes(
  "MongoDB",
  (name, test) =>
    withMongo(name, (uri, dbName) => lend(openMongoStore({ uri, dbName, log: SILENT }), test)),
);
