import { assert, assertEquals } from "@std/assert";
import { parse } from "@std/dotenv";
import { completeForDevelopment } from "../infra/process/development.ts";
import { ENVIRONMENT, readEnvironment } from "../infra/process/environment.ts";
import { findUnknownTexts, listTextVariables } from "../routes/contract/messages.ts";

const TEXT = await Deno.readTextFile(new URL("../.env.example", import.meta.url));
const EXAMPLE = parse(TEXT);
const SECRETS = [
  "FLEETS",
  "CARD_KEYS",
  "CARD_FINGERPRINT_KEY",
  "MONGODB_URI",
  "UPSTASH_REDIS_REST_TOKEN",
  "CODE_WEBHOOK_SECRET",
];

Deno.test(".env.example names every variable of the environment and no other", () => {
  const names = Object.keys(EXAMPLE).filter((name) => !name.startsWith("MSG_"));
  assertEquals(names.toSorted(), Object.keys(ENVIRONMENT.shape).toSorted());
});

Deno.test(".env.example holds every text as it is", () => {
  const texts = Object.entries(EXAMPLE).filter(([name]) => name.startsWith("MSG_"));
  assertEquals(Object.fromEntries(texts), Object.fromEntries(listTextVariables()));
});

Deno.test(".env.example names each variable once, under a comment", () => {
  const blocks = TEXT.split("\n\n").map((block) => block.trim().split("\n"));
  const names = blocks.flatMap((lines) => {
    const set = lines.filter((line) => !line.startsWith("#"));
    if (set.length > 0) assert(lines[0]?.startsWith("# "), `no comment: ${set.join(", ")}`);
    return set.map((line) => line.split("=")[0]);
  });
  assertEquals(names.length, Object.keys(EXAMPLE).length);
  assertEquals(names.length, new Set(names).size);
});

Deno.test(".env.example holds no secret", () => {
  assertEquals(SECRETS.map((name) => EXAMPLE[name]), SECRETS.map(() => ""));
});

Deno.test(".env.example as .env leaves development as it is without one", async () => {
  const without = await readDevelopment({});
  const read = await readDevelopment(EXAMPLE);
  assert(without.ok && read.ok, JSON.stringify(read));
  const { texts, cardKeys: _, cardFingerprintKeys: _f, ...environment } = read.environment;
  const { texts: _t, cardKeys: _k, cardFingerprintKeys: _g, ...plain } = without.environment;
  assertEquals(environment, plain);
  assertEquals(findUnknownTexts(texts), []);
});

Deno.test(".env.example as .env does not let production start, and says what is missing", () => {
  const read = readEnvironment(EXAMPLE);
  assert(!read.ok);
  assertEquals(read.faults.map((fault) => fault.split(" ")[0]), [
    "FLEETS",
    "CARD_KEYS",
    "CARD_FINGERPRINT_KEY",
    "CARD_GATEWAY",
  ]);
});

/** As `deno task dev` reads it: its own KESE_ENV wins over that of the file. */
async function readDevelopment(file: Record<string, string>) {
  const process = { KESE_ENV: "development", SQLITE_PATH: ":memory:" };
  return readEnvironment(await completeForDevelopment({ ...file, ...process }));
}
