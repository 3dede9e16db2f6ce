import { assertEquals, assertStringIncludes } from "@std/assert";
import { MongoClient } from "mongodb";
import { INDEXES } from "../../infra/mongo/indexes.ts";
import { randomKey } from "../support/both_stores.ts";
import { mongoUri } from "../support/mongo_store.ts";

const ROOT = new URL("../../", import.meta.url);

async function initialise(
  variables: Record<string, string>,
): Promise<{ code: number; said: string }> {
  const script = new URL("scripts/init_database.ts", ROOT).pathname;
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-lock", "--allow-net", "--allow-read", "--allow-env", "--allow-sys", script],
    cwd: ROOT,
    env: { KESE_ENV: "development", SQLITE_PATH: ":memory:", ...variables },
  }).output();
  return { code, said: new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr) };
}

Deno.test("db:init has nothing to do for SQLite", async () => {
  const { code, said } = await initialise({ MONGODB_URI: "" });
  assertEquals(code, 0, said);
  assertStringIncludes(said, "there is nothing to do");
});

Deno.test({
  name: "db:init makes every index, also the second time, and prints the sharding commands",
  ignore: mongoUri === undefined,
}, async () => {
  const dbName = `kese-test-${crypto.randomUUID().slice(0, 13)}`;
  const keys = { CARD_KEYS: `k1:${randomKey()}`, CARD_FINGERPRINT_KEY: randomKey() };
  const variables = { MONGODB_URI: mongoUri ?? "", DB_NAME: dbName, ...keys };
  await initialise(variables);
  const { code, said } = await initialise(variables);
  assertEquals(code, 0, said);
  assertStringIncludes(said, `sh.shardCollection("${dbName}.ledger", { _id: 1 })`);
  await using client = await MongoClient.connect(mongoUri ?? "");
  const database = client.db(dbName);
  for (const { collection, index } of INDEXES) {
    const names = (await database.collection(collection).indexes()).map(({ name }) => name);
    assertEquals(names.includes(index.name), true, `${collection}.${index.name}`);
  }
  await database.dropDatabase();
});
