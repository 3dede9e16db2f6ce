import { assert, assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import { DEVELOPMENT_FLEET_KEY } from "../../../infra/process/development.ts";
import { sha256 } from "../../../infra/crypto/digests.ts";
import type { Variables } from "../../../infra/process/env_file.ts";
import { type Environment, readEnvironment } from "../../../infra/process/environment.ts";

const HASH = "a".repeat(64);
const OTHER_HASH = "0123456789abcdef".repeat(4);
const KEY = Buffer.alloc(32, 1).toString("base64");
const OTHER_KEY = Buffer.alloc(32, 2).toString("base64");
const WEBHOOK_SECRET = `whsec_${Buffer.alloc(24, 3).toString("base64")}`;

/** All that production needs. */
const COMPLETE: Variables = {
  FLEETS: `hergele:${HASH}`,
  CARD_KEYS: `k1:${KEY}`,
  CARD_FINGERPRINT_KEY: KEY,
  CARD_GATEWAY: "sandbox",
  ALLOW_SANDBOX_GATEWAY: "true",
};

const DEVELOPMENT: Variables = { ...COMPLETE, KESE_ENV: "development", HOST: "127.0.0.1" };

function read(variables: Variables): Environment {
  const result = readEnvironment(variables);
  assert(result.ok, JSON.stringify(result));
  return result.environment;
}

function faultsOf(variables: Variables): readonly string[] {
  const result = readEnvironment(variables);
  return result.ok ? [] : result.faults;
}

Deno.test("readEnvironment() names everything that is missing at once", () => {
  const missing = [
    "FLEETS is missing",
    "CARD_KEYS is missing",
    "CARD_FINGERPRINT_KEY is missing",
    "CARD_GATEWAY is missing",
  ];
  assertEquals(faultsOf({}), missing);
  const empty = Object.fromEntries(Object.keys(COMPLETE).map((name) => [name, ""]));
  assertEquals(faultsOf(empty), missing);
});

Deno.test("readEnvironment() names what is missing together with what is wrong", () => {
  assertEquals(faultsOf({ ...COMPLETE, FLEETS: "", PORT: "http", TRUST_PROXY: "yes" }), [
    "PORT must be a whole number",
    "FLEETS is missing",
    "TRUST_PROXY must be true or false",
  ]);
});

Deno.test("readEnvironment() gives away a fleet's key to the pages in development alone, and only the known one", () => {
  const fleets = { FLEETS: `hergele:${sha256(DEVELOPMENT_FLEET_KEY)}` };
  assertEquals(read({ ...DEVELOPMENT, ...fleets }).tryOut, {
    filo: "hergele",
    key: DEVELOPMENT_FLEET_KEY,
  });
  assertEquals(read(DEVELOPMENT).tryOut, undefined);
  assertEquals(read(COMPLETE).tryOut, undefined);
});

Deno.test("readEnvironment() is production, on every address, unless told otherwise", () => {
  const environment = read(COMPLETE);
  const { mode, host, port, sqlitePath, logLevel, requestsPerMinute } = environment;
  assertEquals({ mode, host, port, sqlitePath, logLevel }, {
    mode: "production",
    host: "0.0.0.0",
    port: 5_000,
    sqlitePath: "data/kese.db",
    logLevel: "info",
  });
  assertEquals(requestsPerMinute, { user: 6_000, fleet: 300_000 });
  const { allowCardNumberInUrl, trustProxy, codeWebhook } = environment;
  assertEquals({ allowCardNumberInUrl, trustProxy, codeWebhook }, {
    allowCardNumberInUrl: false,
    trustProxy: false,
    codeWebhook: undefined,
  });
});

Deno.test("readEnvironment() reads fleets with one key or two", () => {
  const { fleets } = read({
    ...COMPLETE,
    FLEETS: `hergele:${HASH}|${OTHER_HASH}, other_fleet-1:${OTHER_HASH},`,
  });
  assertEquals([...fleets], [["hergele", [HASH, OTHER_HASH]], ["other_fleet-1", [OTHER_HASH]]]);
});

Deno.test("readEnvironment() reads card keys, the first of which seals", () => {
  const { cardKeys, cardFingerprintKeys } = read({
    ...COMPLETE,
    CARD_KEYS: `k2:${OTHER_KEY},k1:${KEY}`,
  });
  assertEquals([...cardKeys], [
    ["k2", new Uint8Array(32).fill(2)],
    ["k1", new Uint8Array(32).fill(1)],
  ]);
  assertEquals(cardFingerprintKeys, [new Uint8Array(32).fill(1)]);
});

Deno.test("readEnvironment() reads everything that can be set", () => {
  const environment = read({
    ...DEVELOPMENT,
    HOST: "::1",
    PORT: "65535",
    SQLITE_PATH: "/var/lib/kese.db",
    CODE_WEBHOOK_URL: "https://example.com/codes",
    CODE_WEBHOOK_SECRET: WEBHOOK_SECRET,
    PUBLIC_URL: "https://kese.example/",
    RETURN_ORIGINS: "https://a.example, http://localhost:3000",
    CORS_ORIGINS: "https://app.example/",
    ALLOW_CARD_NUMBER_IN_URL: "true",
    EVENT_WEBHOOKS:
      `hergele:https://fleet.example/events?a=1|${WEBHOOK_SECRET};types=payment+refund`,
    KEEP_TEXTS: "hergele",
    TIME_ZONE: "Europe/Berlin",
    TRUST_PROXY: "true",
    REQUESTS_PER_MINUTE_USER: "0",
    REQUESTS_PER_MINUTE_FLEET: "10",
    OTEL_DENO: "true",
    LOG_LEVEL: "error",
    MSG_INSUFFICIENT_BALANCE: "Para yok",
    MSG_EMPTY: "",
    UNRELATED: "x",
  });
  const { cardKeys: _keys, cardFingerprintKeys: _key, fleets: _fleets, ...others } = environment;
  assertEquals(others, {
    mode: "development",
    host: "::1",
    port: 65_535,
    sqlitePath: "/var/lib/kese.db",
    cardGateway: new Map([["*", "sandbox" as const]]),
    gateways: { iyzico: new Map(), craftgate: new Map(), stripe: new Map() },
    publicUrl: "https://kese.example",
    returnOrigins: ["https://a.example", "http://localhost:3000"],
    corsOrigins: ["https://app.example"],
    eventTargets: new Map([["hergele", {
      url: "https://fleet.example/events?a=1",
      secrets: [WEBHOOK_SECRET],
      types: new Set(["payment", "refund"] as const),
    }]]),
    codeWebhook: { url: "https://example.com/codes", secret: WEBHOOK_SECRET },
    keepTexts: new Set(["hergele"]),
    timeZone: "Europe/Berlin",
    allowCardNumberInUrl: true,
    trustProxy: true,
    requestsPerMinute: { user: 0, fleet: 10 },
    exportsTelemetry: true,
    logLevel: "error",
    texts: new Map([["MSG_INSUFFICIENT_BALANCE", "Para yok"]]),
  });
});

const WRONG: Readonly<Record<string, readonly string[]>> = {
  KESE_ENV: ["dev", "Production", "test"],
  TIME_ZONE: ["Istanbul", "Europe/Nowhere"],
  PORT: ["-1", "65536", "5000.5", "1e3", "0x10", " 5000", "9999999999"],
  FLEETS: [
    "hergele",
    `hergele:${HASH.slice(1)}`,
    `hergele:${HASH.toUpperCase()}`,
    `her gele:${HASH}`,
    `hergele:${HASH}|`,
    `hergele:${HASH}|${HASH}|${HASH}`,
    `a:${HASH},b`,
    `a:${HASH},a:${OTHER_HASH}`,
    `${"a".repeat(65)}:${HASH}`,
    ",",
  ],
  CARD_KEYS: [
    KEY,
    `k1:${KEY.slice(4)}`,
    `k1:${KEY}AAAA`,
    `k 1:${KEY}`,
    `:${KEY}`,
    `k1:${KEY},k1:${OTHER_KEY}`,
    `k1:${KEY},k2:short`,
    `k1:${"g".repeat(64)}`,
  ],
  CARD_FINGERPRINT_KEY: [
    "short",
    KEY.slice(4),
    `k1:${KEY}`,
    "a".repeat(64),
    `${KEY},short`,
    `${KEY},`,
    `${KEY},${OTHER_KEY},${KEY}`,
  ],
  CARD_GATEWAY: [
    "paypal",
    "Sandbox",
    "sandbox,iyzico",
    "hergele:iyzico,sandbox",
    "hergele:iyzico,hergele:stripe",
    "hergele:",
    "",
  ].filter(Boolean),
  PUBLIC_URL: ["kese.example", "http://kese.example", "https://kese.example/api", "ftp://a"],
  RETURN_ORIGINS: ["https://a.example/wallet", "a.example", "https://a.example,,"],
  CORS_ORIGINS: ["*", "https://*.example", "https://a.example/app", "http://a.example", "null"],
  MONGODB_URI: [
    "localhost:27017",
    "postgres://host/",
    ...["pa@ss", "pa:ss", "pa/ss", "pa?ss", "pa#ss", "pa[ss", "pa]ss", "pa ss", "pa%ss", "12/34"]
      .map((password) => `mongodb://kese:${password}@cluster.example.com/?retryWrites=true`),
    "mongodb://kese:secret",
    "mongodb://kese:secret/?w=1",
    "mongodb://",
  ],
  UPSTASH_REDIS_REST_URL: ["redis://default:secret@example.com:6379", "example.com"],
  ALLOW_SANDBOX_GATEWAY: ["1", "TRUE"],
  KEEP_TEXTS: ["her gele", "hergele,hergele"],
  ALLOW_CARD_NUMBER_IN_URL: ["yes"],
  TRUST_PROXY: ["2"],
  CODE_WEBHOOK_URL: ["example.com"],
  CODE_WEBHOOK_SECRET: [
    KEY,
    `whsec_${Buffer.alloc(23, 1).toString("base64")}`,
    `whsec_${Buffer.alloc(65, 1).toString("base64")}`,
    `whsec_${"!".repeat(40)}`,
  ],
  REQUESTS_PER_MINUTE_USER: ["many", "-1"],
  REQUESTS_PER_MINUTE_FLEET: ["1.5"],
  LOG_LEVEL: ["verbose"],
};
for (const [name, values] of Object.entries(WRONG)) {
  Deno.test(`readEnvironment() refuses wrong forms of ${name}, and repeats no value`, () => {
    for (const value of values) {
      const faults = faultsOf({ ...COMPLETE, [name]: value });
      assert(faults.some((fault) => fault.startsWith(`${name} must be `)), `${value}: ${faults}`);
      if (value.length > 30) assertEquals(faults.some((fault) => fault.includes(value)), false);
    }
  });
}

Deno.test("readEnvironment() takes every connection string that MongoDB's own tools make", () => {
  const right = [
    "mongodb://localhost",
    "mongodb://127.0.0.1:27017/?directConnection=true",
    "mongodb://[::1]:27017,[2001:db8::7]/kese",
    "mongodb://kese:p%40ss%2Fw%3Ard%25@a.example.com:27017,b.example.com/?replicaSet=rs0&w=1",
    "mongodb+srv://kese:Sup3r-s3cret_.~!$&'()*+,;=@cluster0.ab1cd.mongodb.net/?appName=Cluster0",
    "mongodb://%2Ftmp%2Fmongodb-27017.sock",
  ];
  for (const uri of right) assertEquals(read({ ...COMPLETE, MONGODB_URI: uri }).mongo?.uri, uri);
});

Deno.test("readEnvironment() takes the sandbox in production only with consent", () => {
  for (const consent of [undefined, "", "false"]) {
    const faults = faultsOf({ ...COMPLETE, ALLOW_SANDBOX_GATEWAY: consent });
    assertEquals(faults.length, 1);
    assertEquals(faults[0]?.includes("ALLOW_SANDBOX_GATEWAY=true"), true);
  }
  const { cardGateway } = read({ ...DEVELOPMENT, ALLOW_SANDBOX_GATEWAY: "" });
  assertEquals([...cardGateway], [["*", "sandbox"]]);
});

const BUYER = {
  identityNumber: "11111111111",
  address: "Moda Caddesi 1",
  city: "İstanbul",
  country: "Türkiye",
  ip: "203.0.113.7",
};
const IYZICO = {
  CARD_GATEWAY: "iyzico",
  PUBLIC_URL: "https://kese.example",
  IYZICO_KEYS: "hergele:live-key|live-secret",
  IYZICO_BUYER_DEFAULTS: JSON.stringify({ "*": BUYER }),
};

Deno.test("readEnvironment() gives each fleet its own gateway and account", () => {
  const { cardGateway, gateways } = read({
    ...COMPLETE,
    ...IYZICO,
    FLEETS: `hergele:${HASH},belediye:${OTHER_HASH}`,
    CARD_GATEWAY: "hergele:iyzico,belediye:craftgate",
    IYZICO_KEYS: "hergele:sandbox-a|sandbox-b",
    CRAFTGATE_KEYS: "belediye:live-a|live-b|live-c|live-d",
  });
  assertEquals([...cardGateway], [["hergele", "iyzico"], ["belediye", "craftgate"]]);
  assertEquals([...gateways.iyzico], [["hergele", {
    apiKey: "sandbox-a",
    secretKey: "sandbox-b",
    url: "https://sandbox-api.iyzipay.com",
    buyerDefaults: BUYER,
  }]]);
  assertEquals([gateways.craftgate.get("belediye")?.url, gateways.stripe.size], [
    "https://api.craftgate.io",
    0,
  ]);
});

const WRONG_GATEWAYS: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
  ["IYZICO_KEYS has no keys of hergele", { IYZICO_KEYS: "" }],
  ["IYZICO_KEYS must have no blank", { IYZICO_KEYS: "hergele:live key|live-secret" }],
  ["IYZICO_BUYER_DEFAULTS has nothing for hergele", { IYZICO_BUYER_DEFAULTS: "" }],
  ["IYZICO_BUYER_DEFAULTS must be JSON", { IYZICO_BUYER_DEFAULTS: "Moda" }],
  ["PUBLIC_URL is missing", { PUBLIC_URL: "" }],
  ["PUBLIC_URL must be https", { PUBLIC_URL: "http://localhost:5000" }],
  ["CARD_GATEWAY names nobody", { CARD_GATEWAY: "hergele:iyzico,nobody:iyzico" }],
  ["CARD_GATEWAY has no gateway for hergele", { CARD_GATEWAY: "nobody:iyzico" }],
  ["STRIPE_KEYS has no keys of hergele", { CARD_GATEWAY: "stripe" }],
  ["STRIPE_KEYS must have a secret key", { STRIPE_KEYS: "hergele:pk_live_1|whsec_1" }],
];

