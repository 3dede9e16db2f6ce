import { z } from "zod";
import { StoreUnavailableError } from "../../domain/ports/errors.ts";
import type { Environment } from "../process/environment.ts";
import { noStoreError, StartRefusedError } from "../process/start_refused.ts";
import type { Store } from "../store.ts";
import {
  createStoreSecret,
  deriveKey,
  type SealedSecret,
  sealSecret,
  type Unlocked,
  unlockSecret,
} from "./store_secret.ts";

/** What a key of the store is used for; each use has its own key. */
export type KeyUse = "card_fingerprint" | "idempotency" | "account_snapshot" | "cursor";

const USES: readonly KeyUse[] = ["card_fingerprint", "idempotency", "account_snapshot", "cursor"];

/**
 * The keys that belong to a store and not to the environment. They are derived from a random secret,
 * which the store keeps sealed under CARD_KEYS and CARD_FINGERPRINT_KEY together. Both can therefore be
 * replaced without changing a fingerprint, and nobody with a dump and only one of them can try card
 * numbers against the fingerprints. (PCI DSS 3.5.1.1: a keyed hash of the whole number, its key
 * managed according to 3.6 and 3.7.)
 */
export interface Keyring {
  /**
   * Reads the store's identity, or creates it. Rejects with {@linkcode StartRefusedError} if the store
   * belongs to other keys or another environment. Rejects if it is unavailable; try again later.
   */
  open(): Promise<void>;
  isOpen(): boolean;
  /** Throws {@linkcode StoreUnavailableError} until the keyring is open. */
  key(use: KeyUse): Uint8Array;
}

export interface KeyringOptions {
  readonly store: Pick<Store, "meta" | "vault">;
  readonly environment: Pick<
    Environment,
    "mode" | "sqlitePath" | "mongo" | "cardKeys" | "cardFingerprintKeys"
  >;
  /** Whether a store that was never used may be put to use. */
  readonly mayMake: boolean;
  /** Called at every refusal, also when the store was unavailable at first. */
  readonly onRefused?: (refusal: StartRefusedError) => void;
}

export function createKeyring(options: KeyringOptions): Keyring {
  let keys: Readonly<Record<KeyUse, Uint8Array>> | undefined;
  let opening: Promise<void> | undefined;

  async function openOnce(): Promise<void> {
    try {
      const secret = await openSecret(options);
      const pairs = USES.map((use) => [use, deriveKey(secret, use)] as const);
      keys = Object.fromEntries(pairs) as Record<KeyUse, Uint8Array>;
    } catch (error) {
      opening = undefined;
      if (error instanceof StartRefusedError) options.onRefused?.(error);
      throw error;
    }
  }

  const open = () => opening ??= openOnce();
  return {
    open,
    isOpen: () => keys !== undefined,
    key: (use) => {
      if (keys !== undefined) return keys[use];
      throw new StoreUnavailableError(new Error("it has not been opened yet"));
    },
  };
}

/** The name under which the store keeps its identity. */
const NAME = "identity";

const IDENTITY = z.strictObject({
  environment: z.enum(["development", "production"]),
  secret: z.array(z.strictObject({ keyId: z.string(), sealed: z.base64() })).min(1),
});

type Identity = z.output<typeof IDENTITY>;

/** Instances that start at the same time with different keys change the identity one after the other. */
const TRIES = 20;

async function openSecret(options: KeyringOptions): Promise<Uint8Array> {
  const { store: { meta }, mayMake } = options;
  for (let tried = 0; tried < TRIES; tried++) {
    const was = await meta.get(NAME);
    if (was === undefined && !mayMake) throw noStoreError(placeOf(options));
    const { secret, identity } = was === undefined
      ? makeIdentity(options)
      : await readIdentity(options, was);
    const text = JSON.stringify(identity);
    // The secret counts once it is stored: by this instance, or by another one before it.
    if (text === was || await meta.swap(NAME, was, text)) return secret;
  }
  throw new StoreUnavailableError(new Error("other instances are changing its keys"));
}

interface Opened {
  readonly secret: Uint8Array;
  /** What the store keeps from now on. */
  readonly identity: Identity;
}

function makeIdentity({ environment }: KeyringOptions): Opened {
  const secret = createStoreSecret();
  return { secret, identity: toIdentity(environment, { secret, current: new Map() }) };
}

async function readIdentity(options: KeyringOptions, text: string): Promise<Opened> {
  const { environment } = options;
  const place = placeOf(options);
  const found = parseIdentity(text);
  if (found === undefined) {
    throw new StartRefusedError([`${place} cannot be read: what it keeps of itself is damaged`]);
  }
  if (found.environment !== environment.mode) {
    throw new StartRefusedError([
      `${place} was made in ${found.environment} and this is ${environment.mode}, which needs a store of its own`,
    ]);
  }
  const unlocked = unlock(environment, found.secret);
  const faults = [
    ...unlocked.wrong.map((id) => `CARD_KEYS: ${id} is another key than that of ${place}`),
    ...(unlocked.otherFingerprintKey
      ? [`CARD_FINGERPRINT_KEY is another key than that of ${place}`]
      : []),
    ...await findKeysStillNeeded(options, unlocked),
  ];
  const { secret } = unlocked;
  if (faults.length > 0 || secret === undefined) throw new StartRefusedError(faults);
  return { secret, identity: toIdentity(environment, { ...unlocked, secret }) };
}

function unlock(
  { cardKeys, cardFingerprintKeys }: KeyringOptions["environment"],
  sealed: SealedSecret,
): Unlocked {
  return unlockSecret(sealed, { cardKeys, fingerprintKeys: cardFingerprintKeys });
}

/** Finds keys that are no longer configured although something cannot be opened without them. */
async function findKeysStillNeeded(
  options: KeyringOptions,
  { secret, missing, wrong, otherFingerprintKey }: Unlocked,
): Promise<readonly string[]> {
  const place = placeOf(options);
  const isShut = secret === undefined && wrong.length === 0 && !otherFingerprintKey;
  // A full search, but only once for a key: a key without cards is forgotten at this start.
  const used = await Promise.all(missing.map((id) => isShut || options.store.vault.anyUnder(id)));
  return missing.filter((_id, index) => used[index]).map((id) =>
    `CARD_KEYS lacks ${id}: ${
      isShut ? "the secret" : "cards"
    } of ${place} cannot be opened without it`
  );
}

/** Seals the secret under each configured card key, so that any key that stays opens it. */
function toIdentity(
  { mode, cardKeys, cardFingerprintKeys }: KeyringOptions["environment"],
  { secret, current }: { readonly secret: Uint8Array; readonly current: Unlocked["current"] },
): Identity {
  const keys = { cardKeys, fingerprintKeys: cardFingerprintKeys };
  const sealed = [...cardKeys].map(([keyId, cardKey]) => ({
    keyId,
    sealed: current.get(keyId) ?? sealSecret(secret, [keyId, cardKey], keys),
  }));
  // Sorted, so that a mere change in the order of the keys does not write it again.
  sealed.sort((first, second) => first.keyId < second.keyId ? -1 : 1);
  return { environment: mode, secret: sealed };
}

function parseIdentity(text: string): Identity | undefined {
  try {
    return IDENTITY.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function placeOf({ environment: { mongo, sqlitePath } }: KeyringOptions): string {
  return mongo === undefined
    ? `${sqlitePath} (SQLITE_PATH)`
    : `the database ${mongo.dbName} (DB_NAME)`;
}
