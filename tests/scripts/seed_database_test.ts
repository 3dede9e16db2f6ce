import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { completeForDevelopment } from "../../infra/process/development.ts";
import { openKese, readEnvironmentOrExit } from "../../main.ts";
import {
  chooseFleet,
  drawProgressBar,
  readArguments,
  seedDatabase,
} from "../../scripts/seed_database.ts";
import { FLEET, openTestKese, send } from "../support/kese.ts";

const ROOT = new URL("../../", import.meta.url);
const HASH = "0".repeat(64);
const KEY = btoa("0".repeat(32));
const PRODUCTION = {
  KESE_ENV: "production",
  FLEETS: `hergele:${HASH},baska:${HASH}`,
  CARD_KEYS: `k1:${KEY}`,
  CARD_FINGERPRINT_KEY: KEY,
  CARD_GATEWAY: "sandbox",
  ALLOW_SANDBOX_GATEWAY: "true",
};

/** What a start of Kese leaves behind: the task makes no store. */
async function makeStore(env: Readonly<Record<string, string>>): Promise<void> {
  const variables = env.KESE_ENV === "development" ? await completeForDevelopment(env) : env;
  await (await openKese(readEnvironmentOrExit(variables))).close();
}

interface Run {
  readonly code: number;
  readonly said: string;
  readonly complained: string;
}

/** Runs the script as the task does, on a store of its own. */
async function run(
  env: Readonly<Record<string, string>>,
  args: readonly string[] = [],
): Promise<Run> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--no-lock", "-A", "scripts/seed_database.ts", ...args],
    cwd: ROOT,
    env,
  }).output();
  const [said, complained] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  return { code, said: said ?? "", complained: complained ?? "" };
}

Deno.test("seedDatabase() loads the ten sample users once and shows how far it is", async () => {
  await using kese = await openTestKese();
  const bars: string[] = [];
  const show = (bar: string): void => void bars.push(bar);
  const created = await seedDatabase(kese, { filo: FLEET, show });
  const again = await seedDatabase(kese, { filo: FLEET, show: () => {} });
  const balance = await send(kese, "GET /bakiye?userNo=123456");
  assertEquals([created, again, balance.body.balance], [10, 0, "1000.50"]);
  assertEquals([bars.length, bars.at(0), bars.at(-1)], [
    11,
    "[--------------------]  0/10",
    "[####################] 10/10",
  ]);
});

Deno.test("drawProgressBar() fills from left to right", () => {
  assertEquals(drawProgressBar(3, 10), "[######--------------]  3/10");
});

Deno.test("readArguments() knows --demo and --fleet, and nothing else", () => {
  assertEquals(readArguments([]), { ok: true, demo: false });
  assertEquals(readArguments(["--demo", "--fleet=a"]), { ok: true, demo: true, fleet: "a" });
  assertEquals(readArguments(["--force"]).ok, false);
});

Deno.test("chooseFleet() takes the only fleet, and asks when there are several", () => {
  assertEquals(chooseFleet(["a"], undefined), { ok: true, fleet: "a" });
  assertEquals(chooseFleet(["a", "b"], "b"), { ok: true, fleet: "b" });
  assertEquals(chooseFleet(["a", "b"], undefined), {
    ok: false,
    fault: "Name the fleet: --fleet=a or --fleet=b.",
  });
  assertEquals(chooseFleet(["a"], "c").ok, false);
});

Deno.test("db:seed loads in development, and only what is missing the second time", async () => {
  const directory = await Deno.makeTempDir();
  const env = { KESE_ENV: "development", SQLITE_PATH: `${directory}/kese.db` };
  await makeStore(env);
  const first = await run(env);
  const second = await run(env);
  await Deno.remove(directory, { recursive: true });
  assertEquals([first.code, first.said], [
    0,
    "Fleet hergele: 10 sample users are new, 0 existed already.\n",
  ], first.complained);
  assertStringIncludes(second.said, "0 sample users are new, 10 existed already");
});

Deno.test("db:seed refuses production without --demo, and touches nothing", async () => {
  const directory = await Deno.makeTempDir();
  const env = { ...PRODUCTION, SQLITE_PATH: `${directory}/kese.db` };
  const { code, complained } = await run(env);
  const left = [...Deno.readDirSync(directory)];
  await Deno.remove(directory, { recursive: true });
  assertEquals([code, left], [2, []]);
  assertStringIncludes(complained, "their codes are public");
});

Deno.test("db:seed with --demo loads into the fleet that is named", async () => {
  const directory = await Deno.makeTempDir();
  const env = { ...PRODUCTION, SQLITE_PATH: `${directory}/kese.db` };
  await makeStore(env);
  const unnamed = await run(env, ["--demo"]);
  const named = await run(env, ["--demo", "--fleet=baska"]);
  await Deno.remove(directory, { recursive: true });
  assertEquals([unnamed.code, named.code], [2, 0], named.complained);
  assert(named.said.startsWith("Fleet baska: 10 sample users are new"), named.said);
});

Deno.test("db:seed ends with 1 and says what is missing when Kese cannot start", async () => {
  const { code, complained } = await run({ ...PRODUCTION, CARD_KEYS: "" }, ["--demo"]);
  assertEquals(code, 1);
  assertStringIncludes(complained, "CARD_KEYS is missing");
});