for (const [fault, more] of WRONG_GATEWAYS) {
  Deno.test(`readEnvironment() says that ${fault}, and repeats no key`, () => {
    const faults = faultsOf({ ...COMPLETE, ALLOW_SANDBOX_GATEWAY: "", ...IYZICO, ...more });
    assert(faults.some((one) => one.startsWith(fault)), faults.join("\n"));
    assertEquals(faults.filter((one) => /live-|live key/.test(one)), []);
  });
}

Deno.test("readEnvironment() takes Stripe's test keys outside production, or with consent", () => {
  const stripe = {
    CARD_GATEWAY: "stripe",
    PUBLIC_URL: "https://kese.example",
    STRIPE_KEYS: "hergele:sk_test_1|whsec_1",
  };
  const refused = faultsOf({ ...COMPLETE, ...stripe, ALLOW_SANDBOX_GATEWAY: "" });
  assertEquals(refused, [
    "STRIPE_KEYS must have no test key, such as that of hergele, in production without ALLOW_SANDBOX_GATEWAY",
  ]);
  for (const given of [{ ...COMPLETE, ALLOW_SANDBOX_GATEWAY: "true" }, DEVELOPMENT]) {
    assertEquals(read({ ...given, ...stripe }).gateways.stripe.size, 1);
  }
});

