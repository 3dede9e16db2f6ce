import { Buffer } from "node:buffer";
import { DEVELOPMENT_FLEET_KEY } from "./development.ts";
import { type Mode, refuseTarget } from "../webhooks/target.ts";
import { sha256 } from "../crypto/digests.ts";
import type { Variables } from "./env_file.ts";
import { parseCardGateway } from "./gateway_variables.ts";
import { readEventTargets } from "./event_variables.ts";

/** Finds values that are valid by themselves and wrong in this environment. */
export function* findContradictions(given: Variables): Generator<string> {
  const production = given.KESE_ENV !== "development";
  const onDeploy = given.DENO_DEPLOYMENT_ID !== undefined;
  const gateways = [...parseCardGateway(given.CARD_GATEWAY ?? "")?.values() ?? []];
  if (production && gateways.includes("sandbox") && given.ALLOW_SANDBOX_GATEWAY !== "true") {
    yield "CARD_GATEWAY sandbox moves no money: production takes it only with ALLOW_SANDBOX_GATEWAY=true";
  }
  if (production && given.CODE_WEBHOOK_URL && given.CODE_WEBHOOK_SECRET === undefined) {
    yield "CODE_WEBHOOK_URL takes codes and telephone numbers: production signs them with CODE_WEBHOOK_SECRET";
  }
  yield* findWrongTargets(given, production ? "production" : "development");
  if (production) yield* findPublicSecrets(given);
  if (!production && onDeploy) yield "KESE_ENV development is refused on Deno Deploy";
  // The default is every address, so in development HOST has to say otherwise.
  if (!production && !LOOPBACK.includes(given.HOST ?? "")) {
    yield `HOST must be a loopback address in development (${LOOPBACK.join(", ")})`;
  }
  if (given.MONGODB_URI === undefined && onDeploy) {
    yield "SQLite is refused on Deno Deploy: instances share no disk";
  }
  const fleets = fleetsOf(given);
  if (given.KEEP_TEXTS?.split(",").some((name) => !fleets.includes(name.trim()))) {
    yield "KEEP_TEXTS names a fleet that FLEETS does not have";
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

/** The names of the fleets, in whatever form their keys are. */
function fleetsOf({ FLEETS = "" }: Variables): readonly (string | undefined)[] {
  return FLEETS.split(",").map((item) => item.split(":")[0]?.trim());
}

/** Finds addresses to which nothing may be sent. */
function* findWrongTargets(given: Variables, mode: Mode): Generator<string> {
  const { CODE_WEBHOOK_URL: codes = "", EVENT_WEBHOOKS: events = "" } = given;
  const refusal = URL.canParse(codes) ? refuseTarget(codes, mode) : undefined;
  if (refusal !== undefined) yield `CODE_WEBHOOK_URL ${refusal}`;
  const { targets, faults } = readEventTargets(events, mode);
  yield* faults;
  const fleets = fleetsOf(given);
  if ([...targets.keys()].some((filo) => !fleets.includes(filo))) {
    yield "EVENT_WEBHOOKS names a fleet that FLEETS does not have";
  }
}

/** Finds keys that anybody can look up or guess. */
function* findPublicSecrets(given: Variables): Generator<string> {
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
