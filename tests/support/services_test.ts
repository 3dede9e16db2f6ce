import { assertEquals, assertMatch } from "@std/assert";
import { Redis } from "@upstash/redis";
import { MongoClient } from "mongodb";
import { withMongo, withRedis } from "./services.ts";
import {
  FAILING_DISK,
  LEFT_OUT,
  MONGODB_URI,
  REQUIRE_SERVICES,
  STRIPE_MOCK_URL,
  UPSTASH_REDIS_REST_TOKEN,
  UPSTASH_REDIS_REST_URL,
} from "../../scripts/services/variables.ts";

// Twice: what the first leaves behind, the second must not see.
for (const round of ["first", "second"]) {
  withMongo(
    `withMongo() lends a database of its own to the ${round}`,
    async (uri, databaseName) => {
      await using client = await MongoClient.connect(uri);
      const things = client.db(databaseName).collection("things");
      assertEquals(await things.countDocuments(), 0);
      await things.insertOne({ round });
      assertEquals(await things.countDocuments(), 1);
    },
  );

  withRedis(`withRedis() lends keys of its own to the ${round}`, async ({ url, token, prefix }) => {
    const redis = new Redis({ url, token });
    assertEquals(await redis.keys(`${prefix}*`), []);
    await redis.set(`${prefix}a`, round);
    assertEquals(await redis.keys(`${prefix}*`), [`${prefix}a`]);
  });
}

/** Runs one test of each kind where there is no service. */
async function runWithoutServices(
  required: string,
  mock = "",
): Promise<{ code: number; output: string }> {
  const file = await Deno.makeTempFile({ prefix: "kese-tests-", suffix: "_test.ts" });
  const services = import.meta.resolve("./services.ts");
  await Deno.writeTextFile(
    file,
    `import { withFailingDisk, withMongo, withRedis, withStripeMock } from "${services}";
     withMongo("on MongoDB", async () => {});
     withRedis("on Redis", async () => {});
     withFailingDisk("on a failing disk", async () => {});
     withStripeMock("on Stripe's mock", async () => {});`,
  );
  const args = ["test", "--no-config", "--no-lock", "--no-check", "--allow-env", file];
  const { code, stdout } = await new Deno.Command(Deno.execPath(), {
    args,
    env: {
      NO_COLOR: "1",
      [FAILING_DISK]: "",
      [MONGODB_URI]: "",
      [STRIPE_MOCK_URL]: mock,
      [UPSTASH_REDIS_REST_URL]: "",
      [UPSTASH_REDIS_REST_TOKEN]: "",
      [REQUIRE_SERVICES]: required,
    },
    stderr: "null",
  }).output().finally(() => Deno.remove(file));
  return { code, output: new TextDecoder().decode(stdout) };
}

Deno.test("withMongo() and the others skip the test without their service", async () => {
  const { code, output } = await runWithoutServices("");
  assertMatch(output, /0 passed \| 0 failed \| 4 ignored/);
  assertEquals(code, 0);
});

Deno.test("withMongo() and the others fail without their service where it is required", async () => {
  const { code, output } = await runWithoutServices("1");
  assertMatch(output, /Cannot test without MongoDB/);
  assertMatch(output, /Cannot test without Redis/);
  assertMatch(output, /Cannot test without a failing disk/);
  assertMatch(output, /Cannot test without Stripe's mock/);
  assertMatch(output, /0 passed \| 4 failed/);
  assertEquals(code, 1);
});

Deno.test("withStripeMock() skips the test even there, if the mock was left out", async () => {
  const { output } = await runWithoutServices("1", LEFT_OUT);
  assertMatch(output, /0 passed \| 3 failed \| 1 ignored/);
});
