import type { CardGateway } from "../../domain/ports/card_gateway.ts";
import type { Observer } from "../../domain/ports/observer.ts";
import type { SecretHasher } from "../../domain/ports/secret_hasher.ts";
import type { CodeChannel } from "../../infra/webhooks/code_channel.ts";
import { sha256 } from "../../infra/crypto/digests.ts";
import type { Environment } from "../../infra/process/environment.ts";
import { createSecretHasher } from "../../infra/crypto/secret_hasher.ts";
import { openSqliteStore } from "../../infra/sqlite/store.ts";
import type { Store } from "../../infra/store.ts";
import { type Kese, openKese } from "../../main.ts";
import { createTestClock, type TestClock } from "./clock.ts";
import { createTestLog } from "./logs.ts";
import {
  UPSTASH_REDIS_REST_TOKEN,
  UPSTASH_REDIS_REST_URL,
} from "../../scripts/services/variables.ts";

export const FLEET = "hergele";
export const FLEET_KEY = "fleet-key-of-the-tests";
export const OTHER_FLEET = "baska";
export const OTHER_FLEET_KEY = "another-fleet-key";
/** The variable by which a process knows the tests' fleet. */
export const FLEETS = { FLEETS: `${FLEET}:${sha256(FLEET_KEY)}` };

export interface TestKese extends Kese {
  readonly clock: TestClock;
  readonly store: Store;
  /** Every line that was logged. */
  readonly lines: string[];
  /** Every code that was sent to a user, by user number; `codeSender.settled()` waits for them. */
  readonly sentCodes: Map<string, string>;
}

export interface TestOptions {
  readonly store?: Store;
  readonly clock?: TestClock;
  readonly gateway?: CardGateway;
  readonly hasher?: SecretHasher;
  readonly observer?: Observer;
  readonly environment?: Partial<Environment>;
  /** False: the environment decides whether and where codes are sent. */
  readonly sendsCodes?: boolean;
}

/** The whole program on a store in memory, with a clock that the test moves and cheap hashes of secrets. */
export async function openTestKese(options: TestOptions = {}): Promise<TestKese> {
  const clock = options.clock ?? createTestClock();
  const store = options.store ?? await openFreshStore();
  const { log, lines } = createTestLog({ clock });
  const sentCodes = new Map<string, string>();
  const codeChannel: CodeChannel = ({ userNo, code }) => {
    return Promise.resolve(void sentCodes.set(userNo, code));
  };
  const environment = {
    ...TEST_ENVIRONMENT,
    // Upstash with MongoDB, as in production.
    ...(Deno.env.get(TEST_STORE) === "mongodb" && redisOfTests()),
    ...options.environment,
  };
  const kese = await openKese(environment, {
    store,
    clock,
    log,
    hasher: options.hasher ?? createSecretHasher(1),
    ...(options.sendsCodes !== false && { codeChannel }),
    ...(options.gateway && { gateway: options.gateway }),
    ...(options.observer && { observer: options.observer }),
  });
  return { ...kese, clock, lines, sentCodes };
}

/** Names the store that route tests run on: SQLite in memory unless it says `mongodb`. */
export const TEST_STORE = "KESE_TEST_STORE";

/** A busy machine's Redis may pause for longer than Kese waits; then a test would count alone. */
const TEST_REDIS_TIMEOUT_MILLISECONDS = 5_000;

/** The tests' Redis as an environment names it; nothing if there is none. */
export function redisOfTests(): Pick<Environment, "redis"> {
  const url = Deno.env.get(UPSTASH_REDIS_REST_URL);
  const token = Deno.env.get(UPSTASH_REDIS_REST_TOKEN);
  return url && token
    ? { redis: { url, token, timeoutMilliseconds: TEST_REDIS_TIMEOUT_MILLISECONDS } }
    : {};
}

/** An empty store, whose data is gone when it is closed. */
async function openFreshStore(): Promise<Store> {
  if (Deno.env.get(TEST_STORE) !== "mongodb") return openSqliteStore(":memory:");
  const { openFreshMongoStore } = await import("./mongo_store.ts");
  return await openFreshMongoStore();
}

