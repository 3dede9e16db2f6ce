/**
 * Writes the tables of `README.md` and of `docs/` that follow from the code: routes, errors, limits.
 *
 *     deno run --allow-all scripts/readme_tables.ts && deno fmt README.md docs
 *
 * @module
 */

import * as limits from "../domain/limits.ts";
import { BODY_MAX_BYTES } from "../routes/http/parameters.ts";
import {
  BODIES_AT_ONCE,
  BODY_DEADLINE_MILLISECONDS,
  REQUESTS_IN_FLIGHT,
} from "../routes/http/admission.ts";
import { WRONG_KEYS_PER_PEER } from "../routes/http/wrong_keys.ts";
import { formatAmount, kurus } from "../domain/money.ts";
import { developmentVariables } from "../infra/process/development.ts";
import { environmentOrExit, openKese } from "../main.ts";
import { createEndpoints } from "../routes/app.ts";
import type { Endpoint } from "../routes/http/endpoint.ts";
import { PROBLEMS, type ProblemType } from "../routes/contract/problems.ts";

/** Rows of cells; the first row is the heading. */
export type Table = readonly (readonly string[])[];

/** The pages that hold tables, each by the name of its table. */
export const PAGES = {
  routes: new URL("../README.md", import.meta.url),
  errors: new URL("../docs/errors.md", import.meta.url),
  limits: new URL("../docs/limits.md", import.meta.url),
  benchmark: new URL("../docs/benchmark.md", import.meta.url),
  users: new URL("../docs/benchmark.md", import.meta.url),
} as const;

export type TableName = keyof typeof PAGES;

const WHO: Readonly<Record<Endpoint["access"], string>> = {
  fleet: "F",
  fleet_or_session: "F S",
  session: "S",
  public: "anyone",
};

/** The tables that follow from the code alone, by the name that stands before each on its page. */
export function readmeTables(endpoints: readonly Endpoint[]): ReadonlyMap<TableName, Table> {
  return new Map<TableName, Table>([
    ["routes", routeTable(endpoints)],
    ["errors", errorTable()],
    ["limits", LIMITS],
  ]);
}

function routeTable(endpoints: readonly Endpoint[]): Table {
  const rows = endpoints.map(({ access, definition }) => {
    const { method, path, parameters, answers, summary, bearer } = definition;
    const names = Object.entries(parameters.shape).filter(([name]) => !path.includes(`{${name}}`))
      .map(([name, field]) => field.safeParse(undefined).success ? `${name}?` : name);
    return [
      `\`${method.toUpperCase()} ${path}\``,
      bearer === "one_time_code" ? "code" : WHO[access],
      summary,
      names.join(", "),
      Object.keys(answers).join(", "),
    ];
  });
  return [
    ["Route", "Who", "Does", "Parameters", "Answers"],
    ...rows,
    ["`GET /openapi.json`", "anyone", "Shows all of this as OpenAPI 3.1", "", "200"],
  ];
}

function errorTable(): Table {
  const rows = Object.entries<ProblemType>(PROBLEMS).map(([code, { status, en }]) => {
    // A detail with gaps says nothing without the numbers of its case.
    const detail = en.detail?.includes("{") ? undefined : en.detail;
    return [String(status), `\`${code}\``, [en.title, detail].filter(Boolean).join(" ")];
  });
  return [["Status", "Code", "What it says"], ...rows];
}

const lira = (sum: number): string => `${formatAmount(kurus(sum))} TRY`;
const count = (value: number): string => value.toLocaleString("en");

function codeBounds(
  bounds: typeof limits.WRONG_CODES | typeof limits.SENT_CODES,
  fromEverywhere: string,
): string {
  const { perPeer, perUserAndPeer, perUserAndPeerADay, perUserADay } = bounds;
  return `from one address ${perPeer} in ${limits.CODE_WINDOW_SECONDS / 60} minutes; ` +
    `for one user from one address ${perUserAndPeer} in that time and ${perUserAndPeerADay} a day` +
    `${fromEverywhere}${perUserADay} a day for one user from everywhere`;
}

