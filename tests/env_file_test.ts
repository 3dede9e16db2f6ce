import { assertEquals, assertMatch } from "@std/assert";

const ROOT = new URL("../", import.meta.url);
const SCRIPT = `
  import { readVariables } from "${ROOT}infra/process/variables.ts";
  const { KESE_ENV, PORT, LOG_LEVEL, CARD_GATEWAY } =
    await readVariables({ own: Deno.env.toObject() });
  console.log(JSON.stringify([KESE_ENV, PORT, LOG_LEVEL, CARD_GATEWAY]));
`;

Deno.test("readVariables() lets the process win over an .env, and development over nothing", async () => {
  const directory = await Deno.makeTempDir();
  const example = await Deno.readTextFile(new URL(".env.example", ROOT));
  await Deno.writeTextFile(
    `${directory}/.env`,
    example.replace("LOG_LEVEL=info", "LOG_LEVEL=warn"),
  );
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--no-lock", `--config=${new URL("deno.json", ROOT).pathname}`, SCRIPT],
    cwd: directory,
    env: { KESE_ENV: "development", PORT: "5099", SQLITE_PATH: ":memory:" },
  }).output();
  await Deno.remove(directory, { recursive: true });
  const [said = "", complained] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  assertMatch(said, /^\[/, complained);
  assertEquals(JSON.parse(said), ["development", "5099", "warn", "sandbox"]);
});
