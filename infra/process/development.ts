import { Buffer } from "node:buffer";
import { randomBytes } from "node:crypto";
import { dirname, join } from "node:path";
import { sha256 } from "../crypto/digests.ts";
import type { Variables } from "./env_file.ts";
import { noStoreError } from "./start_refused.ts";

export const DEVELOPMENT_FLEET = "hergele";
export const DEVELOPMENT_FLEET_KEY = "hergele-dev-key";

/**
 * Adds what production requires and a newcomer has not set. Secrets are generated on the first start
 * and stored next to the data, because saved cards must still open on the next start.
 */
export async function completeForDevelopment(
  variables: Variables,
  { mayMakeStore = true }: { readonly mayMakeStore?: boolean } = {},
): Promise<Variables> {
  const defaults = {
    HOST: "127.0.0.1",
    // Not production's: a production started in the same directory must not find users with public codes.
    SQLITE_PATH: "data/development.db",
    FLEETS: `${DEVELOPMENT_FLEET}:${sha256(DEVELOPMENT_FLEET_KEY)}`,
    CARD_GATEWAY: "sandbox",
    ALLOW_SANDBOX_GATEWAY: "true",
    ALLOW_CARD_NUMBER_IN_URL: "true",
    REQUESTS_PER_MINUTE_USER: "0",
    REQUESTS_PER_MINUTE_FLEET: "0",
  };
  const set = Object.fromEntries(Object.entries(variables).filter(([, value]) => value));
  const known = { ...defaults, ...set };
  if (set.CARD_KEYS && set.CARD_FINGERPRINT_KEY) return known;
  return { ...await readOrMakeSecrets(known.SQLITE_PATH, mayMakeStore), ...known };
}

async function readOrMakeSecrets(sqlitePath: string, mayMakeStore: boolean): Promise<Variables> {
  const fresh = { CARD_KEYS: `dev:${createKey()}`, CARD_FINGERPRINT_KEY: createKey() };
  if (sqlitePath === ":memory:") return fresh;
  const path = join(dirname(sqlitePath), "development_secrets.json");
  try {
    return JSON.parse(await Deno.readTextFile(path));
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  if (!mayMakeStore) throw noStoreError(sqlitePath);
  await Deno.mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await Deno.writeTextFile(path, JSON.stringify(fresh, null, 2), { mode: 0o600, createNew: true });
  return fresh;
}

function createKey(): string {
  return Buffer.from(randomBytes(32)).toString("base64");
}
