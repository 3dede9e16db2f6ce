import { assert, assertEquals, assertLess } from "@std/assert";
import { withTemporaryFile } from "../support/temporary_store.ts";

const ROOT = new URL("../../", import.meta.url);
/** A newcomer's patience, on a slow machine; downloads come before. */
const PATIENCE_SECONDS = 30;

/** The commands that the terminal shows, as words: quotes are the shell's. */
function readCommands(output: string): string[][] {
  return [...output.matchAll(/^ +curl (.*)$/gm)].map(([, line = ""]) =>
    [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? "")
  );
}

/** Sends what curl would send. */
async function sendCurl(words: readonly string[]): Promise<Response> {
  const after = (option: string) =>
    words.flatMap((word, place) => word === option ? [words[place + 1] ?? ""] : []);
  const headers = after("-H").map((header) => header.split(/: (.*)/s).slice(0, 2));
  const url = words.find((word) => word.startsWith("http://")) ?? "";
  const [method = "GET"] = after("-X");
  const [body = null] = after("-d");
  return await fetch(url, { method, body, headers: headers as [string, string][] });
}

/** Reads what a program writes until it has said how to go on. */
async function readFirstSteps(stdout: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<string> {
  const reader = stdout.pipeThrough(new TextDecoderStream()).getReader();
  let output = "";
  for (;;) {
    const { done, value = "" } = await reader.read();
    output += value;
    if (output.includes('"event":"started"')) {
      // The rest is read away, so that the program can go on writing.
      void (async () => {
        while (!(await reader.read()).done);
      })();
      return output;
    }
    assert(!done, `it ended: ${output}`);
  }
}

Deno.test("deno task dev leads to a first payment by what the terminal shows, within seconds", async () => {
  await withTemporaryFile(async ({ path }) => {
    const startedAt = performance.now();
    const kese = new Deno.Command(Deno.execPath(), {
      args: ["task", "--quiet", "dev"],
      cwd: ROOT,
      env: { SQLITE_PATH: path, PORT: "0", NO_COLOR: "1" },
      stdin: "null",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    try {
      const commands = readCommands(await readFirstSteps(kese.stdout));
      assertEquals(commands.length, 3);
      const answers: Response[] = [];
      for (const command of commands) answers.push(await sendCurl(command));
      const [, , payment] = await Promise.all(answers.map((answer) => answer.json()));
      const seconds = (performance.now() - startedAt) / 1_000;
      assertEquals(answers.map(({ status }) => status), [201, 201, 201]);
      assertEquals([payment.amount, payment.balance], ["10.50", "1090.00"]);
      console.log(`first_payment_seconds ${seconds.toFixed(1)} (downloads apart)`);
      assertLess(seconds, PATIENCE_SECONDS);
    } finally {
      kese.kill("SIGTERM");
      await kese.status;
    }
  });
});
