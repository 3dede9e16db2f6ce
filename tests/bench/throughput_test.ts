import { assert, assertEquals, assertGreater } from "@std/assert";
import { throughputClaims } from "../../bench/claims.ts";
import { findPostgres } from "../../bench/contenders/postgres_cluster.ts";
import { measureFiles } from "../../bench/growth.ts";
import { measureThroughput } from "../../bench/throughput.ts";
import { areServicesRequired } from "../../scripts/services/variables.ts";
import { withMongo } from "../support/services.ts";
import { withTemporaryFile } from "../support/temporary_store.ts";

const TINY = { rounds: 1, secondsPerTurn: 0.05, wakingSeconds: 0.01, compilingSeconds: 0.01 };
const signal = new AbortController().signal;

withMongo(
  "measureThroughput() runs each contender, with keys and without, and each adds up",
  (uri) =>
    withTemporaryFile(async ({ directory }) => {
      const measured = await measureThroughput({ directory, uri, signal }, TINY);
      const hasPostgres = await findPostgres() !== undefined;
      assert(hasPostgres || !areServicesRequired(), "PostgreSQL is missing");
      const expected = [
        "empty",
        "nothing",
        "sqlite",
        "one_transaction",
        "mongodb",
        "driver",
        "seed",
      ];
      assertEquals(
        new Set(measured.map(({ contender }) => contender)),
        new Set([...expected, ...hasPostgres ? ["postgres"] : []]),
      );
      for (const { contender, load, perSecond, lostKurus = 0, faults } of measured) {
        assertGreater(perSecond, 0, `${contender}, ${load}`);
        if (contender === "seed") continue;
        assertEquals({ lostKurus, faults }, { lostKurus: 0, faults: [] }, `${contender}, ${load}`);
      }
      for (const { what, figure } of throughputClaims(measured)) assertGreater(figure, 0, what);
    }),
);

Deno.test("measureFiles() makes files with ever more keyed entries, and measures them", () =>
  withTemporaryFile(async ({ directory }) => {
    const files = { sizes: [1_000, 2_000], turns: 1, secondsPerTurn: 0.05 };
    const { curve } = await measureFiles({ directory, uri: "", signal }, files);
    assertEquals(curve.map(({ size }) => size), files.sizes);
    for (const { perSecond } of curve) assertGreater(perSecond, 0);
  }));