const LIMITS: Table = [
  ["What", "Limit"],
  [
    "Amount of a payment, refund or top-up",
    `${lira(limits.AMOUNT_MIN_KURUS)} to ${lira(limits.AMOUNT_MAX_KURUS)}`,
  ],
  ["Balance that a top-up may lead to", lira(limits.BALANCE_MAX_KURUS)],
  ["Cards of a user", count(limits.CARDS_PER_ACCOUNT)],
  ["Open top-ups of a user", count(limits.OPEN_TOP_UPS_PER_ACCOUNT)],
  ["Days in which a payment can be refunded", count(limits.REFUND_WINDOW_DAYS)],
  ["Cards that a user may save in an hour", count(limits.CARD_SAVES_PER_HOUR)],
  ["Declined top-ups of a user in an hour", count(limits.DECLINES_PER_HOUR)],
  ["Request body", `${BODY_MAX_BYTES / 1024} KiB`],
  ["Entries on a page of the journal", `${limits.PAGE_DEFAULT}, at most ${limits.PAGE_MAX}`],
  ["`userNo`, `Filo`, `orderId`", `${limits.USER_NO_MAX_LENGTH} characters`],
  ["`description`", `${limits.DESCRIPTION_MAX_LENGTH} characters`],
  ["`Idempotency-Key`", `${limits.IDEMPOTENCY_KEY_MAX_LENGTH} characters`],
  ["One-time code", `${limits.CODE_TTL_SECONDS / 60} minutes, works once`],
  ["One-time codes in answers that may wait", `${limits.CODES_OUTSTANDING_PER_USER} of a user`],
  ["Session", `${limits.SESSION_TTL_SECONDS / 3_600} hours`],
  ["Sessions of a user", `${limits.SESSIONS_PER_USER}; one more ends the oldest`],
  ["Wrong codes and authCodes", codeBounds(limits.WRONG_CODES, "; of codes that are sent ")],
  ["Codes sent", codeBounds(limits.SENT_CODES, "; ")],
  [
    "Wrong fleet keys",
    `from one address ${WRONG_KEYS_PER_PEER} in ${limits.CODE_WINDOW_SECONDS / 60} minutes; ` +
    "the right one is let in",
  ],
  [
    "Requests that a process works on at once",
    `${count(REQUESTS_IN_FLIGHT)}, then \`busy\``,
  ],
  ["Request bodies that it reads at once", `${count(BODIES_AT_ONCE)}, then \`busy\``],
  ["Time to send a request body", `at most ${BODY_DEADLINE_MILLISECONDS / 1_000} s`],
  ["Commands that wait for one account", `${count(limits.QUEUE_PER_ACCOUNT)}, then \`busy\``],
  ["Time of a command, its waiting included", `${limits.COMMAND_DEADLINE_MILLISECONDS / 1_000} s`],
  [
    "Time that a top-up waits for its outcome before 202",
    `${limits.TOP_UP_WAIT_MILLISECONDS / 1_000} s`,
  ],
  [
    "Requests that wait so at once",
    `${count(limits.TOP_UPS_WAITING)}, then 202 without a wait`,
  ],
];

/** The table that stands in a text under `<!-- table: name -->`, cell by cell. */
export function readTable(text: string, name: string): Table {
  const lines = text.split(opening(name))[1]?.split(CLOSING)[0]?.trim().split("\n") ?? [];
  const rows = lines.map((line) => line.split("|").slice(1, -1).map((cell) => cell.trim()));
  return rows.filter((_row, place) => place !== 1);
}

/** The text with the table in its place. */
export function withTable(text: string, name: string, [heading = [], ...rows]: Table): string {
  const lines = [heading, heading.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`);
  const [before, rest] = text.split(opening(name));
  if (before === undefined || rest === undefined) {
    throw new Error(`Cannot write the table ${name}: its page has no place for it`);
  }
  const after = rest.slice(rest.indexOf(CLOSING));
  return `${before}${opening(name)}\n\n${lines.join("\n")}\n\n${after}`;
}

/** Writes a table into its page. */
export async function writeTable(name: TableName, table: Table): Promise<void> {
  const page = PAGES[name];
  await Deno.writeTextFile(page, withTable(await Deno.readTextFile(page), name, table));
}

function opening(name: string): string {
  return `<!-- table: ${name} -->`;
}
const CLOSING = "<!-- /table -->";

async function main(): Promise<void> {
  const variables = { KESE_ENV: "development", SQLITE_PATH: ":memory:" };
  const kese = await openKese(environmentOrExit(await developmentVariables(variables)));
  const tables = readmeTables(createEndpoints(kese.dependencies));
  await kese.close();
  for (const [name, table] of tables) await writeTable(name, table);
}

if (import.meta.main) await main();
