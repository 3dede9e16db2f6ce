/**
 * How long a payment takes over a single connection, next to what no payment can be faster than: one
 * write to the disk with its sync. Nothing waits for anything else there, so what is left is Kese's own.
 *
 * @module
 */

import { type ContenderPlace, type RunningContender, withContenders } from "./contender_runner.ts";
import { USERS } from "./fleet.ts";
import { type Rates, ratesOf } from "./load.ts";
import { median } from "./throughput.ts";

/** Milliseconds of one kind of call: the median of its turns. */
export interface LoneTimes {
  readonly title: string;
  readonly p50: number;
  readonly p99: number;
}

export interface LoneResult {
  readonly sync: LoneTimes;
  readonly withoutStore: LoneTimes;
  readonly sqlite: LoneTimes;
  readonly sqliteKeyed: LoneTimes;
}

export interface LoneOptions {
  readonly turns: number;
  readonly secondsPerTurn: number;
}

/** What SQLite writes of one payment: a page for each table and index that it touches. */
const COMMIT_BYTES = 16 * 1_024;
/** The file is written again from its beginning, as a write-ahead log is. */
const FILE_BYTES = 2 * 1_024 * 1_024;

/** Measures them in turns, so that what else the machine does falls on all alike. */
export function measureLoneConnection(
  place: ContenderPlace,
  options: LoneOptions,
): Promise<LoneResult> {
  return withContenders(["nothing", "sqlite"], place, async ([nothing, sqlite]) => {
    using file = Deno.openSync(`${place.directory}/lone.sync`, { create: true, write: true });
    const pay = (contender: RunningContender, keyed: boolean) => () =>
      contender.pay({ users: USERS, keyed, connections: 1, seconds: options.secondsPerTurn });
    const kinds = {
      sync: ["A write of 16 KiB and its sync", () => syncAgain(file, options.secondsPerTurn)],
      withoutStore: ["Kese on a store that does nothing, with keys", pay(nothing, true)],
      sqlite: ["Kese on SQLite, without keys", pay(sqlite, false)],
      sqliteKeyed: ["Kese on SQLite, with keys", pay(sqlite, true)],
    } as const;
    const turns = new Map<string, Times[]>();
    // The first turn is left out, because programs are still being compiled in it.
    for (let turn = 0; turn <= options.turns; turn++) {
      for (const [kind, [, measure]] of Object.entries(kinds)) {
        const times = await measure();
        if (turn > 0) turns.set(kind, [...turns.get(kind) ?? [], times]);
      }
    }
    const result = Object.entries(kinds).map(([kind, [title]]) => {
      const times = turns.get(kind) ?? [];
      const medianOf = (one: keyof Times) => median(times.map((time) => time[one]));
      return [kind, { title, p50: medianOf("p50"), p99: medianOf("p99") }];
    });
    return Object.fromEntries(result) as LoneResult;
  });
}

type Times = Pick<Rates, "p50" | "p99">;

/** Writes and syncs for some seconds, without anything in between. */
function syncAgain(file: Deno.FsFile, seconds: number): Times {
  const page = crypto.getRandomValues(new Uint8Array(COMMIT_BYTES));
  const until = performance.now() + seconds * 1_000;
  const milliseconds: number[] = [];
  for (let from = performance.now(), place = 0; from < until;) {
    file.seekSync(place, Deno.SeekMode.Start);
    file.writeSync(page);
    file.syncDataSync();
    const now = performance.now();
    milliseconds.push(now - from);
    from = now;
    place = (place + COMMIT_BYTES) % FILE_BYTES;
  }
  return ratesOf(milliseconds, seconds * 1_000);
}
