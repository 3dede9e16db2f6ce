/**
 * Where JSR answers, tests use the real @std packages that deno.json names. Where it does not (some
 * build machines), the stand-ins under tests/support/ take their place through an import map given
 * on the command line, so that neither deno.json nor deno.lock differs between the two.
 *
 * @module
 */

import config from "../deno.json" with { type: "json" };

/** The probe is given up after this time: against a silent proxy it would never end. */
const PROBE_TIMEOUT_MS = 5_000;

/** What stands in for a JSR package, as a path from the root of the repository. */
const STAND_INS: Readonly<Record<string, string>> = {
  "@std/assert": "tests/support/std_assert.ts",
  "@std/dotenv": "tests/support/std_dotenv.ts",
};

const ROOT = new URL("../", import.meta.url);

/** The imports of deno.json with each JSR package replaced by its stand-in. */
export function standInImports(
  imports: Readonly<Record<string, string>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(imports).flatMap(([name, target]): [string, string][] => {
      if (target.startsWith("jsr:")) return [[name, standInFor(name)]];
      if (!target.startsWith("npm:")) return [[name, target]];
      // deno.json lets `hono/cors` follow from `hono`. A plain import map wants it in writing.
      return [[name, target], [`${name}/`, `${target.replace("npm:", "npm:/")}/`]];
    }),
  );
}

/** The flags that a `deno test` or `deno check` over the tests needs on this machine. */
export async function importFlags(): Promise<string[]> {
  if (await jsrAnswers()) return [];
  console.error(
    "JSR does not answer: tests use the stand-ins in tests/support/ for @std packages.",
  );
  const map = JSON.stringify({ imports: standInImports(config.imports) });
  const flags = [`--import-map=data:application/json,${encodeURIComponent(map)}`];
  // Only here: a lock file written without JSR lacks its packages, and could not be frozen with it.
  return Deno.env.has("CI") ? [...flags, "--frozen"] : flags;
}

function standInFor(name: string): string {
  const path = STAND_INS[name];
  if (path === undefined) {
    throw new Error(`Cannot test without JSR: ${name} has no stand-in in scripts/import_map.ts`);
  }
  return new URL(path, ROOT).href;
}

/** Whether every JSR package of deno.json can be had, from the network or Deno's own cache. */
async function jsrAnswers(): Promise<boolean> {
  const packages = Object.values(config.imports).filter((target) => target.startsWith("jsr:"));
  const probe = new Deno.Command(Deno.execPath(), {
    // --no-config and --no-lock: a probe must leave no trace in the repository.
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
