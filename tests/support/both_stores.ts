import { randomBytes } from "node:crypto";
import { FLEETS } from "./kese.ts";
import {
  readVariable,
  UPSTASH_REDIS_REST_TOKEN,
  UPSTASH_REDIS_REST_URL,
} from "../../scripts/services/variables.ts";
import { withMongo } from "./services.ts";
import { withTemporaryFile } from "./temporary_store.ts";

/** The variables that lead main.ts to its store. */
export type StoreVariables = Readonly<Record<string, string>>;

/** Registers a test twice: on an empty SQLite file, and on an empty MongoDB database with Redis. */
export function onBothStores(
  name: string,
  test: (variables: StoreVariables) => Promise<void>,
): void {
  Deno.test(`SQLite: ${name}`, () => withTemporaryFile(({ path }) => test({ SQLITE_PATH: path })));
  const redis = redisVariables();
  withMongo(
    `${redis ? "MongoDB and Redis" : "MongoDB"}: ${name}`,
    (uri, dbName) => test({ MONGODB_URI: uri, DB_NAME: dbName, SQLITE_PATH: ":memory:", ...redis }),
  );
}

function redisVariables(): StoreVariables | undefined {
  const url = readVariable(UPSTASH_REDIS_REST_URL);
  const token = readVariable(UPSTASH_REDIS_REST_TOKEN);
  if (url === undefined || token === undefined) return undefined;
  return { UPSTASH_REDIS_REST_URL: url, UPSTASH_REDIS_REST_TOKEN: token };
}

/** A production on that store which `send` reaches; the keys of its cards outlive a process. */
export function productionOn(store: StoreVariables): StoreVariables {
  return {
    KESE_ENV: "production",
    HOST: "127.0.0.1",
    PORT: "0",
    ...FLEETS,
    CARD_KEYS: `test:${randomKey()}`,
    CARD_FINGERPRINT_KEY: randomKey(),
    CARD_GATEWAY: "sandbox",
    ALLOW_SANDBOX_GATEWAY: "true",
    REQUESTS_PER_MINUTE_USER: "0",
    REQUESTS_PER_MINUTE_FLEET: "0",
    ...store,
  };
}

export function randomKey(): string {
  return randomBytes(32).toString("base64");
}
