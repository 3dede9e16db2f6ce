import type { ColdStart } from "./cold_start.ts";
import type { ContenderName } from "./contender_runner.ts";
import type { FirstKeys } from "./first_keys.ts";
import type { Growth, Paging } from "./growth.ts";
import type { LoneResult } from "./lone_connection.ts";
import type { LineResult } from "./slow_line.ts";
import { type Load, type Measured, medianRatio } from "./throughput.ts";

/** A figure of one run that means the same on any machine, and what it has to be. */
export interface Claim {
  readonly what: string;
  readonly figure: number;
  readonly wanted: { readonly atLeast: number } | { readonly atMost: number };
}

export function isMet({ figure, wanted }: Claim): boolean {
  return "atLeast" in wanted ? figure >= wanted.atLeast : figure <= wanted.atMost;
}

type Contested = readonly [ContenderName, Load];

/** Kese's rate in relation to another: what to call it, both, and the least that the ratio has to be. */
const RATIOS: readonly (readonly [what: string, Contested, Contested, atLeast: number])[] = [
  [
    "SQLite, 1,000 users: payments a second with keys against those without",
    ["sqlite", "with keys"],
    ["sqlite", "without keys"],
    0.75,
  ],
  [
    "SQLite, 1,000 users, with keys: payments in the users' own sessions against those by the fleet",
    ["sqlite", "in sessions, with keys"],
    ["sqlite", "with keys"],
    0.8,
  ],
  [
    "SQLite, 1,000 users, with keys: against Hono and PostgreSQL, one statement a payment",
    ["sqlite", "with keys"],
    ["postgres", "with keys"],
    2,
  ],
  [
    "SQLite, 1,000 users, without keys: against one transaction a payment",
    ["sqlite", "without keys"],
    ["one_transaction", "without keys"],
    5,
  ],
  [
    "SQLite, 1,000 users, without keys: against the same route on a store that does nothing",
    ["sqlite", "without keys"],
    ["nothing", "without keys"],
    0.5,
  ],
  [
    "That route with all its checks against an empty Hono route",
    ["nothing", "without keys"],
    ["empty", "without keys"],
    0.4,
  ],
  [
    "SQLite, 1,000 users, without keys: rides (hold and capture) a second against payments; two payments would be 0.5",
    ["sqlite", "rides (hold and capture)"],
    ["sqlite", "without keys"],
    0.2,
  ],
  [
    "MongoDB, 1,000 users, without keys: rides a second against payments",
    ["mongodb", "rides (hold and capture)"],
    ["mongodb", "without keys"],
    0.2,
  ],
  [
    "MongoDB, 1,000 users: payments a second with keys against those without",
    ["mongodb", "with keys"],
    ["mongodb", "without keys"],
    0.9,
  ],
  [
    "MongoDB, 1,000 users, without keys: against the driver's bare compare-and-swap, without HTTP",
    ["mongodb", "without keys"],
    ["driver", "without keys"],
    0.7,
  ],
  [
    "MongoDB, one account, without keys: against the driver's compare-and-swap on one account",
    ["mongodb", "one account, without keys"],
    ["driver", "one account, without keys"],
    5,
  ],
  [
    "GET /openapi.json, 195 KB: answers a second against an empty Hono route",
    ["nothing", "GET /openapi.json"],
    ["empty", "without keys"],
    0.1,
  ],
  [
    "GET /openapi.json, unchanged (304): against an empty Hono route",
    ["nothing", "GET /openapi.json, unchanged"],
    ["empty", "without keys"],
    0.4,
  ],
];
const KIBIBYTES_EACH_MAX = 5;

/** What the rates of one run have to be; what was not measured is left out. */
export function throughputClaims(measured: readonly Measured[]): Claim[] {
  const ratios = RATIOS.flatMap(([what, ofThese, toThese, atLeast]): Claim[] => {
    const [first, second] = [find(measured, ofThese), find(measured, toThese)];
    if (first === undefined || second === undefined) return [];
    return [{ what, figure: medianRatio(first.rounds, second.rounds), wanted: { atLeast } }];
  });
  const { bytesEach = NaN } = find(measured, ["sqlite", "with keys"]) ?? {};
  if (Number.isNaN(bytesEach)) return ratios;
  return [...ratios, {
    what: "SQLite, 1,000 users, with keys: KiB to disk a payment",
    figure: bytesEach / 1_024,
    wanted: { atMost: KIBIBYTES_EACH_MAX },
  }];
}

