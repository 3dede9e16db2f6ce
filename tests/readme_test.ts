import { assert, assertEquals } from "@std/assert";
import { DEVELOPMENT_FLEET, DEVELOPMENT_FLEET_KEY } from "../infra/process/development.ts";
import { sha256 } from "../infra/crypto/digests.ts";
import { loadSampleUsers } from "../infra/process/sample_users.ts";
import { createEndpoints } from "../routes/app.ts";
import { PAGES, readmeTables, readTable } from "../scripts/readme_tables.ts";
import config from "../deno.json" with { type: "json" };
import { type Answer, openTestKese, send, type TestKese } from "./support/kese.ts";

const README = await Deno.readTextFile(PAGES.routes);
const TURKISH = await Deno.readTextFile(new URL("../README.tr.md", import.meta.url));

Deno.test("README.md and docs/ have the code's routes, errors and limits: else run scripts/readme_tables.ts", async () => {
  const kese = await openTestKese();
  const tables = readmeTables(createEndpoints(kese.dependencies));
  await kese.close();
  for (const [name, table] of tables) {
    assertEquals(readTable(await Deno.readTextFile(PAGES[name]), name), table, name);
  }
});

Deno.test("README.md names every task, and no other", () => {
  const named = [...README.matchAll(/\bdeno task ([\w:]+)/g)].map(([, task]) => task);
  assertEquals([...new Set(named)].toSorted(), Object.keys(config.tasks).toSorted());
});

Deno.test("README.md names only files that are there", async () => {
  const tour = README.split("## Code tour")[1]?.split("## Routes")[0] ?? "";
  for (const row of tour.matchAll(/^\|.*\|$/gm)) {
    let directory = "";
    for (const [, path = ""] of row[0].matchAll(/`([\w/.]+)`/g)) {
      // A name without a directory stands in that of the name before it.
      if (path.includes("/")) directory = path.slice(0, path.lastIndexOf("/") + 1);
      const file = path.includes("/") || path.startsWith(".") ? path : directory + path;
      await Deno.stat(new URL(`../${file}`, import.meta.url));
    }
  }
});

/** A curl command of the README, as words: quotes and line ends are the shell's. */
function wordsOf(command: string): string[] {
  const text = command.replaceAll("\\\n", " ");
  return [...text.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(([, a, b, c]) => a ?? b ?? c ?? "");
}

function valuesAfter(words: readonly string[], option: string): string[] {
  return words.flatMap((word, place) => word === option ? [words[place + 1] ?? ""] : []);
}

/** Sends what curl would send. */
function sendCurl(kese: TestKese, command: string): Promise<Answer> {
  const words = wordsOf(command);
  const [method = "GET"] = valuesAfter(words, "-X");
  const [data] = valuesAfter(words, "-d");
  const headers = valuesAfter(words, "-H").map((header) => header.split(/: (.*)/s).slice(0, 2));
  const url = new URL(words.find((word) => word.startsWith("http://localhost:5000/")) ?? "");
  return send(kese, `${method} ${url.pathname}${url.search}`, {
    bearer: null,
    filo: null,
    headers: Object.fromEntries(headers),
    ...(data !== undefined && { json: JSON.parse(data) }),
  });
}

async function openDevelopment(): Promise<TestKese> {
  const fleets = new Map([[DEVELOPMENT_FLEET, [sha256(DEVELOPMENT_FLEET_KEY)]]]);
  const kese = await openTestKese({ environment: { fleets } });
  await loadSampleUsers({ filo: DEVELOPMENT_FLEET, ports: kese.dependencies });
  return kese;
}

for (
  const [file, text, heading] of [
    ["README.md", README, "## A first payment"],
    ["README.tr.md", TURKISH, "## İlk ödeme"],
  ] as const
) {
  Deno.test(`${file}: the first payment works as it is written, and can be repeated`, async () => {
    const block = text.split(heading)[1]?.split("```bash\n")[1]?.split("```")[0] ?? "";
    const commands = block.trim().split("\n\n");
    await using kese = await openDevelopment();
    const answers: Answer[] = [];
    for (const command of commands) answers.push(await sendCurl(kese, command));
    assertEquals(answers.map(({ status }) => status), [201, 201, 201, 201, 200]);
    assertEquals(answers[2]?.body.balance, "1090.00");
    for (const place of [1, 2, 3]) {
      const again = await sendCurl(kese, commands[place] ?? "");
      assertEquals([again.text, again.headers.get("idempotent-replayed")], [
        answers[place]?.text,
        "true",
      ]);
    }
  });

  Deno.test(`${file} starts as deno.json and the tests' runner say`, () => {
    for (const task of ["dev", "test"]) {
      assert(text.includes(`\nnpx -y deno@2.9.6 task ${task}\n`), task);
    }
  });
}

Deno.test("README.tr.md says in Turkish what README.md says: as many sections, the same code", () => {
  const headings = (text: string) => [...text.matchAll(/^## /gm)].length;
  // Tasks and speed are for who works on Kese: they stand in English alone.
  assertEquals(headings(TURKISH), headings(README) - 2);
  const code = (text: string) => [...text.matchAll(/^```\w+\n[^`]*```/gm)].map(([block]) => block);
  assertEquals(code(TURKISH), code(README));
  const routes = (text: string) => [...text.matchAll(/`((?:GET|POST|PUT|DELETE) \/[^`]*)`/g)];
  const table = routes(README.split("<!-- table: routes -->")[1] ?? "").map(([, route]) => route);
  const named = new Set(routes(TURKISH).map(([, route]) => route));
  assertEquals(table.filter((route) => !named.has(route)), []);
});
