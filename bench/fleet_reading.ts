/**
 * What a fleet's lists, exports and ends of days cost among many entries, and what they cost payments.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { DAY_MILLISECONDS } from "../domain/limits.ts";
import { createSystemClock } from "../infra/process/clock.ts";
import { createLog } from "../infra/process/log.ts";
import { sha256 } from "../infra/crypto/digests.ts";
import { openSqliteStore } from "../infra/sqlite/store.ts";
import { type Environment, readEnvironment } from "../infra/process/environment.ts";
import { openMongoStore } from "../infra/mongo/store.ts";
import { type Kese, openKese } from "../main.ts";
import { median, medianRatio } from "./throughput.ts";
import { DAYS, fillMongo, fillSqlite, FLEETS, START } from "./fleet_stores.ts";

const KEY = "bench-fleet-key";
const LINE_END = 10;
const PAYERS = 64;
/** Short turns, so that whatever else the machine does meets both. */
const PAYING_MILLISECONDS = 1_000;
const PAYING_TURNS = 12;
const SEARCHERS = 4;
const PAGES = 50;

/** A production of three fleets on that file. */
function environmentOf(path: string): Environment {
  const key = Buffer.alloc(32, 1).toString("base64");
  const read = readEnvironment({
    FLEETS: FLEETS.map((fleet) => `${fleet}:${sha256(KEY)}`).join(","),
    CARD_KEYS: `bench:${key}`,
    CARD_FINGERPRINT_KEY: key,
    CARD_GATEWAY: "sandbox",
    ALLOW_SANDBOX_GATEWAY: "true",
    REQUESTS_PER_MINUTE_USER: "0",
    REQUESTS_PER_MINUTE_FLEET: "0",
    LOG_LEVEL: "error",
    SQLITE_PATH: path,
  });
  if (!read.ok) throw new Error(`Cannot measure: ${read.faults.join(", ")}`);
  return read.environment;
}

function ask(kese: Kese, path: string, accept = "application/json"): Promise<Response> {
  const headers = { filo: "first", authorization: `Bearer ${KEY}`, accept };
  return kese.fetch(new Request(`http://kese${path}`, { headers }), {});
}

async function timePages(kese: Kese, query: string): Promise<number> {
  const times: number[] = [];
  for (let page = 0; page < PAGES; page++) {
    const begun = performance.now();
    const response = await ask(kese, `/filo/islemler?limit=100&${query}`);
    const { data } = await response.json();
    times.push(performance.now() - begun);
    if (data.length === 0) throw new Error(`Cannot measure: ${query} has no entries`);
  }
  return times.sort((one, other) => one - other)[Math.floor(PAGES / 2)] ?? NaN;
}

interface DaysEnded {
  /** Until the fleet's first day's end was answered, which takes all days before it. */
  readonly coldMilliseconds: number;
  /** How often that one, and others of earlier days at the same time, were answered `busy`. */
  readonly busy: readonly [cold: number, others: number];
  /** The median of the same day asked for again. */
  readonly keptMilliseconds: number;
}

const DAY_ENDS_KEPT = 50;
const ASKED_BESIDE_MILLISECONDS = 1_000;

/** Asks for the last day until it is there, as an accountant would, and for other days of the year meanwhile. */
async function endDays(kese: Kese): Promise<DaysEnded> {
  const busy: [number, number] = [0, 0];
  const endOf = async (day: number): Promise<boolean> => {
    const gun = new Date(START + day * DAY_MILLISECONDS).toISOString().slice(0, 10);
    const { status, body } = await ask(kese, `/filo/gun-sonu?gun=${gun}`);
    await body?.cancel();
    if (status !== 200 && status !== 503) throw new Error(`Cannot measure: ${gun} is ${status}`);
    return status === 200;
  };
  const begun = performance.now();
  let isThere = false;
  const others = (async () => {
    for (const asked: Promise<void>[] = [];;) {
      if (isThere) return await Promise.all(asked);
      const day = Math.floor(Math.random() * (DAYS - 1));
      asked.push(endOf(day).then((isAnswered) => void (busy[1] += isAnswered ? 0 : 1)));
      await new Promise((resolve) => setTimeout(resolve, ASKED_BESIDE_MILLISECONDS));
    }
  })();
  while (!await endOf(DAYS - 1)) busy[0]++;
  isThere = true;
  const coldMilliseconds = performance.now() - begun;
  await others;
  const times: number[] = [];
  for (let time = 0; time < DAY_ENDS_KEPT; time++) {
    const started = performance.now();
    await endOf(DAYS - 1);
    times.push(performance.now() - started);
  }
  const keptMilliseconds = times.sort((one, other) => one - other)[DAY_ENDS_KEPT / 2] ?? NaN;
  return { coldMilliseconds, busy, keptMilliseconds };
}

interface Exported {
  readonly rows: number;
  readonly milliseconds: number;
  /** The most memory while the first hundredth was written, and in the end. */
  readonly mebibytes: readonly [first: number, all: number];
}

/** Takes an export as fast as it comes, and looks at the memory meanwhile. */
async function exportAll(kese: Kese, expected: number): Promise<Exported> {
  const peaks: [number, number] = [0, 0];
  const begun = performance.now();
  let rows = 0;
  const { body } = await ask(kese, "/filo/islemler", "text/csv");
  for await (const bytes of body ?? []) {
    for (const byte of bytes) if (byte === LINE_END) rows++;
    const { rss } = Deno.memoryUsage();
    if (rows < expected / 100) peaks[0] = Math.max(peaks[0], rss);
    peaks[1] = Math.max(peaks[1], rss);
  }
  const mebibytes = [peaks[0] / 2 ** 20, peaks[1] / 2 ** 20] as const;
  return { rows, milliseconds: performance.now() - begun, mebibytes };
}

