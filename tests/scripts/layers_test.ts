import { assertEquals } from "@std/assert";
import layers from "../../scripts/layers.ts";

const ROOT = new URL("../../", import.meta.url);

/** The rules that the source breaks when it stands in that file, each once for each breach. */
function brokenRules(file: string, source: string): string[] {
  const filename = new URL(file, ROOT).pathname;
  return Deno.lint.runPlugin(layers, filename, source).map(({ id }) => id);
}

interface Example {
  readonly file: string;
  readonly refused: readonly string[];
  readonly accepted: readonly string[];
}

const IMPORTS: readonly Example[] = [
  {
    file: "domain/payment.ts",
    refused: [
      `import { createApp } from "../routes/app.ts";`,
      `import type { Store } from "../infra/sqlite/store.ts";`,
      `import type { Clock } from "./ports/clock.ts";`,
      `import type { WaitingAccounts } from "./workflows/accounts.ts";`,
      `import "../main.ts";`,
      `import config from "../deno.json" with { type: "json" };`,
      `import { z } from "zod";`,
      `import { createHash } from "node:crypto";`,
      `import "npm:hono@4";`,
      `import "jsr:@std/assert";`,
      `import "https://example.com/mod.ts";`,
      `import { decide } from "/elsewhere/domain/decide.ts";`,
      `export { store } from "../infra/store.ts";`,
      `export * from "../infra/store.ts";`,
      `await import("../infra/store.ts");`,
      `await import(name);`,
      `type Store = import("../infra/store.ts").Store;`,
    ],
    accepted: [
      `import { kurus } from "./money.ts";`,
      `import type { Account } from "./account.ts";`,
      `export * from "./journal.ts";`,
      `const balance = 1; export { balance };`,
      `type Account = import("./account.ts").Account;`,
    ],
  },
  {
    file: "domain/ports/journal.ts",
    refused: [
      `import { openAccounts } from "../workflows/accounts.ts";`,
      `import type { Store } from "../../infra/store.ts";`,
      `import { z } from "zod";`,
    ],
    accepted: [
      `import type { Account } from "../account.ts";`,
      `import type { Clock } from "./clock.ts";`,
    ],
  },
  {
    file: "domain/workflows/cards.ts",
    refused: [
      `import type { Store } from "../../infra/store.ts";`,
      `import { createApp } from "../../routes/app.ts";`,
      `import { createHash } from "node:crypto";`,
    ],
    accepted: [
      `import type { Account } from "../account.ts";`,
      `import type { Clock } from "../ports/clock.ts";`,
      `import { openAccounts } from "./accounts.ts";`,
    ],
  },
  {
    file: "routes/payments.ts",
    refused: [
      `import { store } from "../infra/sqlite/store.ts";`,
      `import { start } from "../main.ts";`,
      `import { CASES } from "../tests/support/cases.ts";`,
      `const store = await import("../infra/store.ts");`,
      `type Store = import("../infra/store.ts").Store;`,
    ],
    accepted: [
      `import { decidePayment } from "../domain/payment.ts";`,
      `import { Hono } from "hono";`,
      `import { createHash } from "node:crypto";`,
      `import { schema } from "./schemas/payment.ts";`,
      `import { notInfra } from "./infra/looks_like_it.ts";`,
    ],
  },
  {
    file: "infra/sqlite/store.ts",
    refused: [
      `import { createApp } from "../../routes/app.ts";`,
      `import { start } from "../../main.ts";`,
      `export * from "../../routes/mod.ts";`,
    ],
    accepted: [
      `import { DatabaseSync } from "node:sqlite";`,
      `import type { Account } from "../../domain/account.ts";`,
      `import { log } from "../log.ts";`,
      `await import("mongodb");`,
    ],
  },
  {
    file: "client/src/mod.ts",
    refused: [
      `import type { Account } from "../../domain/account.ts";`,
      `import { VERSION } from "../../routes/contract/version.ts";`,
    ],
    accepted: [`import type { paths } from "../schema.d.ts";`, `import "openapi-fetch";`],
  },
  {
    file: "main.ts",
    refused: [],
    accepted: [`import "./routes/app.ts"; import "./infra/store.ts"; import "./domain/money.ts";`],
  },
  {
    file: "tests/infra/store_test.ts",
    refused: [],
    accepted: [`import "../../infra/store.ts"; import "../../main.ts"; await import(name);`],
  },
];

