import type { RedisOptions } from "../redis/connection.ts";
import { z } from "zod";
import { DEVELOPMENT_FLEET, DEVELOPMENT_FLEET_KEY } from "./development.ts";
import { sha256 } from "../crypto/digests.ts";
import type { Variables } from "./env_file.ts";
import { type GatewaySettings, readGateways } from "./gateway_variables.ts";
import { readEventTargets } from "./event_variables.ts";
import { LOG_LEVELS } from "./log.ts";
import {
  cardGateway,
  cardKeys,
  count,
  fingerprintKeys,
  flag,
  fleetNames,
  fleets,
  mongoUri,
  origin,
  origins,
  timeZone,
  webhookSecret,
} from "./variable_forms.ts";
import { findContradictions } from "./contradictions.ts";

type EnvironmentRead =
  | { readonly ok: true; readonly environment: Environment }
  | { readonly ok: false; readonly faults: readonly string[] };

/** Every variable except the `MSG_…`. One without a default that is not optional must be set in production. */
export const ENVIRONMENT = z.object({
  KESE_ENV: z.enum(["development", "production"], "must be development or production").default(
    "production",
  ),
  HOST: z.string().default("0.0.0.0"),
  PORT: count.refine((port) => port <= 65_535, "must be at most 65535").default(5000),
  SQLITE_PATH: z.string().default("data/kese.db"),
  /** If it is set, the accounts are on MongoDB and SQLite is not opened. */
  MONGODB_URI: mongoUri.optional(),
  DB_NAME: z.string().default("kese"),
  /** If it is set, account snapshots and rate limits are on Upstash Redis. */
  UPSTASH_REDIS_REST_URL: z.url({ protocol: /^https?$/, error: "must be an https URL" }).optional(),
  UPSTASH_REDIS_REST_TOKEN: z.string().optional(),
  FLEETS: fleets,
  CARD_KEYS: cardKeys,
  /** The first key seals the store's secret; each of them opens it. */
  CARD_FINGERPRINT_KEY: fingerprintKeys,
  /** One gateway for all, or one for each fleet. */
  CARD_GATEWAY: cardGateway,
  /** The fleets' accounts with their gateways; readGateways() says which form each has. */
  IYZICO_KEYS: z.string().optional(),
  IYZICO_URL: z.string().optional(),
  IYZICO_BUYER_DEFAULTS: z.string().optional(),
  CRAFTGATE_KEYS: z.string().optional(),
  CRAFTGATE_URL: z.string().optional(),
  STRIPE_KEYS: z.string().optional(),
  STRIPE_URL: z.string().optional(),
  ALLOW_SANDBOX_GATEWAY: flag.default(false),
  /** Where users' browsers reach Kese: banks send them back there. */
  PUBLIC_URL: origin.optional(),
  /** Where browsers may be sent after 3-D Secure. */
  RETURN_ORIGINS: origins.default([]),
  /** Whose pages may call Kese from a browser. */
  CORS_ORIGINS: origins.default([]),
  /** Where one-time codes for users are sent; signed if there is a secret. */
  CODE_WEBHOOK_URL: z.url("must be a URL").optional(),
  CODE_WEBHOOK_SECRET: webhookSecret.optional(),
  /** Where the fleets' events are sent; readEventTargets() says which form it has. */
  EVENT_WEBHOOKS: z.string().default(""),
  /** Fleets that keep the free texts of entries when a user is erased. */
  KEEP_TEXTS: fleetNames.default(new Set()),
  /** Whose days the fleet's lists and day's ends are. */
  TIME_ZONE: timeZone.default("Europe/Istanbul"),
  ALLOW_CARD_NUMBER_IN_URL: flag.default(false),
  TRUST_PROXY: flag.default(false),
  REQUESTS_PER_MINUTE_USER: count.default(6_000),
  REQUESTS_PER_MINUTE_FLEET: count.default(300_000),
  /** Deno's own variable: it exports what is measured. */
  OTEL_DENO: flag.default(false),
  LOG_LEVEL: z.enum(LOG_LEVELS, `must be one of ${LOG_LEVELS.join(", ")}`).default("info"),
});

type Read = z.output<typeof ENVIRONMENT>;

