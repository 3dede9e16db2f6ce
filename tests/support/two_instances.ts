import type { Store } from "../../infra/store.ts";
import { createTestClock, openTestKese, type TestClock, type TestKese } from "./kese.ts";
import { openTestMongoStore } from "./mongo_store.ts";
import { withMongo } from "./services.ts";
import { withTemporaryFile } from "./temporary_store.ts";

/** Two instances of Kese on one store, and the clock of each. */
export interface TwoInstances {
  readonly instances: readonly [TestKese, TestKese];
  readonly clocks: readonly [TestClock, TestClock];
}

/** Registers a test on each store. The instances have a clock each, because no two machines agree. */
export function onBothStores(name: string, test: (two: TwoInstances) => Promise<void>): void {
  const run = async (open: () => Store) => {
    const clocks = [createTestClock(), createTestClock()] as const;
    await using first = await openTestKese({ clock: clocks[0], store: open() });
    await using second = await openTestKese({ clock: clocks[1], store: open() });
    await test({ instances: [first, second], clocks });
  };
  Deno.test(`SQLite: ${name}`, () => withTemporaryFile(({ open }) => run(open)));
  withMongo(`MongoDB: ${name}`, (_uri, dbName) => run(() => openTestMongoStore(dbName)));
}
