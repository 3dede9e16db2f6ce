/**
 * How Kese starts and stops, seen from outside: what it says and what it refuses.
 *
 * @module
 */

import { assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import config from "../deno.json" with { type: "json" };
import { onBothStores, productionOn, randomKey } from "./support/both_stores.ts";
import { createUser, send } from "./support/kese.ts";
import { payTo } from "./support/payments.ts";
import { type Running, startMain, type StartOptions } from "./support/process.ts";
import { withTemporaryFile } from "./support/temporary_store.ts";

type Variables = Readonly<Record<string, string>>;

/** Lends a test a directory and programs that do not outlive it. */
async function onStage(
  test: (
    start: (variables: Variables, options?: StartOptions) => Running,
    directory: string,
  ) => Promise<void>,
): Promise<void> {
  await withTemporaryFile(async ({ directory }) => {
    await using started = new AsyncDisposableStack();
    await test((variables, options) => started.use(startMain(variables, options)), directory);
  });
}

/** Development on a free port. */
function development(sqlitePath: string): Variables {
  return { KESE_ENV: "development", PORT: "0", SQLITE_PATH: sqlitePath };
}

/** Ends with 1, having said this and shown no stack. */
async function assertRefuses(running: Running, ...said: readonly string[]): Promise<void> {
  await assertRejects(() => running.url);
  assertEquals(await running.ended, 1, running.output());
  for (const text of said) assertStringIncludes(running.output(), text);
  assertEquals(running.output().includes("    at "), false, running.output());
}

Deno.test("main.ts in production names everything that is missing or wrong at once, texts too", () =>
  onStage((start) =>
    assertRefuses(
      start({ PORT: "http", MSG_NO_SUCH_TEXT: "x" }),
      "FLEETS is missing",
      "CARD_KEYS is missing",
      "CARD_FINGERPRINT_KEY is missing",
      "CARD_GATEWAY is missing",
      "PORT must be a whole number",
      "MSG_NO_SUCH_TEXT replaces no text",
    )
  ));

Deno.test("main.ts says that its port is in use", () =>
  onStage(async (start) => {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr;
    await assertRefuses(
      start({ ...development(":memory:"), PORT: String(port) }),
      `port ${port} is in use`,
    );
  }));

Deno.test("main.ts says that it cannot listen on an address", () =>
  onStage((start) =>
    assertRefuses(
      start({ ...productionOn({ SQLITE_PATH: ":memory:" }), HOST: "192.0.2.1" }),
      "HOST 192.0.2.1",
    )
  ));

/** What stands where the store should be, and what the operator is told. */
const NO_STORES: readonly (readonly [what: string, make: (path: string) => void, said: string])[] =
  [
    ["a directory", (path) => Deno.mkdirSync(path), "directory"],
    ["a text", (path) => Deno.writeTextFileSync(path, "kese ".repeat(999)), "not a database"],
    ["another application's database", makeForeign, "the database of another application"],
  ];

function makeForeign(path: string): void {
  using foreign = new DatabaseSync(path);
  foreign.exec("CREATE TABLE songs (title TEXT)");
}

for (const [what, make, said] of NO_STORES) {
  Deno.test(`main.ts refuses ${what} as its store in a sentence, and leaves it as it is`, () =>
    onStage(async (start, directory) => {
      const path = `${directory}/it.db`;
      make(path);
      const before = what === "a directory" ? null : Deno.readFileSync(path);
      await assertRefuses(start(development(path)), said, path);
      if (before !== null) assertEquals(Deno.readFileSync(path), before);
    }));
}

Deno.test("main.ts refuses a path that it cannot or may not write in a sentence", () =>
  onStage(async (start, directory) => {
    Deno.writeTextFileSync(`${directory}/file`, "");
    await assertRefuses(start(productionOn({ SQLITE_PATH: `${directory}/file/kese.db` })), "file");
    const flags = ["--no-prompt", "--allow-net", "--allow-read", "--allow-env"];
    await assertRefuses(
      start(productionOn({ SQLITE_PATH: `${directory}/kese.db` }), { flags }),
      directory,
      "--allow-write",
    );
  }));

/** What follows `deno` where Kese is started in production. */
const STARTS: Readonly<Record<string, string>> = {
  "the task start": config.tasks.start.command,
  "the unit kese.service": execStart(
    await Deno.readTextFile(new URL("../docs/kese.service", import.meta.url)),
  ),
};

function execStart(unit: string): string {
  return /^ExecStart=(.*)$/m.exec(unit.replaceAll(/\\\n\s*/g, ""))?.[1] ?? "";
}

for (const [what, command] of Object.entries(STARTS)) {
  onBothStores(
    `${what} has the permissions that Kese needs, and none to spare`,
    (store) =>
      onStage(async (start, directory) => {
        const [, ...words] = command.split(" ");
        assertEquals([words.at(0), words.at(-1)], ["run", "main.ts"]);
        // Its data lies elsewhere in a test, as docs/deployment.md has it for a SQLITE_PATH elsewhere.
        const flags = words.slice(1, -1).map((flag) =>
          flag.replace(
            /^--allow-read=(\.|\/opt\/kese,\/var\/lib\/kese)$/,
            `--allow-read=.,${directory}`,
          )
            .replace(/^--allow-write=(data|\/var\/lib\/kese)$/, `--allow-write=${directory}`)
        );
        assertEquals(flags.filter((flag) => flag.startsWith("--allow")).toSorted(), [
          "--allow-env",
          "--allow-net",
          `--allow-read=.,${directory}`,
          `--allow-write=${directory}`,
        ]);
        assertEquals(flags.includes("--frozen"), true);
        const path = store.MONGODB_URI ? ":memory:" : `${directory}/data/kese.db`;
        const running = start(productionOn({ ...store, SQLITE_PATH: path }), { flags });
        const url = await running.url;
        await createUser(url, "1", "10.00");
        const paid = await payTo(url, { userNo: "1", amountKurus: 1, key: "one" });
        assertEquals([paid.status, paid.body.balance], [201, "9.99"]);
        for (const route of ["/health/ready", "/openapi.json"]) {
          assertEquals((await send(url, `GET ${route}`)).status, 200);
        }
        running.kill("SIGTERM");
        assertEquals(await running.ended, 0, running.output());
        const faults = running.output().split("\n").filter((line) =>
          /"level":"error"|redis_not_opened/.test(line)
        );
        assertEquals(faults, []);
      }),
  );
}

Deno.test("main.ts logs its start and its end with version and commit", () =>
  onStage(async (start) => {
    const running = start(productionOn({ SQLITE_PATH: ":memory:" }));
    const url = await running.url;
    const live = await fetch(`${url}/health/live`);
    assertEquals(await live.json(), { status: "ok", version: config.version });
    running.kill("SIGTERM");
    assertEquals(await running.ended, 0);
    const lines = running.output().trim().split("\n").map((line) => JSON.parse(line));
    const [started, ...others] = lines;
    const { version, commit } = started;
    assertEquals(
      { ...started, at: undefined },
      {
        at: undefined,
        level: "info",
        event: "started",
        version: config.version,
        commit,
        mode: "production",
        url,
        store: "sqlite",
      },
    );
    if (commit !== null) assertMatch(commit, /^[0-9a-f]{40}$/);
    const { at: _at, ...stopped } = others.at(-1);
    assertEquals(stopped, { level: "info", event: "stopped", version, commit, signal: "SIGTERM" });
  }));

Deno.test("main.ts shows first requests that work as they are written, also on an IPv6 address", () =>
  onStage(async (start) => {
    const running = start({ ...development(":memory:"), HOST: "::1" });
    const url = await running.url;
    assertMatch(url, /^http:\/\/\[::1\]:\d+$/);
    const commands = running.output().split("\n").filter((line) => line.startsWith("  curl "));
    assertEquals(commands.length, 3);
    for (const command of commands) {
      const [target = "", ...options] = [...command.matchAll(/'([^']*)'/g)].map(([, text]) => text);
      assertEquals(target.includes("card"), false, target);
      const headers = options.filter((option) => !option?.startsWith("{"));
      const body = options.find((option) => option?.startsWith("{")) ?? null;
      const response = await fetch(target, {
        method: "POST",
        headers: headers.map((header) => header?.split(": ") as [string, string]),
        body,
      });
      await response.body?.cancel();
      assertEquals(response.status, 201, command);
    }
  }));

/** Starts and ends, which makes the store. */
async function startOnce(running: Running): Promise<void> {
  await using started = running;
  await started.url;
}

onBothStores(
  "main.ts refuses a store that another environment made",
  (store) =>
    onStage(async (start) => {
      const place = store.DB_NAME ?? store.SQLITE_PATH ?? "";
      const keys = { CARD_KEYS: `k1:${randomKey()}`, CARD_FINGERPRINT_KEY: randomKey() };
      const development = { KESE_ENV: "development", PORT: "0", ...store, ...keys };
      await startOnce(start(development));
      for (const program of [["main.ts"], ["scripts/reconcile.ts"], ["scripts/init_database.ts"]]) {
        if (program[0] === "scripts/init_database.ts" && store.DB_NAME === undefined) continue;
        await assertRefuses(
          start({ ...productionOn(store), ...keys }, { program }),
          place,
          "was made in development and this is production, which needs a store of its own",
        );
      }
      await startOnce(start(development));
    }),
);

onBothStores(
  "main.ts and tasks refuse other keys than the store's, by the ids alone",
  (store) =>
    onStage(async (start) => {
      const production = productionOn(store);
      await startOnce(start(production));
      const other = randomKey();
      const cases: readonly (readonly [Variables, string])[] = [
        [{ CARD_KEYS: `test:${other}` }, "CARD_KEYS: test is another key than that of"],
        [{ CARD_KEYS: `new:${other}` }, "CARD_KEYS lacks test: the secret of"],
        [{ CARD_FINGERPRINT_KEY: other }, "CARD_FINGERPRINT_KEY is another key than that of"],
      ];
      for (const program of [["main.ts"], ["scripts/reconcile.ts"]]) {
        for (const [variables, said] of cases) {
          const running = start({ ...production, ...variables }, { program });
          await assertRefuses(running, said, store.DB_NAME ?? store.SQLITE_PATH ?? "");
          assertEquals(running.output().includes(other), false);
        }
      }
      await startOnce(start(production));
    }),
);

for (const program of ["scripts/reconcile.ts", "scripts/seed_database.ts"]) {
  Deno.test(`${program} refuses a store that is not there, and makes none`, () =>
    onStage(async (start, directory) => {
      const path = `${directory}/typo/kese.db`;
      await assertRefuses(
        start(development(path), { program: [program] }),
        `There is no store at ${path}`,
      );
      await assertRejects(() => Deno.stat(`${directory}/typo`), Deno.errors.NotFound);
    }));
}
