/**
 * Writes the tables of the documentation that follow from the code, each into the file where it stands:
 *
 *     deno run --allow-all scripts/readme_tables.ts
 *
 * @module
 */

import { completeForDevelopment } from "../infra/process/development.ts";
import { openKese, readEnvironmentOrExit } from "../main.ts";
import { createEndpoints } from "../routes/app.ts";
import type { Endpoint } from "../routes/http/endpoint.ts";
import { PROBLEM_TEXTS } from "../routes/contract/problem_texts.ts";
import { type ProblemCode, PROBLEMS } from "../routes/contract/problems.ts";
import { LIMITS, MONGODB_BOUNDS, PROCESS_LIMITS } from "./limit_tables.ts";
import { type PlacedTable, type Table, writeTables } from "./placed_table.ts";
import { doesInTurkish } from "./postman_requests.ts";

type Language = "en" | "tr";

/** Every table that follows from the code. */
export function placedTables(endpoints: readonly Endpoint[]): readonly PlacedTable[] {
  return [
    { file: "README.md", name: "routes", table: routeTable(endpoints, "en") },
    { file: "README.tr.md", name: "routes", table: routeTable(endpoints, "tr") },
    { file: "docs/errors.md", name: "errors", table: errorTable("en") },
    { file: "docs/errors.tr.md", name: "errors", table: errorTable("tr") },
    { file: "docs/limits.md", name: "limits", table: LIMITS },
    { file: "docs/limits.md", name: "process", table: PROCESS_LIMITS },
    { file: "docs/scale.md", name: "bounds", table: MONGODB_BOUNDS },
  ];
}

interface RouteWords {
  readonly heading: readonly string[];
  readonly who: Readonly<Record<Endpoint["access"] | "one_time_code", string>>;
  readonly document: string;
}

const ROUTE_WORDS: Readonly<Record<Language, RouteWords>> = {
  en: {
    heading: ["Route", "Who", "Does", "Parameters", "Answers"],
    who: {
      fleet: "F",
      fleet_or_session: "F S",
      session: "S",
      public: "anyone",
      one_time_code: "code",
    },
    document: "Shows all of this as OpenAPI 3.1",
  },
  tr: {
    heading: ["Uç nokta", "Kim", "Ne yapar", "Parametreler", "Yanıtlar"],
    who: {
      fleet: "F",
      fleet_or_session: "F O",
      session: "O",
      public: "herkes",
      one_time_code: "kod",
    },
    document: "Bunların tümünü OpenAPI 3.1 olarak gösterir",
  },
};

function routeTable(endpoints: readonly Endpoint[], language: Language): Table {
  const { heading, who, document } = ROUTE_WORDS[language];
  const rows = endpoints.map(({ access, definition }) => {
    const { method, path, operation, parameters, answers, summary, bearer } = definition;
    const names = Object.entries(parameters.shape).filter(([name]) => !path.includes(`{${name}}`))
      .map(([name, field]) => field.safeParse(undefined).success ? `${name}?` : name);
    return [
      `\`${method.toUpperCase()} ${path}\``,
      who[bearer === "one_time_code" ? bearer : access],
      language === "en" ? summary : doesInTurkish(operation).replace(/\.$/, ""),
      names.join(", "),
      Object.keys(answers).join(", "),
    ];
  });
  return [heading, ...rows, ["`GET /openapi.json`", who.public, document, "", "200, 304"]];
}

const ERROR_HEADING: Readonly<Record<Language, readonly string[]>> = {
  en: ["Status", "Code", "What it says"],
  tr: ["Durum", "Kod", "Anlamı"],
};

function errorTable(language: Language): Table {
  const rows = (Object.keys(PROBLEMS) as ProblemCode[]).map((code) => {
    const { title, detail } = PROBLEM_TEXTS[code][language];
    // A detail with gaps says nothing without the numbers of its case.
    const told = detail?.includes("{") ? [title] : [title, detail];
    return [String(PROBLEMS[code].status), `\`${code}\``, told.filter(Boolean).join(" ")];
  });
  return [ERROR_HEADING[language], ...rows];
}

async function main(): Promise<void> {
  const variables = { KESE_ENV: "development", SQLITE_PATH: ":memory:" };
  const kese = await openKese(readEnvironmentOrExit(await completeForDevelopment(variables)));
  await writeTables(placedTables(createEndpoints(kese.dependencies)));
  await kese.close();
}

if (import.meta.main) await main();