const GLOBALS: readonly Example[] = [
  {
    file: "domain/payment.ts",
    refused: [
      `Math.random();`,
      `Math["random"]();`,
      `const { random } = Math;`,
      `Date.now();`,
      `const clock = Date.now;`,
      `const { now } = Date;`,
      `new Date();`,
      `new Date;`,
      `Date();`,
      `Temporal.Now.instant();`,
      `let later: Promise<void>;`,
      `async function f() {}`,
      `const f = async () => {};`,
      `const rules = { async decide() {} };`,
      `await decided;`,
    ],
    accepted: [
      `new Date(0).getTime(); Date.parse("2026-01-01"); Date.UTC(2026, 0);`,
      `Math.max(1, 2);`,
      `clock.now(); a?.random();`,
      `// Date.now(), "Promise", \`Math.random\``,
    ],
  },
  {
    file: "domain/workflows/accounts.ts",
    refused: [`Math.random();`, `Date.now();`, `new Date();`],
    accepted: [`async function f(): Promise<void> { await clock.now(); }`],
  },
  {
    file: "routes/payments.ts",
    refused: [`Deno.readTextFileSync("a");`, `let server: Deno.HttpServer;`],
    accepted: [`console.log(Date.now(), new Date(), crypto.randomUUID());`],
  },
  {
    file: "client/src/retries.ts",
    refused: [`Deno.env.get("A");`],
    accepted: [`Math.random(); fetch("");`],
  },
  {
    file: "infra/process/clock.ts",
    refused: [],
    accepted: [`Deno.readTextFileSync("a"); fetch(""); Date.now(); crypto.randomUUID();`],
  },
];

const ENVIRONMENT: readonly Example[] = [
  {
    file: "infra/mongo/connect.ts",
    refused: [
      `Deno.env.get("MONGODB_URI");`,
      `Deno["env"].toObject();`,
      `const { env } = Deno;`,
      `const { env: variables } = Deno;`,
      `process.env.MONGODB_URI;`,
      `import process from "node:process"; process.env.MONGODB_URI;`,
      `import { env } from "node:process";`,
      `import { env as variables } from "process";`,
    ],
    accepted: [
      `Deno.readTextFileSync("a"); process.exit();`,
      `context.env.get("a"); deps.process.env; const { env } = context;`,
      `import { env } from "./environment.ts";`,
      `import { exit } from "node:process";`,
    ],
  },
  {
    file: "routes/payments.ts",
    refused: [`process.env.PORT;`],
    accepted: [`context.env.PORT;`],
  },
  { file: "main.ts", refused: [], accepted: [`Deno.env.toObject(); process.env.PORT;`] },
  { file: "scripts/reconcile.ts", refused: [], accepted: [`Deno.env.get("CI");`] },
  { file: "tests/main_test.ts", refused: [], accepted: [`Deno.env.get("REQUIRE_SERVICES");`] },
];

const RULES = {
  "layers/imports": IMPORTS,
  "layers/globals": GLOBALS,
  "layers/environment": ENVIRONMENT,
};

for (const [rule, examples] of Object.entries(RULES)) {
  for (const { file, refused, accepted } of examples) {
    // What breaks two rules is no concern of this one. One breach is one report.
    const reports = (source: string) => brokenRules(file, source).filter((id) => id === rule);
    if (refused.length > 0) {
      Deno.test(`${rule} refuses what is wrong in ${file}`, () => {
        for (const source of refused) assertEquals(reports(source), [rule], source);
      });
    }
    Deno.test(`${rule} accepts what is right in ${file}`, () => {
      for (const source of accepted) assertEquals(reports(source), [], source);
    });
  }
}
