/**
 * Payments a second, Kese beside what it has to be compared with, in one run: rounds in which each
 * takes its turn, so that what else the machine does falls on all alike.
 *
 * @module
 */

import {
  type Audit,
  type ContenderName,
  type ContenderPlace,
  startContender,
} from "./contender_runner.ts";
import { USERS } from "./fleet.ts";
import type { Rates } from "./load.ts";

export interface ThroughputOptions {
  readonly secondsPerTurn: number;
  readonly rounds: number;
}

/** A contender under one kind of load. */
export interface Turn {
  readonly contender: ContenderName;
  readonly load: "spread" | "hot";
  readonly title: string;
}

/** What the rounds of a turn came to: the median of each figure. */
export interface Measured extends Turn {
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  /** Payments a second, round by round. */
  readonly rounds: readonly number[];
  readonly audit: Audit | undefined;
}

export const CONNECTIONS = 64;
/** Until then a program is still being compiled, and the larger it is, the longer. */
const COMPILING_SECONDS = 4;
/** Not measured: a program that had nothing to do for a while has given back the memory it works in. */
const WAKING_SECONDS = 2;

const CONTENDERS: Readonly<Record<ContenderName, string>> = {
  empty: "An empty Hono route",
  nothing: "Kese on a store that does nothing",
  sqlite: "Kese on SQLite",
  one_transaction: "Kese on SQLite, one transaction a payment",
  driver: "The driver's compare-and-swap alone",
  mongodb: "Kese on MongoDB",
  seed: "The seed's way on MongoDB",
};

/** Runs all of them against each other. Says on `console.error` how far it is. */
export async function measureThroughput(
  place: ContenderPlace,
  { secondsPerTurn: seconds, rounds }: ThroughputOptions,
): Promise<Measured[]> {
  const measured: Measured[] = [];
  for (
    const contenders of [["empty", "nothing", "sqlite", "one_transaction"], [
      "driver",
      "mongodb",
      "seed",
    ]] as const
  ) {
    measured.push(...await measureTogether(contenders, place, { seconds, rounds }));
  }
  return measured;
}

async function measureTogether(
  names: readonly ContenderName[],
  place: ContenderPlace,
  { seconds, rounds }: { readonly seconds: number; readonly rounds: number },
): Promise<Measured[]> {
  const ending = new AbortController();
  const signal = AbortSignal.any([place.signal, ending.signal]);
  const running = await Promise.all(
    names.map(async (name) => [name, await startContender(name, { ...place, signal })] as const),
  );
  const turns = running.flatMap(([name, contender]) =>
    loadsOf(name).map((load) => ({ name, load, contender, results: [] as Rates[] }))
  );
  for (let round = 0; round <= rounds; round++) {
    for (const { name, load, contender, results } of turns) {
      const paying = { users: load === "hot" ? 1 : USERS, connections: CONNECTIONS };
      await contender.pay({ ...paying, seconds: round === 0 ? COMPILING_SECONDS : WAKING_SECONDS });
      if (round === 0) continue;
      const result = await contender.pay({ ...paying, seconds });
      results.push(result);
      console.error(
        `  round ${round} of ${rounds}  ${CONTENDERS[name]}, ${load}: ${
          Math.round(result.perSecond)
        }/s`,
      );
    }
  }
  const measured = [];
  for (const { name, load, contender, results } of turns) {
    const rounds = results.map(({ perSecond }) => perSecond);
    measured.push({
      contender: name,
      load,
      title: CONTENDERS[name],
      rounds,
      perSecond: median(rounds),
      p50: median(results.map(({ p50 }) => p50)),
      p99: median(results.map(({ p99 }) => p99)),
      audit: await contender.audit(),
    });
  }
  ending.abort();
  return measured;
}

/** Without an account there is nothing that many could want at one time. */
function loadsOf(name: ContenderName): readonly ("spread" | "hot")[] {
  return name === "empty" ? ["spread"] : ["spread", "hot"];
}

/**
 * The median of what the first makes of the second, turn by turn: what a machine does slower from
 * minute to minute falls on both sides of each of these ratios.
 */
export function medianRatio(first: readonly number[], second: readonly number[]): number {
  return median(first.map((rate, turn) => rate / (second[turn] ?? NaN)));
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((first, second) => first - second);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}