Deno.test("readEnvironment() keeps the texts only of a fleet that there is", () => {
  const [fault = "", ...others] = faultsOf({ ...COMPLETE, KEEP_TEXTS: "hergele,nowhere" });
  assertEquals([fault.startsWith("KEEP_TEXTS names a fleet"), others], [true, []]);
  assertEquals(read({ ...COMPLETE, KEEP_TEXTS: " hergele " }).keepTexts, new Set(["hergele"]));
  assertEquals(read(COMPLETE).keepTexts, new Set());
});

Deno.test("readEnvironment() sends no code unsigned in production", () => {
  const url = { CODE_WEBHOOK_URL: "https://example.com/codes" };
  const [fault = "", ...others] = faultsOf({ ...COMPLETE, ...url });
  assertEquals([fault.includes("CODE_WEBHOOK_SECRET"), others], [true, []]);
  assertEquals(faultsOf({ ...COMPLETE, ...url, CODE_WEBHOOK_SECRET: WEBHOOK_SECRET }), []);
  assertEquals(read({ ...DEVELOPMENT, ...url }).codeWebhook, { url: url.CODE_WEBHOOK_URL });
});

Deno.test("readEnvironment() refuses keys in production that anybody can look up or guess", () => {
  const zeros = Buffer.alloc(32).toString("base64");
  const development = sha256(DEVELOPMENT_FLEET_KEY);
  const table: readonly (readonly [string, string])[] = [
    ["FLEETS", `hergele:${development}`],
    ["FLEETS", `a:${HASH},hergele:${HASH}|${development}`],
    ["CARD_KEYS", `k1:${zeros}`],
    ["CARD_KEYS", `k2:${KEY},k1:${zeros}`],
    ["CARD_FINGERPRINT_KEY", zeros],
  ];
  for (const [name, value] of table) {
    const faults = faultsOf({ ...COMPLETE, [name]: value });
    assertEquals(faults.map((fault) => fault.split(" ")[0]), [name]);
    assertEquals(faultsOf({ ...DEVELOPMENT, [name]: value }), []);
  }
});

