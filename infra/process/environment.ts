import { Buffer } from "node:buffer";
import { z } from "zod";
import { DEVELOPMENT_FLEET_KEY } from "./development.ts";
import { sha256 } from "../crypto/digests.ts";
import type { Variables } from "./env_file.ts";
import { LOG_LEVELS } from "./log.ts";

export type EnvironmentRead =
  | { readonly ok: true; readonly environment: Environment }
  | { readonly ok: false; readonly faults: readonly string[] };

const flag = z.enum(["true", "false"], "must be true or false").transform((text) =>
  text === "true"
);
const count = z.string().regex(/^\d{1,9}$/, "must be a whole number").transform(Number);
const key = z.base64("must be base64")
  .transform((text): Uint8Array => new Uint8Array(Buffer.from(text, "base64")))
  .refine((bytes) => bytes.length === 32, "must be 32 bytes in base64");

/** As Standard Webhooks writes one: 24 to 64 bytes. */
const webhookSecret = z.string().refine((text) => {
  const [, bytes] = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(text) ?? [];
  const { length } = Buffer.from(bytes ?? "", "base64");
  return length >= 24 && length <= 64;
}, "must be whsec_<base64 of 24 to 64 bytes>");

/** One, and the one before it while it is replaced. */
const FINGERPRINT_KEYS_MAX = 2;

const FLEET = /^[A-Za-z0-9_-]{1,64}:[0-9a-f]{64}(\|[0-9a-f]{64})?$/;
const fleets = list("must be name:<SHA-256 hex of the key>[|<second hash>],…", (item) => {
  if (!FLEET.test(item)) return undefined;
  const [name = "", hashes = ""] = item.split(":");
  return [name, hashes.split("|")] as const;
});

const cardKeys = list("must be id:<base64 of 32 bytes>,…", (item) => {
  const [id = "", text = ""] = item.split(":");
  const parsed = key.safeParse(text);
  return /^[A-Za-z0-9_-]{1,32}$/.test(id) && parsed.success
    ? [id, parsed.data] as const
    : undefined;
});

const ENCODED = String.raw`(?:[^\s:/?#[\]@%]|%[0-9A-Fa-f]{2})`;
const HOST = String.raw`(?:\[[0-9A-Fa-f:.]+\]|[^\s:/?#[\]@,]+)(?::\d+)?`;
/** Strict about user and password: read otherwise than meant, a part of a password would count as a host. */
const MONGO_URI = new RegExp(
  String.raw`^mongodb(?:\+srv)?://(?:${ENCODED}+(?::${ENCODED}*)?@)?${HOST}(?:,${HOST})*` +
    String.raw`(?:/[^\s?#@]*)?(?:\?[^\s#@]*)?$`,
);
const mongoUri = z.string().regex(
  MONGO_URI,
  "must be mongodb[+srv]://user:password@host…, with : / ? # [ ] @ % in user and password percent-encoded",
);

const fingerprintKeys = z.string().transform((text, context): readonly Uint8Array[] => {
  const read = text.split(",").map((item) => key.safeParse(item.trim()));
  const keys = read.flatMap(({ success, data }) => success ? [data] : []);
  if (keys.length === read.length && keys.length <= FINGERPRINT_KEYS_MAX) return keys;
  context.addIssue({ code: "custom", message: "must be <base64 of 32 bytes>[,<old one>]" });
  return z.NEVER;
});

/** Pairs with commas between them, each name once. */
function list<Value>(form: string, read: (item: string) => readonly [string, Value] | undefined) {
  return z.string().transform((text, context): ReadonlyMap<string, Value> => {
    const items = text.split(",").map((item) => item.trim()).filter((item) => item !== "");
    const pairs = items.map(read).filter((pair) => pair !== undefined);
    const map = new Map(pairs);
    if (map.size === items.length && map.size > 0) return map;
    context.addIssue({ code: "custom", message: form });
    return z.NEVER;
  });
}

