import { assertEquals, assertGreater } from "@std/assert";
import type { Store } from "../../infra/store.ts";
import { type Sweep, sweepCrashes, sweepExpiryCrashes, sweepTable } from "./crash_sweep.ts";
import { OPERATIONS } from "./crash_sweep_operations.ts";

/** Registers a test that gets an empty store, which is removed after it. */
type Register = (name: string, test: (store: Store) => Promise<void>) => void;

/**
 * One test for each operation; what they came to is shown once, after the last.
 *
 * @param options.everyFirst See {@linkcode sweepCrashes}.
 */
export function testCrashes(
  database: string,
  register: Register,
  options: { readonly everyFirst: number },
): void {
  const sweeps: Sweep[] = [];
  for (const operation of OPERATIONS) {
    const name = `${database}: ${operation.name}, broken off at any call, takes effect once`;
    register(name, async (store) => {
      const sweep = await sweepCrashes(operation, store, options);
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

/** Lends a store to a test and closes it. */
export async function lend(store: Store, test: (store: Store) => Promise<void>): Promise<void> {
  try {
    await test(store);
  } finally {
    await store.close();
  }
}
