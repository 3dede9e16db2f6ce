/**
 * What cannot be built or run here is read, and checked against the rules that a reviewer would look for.
 *
 * @module
 */

import { assert, assertEquals, assertGreater, assertMatch } from "@std/assert";
import { parse } from "yaml";
import config from "../deno.json" with { type: "json" };
import { ENVIRONMENT } from "../infra/process/environment.ts";
import { toFileUrl } from "../scripts/placed_table.ts";

const read = (file: string) => Deno.readTextFile(toFileUrl(file));
const DENO = "2.9.6";
const VARIABLES = Object.keys(ENVIRONMENT.shape);
const UNIT = await read("docs/kese.service");

/** The instructions of a Dockerfile, each on one line. */
function readInstructions(text: string): (readonly [string, string])[] {
  return text.replaceAll(/^#.*\n/gm, "").replaceAll(/\\\n\s*/g, "").split("\n")
    .map((line) => /^([A-Z]+) (.*)$/.exec(line))
    .flatMap((found) => found ? [[found[1] ?? "", found[2] ?? ""] as const] : []);
}

Deno.test("Dockerfile is pinned, runs as no root, has a health check and a volume", async () => {
  const instructions = readInstructions(await read("Dockerfile"));
  const valuesOf = (name: string) =>
    instructions.filter(([instruction]) => instruction === name).map(([, value]) => value);
  assertEquals(valuesOf("FROM"), [`denoland/deno:${DENO}`]);
  assertEquals(valuesOf("USER"), ["deno"]);
  const order = instructions.map(([instruction]) => instruction);
  assert(order.indexOf("USER") < order.indexOf("CMD"));
  assert(order.lastIndexOf("COPY") < order.indexOf("USER"), "its files belong to root");
  assertMatch(valuesOf("HEALTHCHECK").join(), /--timeout=\d+s .*\/health\/ready/);
  assertEquals(valuesOf("VOLUME"), ["/data"]);
  assertEquals(valuesOf("ADD"), []);
  for (const source of valuesOf("COPY").flatMap((value) => value.split(" ").slice(0, -1))) {
    await Deno.stat(toFileUrl(source));
  }
  const [, own = ""] = valuesOf("ENV");
  for (const [, name = ""] of own.matchAll(/(\w+)=/g)) assert(VARIABLES.includes(name), name);
});

Deno.test("Dockerfile starts Kese with the flags of the unit and of the task", async () => {
  const [, command = ""] =
    readInstructions(await read("Dockerfile")).findLast(([name]) => name === "CMD") ?? [];
  const flagsOf = (text: string) =>
    [...text.matchAll(/--[\w-]+/g)].map(([flag]) => flag).toSorted();
  const [, unit = ""] = /^ExecStart=(.*main\.ts)$/m.exec(UNIT.replaceAll(/\\\n\s*/g, "")) ?? [];
  const flags = flagsOf((JSON.parse(command) as string[]).join(" "));
  assertEquals(flags, flagsOf(unit));
  const task = flagsOf(config.tasks.start.command);
  assertEquals(flags.filter((flag) => flag !== "--cached-only"), task);
});

interface Compose {
  readonly services: Readonly<
    Record<string, {
      readonly image?: string;
      readonly build?: string;
      readonly environment?: Readonly<Record<string, string>>;
      readonly ports?: readonly string[];
      readonly volumes?: readonly string[];
      readonly depends_on?: readonly string[] | Readonly<Record<string, unknown>>;
      readonly read_only?: boolean;
    }>
  >;
  readonly volumes: Readonly<Record<string, unknown>>;
}

for (const file of ["compose.yaml", "compose.mongodb.yaml"]) {
  Deno.test(`${file} is pinned, opens loopback alone, and sets variables that Kese has`, async () => {
    const { services, volumes } = parse(await read(file), { strict: true }) as Compose;
    for (const [name, service] of Object.entries(services)) {
      assert(service.build === "." || /^[\w/.-]+:\d+\.\d+\.\d+$/.test(service.image ?? ""), name);
      for (const port of service.ports ?? []) assertMatch(port, /^127\.0\.0\.1:/);
      for (const volume of service.volumes ?? []) assert((volume.split(":")[0] ?? "") in volumes);
      const needed = service.depends_on ?? [];
      const names: readonly string[] = Array.isArray(needed) ? needed : Object.keys(needed);
      assertEquals(names.filter((other) => !(other in services)), []);
    }
    const set = Object.keys(services.kese?.environment ?? {});
    assertGreater(set.length, 3);
    assertEquals(set.filter((name) => !VARIABLES.includes(name)), []);
    assertEquals(services.kese?.read_only, true);
  });
}

Deno.test(".github/workflows/test.yml runs the commands of the README, and may only read", async () => {
  const { permissions, jobs } = parse(await read(".github/workflows/test.yml"), { strict: true });
  assertEquals(permissions, { contents: "read" });
  const steps: { readonly run?: string; readonly uses?: string }[] = jobs.readme.steps;
  const commands = steps.map(({ run = "" }) => run).join("\n");
  const readme = await read("README.md");
  for (const task of ["dev", "test"]) {
    const command = `npx -y deno@${DENO} task ${task}`;
    assert(commands.includes(command) && readme.includes(`\n${command}\n`), command);
  }
  for (const [, task = ""] of commands.matchAll(/ task ([\w:]+)/g)) assert(task in config.tasks);
  for (const { uses } of steps) if (uses) assertMatch(uses, /@v\d+$/);
});

for (const name of ["reconcile", "backup"]) {
  Deno.test(`kese-${name}.timer starts kese-${name}.service, as the user and with the store of kese.service`, async () => {
    const unit = await read(`docs/kese-${name}.service`);
    assertMatch(await read(`docs/kese-${name}.timer`), /^OnCalendar=\*-\*-\* \d\d:\d\d:00$/m);
    for (const key of ["User", "Group", "WorkingDirectory", "EnvironmentFile"]) {
      const line = new RegExp(`^${key}=.*$`, "m");
      assertEquals(line.exec(unit)?.[0], line.exec(UNIT)?.[0], key);
    }
    const store = "Environment=SQLITE_PATH=/var/lib/kese/kese.db";
    assert(unit.includes(store) && UNIT.includes(store));
    const [, script = ""] = / (scripts\/\w+\.ts)$/m.exec(unit) ?? [];
    await Deno.stat(toFileUrl(script));
  });
}

Deno.test("docs/deployment.md has YAML that is YAML", async () => {
  const blocks = [...(await read("docs/deployment.md")).matchAll(/^```yaml\n([\s\S]*?)^```$/gm)];
  assertGreater(blocks.length, 1);
  for (const [, text = ""] of blocks) parse(text, { strict: true });
});
