/**
 * One contender in a process of its own: `contender_process.ts NAME DIRECTORY URI DATABASE`. It
 * says where it takes payments and where it answers questions, and ends with its input.
 *
 * @module
 */

import { createLog } from "../infra/process/log.ts";
import { createSystemClock } from "../infra/process/clock.ts";
import type { Call, Contender, Usage } from "./contenders/contender.ts";
import { openEmptyRoute } from "./contenders/empty_route.ts";
import { openKeseOn } from "./contenders/kese.ts";

const run = crypto.randomUUID().slice(0, 8);
const [name = "", directory = ".", uri = "", dbName = `kese-bench-${run}`] = Deno.args;
const file = `${directory}/${name}-${run}.db`;

/** Loads what it needs and nothing else: a contender is measured without the others. */
async function openContender(): Promise<Contender> {
  switch (name) {
    case "empty":
      return openEmptyRoute();
    case "nothing": {
      const { createNothingStore } = await import("./contenders/nothing_store.ts");
      return await openKeseOn(createNothingStore(), { keepsBooks: false });
    }
    case "sqlite": {
      const { openSqliteStore } = await import("../infra/sqlite/store.ts");
      return await openKeseOn(openSqliteStore(file));
    }
    case "one_transaction": {
      const { openOneTransactionStore } = await import("./contenders/one_transaction_store.ts");
      return await openKeseOn(openOneTransactionStore(file));
    }
    case "postgres": {
      const { openPostgresWay } = await import("./contenders/postgres.ts");
      return await openPostgresWay();
    }
    case "mongodb":
      return await openKeseOn(await openMongo(), { accountsAtOnce: 10 });
    case "driver": {
      const { openCompareAndSwap } = await import("./contenders/compare_and_swap.ts");
      return await openCompareAndSwap({ uri, dbName });
    }
    case "seed": {
      const { openSeedWay } = await import("./contenders/seed_way.ts");
      return await openSeedWay({ uri, dbName });
    }
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

async function usage(): Promise<Usage> {
  const io = await Deno.readTextFile("/proc/self/io").catch(() => "");
  const writtenBytes = /^write_bytes: (\d+)$/m.exec(io)?.[1];
  return {
    memoryBytes: Deno.memoryUsage().rss,
    ...(writtenBytes !== undefined && { writtenBytes: Number(writtenBytes) }),
  };
}

const contender = await openContender();

async function answer([call, argument]: Call): Promise<unknown> {
  if (call === "usage") return await usage();
  return await contender[call]?.(argument as never) ?? null;
}

const LOOPBACK = { hostname: "127.0.0.1", port: 0, onListen: () => {} };
const noHttp = () => new Response(null, { status: 404 });
const payments = Deno.serve(LOOPBACK, contender.fetch ?? noHttp);
const calls = Deno.serve({
  ...LOOPBACK,
  onError: (error) => new Response(Deno.inspect(error), { status: 500 }),
}, async (request) => Response.json(await answer(await request.json())));
console.log(`payments on ${payments.addr.port}, calls on ${calls.addr.port}`);
for await (const _ of Deno.stdin.readable);
await Promise.all([payments.shutdown(), calls.shutdown()]);
await contender.close();
