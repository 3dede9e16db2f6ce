import { openMongoStore } from "../infra/mongo/store.ts";
import { lend, testCrashes } from "./support/crash_sweep_tests.ts";
import { SILENT } from "./support/logs.ts";
import { withMongo } from "./support/services.ts";

testCrashes(
  "MongoDB",
  (name, test) =>
    withMongo(name, (uri, dbName) => lend(openMongoStore({ uri, dbName, log: SILENT }), test)),
  // On SQLite every one is broken off a second time, by the same code over the ports.
  { everyFirst: 3 },
);
