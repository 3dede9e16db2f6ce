/**
 * `deno task test`: runs the tests and the examples in the comments of domain/, with or without JSR
 * and with the services that this machine has, and ends with the plain line
 * `N passed, N failed, N skipped`. Arguments go to `deno test`.
 *
 * @module
 */

import {
  describeService,
  needServices,
  type Service,
  startServices,
  variablesOf,
} from "../tests/support/services/start_services.ts";
import { areServicesRequired } from "../tests/support/services/variables.ts";
import { importFlags } from "./import_map.ts";
import { judge, tallyLine } from "./test_report.ts";

/** What tests may do. They start servers of their own on loopback, and reach nothing beyond it. */
const PERMISSIONS = [
  "--no-prompt",
  "--allow-env",
  "--allow-read",
  `--allow-run=${Deno.execPath()}`,
  "--allow-write",
];
const LOOPBACK = "--allow-net=127.0.0.1,localhost,[::1]";
/** Services that the environment names may be anywhere. */
const ANYWHERE = "--allow-net";

/** Ends what was started here, and nothing else: the tests and their services. */
const stopping = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.addSignalListener(signal, () => stopping.abort());
}

const reportPath = await Deno.makeTempFile({ prefix: "kese-tests-", suffix: ".xml" });
let services: readonly Service[] = [];
try {
  const starting = needServices(Deno.args) ? startServices(stopping.signal) : [];
  const flags = await importFlags(); // may take seconds, in which the services start
  services = await starting;
  const required = areServicesRequired();
  for (const service of services) console.error(describeService(service, { required }));
  const hasForeign = services.some(({ state }) => state === "given");
  const { code } = await new Deno.Command(Deno.execPath(), {
    args: [
      "test",
      "--doc",
      `--junit-path=${reportPath}`,
      ...PERMISSIONS,
      hasForeign ? ANYWHERE : LOOPBACK,
      ...flags,
      ...Deno.args,
    ],
    env: variablesOf(services),
    signal: stopping.signal,
  }).spawn().status;
  const verdict = judge(code, await Deno.readTextFile(reportPath));
  // A run that died may have left its last line unfinished.
  console.log(`\n${tallyLine(verdict)}`);
  Deno.exitCode = verdict.ok ? 0 : code || 1;
} finally {
  stopping.abort();
  await Promise.all(services.map((service) => service.state === "started" && service.ended));
  await Deno.remove(reportPath);
}
