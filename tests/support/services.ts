/**
 * Tests that need a service. Without it they are skipped, or fail where services are required.
 *
 * @module
 */

import type { FailingDisk } from "./failing_disk.ts";
import {
  areServicesRequired,
  FAILING_DISK,
  LEFT_OUT,
  MONGODB_URI,
  readVariable,
  STRIPE_MOCK_URL,
  UPSTASH_REDIS_REST_TOKEN,
  UPSTASH_REDIS_REST_URL,
} from "../../scripts/services/variables.ts";

/** A Redis behind Upstash's REST protocol, and what the names of a test's keys begin with. */
export interface TestRedis {
  readonly url: string;
  readonly token: string;
  readonly prefix: string;
}

/**
 * Registers a test on MongoDB. Its database is its own, and is dropped after it.
 *
 * @param name The test's name, as for `Deno.test`.
 * @param test Must close the clients it opens.
 */
export function withMongo(
  name: string,
  test: (uri: string, databaseName: string) => Promise<void>,
): void {
  const uri = readVariable(MONGODB_URI);
  register(name, "MongoDB", uri, async (uri) => {
    const databaseName = `kese-test-${crypto.randomUUID().slice(0, 13)}`;
    try {
      await test(uri, databaseName);
    } finally {
      await dropDatabase(uri, databaseName).catch(warn);
    }
  });
}

/**
 * Registers a test on Redis. All keys it makes must begin with its prefix; they are deleted after it.
 *
 * @param name The test's name, as for `Deno.test`.
 */
export function withRedis(name: string, test: (redis: TestRedis) => Promise<void>): void {
  const url = readVariable(UPSTASH_REDIS_REST_URL);
  const token = readVariable(UPSTASH_REDIS_REST_TOKEN);
  const service = url === undefined || token === undefined ? undefined : { url, token };
  register(name, "Redis", service, async ({ url, token }) => {
    const redis = { url, token, prefix: `kese-test-${crypto.randomUUID()}:` };
    try {
      await test(redis);
    } finally {
      await deleteKeys(redis).catch(warn);
    }
  });
}

/**
 * Registers a test on a disk that loses power.
 *
 * @param name The test's name, as for `Deno.test`.
 */
export function withFailingDisk(name: string, test: (disk: FailingDisk) => Promise<void>): void {
  register(name, "a failing disk", readVariable(FAILING_DISK), async (library) => {
    const { openFailingDisk } = await import("./failing_disk.ts");
    const disk = await openFailingDisk(library);
    try {
      await test(disk);
    } finally {
      await disk.close();
    }
  });
}

/**
 * Registers a test on Stripe's own mock, which checks the form of requests and keeps nothing.
 *
 * @param name The test's name, as for `Deno.test`.
 */
export function withStripeMock(name: string, test: (url: string) => Promise<void>): void {
  const url = readVariable(STRIPE_MOCK_URL);
  if (url === LEFT_OUT) Deno.test({ name, ignore: true }, () => {});
  else register(name, "Stripe's mock", url, test);
}

// What a test needs is loaded when it runs, because tests of other things import this file too.

function register<Service>(
  name: string,
  serviceName: string,
  service: Service | undefined,
  test: (service: Service) => Promise<void>,
): void {
  const ignore = service === undefined && !areServicesRequired();
  Deno.test({ name, ignore }, async () => {
    if (service === undefined) {
      throw new Error(
        `Cannot test without ${serviceName}: \`deno task test\` says why it is missing`,
      );
    }
    await test(service);
  });
}

async function dropDatabase(uri: string, databaseName: string): Promise<void> {
  const { MongoClient } = await import("mongodb");
  await using client = await MongoClient.connect(uri);
  await client.db(databaseName).dropDatabase();
}

async function deleteKeys({ url, token, prefix }: TestRedis): Promise<void> {
  const { Redis } = await import("@upstash/redis");
  const redis = new Redis({ url, token, enableTelemetry: false });
  const keys = await redis.keys(`${prefix}*`);
  if (keys.length > 0) await redis.del(...keys);
}

/** A test does not fail because of what it leaves behind: that would hide why another one failed. */
function warn(error: unknown): void {
  console.error("Cannot tidy up after a test:", error);
}
