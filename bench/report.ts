import type { Table } from "../scripts/placed_table.ts";
import { type Claim, isMet } from "./claims.ts";
import type { Growth } from "./growth.ts";
import type { Measured } from "./throughput.ts";

/** What docs/benchmark.md shows: ratios, because figures of one machine mean nothing on another. */
export function claimTable(claims: readonly Claim[]): Table {
  const rows = claims.map((claim) => {
    const { what, ratio, wanted } = claim;
    const bound = "atLeast" in wanted ? `at least ${wanted.atLeast}` : `at most ${wanted.atMost}`;
    return [what, `${ratio.toFixed(2)}${isMet(claim) ? "" : " (missed)"}`, bound];
  });
  return [["What", "Ratio", "Wanted"], ...rows];
}

/** The figures of this machine, for whoever runs the benchmark. */
export function rateTable(measured: readonly Measured[]): Table {
  const rows = measured.map(({ title, load, perSecond, p50, p99, audit }) => [
    title,
    load === "hot" ? "one account" : "spread",
    String(Math.round(perSecond)),
    p50.toFixed(2),
    p99.toFixed(2),
    audit === undefined ? "" : `${audit.lostKurus} of ${audit.acknowledged}`,
  ]);
  return [["", "load", "payments/s", "p50 ms", "p99 ms", "kurus lost"], ...rows];
}

/** What a store with so many users leaves of the rate that it has with the fewest. */
export function userTable({ curve }: Growth): Table {
  const rows = curve.map(({ size, perSecond }) => [
    size.toLocaleString("en"),
    (perSecond / (curve[0]?.perSecond ?? NaN)).toFixed(2),
  ]);
  return [["Users who pay, on SQLite", "Payments a second, as a share"], ...rows];
}

/** A table in columns of equal width, as a terminal shows it. */
export function inColumns(table: Table): string {
  const [heading = []] = table;
  const widths = heading.map((_, column) =>
    Math.max(...table.map((row) => (row[column] ?? "").length))
  );
  return table.map((row) =>
    row.map((cell, column) => {
      const width = widths[column] ?? 0;
      return column === 0 ? cell.padEnd(width) : cell.padStart(width);
    }).join("  ").trimEnd()
  ).join("\n");
}