Deno.test("readEnvironment() takes development on loopback alone", () => {
  for (const HOST of ["127.0.0.1", "::1", "localhost"]) {
    assertEquals(read({ ...DEVELOPMENT, HOST }).host, HOST);
  }
  for (const HOST of ["0.0.0.0", "::", "10.0.0.1", "example.com", "127.0.0.1.example.com"]) {
    const [fault = ""] = faultsOf({ ...DEVELOPMENT, HOST });
    assertEquals(fault.startsWith("HOST must be a loopback address"), true, HOST);
  }
});

Deno.test("readEnvironment() never lets development on every address, also when HOST is not set", () => {
  for (const HOST of [undefined, ""]) {
    const result = readEnvironment({ ...DEVELOPMENT, HOST });
    assertEquals(result.ok && result.environment.host === "0.0.0.0", false);
  }
});

Deno.test("readEnvironment() refuses development on Deno Deploy", () => {
  const faults = faultsOf({ ...DEVELOPMENT, DENO_DEPLOYMENT_ID: "abc" });
  assertEquals(faults.includes("KESE_ENV development is refused on Deno Deploy"), true);
});

Deno.test("readEnvironment() refuses SQLite on Deno Deploy", () => {
  const faults = faultsOf({ ...COMPLETE, DENO_DEPLOYMENT_ID: "abc" });
  assertEquals(faults, ["SQLite is refused on Deno Deploy: instances share no disk"]);
});
