/**
 * `deno task bench`: starts what it needs, measures for a few minutes, and ends with a table. With
 * `--write` ratios and chart go into docs/. Names of parts measure these alone: throughput, line,
 * start, growth; `soak` is ten minutes of load and runs only when named.
 *
 * @module
 */

import { type PlacedTable, type Table, writeTables } from "../scripts/placed_table.ts";
import { startServices, variablesOf } from "../scripts/services/start_services.ts";
import { MONGODB_URI } from "../scripts/services/variables.ts";
import { drawChart } from "./chart.ts";
import {
  type Claim,
  historyClaims,
  lineClaims,
  pagingClaim,
  startClaims,
  throughputClaims,
} from "./claims.ts";
import { measureColdStarts, measureEmptyStart, measureModuleGraph } from "./cold_start.ts";
import type { ContenderPlace } from "./contender_runner.ts";
import { type Growth, measureHistories, measureUsers } from "./growth.ts";
import { claimTable, inColumns, rateTable, userTable } from "./report.ts";
import { measureSlowLine } from "./slow_line.ts";
import { soak } from "./soak.ts";
import { type Measured, measureThroughput } from "./throughput.ts";

const CHART_FILE = new URL("../docs/benchmark.svg", import.meta.url);
const USER_COUNTS = [1, 1_000, 10_000, 100_000, 1_000_000];
const SOAK_MINUTES = 10;
const SOAK_GROWTH_MAX = 1.1;
/** Of the services that tests start, those without which there is nothing to compare. */
const NEEDED = ["MongoDB", "Redis"];

interface Part {
  readonly claims: readonly Claim[];
  /** What to show beside them. */
  readonly tables?: readonly Table[];
  readonly measured?: readonly Measured[];
  /** The rates with ever more users. */
  readonly users?: Growth;
}

const PARTS: Readonly<Record<string, (place: Place) => Promise<Part>>> = {
  throughput: async (place) => {
    const measured = await measureThroughput(place, { secondsPerTurn: 2, rounds: 5 });
    return { claims: throughputClaims(measured), tables: [rateTable(measured)], measured };
  },
  line: async (place) => ({ claims: lineClaims(await measureSlowLine(place)) }),
  start: measureStarts,
  growth: measureGrowth,
};

interface Place extends ContenderPlace {
  readonly redis: Readonly<Record<string, string>>;
}

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
  const { modules, bytes, packages } = await measureModuleGraph();
  const table = [
    ["Cold start", "ms"],
    ...[empty, ...starts].map(({ title, milliseconds }) => [title, milliseconds.toFixed(0)]),
    [`main.ts loads ${modules} modules of ${Math.round(bytes / 1024)} KiB, and ${packages}`, ""],
  ];
  return { claims: startClaims(empty, starts), tables: [table] };
}

async function measureGrowth(place: Place): Promise<Part> {
  const sqlite = await measureHistories(place, { name: "sqlite", title: "SQLite", users: 8 });
  const mongodb = await measureHistories(place, { name: "mongodb", title: "MongoDB", users: 1 });
  const users = await measureUsers(place, { name: "sqlite", title: "SQLite", sizes: USER_COUNTS });
  const curve = users.curve.map(({ size, perSecond }) => [
    size.toLocaleString("en"),
    Math.round(perSecond).toString(),
  ]);
  return {
    claims: [sqlite, mongodb].flatMap(({ growth, paging }) => [
      ...historyClaims(growth),
      pagingClaim(paging),
    ]),
    tables: [[["SQLite: users in the store", "payments/s"], ...curve]],
    users,
  };
}

async function main(): Promise<void> {
  const isWriting = Deno.args.includes("--write");
  const named = Deno.args.filter((argument) => !argument.startsWith("--"));
  const unknown = named.find((name) => name !== "soak" && !(name in PARTS));
  if (unknown !== undefined) {
    console.error(`There is no part ${unknown}: ${Object.keys(PARTS).join(", ")}, soak`);
    Deno.exit(2);
  }
  if (isWriting && named.length > 0) {
    console.error("--write is for a whole run: a part alone would make half a table");
    Deno.exit(2);
  }
  const stopping = new AbortController();
  Deno.addSignalListener("SIGINT", () => stopping.abort());
  const directory = await Deno.makeTempDir({ prefix: "kese-bench-" });
  try {
    const place = await startPlace(directory, stopping.signal);
    if (named.includes("soak")) return await reportSoak(place);
    await reportParts(place, named.length > 0 ? named : Object.keys(PARTS), isWriting);
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
  const { [MONGODB_URI]: uri = Deno.env.get(MONGODB_URI) ?? "", ...others } = variablesOf(services);
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

async function reportParts(
  place: Place,
  names: readonly string[],
  isWriting: boolean,
): Promise<void> {
  const parts: Part[] = [];
  for (const name of names) {
    console.error(`${name}:`);
    try {
      const part = await PARTS[name]?.(place);
      if (part !== undefined) parts.push(part);
    } catch (error) {
      // The other parts are worth showing all the same.
      console.error(`${name} failed:`, error);
      Deno.exitCode = 1;
    }
  }
  const claims = parts.flatMap((part) => part.claims);
  const tables = parts.flatMap(({ tables = [] }) => tables);
  for (const table of [...tables, claimTable(claims)]) console.log(`\n${inColumns(table)}`);
  // Half a table would look like a whole one.
  if (isWriting && Deno.exitCode === 0) await writeResults(claims, parts);
  const wrong = parts.flatMap(({ measured = [] }) => measured).filter(({ contender, audit }) =>
    contender !== "seed" && audit && (audit.lostKurus !== 0 || audit.faults.length > 0)
  );
  for (const { title, audit } of wrong) console.error(`${title} does not add up:`, audit);
  if (wrong.length > 0) Deno.exitCode = 1;
}

async function writeResults(claims: readonly Claim[], parts: readonly Part[]): Promise<void> {
  const file = "docs/benchmark.md";
  const tables: PlacedTable[] = [{ file, name: "benchmark", table: claimTable(claims) }];
  for (const { users } of parts) {
    if (users !== undefined) tables.push({ file, name: "users", table: userTable(users) });
  }
  await writeTables(tables);
  for (const { measured } of parts) {
    if (measured !== undefined) await Deno.writeTextFile(CHART_FILE, drawChart(measured));
  }
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
