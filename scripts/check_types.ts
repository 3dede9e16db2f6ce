/**
 * Type-checks everything, tests included, with the import map that this machine needs. domain/ is
 * checked again with nothing but the language: `fetch`, `Deno`, `crypto`, timers and `console` do not
 * exist there.
 *
 * @module
 */

import { chooseImportFlags } from "./import_map.ts";

const CHECKS = [
  await chooseImportFlags(),
  ["--config=scripts/domain.json", "domain"],
];

for (const args of CHECKS) {
  const check = new Deno.Command(Deno.execPath(), { args: ["check", ...args] }).spawn();
  const { code } = await check.status;
  if (code !== 0) Deno.exit(code);
}
