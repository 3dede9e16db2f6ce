/**
 * `deno task test`: runs the tests and the examples in the comments of domain/, with or without JSR and
 * with the services that this machine has. The last line is `N passed, N failed, N skipped`. Arguments
 * are passed on to `deno test`.
 *
 * @module
 */

import { FAILING_DISK_LAUNCHER, SMALL_DISK_LAUNCHER } from "./services/failing_disk.ts";
import {
  collectVariables,
  describeService,
  mayNeedServices,
  type Service,
  startServices,
} from "./services/start_services.ts";
import { areServicesRequired, CHROMIUM, readVariable } from "./services/variables.ts";
import { chooseImportFlags } from "./import_map.ts";
import { addTallies, formatTally, judge, type Verdict } from "./test_report.ts";

/** What tests may do. They start servers on loopback, and reach nothing beyond it. */
const PERMISSIONS = [
  "--no-prompt",
  "--allow-env",
  "--allow-read",
  // For what drives the browser.
  "--allow-sys=gid,homedir,osRelease,uid",
  "--allow-write",
];
const PROGRAMS = [Deno.execPath(), "node", FAILING_DISK_LAUNCHER, SMALL_DISK_LAUNCHER];
const LOOPBACK = "--allow-net=127.0.0.1,localhost,[::1]";
/** For services that the environment names, which may be anywhere. */
const ANYWHERE = "--allow-net";

/** Ends only what was started here: the tests and their services. */
const stopping = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.addSignalListener(signal, () => stopping.abort());
}

/** One run of `deno test`: which tests, on which store. */
interface Pass {
  /** Said before it, if anything is. */
  readonly title?: string;
  readonly args: readonly string[];
  readonly variables: Readonly<Record<string, string>>;
}

const ROUTE_TESTS = "tests/routes";
/** Those that would say the same on any store. */
const OF_NO_STORE = [
  "tests/routes/openapi",
  "tests/routes/pages",
  "tests/routes/http/query_test.ts",
];
/** What measures time, loads the machine or needs a port to stay free. */
const ALONE = ["tests/bench", "tests/proofs"];
/** The one option of a run of everything. */
const NO_CHECK = "--no-check";

/**
 * Plans what the arguments name; or everything on SQLite, then the route tests again on MongoDB if
 * there is one, both with files in parallel, because many tests wait for a process, a timer or a
 * service; and last, one after the other, what runs alone.
 */
function planPasses(args: readonly string[], services: readonly Service[]): readonly Pass[] {
  const variables = collectVariables(services);
  if (args.some((arg) => arg !== NO_CHECK)) return [{ args, variables }];
  const hasMongo = services.some(({ name, state }) => name === "MongoDB" && state !== "missing");
  const passes: Pass[] = [
    { args: [...args, "--parallel", `--ignore=${ALONE.join(",")}`], variables },
    { title: "What runs alone:", args: [...args, ...ALONE], variables },
  ];
  if (!hasMongo) return passes;
  return passes.toSpliced(1, 0, {
    title: "The route tests again, on MongoDB and Redis:",
    // The first pass has checked their types.
    args: [NO_CHECK, "--parallel", `--ignore=${OF_NO_STORE.join(",")}`, ROUTE_TESTS],
    variables: { ...variables, KESE_TEST_STORE: "mongodb" },
  });
}

let services: readonly Service[] = [];
try {
  const starting = mayNeedServices(Deno.args) ? startServices(stopping.signal) : [];
  const flags = await chooseImportFlags(); // takes seconds, during which the services start
  services = await starting;
  const required = areServicesRequired();
  for (const service of services) console.error(describeService(service, { required }));
  const hasForeign = services.some(({ name, state }) => state === "given" && name !== "Chromium");
  const chromium = readVariable(CHROMIUM) ?? collectVariables(services)[CHROMIUM];
  const programs = `--allow-run=${[...PROGRAMS, chromium ?? []].flat().join(",")}`;
  const permissions = [...PERMISSIONS, programs, hasForeign ? ANYWHERE : LOOPBACK, ...flags];
  const verdicts: Verdict[] = [];
  for (const pass of planPasses(Deno.args, services)) {
    if (stopping.signal.aborted) break;
    if (pass.title) console.error(`\n${pass.title}`);
    verdicts.push(await runPass(pass, permissions));
  }
  for (const failure of verdicts.flatMap(({ failures }) => failures)) {
    console.error(`\nFailed: ${failure}`);
  }
  // A run that was killed may have left its last line unfinished.
  console.log(`\n${formatTally(addTallies(verdicts))}`);
  Deno.exitCode = verdicts.every(({ ok }) => ok) ? 0 : 1;
} finally {
  stopping.abort();
  await Promise.all(services.map((service) => service.state === "started" && service.ended));
}

async function runPass({ args, variables }: Pass, flags: readonly string[]): Promise<Verdict> {
  const reportPath = await Deno.makeTempFile({ prefix: "kese-tests-", suffix: ".xml" });
  try {
    const { code } = await new Deno.Command(Deno.execPath(), {
      args: ["test", "--doc", `--junit-path=${reportPath}`, ...flags, ...args],
      env: { ...variables },
      signal: stopping.signal,
    }).spawn().status;
    return judge(code, await Deno.readTextFile(reportPath));
  } finally {
    await Deno.remove(reportPath);
  }
}
