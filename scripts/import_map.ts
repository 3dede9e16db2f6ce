/**
 * Where JSR can be reached, tests use the real @std packages of deno.json. Elsewhere (some build
 * machines) the stand-ins under tests/support/ replace them through an import map on the command line,
 * so that deno.json and deno.lock are the same in both cases.
 *
 * @module
 */

import config from "../deno.json" with { type: "json" };

/** The probe is stopped after this time, because behind a silent proxy it would never end. */
const PROBE_TIMEOUT_MS = 5_000;

/** The stand-in for each JSR package, as a path from the root of the repository. */
const STAND_INS: Readonly<Record<string, string>> = {
  "@std/assert": "tests/support/std_assert.ts",
  "@std/dotenv": "tests/support/std_dotenv.ts",
};

const ROOT = new URL("../", import.meta.url);

/** Replaces each JSR package in the imports of deno.json by its stand-in. */
export function replaceJsrImports(
  imports: Readonly<Record<string, string>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(imports).flatMap(([name, target]): [string, string][] => {
      if (target.startsWith("jsr:")) return [[name, toStandIn(name)]];
      if (!target.startsWith("npm:")) return [[name, target]];
      // In deno.json `hono/cors` follows from `hono`; a plain import map has to say so.
      return [[name, target], [`${name}/`, `${target.replace("npm:", "npm:/")}/`]];
    }),
  );
}

/** Chooses the flags that `deno test` and `deno check` need for the tests on this machine. */
export async function chooseImportFlags(): Promise<string[]> {
  if (await jsrAnswers()) return [];
  console.error(
    "JSR does not answer: tests use the stand-ins in tests/support/ for @std packages.",
  );
  const map = JSON.stringify({ imports: replaceJsrImports(config.imports) });
  const flags = [`--import-map=data:application/json,${encodeURIComponent(map)}`];
  // Only here, because a lock file written without JSR lacks its packages and cannot be frozen with it.
  return Deno.env.has("CI") ? [...flags, "--frozen"] : flags;
}

function toStandIn(name: string): string {
  const path = STAND_INS[name];
  if (path === undefined) {
    throw new Error(`Cannot test without JSR: ${name} has no stand-in in scripts/import_map.ts`);
  }
  return new URL(path, ROOT).href;
}

/** Whether every JSR package of deno.json is available, from the network or from Deno's cache. */
async function jsrAnswers(): Promise<boolean> {
  const packages = Object.values(config.imports).filter((target) => target.startsWith("jsr:"));
  const probe = new Deno.Command(Deno.execPath(), {
    // --no-config and --no-lock, because a probe must not change the repository.
    args: ["cache", "--no-config", "--no-lock", ...packages],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  const timer = setTimeout(() => probe.kill(), PROBE_TIMEOUT_MS);
  try {
    return (await probe.status).success;
  } finally {
    clearTimeout(timer);
  }
}
