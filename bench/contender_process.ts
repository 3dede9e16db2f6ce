/**
 * One contender in a process of its own: `contender_process.ts NAME DIRECTORY URI DATABASE`. It
 * says where it takes payments and where it shows its books, and ends with its input.
 *
 * @module
 */

import { createLog } from "../infra/process/log.ts";
import { createSystemClock } from "../infra/process/clock.ts";
import type { Contender, Filling } from "./contenders/contender.ts";
import { openCompareAndSwap, type RawLoad } from "./contenders/compare_and_swap.ts";
import { openEmptyRoute } from "./contenders/empty_route.ts";
import { openKeseOn } from "./contenders/kese.ts";
import { createNothingStore } from "./contenders/nothing_store.ts";
import { openOneTransactionStore } from "./contenders/one_transaction_store.ts";
import { openSeedWay } from "./contenders/seed_way.ts";
import { USERS } from "./fleet.ts";

const run = crypto.randomUUID().slice(0, 8);
const [name = "", directory = ".", uri = "", dbName = `kese-bench-${run}`] = Deno.args;
const file = `${directory}/${name}-${run}.db`;

async function openContender(): Promise<Contender> {
  switch (name) {
    case "empty":
      return openEmptyRoute();
    case "nothing":
      return await openKeseOn(createNothingStore(), { keepsBooks: false });
    case "sqlite": {
      const { openSqliteStore } = await import("../infra/sqlite/store.ts");
      return await openKeseOn(openSqliteStore(file));
    }
    case "one_transaction":
      return await openKeseOn(openOneTransactionStore(file));
    case "mongodb":
      return await openKeseOn(await openMongo());
    case "seed":
      return await openSeedWay({ uri, dbName });
    default:
      throw new Error(`Cannot start ${name}: there is no such contender`);
  }
}

async function openMongo() {
  const { openMongoStore } = await import("../infra/mongo/store.ts");
  const { createIndexes } = await import("../infra/mongo/indexes.ts");
  const log = createLog({ level: "warn", clock: createSystemClock(), write: console.error });
  const store = openMongoStore({ uri, dbName, log });
  await createIndexes(store.database);
  return store;
}

const LOOPBACK = { hostname: "127.0.0.1", port: 0, onListen: () => {} };

async function serveContender(): Promise<void> {
  const contender = await openContender();
  const payments = Deno.serve(LOOPBACK, contender.fetch);
  const books = Deno.serve(LOOPBACK, async (request) => {
    if (request.method === "PUT") {
      return Response.json({ payments: await contender.fill?.(await request.json() as Filling) });
    }
    if (new URL(request.url).pathname === "/memory") {
      return Response.json({ memoryBytes: Deno.memoryUsage().rss });
    }
    return Response.json({ ...await contender.books?.() });
  });
  console.log(`payments on ${payments.addr.port}, books on ${books.addr.port}`);
  await inputEnd();
  await Promise.all([payments.shutdown(), books.shutdown()]);
  await contender.close();
}

/** The driver alone: it is told over its books how to run. */
async function serveDriver(): Promise<void> {
  const driver = await openCompareAndSwap({ uri, dbName });
  const books = Deno.serve(LOOPBACK, async (request) => {
    if (request.method === "GET") {
      return Response.json({
        users: USERS,
        balanceKurus: await driver.balanceKurus(),
        faults: [],
      });
    }
    return Response.json(await driver.run(await request.json() as RawLoad));
  });
  console.log(`payments on 0, books on ${books.addr.port}`);
  await inputEnd();
  await books.shutdown();
  await driver.close();
}

async function inputEnd(): Promise<void> {
  for await (const _ of Deno.stdin.readable);
}

await (name === "driver" ? serveDriver() : serveContender());
