/**
 * `deno task bench`: starts what it needs, measures for a quarter of an hour, and ends with tables.
 * Names of parts measure these alone: throughput, line, lone, start, growth; keys (which makes a file of
 * some gigabytes), soak (ten minutes of load on each store), fleet (lists and exports of a million
 * entries, and what they cost payments), events (a minute) and telemetry (two) run only when they are named. With
 * `--write` the tables, chart and figures of the parts that were measured go into the documentation.
 *
 * @module
 */

import { type Table, writeTables } from "../scripts/placed_table.ts";
import { collectVariables, startServices } from "../scripts/services/start_services.ts";
import { MONGODB_URI } from "../scripts/services/variables.ts";
import { drawChart } from "./chart.ts";
import {
  type Claim,
  firstKeyClaims,
  growthClaims,
  lineClaims,
  loneClaims,
  pagingClaim,
  readmeFigures,
  startClaims,
  throughputClaims,
} from "./claims.ts";
import { measureColdStarts, measureEmptyStart } from "./cold_start.ts";
import type { ContenderPlace } from "./contender_runner.ts";
import { measureFiles, measureHistories, measureUsers } from "./growth.ts";
import { measureFirstKeys } from "./first_keys.ts";
import { measureEvents } from "./events.ts";
import {
  FLEET_FILES,
  measureFleetReading,
  measureFleetReadingOnMongo,
  MONGO_ENTRIES,
} from "./fleet_reading.ts";
import { measureLoneConnection } from "./lone_connection.ts";
import { writeFigures } from "./placed_figures.ts";
import { claimTable, inColumns, loneTable, rateTable, startTable, userTable } from "./report.ts";
import { measureSlowLine } from "./slow_line.ts";
import { soak } from "./soak.ts";
import { measureTelemetry } from "./telemetry.ts";
import { type Measured, measureThroughput } from "./throughput.ts";

const CHART_FILE = new URL("../docs/benchmark.svg", import.meta.url);
const USER_COUNTS = [1, 1_000, 10_000, 100_000, 1_000_000];
const FILES = { sizes: [10_000, 10_000_000], turns: 7, secondsPerTurn: 1 };
const FIRST_KEYS = { sizes: [10, 1_000, 1_000_000], restarts: 15 };
const ROUNDS = { rounds: 6, secondsPerTurn: 2, wakingSeconds: 1, compilingSeconds: 4 };
const LONE = { turns: 5, secondsPerTurn: 2 };
const SOAK_MINUTES = 10;
const SOAK_GROWTH_MAX = 1.1;
/** Of the services that tests start, those without which there is nothing to compare. */
const NEEDED = ["MongoDB", "Redis"];

interface Part {
  readonly claims: readonly Claim[];
  /** What else to show, by the name of its place in docs/benchmark.md. */
  readonly tables?: Readonly<Record<string, Table>>;
  readonly measured?: readonly Measured[];
}

interface Place extends ContenderPlace {
  readonly redis: Readonly<Record<string, string>>;
}

const PARTS: Readonly<Record<string, (place: Place) => Promise<Part>>> = {
  throughput: async (place) => {
    const measured = await measureThroughput(place, ROUNDS);
    return {
      claims: throughputClaims(measured),
      tables: { rates: rateTable(measured) },
      measured,
    };
  },
  line: async (place) => ({ claims: lineClaims(await measureSlowLine(place)) }),
  lone: async (place) => {
    const result = await measureLoneConnection(place, LONE);
    return { claims: loneClaims(result), tables: { lone_times: loneTable(result) } };
  },
  start: measureStarts,
  growth: measureGrowth,
  keys: async (place) => {
    const run = { name: "sqlite", title: "SQLite", users: 8, keyed: true } as const;
    const { growth } = await measureHistories(place, run);
    const firstKeys = await measureFirstKeys(place.directory, FIRST_KEYS);
    return {
      claims: [
        ...[growth, await measureFiles(place, FILES)].flatMap(growthClaims),
        ...firstKeyClaims(firstKeys),
      ],
    };
  },
};
const ONLY_NAMED = ["keys", "soak", "fleet", "events", "telemetry"];

async function measureStarts({ directory, uri, redis }: Place): Promise<Part> {
  const empty = await measureEmptyStart();
  const starts = await measureColdStarts([
    { title: "SQLite", variables: { SQLITE_PATH: `${directory}/start.db` }, atMost: 5 },
    {
      title: "MongoDB and Redis",
      variables: { MONGODB_URI: uri, DB_NAME: "kese-bench-start", ...redis },
      atMost: 8,
    },
  ]);
  return {
    claims: startClaims(empty, starts),
    tables: { starts: startTable([empty, ...starts]) },
  };
}

async function measureGrowth(place: Place): Promise<Part> {
  const sqlite = await measureHistories(place, { name: "sqlite", title: "SQLite", users: 8 });
  const mongodb = await measureHistories(place, { name: "mongodb", title: "MongoDB", users: 1 });
  const users = await measureUsers(place, USER_COUNTS);
  return {
    claims: [sqlite, mongodb].flatMap(({ growth, paging }) => [
      ...growthClaims(growth),
      pagingClaim(paging),
    ]),
    tables: { users: userTable(users) },
  };
}

