/**
 * Type-checks everything, tests and examples in comments included, with the import map that this
 * machine needs. At the same time domain/ is checked with nothing but the language: `fetch`, `Deno`,
 * `crypto`, timers and `console` do not exist there; and what a browser runs with what a browser has.
 *
 * @module
 */

import { chooseImportFlags } from "./import_map.ts";

/** Runs `deno check`; its report goes to the terminal. */
async function check(args: readonly string[]): Promise<number> {
  const process = new Deno.Command(Deno.execPath(), { args: ["check", ...args] }).spawn();
  return (await process.status).code;
}

const codes = await Promise.all([
  check(["--config=scripts/domain.json", "domain"]),
  check(["--config=scripts/browser.json", "routes/pages/browser"]),
  chooseImportFlags().then((flags) => check(["--doc", ...flags])),
]);
Deno.exit(Math.max(...codes));