/** Payments a second by users who each pay as soon as they have paid. */
async function pay(kese: Kese): Promise<number> {
  const until = performance.now() + PAYING_MILLISECONDS;
  let paid = 0;
  const headers = {
    filo: "first",
    authorization: `Bearer ${KEY}`,
    "content-type": "application/json",
  };
  await Promise.all(
    Array.from({ length: PAYERS }, async (_, payer) => {
      const body = JSON.stringify({ userNo: String((payer + 1) * 3), amount: "0.01" });
      while (performance.now() < until) {
        const request = new Request("http://kese/kart-saklamali-odeme", {
          method: "POST",
          headers,
          body,
        });
        const { status } = await kese.fetch(request, {});
        if (status !== 201) throw new Error(`Cannot measure: a payment was answered ${status}`);
        paid++;
      }
    }),
  );
  return paid / PAYING_MILLISECONDS * 1_000;
}

/** Measures on a file of its own, and says what it found, line by line. */
export async function measureFleetReading(directory: string, entries: number): Promise<string[]> {
  const path = `${directory}/fleet-${entries}.db`;
  await openSqliteStore(path).close();
  fillSqlite(path, entries);
  await using kese = await openKese(environmentOf(path));
  return [
    `SQLite, ${entries} entries:`,
    ...await measureReading(kese, entries),
    ...await measurePayments(kese),
  ];
}

/** Measures what is read on MongoDB. What payments keep there depends on a server that is none of Kese's. */
export async function measureFleetReadingOnMongo(
  uri: string,
  { users, entries }: typeof MONGO_ENTRIES,
): Promise<string[]> {
  const log = createLog({ level: "error", clock: createSystemClock(), write: console.error });
  const store = openMongoStore({ uri, dbName: "kese-bench-fleet", log });
  await fillMongo(store, { users, entries });
  await using kese = await openKese(environmentOf(":memory:"), { store });
  const said = [`MongoDB, ${entries} entries:`, ...await measureReading(kese, entries)];
  await store.database.dropDatabase();
  return said;
}

async function measureReading(kese: Kese, entries: number): Promise<string[]> {
  const first = await timePages(kese, "from=2025-01-01&to=2025-01-01");
  const last = await timePages(kese, "");
  const { rows, milliseconds, mebibytes } = await exportAll(kese, entries / 3);
  const { coldMilliseconds, keptMilliseconds, busy } = await endDays(kese);
  return [
    `  a page of the first day ${first.toFixed(1)} ms, of the last ${last.toFixed(1)} ms`,
    `  CSV: ${rows} rows, ${Math.round(rows / milliseconds * 1_000)} a second, ${
      mebibytes.map(Math.round).join(" MiB in the first hundredth, ")
    } MiB in all`,
    `  day's end: the first ${(coldMilliseconds / 1_000).toFixed(1)} s (busy ${busy[0]} times, ${
      busy[1]
    } of the other requests), kept ${keptMilliseconds.toFixed(1)} ms`,
  ];
}

/** What payments keep of their rate during an export, and while clients ask for the dearest page. */
async function measurePayments(kese: Kese): Promise<string[]> {
  for (let turn = 0; turn < 2; turn++) await pay(kese);
  return [
    await comparePayments("an export", kese, () => payBesideExport(kese)),
    await comparePayments(`${SEARCHERS} searches`, kese, () => payBesideSearches(kese)),
  ];
}

async function comparePayments(
  what: string,
  kese: Kese,
  payBeside: () => Promise<number>,
): Promise<string> {
  const alone: number[] = [];
  const together: number[] = [];
  for (let turn = 0; turn < PAYING_TURNS; turn++) {
    const measures = [
      async () => alone.push(await pay(kese)),
      async () => together.push(await payBeside()),
    ];
    for (const measure of turn % 2 === 0 ? measures : measures.toReversed()) await measure();
  }
  const [perSecond, beside] = [median(alone), median(together)].map(Math.round);
  const ratio = medianRatio(together, alone).toFixed(2);
  return `  payments: ${perSecond} a second alone, ${beside} during ${what}, ratio ${ratio}`;
}

/** Whoever takes the export only takes it, because it shares the process with what is measured. */
async function payBesideExport(kese: Kese): Promise<number> {
  const { body } = await ask(kese, "/filo/islemler", "text/csv");
  let isOver = false;
  const exporting = (async () => {
    for await (const _bytes of body ?? []) if (isOver) return;
  })();
  const perSecond = await pay(kese);
  isOver = true;
  await exporting;
  return perSecond;
}

/** Each asks for refunds, of which there are none: a page looks at as many entries as it may. */
async function payBesideSearches(kese: Kese): Promise<number> {
  let isOver = false;
  const searching = Array.from({ length: SEARCHERS }, async () => {
    let cursor = "";
    while (!isOver) {
      const response = await ask(kese, `/filo/islemler?limit=100&type=refund${cursor}`);
      const { nextCursor } = await response.json();
      cursor = nextCursor === null ? "" : `&cursor=${nextCursor}`;
    }
  });
  const perSecond = await pay(kese);
  isOver = true;
  await Promise.all(searching);
  return perSecond;
}

/** The entries of the two files that are measured. */
export const FLEET_FILES: readonly number[] = [20_000, 1_000_000];
/** What is measured on MongoDB: few, because the server of the tests searches all of them each time. */
export const MONGO_ENTRIES = { users: 500, entries: 20_000 };