/** Every variable but the `MSG_…`. What has no default and is not optional must be set in production. */
export const ENVIRONMENT = z.object({
  KESE_ENV: z.enum(["development", "production"], "must be development or production").default(
    "production",
  ),
  HOST: z.string().default("0.0.0.0"),
  PORT: count.refine((port) => port <= 65_535, "must be at most 65535").default(5000),
  SQLITE_PATH: z.string().default("data/kese.db"),
  /** Set when the accounts are on MongoDB; SQLite is not opened then. */
  MONGODB_URI: mongoUri.optional(),
  DB_NAME: z.string().default("kese"),
  /** Set when account snapshots and rate limits are on Upstash Redis. */
  UPSTASH_REDIS_REST_URL: z.url({ protocol: /^https?$/, error: "must be an https URL" }).optional(),
  UPSTASH_REDIS_REST_TOKEN: z.string().optional(),
  FLEETS: fleets,
  CARD_KEYS: cardKeys,
  /** The first seals the store's secret, all open it. */
  CARD_FINGERPRINT_KEY: fingerprintKeys,
  CARD_GATEWAY: z.enum(["sandbox"], "must be sandbox, the only gateway of this version"),
  ALLOW_SANDBOX_GATEWAY: flag.default(false),
  /** Where one-time codes go that are sent to users; signed when there is a secret. */
  CODE_WEBHOOK_URL: z.url("must be a URL").optional(),
  CODE_WEBHOOK_SECRET: webhookSecret.optional(),
  ALLOW_CARD_NUMBER_IN_URL: flag.default(false),
  TRUST_PROXY: flag.default(false),
  REQUESTS_PER_MINUTE_USER: count.default(6_000),
  REQUESTS_PER_MINUTE_FLEET: count.default(300_000),
  LOG_LEVEL: z.enum(LOG_LEVELS, `must be one of ${LOG_LEVELS.join(", ")}`).default("info"),
});

type Read = z.output<typeof ENVIRONMENT>;

/** The variables under the names that the program has for them, those that belong together in one. */
const NAMED = ENVIRONMENT.transform((read) => ({
  mode: read.KESE_ENV,
  host: read.HOST,
  port: read.PORT,
  sqlitePath: read.SQLITE_PATH,
  ...mongo(read),
  ...redis(read),
  fleets: read.FLEETS,
  cardKeys: read.CARD_KEYS,
  cardFingerprintKeys: read.CARD_FINGERPRINT_KEY,
  cardGateway: read.CARD_GATEWAY,
  ...codeWebhook(read),
  allowCardNumberInUrl: read.ALLOW_CARD_NUMBER_IN_URL,
  trustProxy: read.TRUST_PROXY,
  requestsPerMinute: {
    user: read.REQUESTS_PER_MINUTE_USER,
    fleet: read.REQUESTS_PER_MINUTE_FLEET,
  },
  logLevel: read.LOG_LEVEL,
}));

/** What the environment says, checked and in the types that the program works with. */
export type Environment = Readonly<z.output<typeof NAMED>> & {
  /** The replaced texts, `MSG_…` by name. */
  readonly texts: ReadonlyMap<string, string>;
};

function mongo({ MONGODB_URI: uri, DB_NAME: dbName }: Read) {
  return uri === undefined ? {} : { mongo: { uri, dbName } };
}

function redis({ UPSTASH_REDIS_REST_URL: url, UPSTASH_REDIS_REST_TOKEN: token }: Read) {
  return url === undefined || token === undefined ? {} : { redis: { url, token } };
}

function codeWebhook({ CODE_WEBHOOK_URL: url, CODE_WEBHOOK_SECRET: secret }: Read) {
  if (url === undefined) return {};
  return { codeWebhook: { url, ...(secret !== undefined && { secret }) } };
}

