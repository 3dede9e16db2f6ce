/**
 * Type-checks everything, tests included: `deno check` with the import map that this machine needs.
 *
 * @module
 */

import { importFlags } from "./import_map.ts";

const check = new Deno.Command(Deno.execPath(), {
  args: ["check", ...(await importFlags())],
}).spawn();
Deno.exit((await check.status).code);
