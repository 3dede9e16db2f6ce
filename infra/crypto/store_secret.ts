import { Buffer } from "node:buffer";
import { hkdfSync, randomBytes } from "node:crypto";
import { seal, type Sealed, unseal } from "./sealing.ts";

/** The environment's keys, which are kept apart from the store. */
interface OuterKeys {
  /** By id: the first seals, all of them open. */
  readonly cardKeys: ReadonlyMap<string, Uint8Array>;
  /** The first seals, all of them open. */
  readonly fingerprintKeys: readonly Uint8Array[];
}

/** The secret as the store keeps it: sealed once under each card key. */
export type SealedSecret = readonly { readonly keyId: string; readonly sealed: string }[];

/** The result of opening it with the configured keys. */
export interface Unlocked {
  readonly secret: Uint8Array | undefined;
  /** By key id, the texts that need not be sealed again. */
  readonly current: ReadonlyMap<string, string>;
  /** Ids whose card key is not the one that sealed the text. */
  readonly wrong: readonly string[];
  /** Ids whose card key is no longer configured. */
  readonly missing: readonly string[];
  /** Whether a text opened with its card key but with none of the fingerprint keys. */
  readonly otherFingerprintKey: boolean;
}

const BYTES = 32;

export function createStoreSecret(): Uint8Array {
  return randomBytes(BYTES);
}

/**
 * Derives a key for one use from a secret of full entropy (HKDF, RFC 5869). One such key tells nothing
 * about another.
 */
export function deriveKey(secret: Uint8Array, use: string): Uint8Array {
  return new Uint8Array(hkdfSync("sha256", secret, new Uint8Array(0), `kese ${use}`, BYTES));
}

/**
 * Seals the secret under the first fingerprint key, and the result under a card key. It takes both to
 * open it, and it can be told which of the two is wrong.
 */
export function sealSecret(
  secret: Uint8Array,
  [keyId, cardKey]: readonly [string, Uint8Array],
  { fingerprintKeys: [fingerprintKey] }: OuterKeys,
): string {
  if (fingerprintKey === undefined) throw new Error("Cannot seal: no fingerprint key is given");
  const inner = toBytes(seal(deriveInnerKey(fingerprintKey), secret, keyId));
  return Buffer.from(toBytes(seal(deriveOuterKey(cardKey), inner, keyId))).toString("base64");
}

/** Tries every key on every text. */
export function unlockSecret(kept: SealedSecret, keys: OuterKeys): Unlocked {
  let secret: Uint8Array | undefined;
  let otherFingerprintKey = false;
  const current = new Map<string, string>();
  const wrong: string[] = [];
  const missing: string[] = [];
  for (const { keyId, sealed: text } of kept) {
    const cardKey = keys.cardKeys.get(keyId);
    if (cardKey === undefined) {
      missing.push(keyId);
      continue;
    }
    const inner = unseal(deriveOuterKey(cardKey), fromBytes(Buffer.from(text, "base64")), keyId);
    if (inner === undefined) {
      wrong.push(keyId);
      continue;
    }
    const tried = keys.fingerprintKeys.map((key) =>
      unseal(deriveInnerKey(key), fromBytes(inner), keyId)
    );
    const place = tried.findIndex((opened) => opened !== undefined);
    if (place < 0) otherFingerprintKey = true;
    else secret ??= tried[place];
    if (place === 0) current.set(keyId, text);
  }
  return { secret, current, wrong, missing, otherFingerprintKey };
}

function deriveOuterKey(cardKey: Uint8Array): Uint8Array {
  return deriveKey(cardKey, "store secret under a card key");
}

function deriveInnerKey(fingerprintKey: Uint8Array): Uint8Array {
  return deriveKey(fingerprintKey, "store secret under a fingerprint key");
}

const NONCE_BYTES = 12;

function toBytes({ nonce, ciphertext }: Sealed): Uint8Array {
  return Buffer.concat([nonce, ciphertext]);
}

function fromBytes(bytes: Uint8Array): Sealed {
  return { nonce: bytes.subarray(0, NONCE_BYTES), ciphertext: bytes.subarray(NONCE_BYTES) };
}
