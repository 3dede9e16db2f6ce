import { assert, assertEquals } from "@std/assert";

/** Uses of globals that reach the machine, one on each line. Time and chance are the lint plugin's. */
const IMPURE = [
  `Deno.readTextFileSync("a");`,
  `fetch("https://example.com");`,
  `export const tools = { fetch };`,
  `crypto.randomUUID();`,
  `globalThis.crypto.randomUUID();`,
  `console.log(1);`,
  `process.exit();`,
  `setTimeout(() => {}, 1);`,
  `queueMicrotask(() => {});`,
  `performance.now();`,
  `new Worker("a");`,
  `Buffer.from("a");`,
  `navigator.userAgent;`,
  `localStorage.clear();`,
];

Deno.test("the types of domain/ know no global that reaches the machine", async () => {
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(
      file,
      `${IMPURE.join("\n")}\nexport const later = Promise.resolve(1);\n`,
    );
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["check", "--config=scripts/domain.json", file],
      env: { NO_COLOR: "1" },
    }).output();
    const report = new TextDecoder().decode(stderr);
    const lines = [...report.matchAll(/\.ts:(\d+):\d+/g)].map(([, line]) => Number(line));
    assert(!success);
    assertEquals([...new Set(lines)].sort((a, b) => a - b), IMPURE.map((_, at) => at + 1), report);
  } finally {
    await Deno.remove(file);
  }
});