/** What sentences of the README say of a run: how many times as many payments with keys Kese makes. */
export function readmeFigures(measured: readonly Measured[]): ReadonlyMap<string, number> {
  const withKeys = (name: ContenderName) => find(measured, [name, "with keys"])?.rounds;
  const kese = withKeys("sqlite") ?? [];
  return new Map((["postgres", "one_transaction"] as const).flatMap((other) => {
    const rounds = withKeys(other);
    return rounds === undefined ? [] : [[other, medianRatio(kese, rounds)]];
  }));
}

function find(
  measured: readonly Measured[],
  [contender, load]: Contested,
): Measured | undefined {
  return measured.find((one) => one.contender === contender && one.load === load);
}

/** How long a payment takes on a slow line, in round trips of that line. */
export function lineClaims(results: readonly LineResult[]): Claim[] {
  return results.map(({ title, roundTrips, atMost }) => ({
    what: `MongoDB 20 ms away: round trips of a payment ${title}`,
    figure: roundTrips,
    wanted: { atMost },
  }));
}

/** What a payment over a single connection costs beyond the disk, and how much of that is the route. */
export function loneClaims({ sync, withoutStore, sqliteKeyed }: LoneResult): Claim[] {
  return [
    {
      what: "SQLite, with keys: a payment's median against a write and its sync",
      figure: sqliteKeyed.p50 / sync.p50,
      wanted: { atMost: 5 },
    },
    {
      what: "SQLite, with keys: a payment's p99 against that of a write and its sync",
      figure: sqliteKeyed.p99 / sync.p99,
      wanted: { atMost: 3 },
    },
    {
      what: "The p99 of the route on a store that does nothing, as a share of that on SQLite",
      figure: withoutStore.p99 / sqliteKeyed.p99,
      wanted: { atMost: 0.3 },
    },
  ];
}

/** How a start stands to that of a server with nothing but an empty Hono route. */
export function startClaims(empty: ColdStart, starts: readonly ColdStart[]): Claim[] {
  return starts.map(({ title, milliseconds, atMost }) => ({
    what: `First answer after a cold start, ${title}: against an empty Hono server`,
    figure: milliseconds / empty.milliseconds,
    wanted: { atMost },
  }));
}

/** The payments that a long history, or a large file, leaves of those on the smallest. */
export function growthClaims({ title, curve }: Growth): Claim[] {
  const [first, ...others] = curve;
  if (first === undefined) return [];
  return others.map(({ size, turns }) => ({
    what: `${title}: payments a second with ${inWords(size)} against ${inWords(first.size)}`,
    figure: medianRatio(turns, first.turns),
    wanted: { atLeast: 0.8 },
  }));
}

/** What many keys of an account make of the time of a payment with a new one. */
export function firstKeyClaims([few, ...others]: readonly FirstKeys[]): Claim[] {
  if (few === undefined) return [];
  return others.flatMap(({ size, first, next }) => {
    const against = `with ${inWords(size)} keys of the account against ${
      inWords(few.size)
    }, in time`;
    return [
      {
        what: `SQLite: the first payment with a new key after a restart ${against}`,
        figure: medianRatio(first, few.first),
        wanted: { atMost: 3 },
      },
      {
        what: `SQLite: the next payment with a new key ${against}`,
        figure: medianRatio(next, few.next),
        wanted: { atMost: 1.5 },
      },
    ];
  });
}

function inWords(size: number): string {
  return size.toLocaleString("en");
}

export function pagingClaim({ title, firstPage, lastPage }: Paging): Claim {
  return {
    what: `${title}: the last page of the longest history against its first, in time`,
    figure: lastPage / firstPage,
    wanted: { atMost: 1.2 },
  };
}
