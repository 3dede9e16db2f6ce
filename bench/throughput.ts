/**
 * Payments a second, Kese next to what it has to be compared with, in one run: rounds in which each
 * takes its turn, so that what else the machine does falls on all alike.
 *
 * @module
 */

import {
  type ContenderName,
  type ContenderPlace,
  type RunningContender,
  withContenders,
} from "./contender_runner.ts";
import { findPostgres, POSTGRES_MISSING } from "./contenders/postgres_cluster.ts";
import { type Payers, USERS } from "./fleet.ts";
import type { Rates } from "./load.ts";

export interface ThroughputOptions {
  readonly rounds: number;
  readonly secondsPerTurn: number;
  /** Not measured: a program that had nothing to do for a while has given back the memory it works in. */
  readonly wakingSeconds: number;
  /** Until then a program is still being compiled, and the larger it is, the longer. */
  readonly compilingSeconds: number;
}

export const CONNECTIONS = 64;

const SESSIONS = "in sessions, with keys";
const PAYMENTS = {
  "with keys": { users: USERS, keyed: true },
  "without keys": { users: USERS },
  [SESSIONS]: { users: USERS, keyed: true, bySession: true },
  "one account, with keys": { users: 1, keyed: true },
  "one account, without keys": { users: 1 },
} as const satisfies Readonly<Record<string, Payers>>;
/** Each a hold and its capture. */
const RIDES = { "rides (hold and capture)": { users: USERS } } as const satisfies Readonly<
  Record<string, Payers>
>;
/** The headers with which the document is asked for. */
const DOCUMENTS = {
  "GET /openapi.json": {},
  "GET /openapi.json, unchanged": { "If-None-Match": "*" },
} as const satisfies Readonly<Record<string, Readonly<Record<string, string>>>>;

/** What a contender has to do. */
export type Load = keyof typeof PAYMENTS | keyof typeof RIDES | keyof typeof DOCUMENTS;

/** Those that everybody can be given: only Kese has sessions. */
const PAYMENT_LOADS = (Object.keys(PAYMENTS) as Load[]).filter((load) => load !== SESSIONS);
const RIDE_LOADS = Object.keys(RIDES) as Load[];
const DOCUMENT_LOADS = Object.keys(DOCUMENTS) as Load[];

interface Entrant {
  readonly title: string;
  readonly loads: readonly Load[];
  /** A key that comes again must pay once. */
  readonly keepsKeys?: true;
}

const ENTRANTS: Readonly<Record<ContenderName, Entrant>> = {
  empty: { title: "An empty Hono route", loads: ["with keys", "without keys"] },
  nothing: {
    title: "Kese on a store that does nothing",
    loads: [...PAYMENT_LOADS, ...DOCUMENT_LOADS],
  },
  sqlite: {
    title: "Kese on SQLite",
    loads: [...PAYMENT_LOADS, SESSIONS, ...RIDE_LOADS],
    keepsKeys: true,
  },
  postgres: {
    title: "Hono and PostgreSQL, one statement a payment",
    loads: PAYMENT_LOADS,
    keepsKeys: true,
  },
  one_transaction: {
    title: "Kese on SQLite, one transaction a payment",
    loads: PAYMENT_LOADS,
    keepsKeys: true,
  },
  mongodb: {
    title: "Kese on MongoDB",
    loads: [...PAYMENT_LOADS, ...RIDE_LOADS],
    keepsKeys: true,
  },
  driver: {
    title: "The driver's compare-and-swap alone",
    loads: ["without keys", "one account, without keys"],
  },
  seed: {
    title: "The sample project's way on MongoDB",
    loads: ["without keys", "one account, without keys"],
  },
};

/** Who takes turns with whom. */
const GROUPS: readonly (readonly ContenderName[])[] = [
  ["empty", "nothing", "sqlite", "postgres", "one_transaction"],
  ["driver", "mongodb", "seed"],
];