/** The variables under the names that the program uses; those that belong together are one object. */
const NAMED = ENVIRONMENT.transform((read) => ({
  mode: read.KESE_ENV,
  host: read.HOST,
  port: read.PORT,
  sqlitePath: read.SQLITE_PATH,
  ...readMongo(read),
  ...readRedis(read),
  fleets: read.FLEETS,
  cardKeys: read.CARD_KEYS,
  cardFingerprintKeys: read.CARD_FINGERPRINT_KEY,
  cardGateway: read.CARD_GATEWAY,
  publicUrl: read.PUBLIC_URL ?? `http://localhost:${read.PORT}`,
  returnOrigins: read.RETURN_ORIGINS,
  corsOrigins: read.CORS_ORIGINS,
  ...readTryOut(read),
  ...readCodeWebhook(read),
  eventTargets: readEventTargets(read.EVENT_WEBHOOKS, read.KESE_ENV).targets,
  keepTexts: read.KEEP_TEXTS,
  timeZone: read.TIME_ZONE,
  allowCardNumberInUrl: read.ALLOW_CARD_NUMBER_IN_URL,
  trustProxy: read.TRUST_PROXY,
  requestsPerMinute: {
    user: read.REQUESTS_PER_MINUTE_USER,
    fleet: read.REQUESTS_PER_MINUTE_FLEET,
  },
  exportsTelemetry: read.OTEL_DENO,
  logLevel: read.LOG_LEVEL,
}));

/** The checked environment, in the types that the program works with. */
export type Environment = Readonly<z.output<typeof NAMED>> & {
  readonly gateways: GatewaySettings;
  /** The texts that replace the API's own, by the name of their variable `MSG_…`. */
  readonly texts: ReadonlyMap<string, string>;
};

function readMongo({ MONGODB_URI: uri, DB_NAME: dbName }: Read) {
  return uri === undefined ? {} : { mongo: { uri, dbName } };
}

/** Where Redis is, and for how long it is waited for where that is not as usual. */
type RedisPlace = Pick<RedisOptions, "url" | "token" | "timeoutMilliseconds">;

function readRedis(
  { UPSTASH_REDIS_REST_URL: url, UPSTASH_REDIS_REST_TOKEN: token }: Read,
): { readonly redis?: RedisPlace } {
  return url === undefined || token === undefined ? {} : { redis: { url, token } };
}

function readCodeWebhook({ CODE_WEBHOOK_URL: url, CODE_WEBHOOK_SECRET: secret }: Read) {
  if (url === undefined) return {};
  return { codeWebhook: { url, ...(secret !== undefined && { secret }) } };
}

/** Development's own fleet, as long as its key is the one that everybody knows. */
function readTryOut({ KESE_ENV: mode, FLEETS: fleets }: Read) {
  const hashes = fleets.get(DEVELOPMENT_FLEET) ?? [];
  const isKnown = mode === "development" && hashes.includes(sha256(DEVELOPMENT_FLEET_KEY));
  return isKnown ? { tryOut: { filo: DEVELOPMENT_FLEET, key: DEVELOPMENT_FLEET_KEY } } : {};
}

/** Reads the environment. Names everything that is missing or wrong, unknown texts included. */
export function readEnvironment(
  variables: Variables,
  unknownTexts: (texts: Environment["texts"]) => readonly string[] = () => [],
): EnvironmentRead {
  // An empty variable counts as unset, as in an .env that was copied and not filled in.
  const given = Object.fromEntries(Object.entries(variables).filter(([, value]) => value));
  // Read once: to compile the schema first, as zod does for what is read often, would take longer.
  const parsed = NAMED.safeParse(given, { jitless: true });
  const gateways = readGateways(given);
  const texts = readTexts(given);
  const faults = [
    ...describeIssues(parsed, given),
    ...gateways.faults,
    ...findContradictions(given),
    ...unknownTexts(texts).map((name) => `${name} replaces no text`),
  ];
  if (!parsed.success || faults.length > 0) return { ok: false, faults };
  return { ok: true, environment: { ...parsed.data, gateways: gateways.settings, texts } };
}

function describeIssues(parsed: z.ZodSafeParseResult<unknown>, given: Variables): string[] {
  if (parsed.success) return [];
  return parsed.error.issues.map(({ path: [field], message }) => {
    const name = String(field);
    return name in given ? `${name} ${message}` : `${name} is missing`;
  });
}

/** Reads the texts that the `MSG_…` variables replace, by name. */
function readTexts(variables: Variables): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(variables).flatMap(([name, text]) => {
      return name.startsWith("MSG_") && text ? [[name, text] as const] : [];
    }),
  );
}