async function main(): Promise<void> {
  const isWriting = Deno.args.includes("--write");
  const named = Deno.args.filter((argument) => !argument.startsWith("--"));
  const all = [...Object.keys(PARTS), "soak", "fleet", "events", "telemetry"];
  const unknown = named.find((name) => !all.includes(name));
  if (unknown !== undefined) {
    console.error(`There is no part ${unknown}: ${all.join(", ")}`);
    Deno.exit(2);
  }
  const stopping = new AbortController();
  Deno.addSignalListener("SIGINT", () => stopping.abort());
  const directory = await Deno.makeTempDir({ prefix: "kese-bench-" });
  try {
    const place = await startPlace(directory, stopping.signal);
    for (const name of named.length > 0 ? named : all.filter((one) => !ONLY_NAMED.includes(one))) {
      if (stopping.signal.aborted) break;
      console.error(`${name}:`);
      try {
        if (name === "soak") await reportSoak(place);
        else if (name === "fleet") await reportFleet(place);
        else if (name === "events") await reportEvents(place);
        else if (name === "telemetry") await reportTelemetry(place);
        else await reportPart(name, place, isWriting);
      } catch (error) {
        // The other parts are worth showing all the same.
        console.error(`${name} failed:`, error);
        Deno.exitCode = 1;
      }
    }
  } finally {
    stopping.abort();
    await Deno.remove(directory, { recursive: true });
  }
}

async function startPlace(directory: string, signal: AbortSignal): Promise<Place> {
  const services = await startServices(signal, { heapMebibytes: halfOfMemory() });
  for (const service of services) {
    if (service.state !== "missing" || !NEEDED.includes(service.name)) continue;
    throw new Error(`${service.name} is missing: ${service.why}`);
  }
  const { [MONGODB_URI]: uri = Deno.env.get(MONGODB_URI) ?? "", ...others } = collectVariables(
    services,
  );
  const redis = Object.fromEntries(
    Object.entries(others).map(([name, value]) => [name.replace(/^TEST_/, ""), value]),
  );
  return { directory, uri, redis, signal };
}

/**
 * In mebibytes. The MongoDB of a benchmark keeps all that was paid in memory, and a soak pays more
 * than a million times; short of memory it stands still for seconds at a time.
 */
function halfOfMemory(): number {
  return Math.floor(Deno.systemMemoryInfo().total / 2 / 1024 ** 2);
}

/** Measures a part, shows it, and writes it if all is well. */
async function reportPart(name: string, place: Place, isWriting: boolean): Promise<void> {
  const part = await PARTS[name]?.(place);
  if (part === undefined) return;
  const { claims, measured = [] } = part;
  const tables = Object.entries({ ...part.tables, [name]: claimTable(claims) });
  for (const [, table] of tables) console.log(`\n${inColumns(table)}`);
  const wrong = measured.filter(({ contender, lostKurus = 0, faults }) =>
    contender !== "seed" && (lostKurus !== 0 || faults.length > 0)
  );
  for (const { title, load, lostKurus, faults } of wrong) {
    console.error(`${title}, ${load}, does not add up: ${lostKurus} kurus`, faults);
  }
  if (wrong.length > 0) throw new Error("What does not add up is not written");
  if (!isWriting) return;
  await writeTables(tables.map(([name, table]) => ({ file: "docs/benchmark.md", name, table })));
  if (measured.length === 0) return;
  await Deno.writeTextFile(CHART_FILE, drawChart(measured));
  await writeFigures(readmeFigures(measured));
}

async function reportFleet({ directory, uri }: Place): Promise<void> {
  for (const entries of FLEET_FILES) {
    for (const line of await measureFleetReading(directory, entries)) console.log(line);
  }
  for (const line of await measureFleetReadingOnMongo(uri, MONGO_ENTRIES)) console.log(line);
}

async function reportEvents({ directory, signal }: Place): Promise<void> {
  for (const line of await measureEvents(directory, signal)) console.log(line);
}

async function reportTelemetry({ directory }: Place): Promise<void> {
  for (const line of await measureTelemetry(directory)) console.log(line);
}

async function reportSoak(place: Place): Promise<void> {
  for (const name of ["sqlite", "mongodb"] as const) {
    console.error(`${name}:`);
    const { payments, mebibytes, lostKurus } = await soak(name, place, SOAK_MINUTES);
    const [early = NaN, late = NaN] = [mebibytes[1], mebibytes.at(-1)];
    console.log(`${name}: ${payments} payments, ${lostKurus} kurus lost`);
    console.log(`  minute 2: ${early} MiB, minute ${SOAK_MINUTES}: ${late} MiB`);
    const isFlat = late <= early * SOAK_GROWTH_MAX;
    if (!isFlat) console.error(`  ${name} grew by more than a tenth`);
    if (!isFlat || lostKurus !== 0) Deno.exitCode = 1;
  }
}

await main();
