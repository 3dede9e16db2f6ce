import { openSqliteStore } from "../infra/sqlite/store.ts";
import { lend, testCrashes } from "./support/crash_sweep_tests.ts";

testCrashes(
  "SQLite",
  (name, test) => Deno.test(name, () => lend(openSqliteStore(":memory:"), test)),
  { everyFirst: 1 },
);
