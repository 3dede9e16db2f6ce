import type { Log } from "../../domain/ports/log.ts";
import type { MongoCommand } from "../../infra/mongo/connection.ts";
import { createIndexes } from "../../infra/mongo/indexes.ts";
import { type MongoStore, openMongoStore } from "../../infra/mongo/store.ts";
import { type DelayProxy, startDelayProxy } from "../../scripts/services/delay_proxy.ts";
import { MONGODB_URI } from "../../scripts/services/variables.ts";
import { SILENT } from "./logs.ts";

/** Where the tests' MongoDB is; undefined where there is none. */
export const mongoUri = Deno.env.get(MONGODB_URI);

export interface TestMongoOptions {
  /** Between Kese and the database, if anything is. */
  readonly proxy?: DelayProxy;
  readonly log?: Log;
  readonly callMilliseconds?: number;
  readonly onCommand?: (command: MongoCommand) => void;
}

/** Runs a test on a database of its own, which is dropped afterwards. */
export async function withMongoStore(test: (store: MongoStore) => Promise<void>): Promise<void> {
  const store = await openFreshMongoStore();
  try {
    await test(store);
  } finally {
    await store.close();
  }
}

/** A database of its own, with its indexes; closing it drops it. */
export async function openFreshMongoStore(options: TestMongoOptions = {}): Promise<MongoStore> {
  const store = openTestMongoStore(`kese-test-${crypto.randomUUID().slice(0, 13)}`, options);
  await createIndexes(store.database);
  return {
    ...store,
    close: async () => {
      await store.settled();
      await store.database.dropDatabase();
      await store.close();
    },
  };
}

/** Opens a store on the tests' MongoDB; several on one name are several instances of Kese. */
export function openTestMongoStore(
  dbName: string,
  { proxy, ...options }: TestMongoOptions = {},
): MongoStore {
  const { uri } = requiredMongo();
  const throughProxy = proxy === undefined ? uri : proxiedUri(uri, proxy);
  return openMongoStore({ log: SILENT, ...options, uri: throughProxy, dbName });
}

/** A proxy before the tests' MongoDB, at that port if one is given. */
export function startMongoProxy(delayMilliseconds: number, at?: number): DelayProxy {
  const { hostname, port } = new URL(requiredMongo().uri);
  const target = { hostname, port: Number(port || 27_017) };
  return startDelayProxy({ target, delayMilliseconds, ...(at !== undefined && { port: at }) });
}

function requiredMongo(): { readonly uri: string } {
  if (mongoUri === undefined) {
    throw new Error("Cannot open a store: there is no MongoDB to test on");
  }
  return { uri: mongoUri };
}

/** The proxy alone is asked: it does not know of other members. */
function proxiedUri(uri: string, { hostname, port }: DelayProxy): string {
  const proxied = new URL(uri);
  proxied.host = `${hostname}:${port}`;
  proxied.searchParams.set("directConnection", "true");
  return proxied.href;
}