/** Reads the environment; names everything that is missing or wrong at once, unknown texts included. */
export function readEnvironment(
  variables: Variables,
  unknownTexts: (texts: Environment["texts"]) => readonly string[] = () => [],
): EnvironmentRead {
  // An empty variable counts as unset, as in an .env that was copied and not filled in.
  const given = Object.fromEntries(Object.entries(variables).filter(([, value]) => value));
  const parsed = NAMED.safeParse(given);
  const texts = textsOf(given);
  const faults = [
    ...fieldFaults(parsed, given),
    ...contradictions(given),
    ...unknownTexts(texts).map((name) => `${name} replaces no text`),
  ];
  if (!parsed.success || faults.length > 0) return { ok: false, faults };
  return { ok: true, environment: { ...parsed.data, texts } };
}

function fieldFaults(parsed: z.ZodSafeParseResult<unknown>, given: Variables): string[] {
  if (parsed.success) return [];
  return parsed.error.issues.map(({ path: [field], message }) => {
    const name = String(field);
    return name in given ? `${name} ${message}` : `${name} is missing`;
  });
}

/** What may be right by itself and is wrong here. */
function* contradictions(given: Variables): Generator<string> {
  const production = given.KESE_ENV !== "development";
  const onDeploy = given.DENO_DEPLOYMENT_ID !== undefined;
  if (production && given.CARD_GATEWAY === "sandbox" && given.ALLOW_SANDBOX_GATEWAY !== "true") {
    yield "CARD_GATEWAY sandbox moves no money: production takes it only with ALLOW_SANDBOX_GATEWAY=true";
  }
  if (production && given.CODE_WEBHOOK_URL && given.CODE_WEBHOOK_SECRET === undefined) {
    yield "CODE_WEBHOOK_URL takes codes and telephone numbers: production signs them with CODE_WEBHOOK_SECRET";
  }
  if (production) yield* publicSecrets(given);
  if (!production && onDeploy) yield "KESE_ENV development is refused on Deno Deploy";
  // The default is every address: in development that has to be said otherwise.
  if (!production && !LOOPBACK.includes(given.HOST ?? "")) {
    yield `HOST must be a loopback address in development (${LOOPBACK.join(", ")})`;
  }
  if (given.MONGODB_URI === undefined && onDeploy) {
    yield "SQLite is refused on Deno Deploy: instances share no disk";
  }
  if (
    (given.UPSTASH_REDIS_REST_URL === undefined) !== (given.UPSTASH_REDIS_REST_TOKEN === undefined)
  ) {
    yield "UPSTASH_REDIS_REST_URL and UPSTASH_REDIS_REST_TOKEN belong together";
  }
  if (given.UPSTASH_REDIS_REST_URL !== undefined && given.MONGODB_URI === undefined) {
    yield "UPSTASH_REDIS_REST_URL is for instances that share a MONGODB_URI; SQLite has one process";
  }
}

/** Keys that anybody can look up or guess. */
function* publicSecrets(given: Variables): Generator<string> {
  if (given.FLEETS?.includes(sha256(DEVELOPMENT_FLEET_KEY))) {
    yield `FLEETS holds the hash of ${DEVELOPMENT_FLEET_KEY}: production refuses development's key`;
  }
  const keys = { CARD_KEYS: given.CARD_KEYS, CARD_FINGERPRINT_KEY: given.CARD_FINGERPRINT_KEY };
  for (const [name, text = ""] of Object.entries(keys)) {
    if (text.includes(ZERO_KEY)) yield `${name} holds a key of zeros, which is none`;
  }
}

const ZERO_KEY = Buffer.alloc(32).toString("base64");
const LOOPBACK = ["127.0.0.1", "::1", "localhost"];

/** The texts that the variables replace, by name. */
export function textsOf(variables: Variables): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(variables).flatMap(([name, text]) => {
      return name.startsWith("MSG_") && text ? [[name, text] as const] : [];
    }),
  );
}