export const TEST_ENVIRONMENT: Environment = {
  mode: "development",
  host: "127.0.0.1",
  port: 0,
  sqlitePath: ":memory:",
  fleets: new Map([[FLEET, [sha256(FLEET_KEY)]], [OTHER_FLEET, [sha256(OTHER_FLEET_KEY)]]]),
  cardKeys: new Map([["test", new Uint8Array(32).fill(1)]]),
  cardFingerprintKeys: [new Uint8Array(32).fill(2)],
  cardGateway: new Map([["*", "sandbox"]]),
  gateways: { iyzico: new Map(), craftgate: new Map(), stripe: new Map() },
  publicUrl: "http://localhost:5000",
  returnOrigins: ["https://rider.example"],
  corsOrigins: [],
  eventTargets: new Map(),
  keepTexts: new Set(),
  timeZone: "Europe/Istanbul",
  allowCardNumberInUrl: true,
  trustProxy: false,
  requestsPerMinute: { user: 0, fleet: 0 },
  exportsTelemetry: false,
  logLevel: "debug",
  texts: new Map(),
};

/** A parsed answer. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // deno-lint-ignore no-explicit-any -- a test says what it expects of the body by comparing it
  readonly body: any;
}

export interface TestRequest {
  /** The fleet's key by default; `null` sends none. */
  readonly bearer?: string | null;
  readonly filo?: string | null;
  readonly json?: unknown;
  /** Instead of `json`: a body byte for byte, whose type only the headers give. */
  readonly raw?: BodyInit;
  readonly headers?: Readonly<Record<string, string>>;
  /** The Idempotency-Key. */
  readonly key?: string | undefined;
}

/** A Kese in this process, or the address at which another one listens. */
export type Target = Pick<Kese, "app"> | string;

/** Sends `"POST /iade?userNo=1"`, as the tests' fleet unless the request says otherwise. */
export async function send(
  target: Target,
  line: string,
  request: TestRequest = {},
): Promise<Answer> {
  const [method = "GET", path = "/"] = line.split(/ (.*)/s);
  const { bearer = FLEET_KEY, filo = FLEET, json, raw, key } = request;
  const headers = new Headers(request.headers);
  if (key !== undefined) headers.set("idempotency-key", key);
  if (bearer !== null) headers.set("authorization", `Bearer ${bearer}`);
  if (filo !== null) headers.set("filo", filo);
  const body = raw ?? (json === undefined ? null : JSON.stringify(json));
  if (json !== undefined && !headers.has("content-type")) {
    headers.set("content-type", "application/json");
  }
  const sent = { method, headers, body };
  const response = typeof target === "string"
    ? await fetch(target + path, sent)
    : await target.app.request(path, sent);
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    text,
    body: text === "" ? null : JSON.parse(text),
  };
}

/** A user as the seed's create_user has it. */
export function newUser(
  userNo: string,
  more: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
  return {
    userNo,
    authCode: `secret-${userNo}`,
    name: "John",
    surname: "Doe",
    birthDate: "1990-01-01",
    phoneNumber: "555-5555",
    email: "john.doe@example.com",
    ...more,
  };
}

/** Creates a user with a balance; fails the test when that fails. */
export async function createUser(
  target: Target,
  userNo: string,
  balance = "100.00",
  filo: "own" | "other" = "own",
): Promise<void> {
  const answer = await send(target, "POST /create_user", {
    ...(filo === "other" && { bearer: OTHER_FLEET_KEY, filo: OTHER_FLEET }),
    json: newUser(userNo, { balance }),
  });
  if (answer.status !== 201) throw new Error(`Cannot create user ${userNo}: ${answer.text}`);
}

/** Pays 0.01 for user 1 with so many keys, `key-0` the first: fills the window of recent keys. */
export async function useKeys(kese: Kese, count: number): Promise<void> {
  const keys = Array.from({ length: count }, (_, place) => `key-${place}`);
  for (let from = 0; from < count; from += 50) {
    await Promise.all(
      keys.slice(from, from + 50).map(async (key) => {
        const line = "POST /kart-saklamali-odeme?userNo=1&amount=0.01";
        const { status, text } = await send(kese, line, { key });
        if (status !== 201) throw new Error(`Cannot use the key ${key}: ${text}`);
      }),
    );
  }
}

/** Signs a user in and gives their session token. */
export async function signIn(target: Target, userNo: string): Promise<string> {
  const first = await send(target, "POST /authenticate_first_route", { json: { userNo } });
  const second = await send(target, "POST /authenticate_second_route", {
    bearer: first.body.code,
    headers: { userNo },
  });
  if (second.status !== 201) throw new Error(`Cannot sign user ${userNo} in: ${second.text}`);
  return second.body.token;
}
