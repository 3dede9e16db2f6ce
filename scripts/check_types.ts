/**
 * Type-checks everything, tests included: `deno check` with the import map that this machine needs.
 * domain/ is checked once more, with the language alone: `fetch`, `Deno`, `crypto`, timers and
 * `console` do not exist there.
 *
 * @module
 */

import { importFlags } from "./import_map.ts";

const CHECKS = [
  await importFlags(),
  ["--config=scripts/domain.json", "domain"],
];

for (const args of CHECKS) {
  const check = new Deno.Command(Deno.execPath(), { args: ["check", ...args] }).spawn();
  const { code } = await check.status;
  if (code !== 0) Deno.exit(code);
}
