import type { ContenderName } from "./contender_runner.ts";
import type { Load, Measured } from "./throughput.ts";

const BAR_HEIGHT = 22;
const ROW_HEIGHT = 32;
const TITLE_WIDTH = 330;
const BAR_WIDTH = 400;
const WIDTH = TITLE_WIDTH + BAR_WIDTH + 110;

const STYLE = `
    text { font: 14px system-ui, sans-serif; fill: #1f2328; }
    .heading { font-weight: 600; }
    .kese { fill: #1a7f64; }
    .other { fill: #9aa4ae; }
    @media (prefers-color-scheme: dark) { text { fill: #e6edf3; } .kese { fill: #3fb68b; } .other { fill: #6e7681; } }`;

/** Bars of one comparison: each contender's rate as a multiple of the last one's. */
interface Group {
  readonly heading: string;
  readonly bars: readonly { readonly title: string; readonly perSecond: number }[];
}

/** The rates of one run as an SVG image. */
export function drawChart(measured: readonly Measured[]): string {
  const parts: string[] = [];
  let top = 8;
  for (const { heading, bars } of groupsOf(measured)) {
    parts.push(`  <text class="heading" x="0" y="${top + 16}">${escape(heading)}</text>`);
    top += ROW_HEIGHT;
    const most = Math.max(...bars.map(({ perSecond }) => perSecond));
    const base = bars.at(-1)?.perSecond ?? most;
    for (const { title, perSecond } of bars) {
      const width = Math.max(1, Math.round(BAR_WIDTH * perSecond / most));
      const kind = title.startsWith("Kese") ? "kese" : "other";
      const middle = top + BAR_HEIGHT - 6;
      parts.push(
        `  <text x="0" y="${middle}">${escape(title)}</text>`,
        `  <rect class="${kind}" x="${TITLE_WIDTH}" y="${top}" width="${width}" height="${BAR_HEIGHT}" rx="3"/>`,
        `  <text x="${TITLE_WIDTH + width + 8}" y="${middle}">${
          ratioText(perSecond / base)
        }</text>`,
      );
      top += ROW_HEIGHT;
    }
    top += ROW_HEIGHT / 2;
  }
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${top}" width="${WIDTH}" height="${top}" role="img" aria-label="Payments a second, as multiples within one run">`,
    `  <style>${STYLE}\n  </style>`,
    ...parts,
    "</svg>",
    "",
  ].join("\n");
}

type Row = readonly [ContenderName, Load];

/** What is shown, payments with keys first. */
const GROUPS: readonly (readonly [heading: string, readonly Row[]])[] = [
  ["Payments a second with an Idempotency-Key each, 1,000 users", [
    ["empty", "with keys"],
    ["nothing", "with keys"],
    ["sqlite", "with keys"],
    ["postgres", "with keys"],
    ["one_transaction", "with keys"],
  ]],
  ["Without keys, 1,000 users", [
    ["empty", "without keys"],
    ["nothing", "without keys"],
    ["sqlite", "without keys"],
    ["postgres", "without keys"],
    ["one_transaction", "without keys"],
  ]],
  ["On MongoDB, 1,000 users (only Kese keeps keys)", [
    ["mongodb", "with keys"],
    ["mongodb", "without keys"],
    ["seed", "without keys"],
    ["driver", "without keys"],
  ]],
  ["On MongoDB, one account (the sample project's way loses most of the payments)", [
    ["mongodb", "one account, with keys"],
    ["mongodb", "one account, without keys"],
    ["seed", "one account, without keys"],
    ["driver", "one account, without keys"],
  ]],
];

function groupsOf(measured: readonly Measured[]): readonly Group[] {
  return GROUPS.map(([heading, rows]) => ({
    heading,
    bars: rows.flatMap(([contender, load]) => {
      const found = measured.find((one) => one.contender === contender && one.load === load);
      if (found === undefined) return [];
      const keys = contender === "mongodb" ? `, ${load.replace("one account, ", "")}` : "";
      return [{ title: found.title + keys, perSecond: found.perSecond }];
    }),
  }));
}

function ratioText(ratio: number): string {
  return `${ratio.toFixed(ratio < 10 ? 2 : 0)} ×`;
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
