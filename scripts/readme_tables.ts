/**
 * Writes the tables of the documentation that are made from code, each into its file:
 *
 *     deno run --allow-all scripts/readme_tables.ts
 *
 * @module
 */

import type { Endpoint } from "../routes/http/endpoint.ts";
import { PROBLEM_TEXTS } from "../routes/contract/problem_texts.ts";
import { type ProblemCode, PROBLEMS } from "../routes/contract/problems.ts";
import { readEndpoints } from "./endpoints.ts";
import { LIMITS, MONGODB_BOUNDS, PROCESS_LIMITS } from "./limit_tables.ts";
import { type PlacedTable, type Table, writeTables } from "./placed_table.ts";
import { describeInTurkish } from "./operations_in_turkish.ts";

type Language = "en" | "tr";

/** Makes every table that is made from code. */
export function createTables(endpoints: readonly Endpoint[]): readonly PlacedTable[] {
  const ofUsers = endpoints.filter(({ access }) => access !== "whole_fleet");
  const ofFleet = endpoints.filter(({ access }) => access === "whole_fleet");
  return [
    { file: "README.md", name: "routes", table: createRouteTable(ofUsers, "en", DOCUMENT) },
    { file: "README.tr.md", name: "routes", table: createRouteTable(ofUsers, "tr", DOCUMENT) },
    { file: "docs/fleet.md", name: "routes", table: createRouteTable(ofFleet, "en") },
    { file: "docs/fleet.tr.md", name: "routes", table: createRouteTable(ofFleet, "tr") },
    { file: "docs/errors.md", name: "errors", table: createErrorTable("en") },
    { file: "docs/errors.tr.md", name: "errors", table: createErrorTable("tr") },
    { file: "docs/limits.md", name: "limits", table: LIMITS },
    { file: "docs/limits.md", name: "process", table: PROCESS_LIMITS },
    { file: "docs/scale.md", name: "bounds", table: MONGODB_BOUNDS },
  ];
}

interface RouteWords {
  readonly heading: readonly string[];
  readonly who: Readonly<Record<Endpoint["access"] | "one_time_code", string>>;
}

/** The last row of the table that has it: the document is not among the endpoints. */
const DOCUMENT: Readonly<Record<Language, string>> = {
  en: "Shows all of this as OpenAPI 3.1",
  tr: "Bunların tümünü OpenAPI 3.1 olarak gösterir",
};

const ROUTE_WORDS: Readonly<Record<Language, RouteWords>> = {
  en: {
    heading: ["Route", "Who", "Scope", "Does", "Parameters", "Answers"],
    who: {
      fleet: "F",
      whole_fleet: "F",
      fleet_or_session: "F S",
      session: "S",
      public: "anyone",
      one_time_code: "code",
    },
  },
  tr: {
    heading: ["Uç nokta", "Kim", "Yetki", "Ne yapar", "Parametreler", "Yanıtlar"],
    who: {
      fleet: "F",
      whole_fleet: "F",
      fleet_or_session: "F O",
      session: "O",
      public: "herkes",
      one_time_code: "kod",
    },
  },
};

function createRouteTable(
  endpoints: readonly Endpoint[],
  language: Language,
  document?: Readonly<Record<Language, string>>,
): Table {
  const { heading, who } = ROUTE_WORDS[language];
  const rows = endpoints.map(({ access, definition }) => {
    const { method, path, operation, scope = "", parameters, answers, summary, bearer } =
      definition;
    const names = Object.entries(parameters.shape).filter(([name]) => !path.includes(`{${name}}`))
      .map(([name, field]) => field.safeParse(undefined).success ? `${name}?` : name);
    return [
      `\`${method.toUpperCase()} ${path}\``,
      who[bearer === "one_time_code" ? bearer : access],
      scope,
      language === "en" ? summary : describeInTurkish(operation).replace(/\.$/, ""),
      names.join(", "),
      Object.keys(answers).join(", "),
    ];
  });
  if (document === undefined) return [heading, ...rows];
  const last = ["`GET /openapi.json`", who.public, "", document[language], "", "200, 304"];
  return [heading, ...rows, last];
}

const ERROR_HEADING: Readonly<Record<Language, readonly string[]>> = {
  en: ["Status", "Code", "What it says"],
  tr: ["Durum", "Kod", "Anlamı"],
};

function createErrorTable(language: Language): Table {
  const rows = (Object.keys(PROBLEMS) as ProblemCode[]).map((code) => {
    const { title, detail } = PROBLEM_TEXTS[code][language];
    // A detail with placeholders says nothing without the numbers of its case.
    const told = detail?.includes("{") ? [title] : [title, detail];
    return [String(PROBLEMS[code].status), `\`${code}\``, told.filter(Boolean).join(" ")];
  });
  return [ERROR_HEADING[language], ...rows];
}

if (import.meta.main) await writeTables(createTables(await readEndpoints()));
