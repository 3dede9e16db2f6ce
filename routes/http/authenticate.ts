import { type Caller, type Session, SESSION_TOKEN_PREFIX } from "../../domain/auth.ts";
import { isNamedKeyText, type NamedKey } from "../../domain/named_key.ts";
import type { AuthStore } from "../../domain/ports/auth_store.ts";
import type { Digests } from "../../domain/ports/digests.ts";
import type { Eventually } from "../../domain/ports/eventually.ts";
import type { NamedKeys } from "../../domain/workflows/named_keys.ts";
import type { Settings } from "./dependencies.ts";

/** The longest fleet key, code or session token. A longer one cannot be valid, and is not hashed. */
const BEARER_MAX_LENGTH = 512;

interface AuthenticationPorts {
  readonly auth: Pick<AuthStore, "findSession">;
  readonly namedKeys: Pick<NamedKeys, "use">;
  readonly digests: Digests;
  readonly settings: Pick<Settings, "fleets">;
}

const BEARER = new RegExp(`^bearer +([\\x21-\\x7e]{1,${BEARER_MAX_LENGTH}})$`, "i");
// Compared against when there is no such fleet, so that timing does not reveal which fleets exist.
const NO_KEYS = ["0".repeat(64)];

/** Reads the bearer token of a request (RFC 6750, section 2.1). */
export function readBearerToken(headers: Headers): string | undefined {
  return BEARER.exec(headers.get("authorization") ?? "")?.[1];
}

/**
 * Finds out who sends a request: a session by its token alone, a fleet by `Filo` and its key. The form
 * of a token says where it is looked for, so that a configured key costs no look-up.
 */
export function authenticate(
  { auth, namedKeys, digests, settings }: AuthenticationPorts,
  { headers, filo, now }: {
    readonly headers: Headers;
    readonly filo?: string;
    readonly now: number;
  },
): Eventually<Caller | undefined> {
  const token = readBearerToken(headers);
  if (token === undefined) return undefined;
  const hash = digests.secret(token);
  if (token.startsWith(SESSION_TOKEN_PREFIX)) return findSession({ auth, settings }, hash, now);
  const fleet = filo ?? headers.get("filo") ?? "";
  if (isNamedKeyText(token)) return findNamedKey({ namedKeys, settings }, hash, { fleet, now });
  const keys = settings.fleets.get(fleet) ?? NO_KEYS;
  return keys.some((key) => digests.equal(key, hash)) ? { kind: "fleet", filo: fleet } : undefined;
}

/** A store that finds the session at once costs no turn of the event loop. */
function findSession(
  { auth, settings }: Pick<AuthenticationPorts, "auth" | "settings">,
  tokenHash: string,
  now: number,
): Eventually<Caller | undefined> {
  const found = auth.findSession(tokenHash, now);
  return found instanceof Promise ? found.then(toCaller) : toCaller(found);

  function toCaller(session: Session | undefined): Caller | undefined {
    // A session ends with its fleet: once a fleet is removed, its users must not get in either.
    if (session === undefined || !settings.fleets.has(session.account.filo)) return undefined;
    return { kind: "session", account: session.account, tokenHash };
  }
}

/** A key of another fleet is asked for like any other, so that the time tells nothing about fleets. */
function findNamedKey(
  { namedKeys, settings }: Pick<AuthenticationPorts, "namedKeys" | "settings">,
  hash: string,
  { fleet, now }: { readonly fleet: string; readonly now: number },
): Eventually<Caller | undefined> {
  const found = namedKeys.use(hash, fleet, now);
  return found instanceof Promise ? found.then(toCaller) : toCaller(found);

  function toCaller(key: NamedKey | undefined): Caller | undefined {
    // Once a fleet is removed, its keys must not get in either.
    if (key === undefined || !settings.fleets.has(key.filo)) return undefined;
    const { keyId, scopes } = key;
    return { kind: "fleet", filo: key.filo, key: { keyId, scopes } };
  }
}
