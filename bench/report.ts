import type { Table } from "../scripts/placed_table.ts";
import { type Claim, isMet } from "./claims.ts";
import type { ColdStart } from "./cold_start.ts";
import type { Growth } from "./growth.ts";
import type { LoneResult } from "./lone_connection.ts";
import type { Measured } from "./throughput.ts";

/** What a part of the benchmark has to show. */
export function claimTable(claims: readonly Claim[]): Table {
  const rows = claims.map((claim) => {
    const { what, figure, wanted } = claim;
    const bound = "atLeast" in wanted ? `at least ${wanted.atLeast}` : `at most ${wanted.atMost}`;
    return [what, `${figure.toFixed(2)}${isMet(claim) ? "" : " (missed)"}`, bound];
  });
  return [["What", "Measured", "Wanted"], ...rows];
}

/** The figures of one machine. */
export function rateTable(measured: readonly Measured[]): Table {
  const rows = measured.map(({ title, load, perSecond, p50, p99, bytesEach, lostKurus }) => [
    title,
    load,
    Math.round(perSecond).toLocaleString("en"),
    p50.toFixed(2),
    p99.toFixed(2),
    // What keeps its data in another process writes nothing itself.
    bytesEach > 0 ? (bytesEach / 1_024).toFixed(1) : "",
    lostKurus?.toLocaleString("en") ?? "",
  ]);
  const figures = ["a second", "p50 ms", "p99 ms", "KiB to disk each", "kurus lost"];
  return [["Who", "What", ...figures], ...rows];
}

export function loneTable(result: LoneResult): Table {
  const rows = Object.values(result).map(({ title, p50, p99 }) => [
    title,
    p50.toFixed(2),
    p99.toFixed(2),
  ]);
  return [["One after the other", "p50 ms", "p99 ms"], ...rows];
}

export function startTable(starts: readonly ColdStart[]): Table {
  const rows = starts.map(({ title, milliseconds }) => [title, milliseconds.toFixed(0)]);
  return [["First answer after a cold start", "ms"], ...rows];
}

/** What a store with so many users leaves of the rate that it has with the fewest. */
export function userTable({ curve }: Growth): Table {
  const rows = curve.map(({ size, perSecond }) => [
    size.toLocaleString("en"),
    Math.round(perSecond).toLocaleString("en"),
    (perSecond / (curve[0]?.perSecond ?? NaN)).toFixed(2),
  ]);
  return [["Users who pay, on SQLite", "Payments a second", "As a share"], ...rows];
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
