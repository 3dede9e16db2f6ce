import { assert, assertEquals, assertGreater } from "@std/assert";
import { DEVELOPMENT_FLEET, DEVELOPMENT_FLEET_KEY } from "../infra/process/development.ts";
import { sha256 } from "../infra/crypto/digests.ts";
import { loadSampleUsers } from "../infra/process/sample_users.ts";
import { createEndpoints } from "../routes/endpoints.ts";
import { readTable, toFileUrl } from "../scripts/placed_table.ts";
import { createTables } from "../scripts/readme_tables.ts";
import config from "../deno.json" with { type: "json" };
import { type Answer, openTestKese, send, type TestKese } from "./support/kese.ts";

const FILES = [
  "README.md",
  "README.tr.md",
  "client/README.md",
  "docs/accounting.md",
  "docs/benchmark.md",
  "docs/decisions.md",
  "docs/deployment.md",
  "docs/errors.md",
  "docs/errors.tr.md",
  "docs/events.md",
  "docs/fleet.md",
  "docs/fleet.tr.md",
  "docs/gateways.md",
  "docs/limits.md",
  "docs/observability.md",
  "docs/pages.md",
  "docs/scale.md",
];
const TEXTS = new Map(
  await Promise.all(
    FILES.map(async (file) => [file, await Deno.readTextFile(toFileUrl(file))] as const),
  ),
);
const README = textOf("README.md");
const TURKISH = textOf("README.tr.md");

function textOf(file: string): string {
  return TEXTS.get(file) ?? "";
}

Deno.test("the documentation has the code's tables: else run scripts/readme_tables.ts", async () => {
  await using kese = await openTestKese();
  for (const { file, name, table } of createTables(createEndpoints(kese.dependencies))) {
    assertEquals(readTable(textOf(file), name), table, `${file}, ${name}`);
  }
});

Deno.test("the documentation names every task, and no other", () => {
  const named = [...TEXTS.values()].flatMap((text) => [...text.matchAll(/\bdeno task ([\w:]+)/g)])
    .map(([, task]) => task);
  assertEquals([...new Set(named)].toSorted(), Object.keys(config.tasks).toSorted());
});

for (const file of ["README.md", "README.tr.md"]) {
  Deno.test(`${file} leads to every page in its language, and shows the chart`, async () => {
    for await (const { name } of Deno.readDir(toFileUrl("docs"))) {
      const inEnglish = name.replace(".tr.md", ".md");
      const isOfOther = file === "README.md"
        ? name !== inEnglish
        : FILES.includes(`docs/${inEnglish.replace(".md", ".tr.md")}`) && name === inEnglish;
      if (/\.(md|svg)$/.test(name) && !name.startsWith("errors") && !isOfOther) {
        assert(textOf(file).includes(`](docs/${name})`), name);
      }
    }
  });
}

Deno.test("README.md is read in one go", () => {
  assert(README.split("\n").length <= 250, "what is not for an integrator goes to docs/");
});

for (const file of FILES) {
  Deno.test(`${file} links only to files and headings that are there`, async () => {
    for (const [, target = ""] of textOf(file).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^https?:/.test(target)) continue;
      const [path = "", anchor] = target.split("#");
      const url = path === "" ? toFileUrl(file) : new URL(path, toFileUrl(file));
      const text = await Deno.readTextFile(url);
      if (anchor !== undefined) assert(anchorsOf(text).includes(anchor), `${file}: ${target}`);
    }
  });
}

/** The headings of a page as a browser addresses them. */
function anchorsOf(text: string): string[] {
  return [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
    heading.toLowerCase().replaceAll(/[^\p{L}\p{N} _-]/gu, "").replaceAll(" ", "-")
  );
}

/** What stands in both READMEs, section by section: commands, rows, points, links, paths and codes. */
function outlineOf(text: string): string[][] {
  const marks =
    /^```[\s\S]*?^```$|^\||^- |\]\([^)#\s]*|`[\w]+\/[\w./]*`|`[A-Z]+ \/\S*`|\b\d{3}\b|\b[a-z]+(?:_[a-z]+)+\b/gm;
  return text.split(/^#+ .*$/m).map((section) =>
    [...section.matchAll(marks)].map(([mark]) => mark.replace(".tr.md", ".md")).toSorted()
  );
}

Deno.test("README.tr.md says what README.md says", () => {
  assertEquals(outlineOf(TURKISH), outlineOf(README));
});

Deno.test("README.md names only files that are there", async () => {
  const tour = README.split("## Code tour")[1]?.split("## More")[0] ?? "";
  let names = 0;
  for (const row of tour.matchAll(/^\|.*\|$/gm)) {
    let directory = "";
    for (const [, path = ""] of row[0].matchAll(/`([\w/.]+)`/g)) {
      // A name without a directory stands in that of the name before it.
      if (path.includes("/")) directory = path.slice(0, path.lastIndexOf("/") + 1);
      const file = path.includes("/") || path.startsWith(".") ? path : directory + path;
      await Deno.stat(toFileUrl(file));
      names++;
    }
  }
  assertGreater(names, 20);
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