/** A contender under one kind of load, and what the rounds came to: the median of each figure. */
export interface Measured {
  readonly contender: ContenderName;
  readonly load: Load;
  readonly title: string;
  /** Answers a second, and those round by round. */
  readonly perSecond: number;
  readonly rounds: readonly number[];
  /** In milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** Written to disk; NaN where the system does not count it. */
  readonly bytesEach: number;
  /** Acknowledged and never taken, in all rounds; undefined without books. */
  readonly lostKurus: number | undefined;
  /** What the contender's books hold that does not add up. */
  readonly faults: readonly string[];
}

/** Runs all of them against each other. Says on `console.error` how far it is. */
export async function measureThroughput(
  place: ContenderPlace,
  options: ThroughputOptions,
): Promise<Measured[]> {
  const hasPostgres = await findPostgres() !== undefined;
  if (!hasPostgres) console.error(`  ${POSTGRES_MISSING}; its rows are left out`);
  const measured: Measured[] = [];
  for (const group of GROUPS) {
    const names = group.filter((name) => name !== "postgres" || hasPostgres);
    measured.push(
      ...await withContenders(names, place, async (contenders) => {
        const turns = contenders.flatMap(turnsOf);
        for (let round = 0; round <= options.rounds; round++) {
          // There and back: the first turn of a program after a pause is its slowest.
          const order = round % 2 === 0 ? turns.toReversed() : turns;
          for (const turn of order) await takeTurn(turn, round, options);
        }
        return await Promise.all(turns.map(toMeasured));
      }),
    );
  }
  return measured;
}

interface Turn {
  readonly contender: RunningContender;
  readonly load: Load;
  readonly results: (Rates & { readonly bytesEach: number })[];
  lostKurus: number | undefined;
}

function turnsOf(contender: RunningContender): Turn[] {
  const { loads } = ENTRANTS[contender.name];
  return loads.map((load) => ({ contender, load, results: [], lostKurus: undefined }));
}

/** One turn of a round; in round 0 nothing is measured. Its payments are looked up in the books. */
async function takeTurn(
  turn: Turn,
  round: number,
  { rounds, secondsPerTurn, wakingSeconds, compilingSeconds }: ThroughputOptions,
): Promise<void> {
  const { contender, load, results } = turn;
  const { title, keepsKeys } = ENTRANTS[contender.name];
  const send = (seconds: number) => {
    const lasting = { connections: CONNECTIONS, seconds };
    if (load in PAYMENTS) {
      return contender.pay({ ...PAYMENTS[load as keyof typeof PAYMENTS], ...lasting });
    }
    return load in RIDES
      ? contender.ride({ ...RIDES[load as keyof typeof RIDES], ...lasting })
      : contender.ask("GET /openapi.json", lasting, DOCUMENTS[load as keyof typeof DOCUMENTS]);
  };
  if (round === 0 && keepsKeys) await contender.repeat();
  await send(round === 0 ? compilingSeconds : wakingSeconds);
  if (round > 0) {
    const before = await contender.writtenBytes();
    const rates = await send(secondsPerTurn);
    const bytesEach = (await contender.writtenBytes() - before) / rates.succeeded;
    results.push({ ...rates, bytesEach });
    const rate = `${Math.round(rates.perSecond)}/s`;
    console.error(`  round ${round} of ${rounds}  ${title}, ${load}: ${rate}`);
  }
  const lost = await contender.lostKurus();
  if (lost !== undefined) turn.lostKurus = (turn.lostKurus ?? 0) + lost;
}

async function toMeasured({ contender, load, results, lostKurus }: Turn): Promise<Measured> {
  const { name } = contender;
  const rounds = results.map(({ perSecond }) => perSecond);
  return {
    contender: name,
    load,
    title: ENTRANTS[name].title,
    rounds,
    perSecond: median(rounds),
    p50: median(results.map(({ p50 }) => p50)),
    p99: median(results.map(({ p99 }) => p99)),
    bytesEach: median(results.map(({ bytesEach }) => bytesEach)),
    lostKurus,
    faults: await contender.faults(),
  };
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
  const [below, above] = [(sorted.length - 1) >> 1, sorted.length >> 1];
  return ((sorted[below] ?? NaN) + (sorted[above] ?? NaN)) / 2;
}
