import type { ColdStart } from "./cold_start.ts";
import type { ContenderName } from "./contender_runner.ts";
import type { Growth, Paging } from "./growth.ts";
import type { LineResult } from "./slow_line.ts";
import { type Measured, medianRatio } from "./throughput.ts";

/** A ratio of two figures of one run, and what it has to be. */
export interface Claim {
  readonly what: string;
  readonly ratio: number;
  readonly wanted: { readonly atLeast: number } | { readonly atMost: number };
}

export function isMet({ ratio, wanted }: Claim): boolean {
  return "atLeast" in wanted ? ratio >= wanted.atLeast : ratio <= wanted.atMost;
}

/** How Kese's rates stand to those of its baselines. */
export function throughputClaims(measured: readonly Measured[]): Claim[] {
  const roundsOf = ([name, load]: Contested): readonly number[] => {
    const found = measured.find((one) => one.contender === name && one.load === load);
    if (found === undefined) throw new Error(`Cannot compare: ${name}, ${load} was not measured`);
    return found.rounds;
  };
  const ratio = (first: Contested, second: Contested): number =>
    medianRatio(roundsOf(first), roundsOf(second));
  return [
    {
      what: "SQLite, 1,000 users: payments a second against one transaction a payment",
      ratio: ratio(["sqlite", "spread"], ["one_transaction", "spread"]),
      wanted: { atLeast: 5 },
    },
    {
      what: "SQLite, 1,000 users: against the same route on a store that does nothing",
      ratio: ratio(["sqlite", "spread"], ["nothing", "spread"]),
      wanted: { atLeast: 0.5 },
    },
    {
      what: "That route with all its checks against an empty Hono route",
      ratio: ratio(["nothing", "spread"], ["empty", "spread"]),
      wanted: { atLeast: 0.4 },
    },
    {
      what: "MongoDB, 1,000 users: against the driver's bare compare-and-swap, without HTTP",
      ratio: ratio(["mongodb", "spread"], ["driver", "spread"]),
      wanted: { atLeast: 0.7 },
    },
    {
      what: "MongoDB, one account: against the driver's compare-and-swap on one account",
      ratio: ratio(["mongodb", "hot"], ["driver", "hot"]),
      wanted: { atLeast: 5 },
    },
  ];
}

type Contested = readonly [ContenderName, Measured["load"]];

/** How long a payment takes on a slow line, in round trips of that line. */
export function lineClaims(results: readonly LineResult[]): Claim[] {
  return results.map(({ title, roundTrips, atMost }) => ({
    what: `MongoDB 20 ms away: round trips of a payment ${title}`,
    ratio: roundTrips,
    wanted: { atMost },
  }));
}

/** How a start stands to that of a server with nothing but an empty Hono route. */
export function startClaims(empty: ColdStart, starts: readonly ColdStart[]): Claim[] {
  return starts.map(({ title, milliseconds, atMost }) => ({
    what: `First answer after a cold start, ${title}: against an empty Hono server`,
    ratio: milliseconds / empty.milliseconds,
    wanted: { atMost },
  }));
}

/** The payments that a long history leaves of those on a short one. */
export function historyClaims({ title, curve }: Growth): Claim[] {
  const [first, ...others] = curve;
  if (first === undefined) return [];
  return others.map(({ size, turns }) => ({
    what: `${title}: payments a second with ${size.toLocaleString("en")} against ${first.size}`,
    ratio: medianRatio(turns, first.turns),
    wanted: { atLeast: 0.8 },
  }));
}

export function pagingClaim({ title, firstPage, lastPage }: Paging): Claim {
  return {
    what: `${title}: the last page of the longest history against its first, in time`,
    ratio: lastPage / firstPage,
    wanted: { atMost: 1.2 },
  };
}
