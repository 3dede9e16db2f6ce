import { assert, assertEquals } from "@std/assert";
import { Redis } from "@upstash/redis";
import { MongoClient } from "mongodb";
import { withMongo, withRedis } from "./services.ts";

withMongo("withMongo() lends a test a database of its own", async (uri, databaseName) => {
  await using client = await MongoClient.connect(uri);
  const things = client.db(databaseName).collection("things");
  assertEquals(await things.countDocuments(), 0);
  await things.insertOne({ name: "one" });
  assertEquals(await things.countDocuments(), 1);
});

withRedis("withRedis() lends a test keys of its own", async ({ url, token, prefix }) => {
  const redis = new Redis({ url, token });
  assertEquals(await redis.keys(`${prefix}*`), []);
  await redis.set(`${prefix}a`, "one");
  assert(prefix.length > 20);
  assertEquals(await redis.keys(`${prefix}*`), [`${prefix}a`]);
});
