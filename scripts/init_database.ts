import { createKeyring } from "../infra/crypto/keyring.ts";
import { createIndexes, INDEXES, shardingCommands } from "../infra/mongo/indexes.ts";
import { openMongoStore } from "../infra/mongo/store.ts";
import { createSystemClock } from "../infra/process/clock.ts";
import { createLog } from "../infra/process/log.ts";
import { sayUnavailable } from "../infra/mongo/unavailable.ts";
import { startOrExit } from "../infra/process/start_refused.ts";
import { readEnvironmentOrExit, readVariablesOrExit } from "../main.ts";

/** `deno task db:init`: creates the indexes of MongoDB and prints how to shard. Safe to repeat. */
async function main(): Promise<void> {
  const environment = readEnvironmentOrExit(await readVariablesOrExit({ mayMakeStore: true }));
  const { mongo } = environment;
  if (mongo === undefined) {
    console.log(
      "MONGODB_URI is not set: SQLite makes its tables by itself, so there is nothing to do.",
    );
    return;
  }
  const log = createLog({ level: "warn", clock: createSystemClock(), write: console.error });
  await startOrExit(async () => {
    const store = openMongoStore({ ...mongo, log });
    try {
      await createKeyring({ store, environment, mayMake: true }).open();
      await sayUnavailable(() => createIndexes(store.database));
    } finally {
      await store.close();
    }
  });
  console.log(`Database ${mongo.dbName} has its indexes:`);
  for (const { collection, index, reason } of INDEXES) {
    console.log(`  ${collection}.${index.name} ${JSON.stringify(index.key)}: ${reason}`);
  }
  console.log("\nOn a sharded cluster, run in mongosh before there is data:");
  for (const command of shardingCommands(mongo.dbName)) console.log(`  ${command}`);
}

if (import.meta.main) await main();
