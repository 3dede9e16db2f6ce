import { Buffer } from "node:buffer";
import { randomBytes } from "node:crypto";
import { dirname, join } from "node:path";
import { sha256 } from "../crypto/digests.ts";
import type { Variables } from "./env_file.ts";
import { noStore } from "./start_refused.ts";

export const DEVELOPMENT_FLEET = "hergele";
export const DEVELOPMENT_FLEET_KEY = "hergele-dev-key";

/**
 * The environment of a laptop: everything that production demands and a newcomer has not set. Secrets
 * are made on the first start and kept with the data, for saved cards must open on the next.
 */
export async function developmentVariables(
  variables: Variables,
  { mayMakeStore = true }: { readonly mayMakeStore?: boolean } = {},
): Promise<Variables> {
  const defaults = {
    HOST: "127.0.0.1",
    // Not production's: whoever starts that in the same directory must not find public codes in it.
    SQLITE_PATH: "data/development.db",
    FLEETS: `${DEVELOPMENT_FLEET}:${sha256(DEVELOPMENT_FLEET_KEY)}`,
    CARD_GATEWAY: "sandbox",
    ALLOW_SANDBOX_GATEWAY: "true",
    ALLOW_CARD_NUMBER_IN_URL: "true",
    REQUESTS_PER_MINUTE_USER: "0",
    REQUESTS_PER_MINUTE_FLEET: "0",
  };
  const missesKeys = !variables.CARD_KEYS || !variables.CARD_FINGERPRINT_KEY;
  const sqlitePath = variables.SQLITE_PATH || defaults.SQLITE_PATH;
  const secrets = missesKeys ? await keptSecrets(sqlitePath, mayMakeStore) : {};
  const set = Object.fromEntries(Object.entries(variables).filter(([, value]) => value));
  return { ...defaults, ...secrets, ...set };
}

async function keptSecrets(
  sqlitePath: string,
  mayMakeStore: boolean,
): Promise<Record<string, string>> {
  const fresh = {
    CARD_KEYS: `dev:${randomKey()}`,
    CARD_FINGERPRINT_KEY: randomKey(),
  };
  if (sqlitePath === ":memory:") return fresh;
  const path = join(dirname(sqlitePath), "development_secrets.json");
  try {
    return JSON.parse(await Deno.readTextFile(path));
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  if (!mayMakeStore) throw noStore(sqlitePath);
  await Deno.mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await Deno.writeTextFile(path, JSON.stringify(fresh, null, 2), { mode: 0o600, createNew: true });
  return fresh;
}

function randomKey(): string {
  return Buffer.from(randomBytes(32)).toString("base64");
}
