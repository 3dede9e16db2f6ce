import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import type { MongoCommand } from "../../../infra/mongo/connection.ts";
import { createIndexes, INDEXES } from "../../../infra/mongo/indexes.ts";
import { openMongoStore } from "../../../infra/mongo/store.ts";
import { StartRefusedError } from "../../../infra/process/start_refused.ts";
import { endNow, startMain } from "../../support/process.ts";
import { productionOn } from "../../support/both_stores.ts";
import { openTestMongoStore } from "../../support/mongo_store.ts";
import { withMongo } from "../../support/services.ts";
import { createTestLog, SILENT } from "../../support/logs.ts";

const NAMES = INDEXES.map(({ collection, index }) => `${collection}.${index.name}`);
const EMPTY = (database: string) => ({
  event: "mongodb_holds_no_users",
  database,
  remedy: "DB_NAME",
});

withMongo(
  "inspect() says which indexes are missing and that there are no users, else nothing",
  async (_uri, dbName) => {
    const { log, lines } = createTestLog();
    const store = openTestMongoStore(dbName, { log });
    /** What is warned of, without its time. */
    const inspect = async () => {
      await store.inspect?.();
      return lines.splice(0).map((line) => {
        const { at: _at, level, ...fact } = JSON.parse(line);
        assertEquals(level, "warn");
        return fact;
      });
    };
    const missing = (missing: readonly string[]) => ({
      event: "mongodb_indexes_missing",
      missing,
      remedy: "deno task db:init",
    });
    assertEquals([await store.isMade(), await inspect()], [false, [missing(NAMES), EMPTY(dbName)]]);
    await createIndexes(store.database);
    assertEquals([await store.isMade(), await inspect()], [true, [EMPTY(dbName)]]);
    await store.database.collection("ledger").dropIndex("refunds");
    // deno-lint-ignore no-explicit-any -- any document is a user here
    await store.database.collection<any>("users").insertOne({ _id: "hergele/1" });
    assertEquals(await inspect(), [missing(["ledger.refunds"])]);
    await createIndexes(store.database);
    assertEquals(await inspect(), []);
    await store.close();
  },
);

withMongo("a probe of MongoDB writes and reads", async (_uri, dbName) => {
  const commands: MongoCommand[] = [];
  const onCommand = (command: MongoCommand) => commands.push(command);
  const store = openTestMongoStore(dbName, { onCommand });
  await store.health.ping();
  await store.health.ping();
  const asked = commands.filter(({ collection }) => collection === "meta").map(({ name }) => name);
  assertEquals(asked, ["update", "find", "update", "find"]);
  await store.close();
});

withMongo(
  "openForTask() refuses a database that nobody has made, and makes none",
  async (uri, DB_NAME) => {
    const variables = productionOn({ MONGODB_URI: uri, DB_NAME, SQLITE_PATH: ":memory:" });
    for (const script of ["reconcile.ts", "seed_database.ts"]) {
      const program = [`scripts/${script}`, ...(script === "seed_database.ts" ? ["--demo"] : [])];
      const task = startMain(variables, { program });
      assertEquals(await task.ended, 1, task.output());
      assertEquals(task.output().includes(`There is no store at the database ${DB_NAME}`), true);
      await endNow(task);
    }
    const store = openTestMongoStore(DB_NAME);
    assertEquals(await store.isMade(), false);
    await store.close();
  },
);

Deno.test("openForTask() says in a sentence that MongoDB is away", async () => {
  const MONGODB_URI = "mongodb://127.0.0.1:1/?directConnection=true";
  const variables = productionOn({ MONGODB_URI, SQLITE_PATH: ":memory:" });
  for (const script of ["reconcile.ts", "init_database.ts"]) {
    const task = startMain(variables, { program: [`scripts/${script}`] });
    assertEquals(await task.ended, 1, task.output());
    assertEquals(task.output().includes("    at "), false, task.output());
    assertEquals(task.output().includes("127.0.0.1:1"), true, task.output());
  }
});

Deno.test("main.ts shows no part of a password when the driver refuses its connection string", async () => {
  const uri = "mongodb://kese:Sup3rSecret@127.0.0.1:99999/?noSuchOption=Sup3rSecret";
  const error = assertThrows(
    () => openMongoStore({ uri, dbName: "kese", log: SILENT }),
    StartRefusedError,
    "noSuchOption",
  );
  assertEquals(JSON.stringify([error.message, error.stack, error.cause]).includes("Sup3r"), false);
  const running = startMain(productionOn({ MONGODB_URI: uri, SQLITE_PATH: ":memory:" }));
  await assertRejects(() => running.url);
  assertEquals(await running.ended, 1);
  assertEquals(running.output().includes("Sup3r"), false, running.output());
  assertEquals(running.output().includes("MONGODB_URI"), true, running.output());
});

withMongo(
  "main.ts and its tasks say in a sentence, without the password, that MongoDB does not let them in",
  async (given, dbName) => {
    // The tests' MongoDB knows no users, and refuses whoever says to be one.
    const uri = new URL(given);
    [uri.username, uri.password] = ["kese", "Sup3rSecret"];
    const place = { MONGODB_URI: uri.href, DB_NAME: dbName };
    const variables = productionOn({ ...place, SQLITE_PATH: ":memory:" });
    for (const program of ["main.ts", "scripts/reconcile.ts", "scripts/init_database.ts"]) {
      const task = startMain(variables, { program: [program] });
      task.url.catch(() => {});
      assertEquals(await task.ended, 1, task.output());
      assertEquals(task.output().includes("MongoDB refuses what Kese asks"), true, task.output());
      for (const unwanted of ["    at ", "Sup3rSecret"]) {
        assertEquals(task.output().includes(unwanted), false, task.output());
      }
    }
  },
);
