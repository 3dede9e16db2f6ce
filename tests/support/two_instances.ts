import type { Store } from "../../infra/store.ts";
import { createTestClock } from "./clock.ts";
import { openTestKese, type TestKese, type TestOptions } from "./kese.ts";
import { openTestMongoStore } from "./mongo_store.ts";
import { withMongo } from "./services.ts";
import { withTemporaryFile } from "./temporary_store.ts";

/** Two instances of Kese on one store. */
export type TwoInstances = readonly [TestKese, TestKese];

/**
 * Registers a test on each store. The instances have a clock each, because no two machines agree,
 * unless the options, made again for each store, say what they share.
 */
export function onBothStores(
  name: string,
  test: (instances: TwoInstances) => Promise<void>,
  makeOptions: () => Omit<TestOptions, "store"> = () => ({}),
): void {
  const run = async (open: () => Store) => {
    const shared = makeOptions();
    const openOne = () => openTestKese({ clock: createTestClock(), ...shared, store: open() });
    await using first = await openOne();
    await using second = await openOne();
    await test([first, second]);
  };
  Deno.test(`SQLite: ${name}`, () => withTemporaryFile(({ open }) => run(open)));
  withMongo(`MongoDB: ${name}`, (_uri, dbName) => run(() => openTestMongoStore(dbName)));
}
