/**
 * `deno task test`: runs the tests and the examples in the comments of domain/, with or without JSR,
 * and ends with the plain line `N passed, N failed, N skipped`. Arguments go to `deno test`.
 *
 * @module
 */

import { importFlags } from "./import_map.ts";
import { judge, tallyLine } from "./test_report.ts";

/** What tests may do. They start servers of their own on loopback, and reach nothing beyond it. */
const PERMISSIONS = [
  "--no-prompt",
  "--allow-env",
  "--allow-net=127.0.0.1,localhost,[::1]",
  "--allow-read",
  `--allow-run=${Deno.execPath()}`,
  "--allow-write",
];

const reportPath = await Deno.makeTempFile({ prefix: "kese-tests-", suffix: ".xml" });
try {
  const { code } = await new Deno.Command(Deno.execPath(), {
    args: [
      "test",
      "--doc",
      `--junit-path=${reportPath}`,
      ...PERMISSIONS,
      ...(await importFlags()),
      ...Deno.args,
    ],
  }).spawn().status;
  const verdict = judge(code, await Deno.readTextFile(reportPath));
  // A run that died may have left its last line unfinished.
  console.log(`\n${tallyLine(verdict)}`);
  Deno.exitCode = verdict.ok ? 0 : code || 1;
} finally {
  await Deno.remove(reportPath);
}
