import {
  IDEMPOTENCY_KEY_MAX_LENGTH,
  RECENT_KEYS_PER_ACCOUNT,
  RECENT_KEYS_SLACK,
} from "./limits.ts";

/** What makes a command repeatable: the key that it came with, and what it asked for. */
export interface Idempotency {
  /** Hash of who asks, the operation and the key. It counts within one account. */
  readonly keyHash: string;
  /** HMAC of the parsed command: the same for equal requests, however they were written. */
  readonly fingerprint: string;
  /** The language of the first answer, so that a replay gives exactly the same bytes. */
  readonly language: Language;
}

export type Language = "tr" | "en";

/** The newest keys of an account; `complete` means that it never had another. */
export interface RecentKeys {
  /** Shortened, oldest first. */
  readonly hashes: readonly string[];
  readonly complete: boolean;
}

export const NO_KEYS: RecentKeys = { hashes: [], complete: true };

/** Characters of a key's hash that the window keeps: 48 bits, for a false alarm costs one look-up only. */
const SHORT_KEY_LENGTH = 12;

export function shortKey(keyHash: string): string {
  return keyHash.slice(0, SHORT_KEY_LENGTH);
}

/**
 * What an account's window says of a key: surely new; perhaps one of its recent keys; or not one of
 * its newest {@linkcode RECENT_KEYS_PER_ACCOUNT}, so new or older than all of these.
 */
export type KeyAge = "new" | "perhaps_recent" | "new_or_old";

export function ageOfKey(keys: RecentKeys, keyHash: string): KeyAge {
  if (keys.hashes.includes(shortKey(keyHash))) return "perhaps_recent";
  if (keys.complete) return "new";
  // A store may keep fewer keys than it should, or none: then nothing is known.
  return keys.hashes.length >= RECENT_KEYS_PER_ACCOUNT ? "new_or_old" : "perhaps_recent";
}

/** Whether the journal must be asked for a key, or the account itself knows that it is new. */
export function mayHaveSeen(keys: RecentKeys, keyHash: string): boolean {
  return ageOfKey(keys, keyHash) !== "new";
}

/** The keys with one more; past window and slack the oldest are forgotten, and with them completeness. */
export function rememberKey(keys: RecentKeys, keyHash: string): RecentKeys {
  const hashes = [...keys.hashes, shortKey(keyHash)];
  if (hashes.length <= RECENT_KEYS_PER_ACCOUNT + RECENT_KEYS_SLACK) {
    return { hashes, complete: keys.complete };
  }
  return { hashes: hashes.slice(-RECENT_KEYS_PER_ACCOUNT), complete: false };
}

/** Whether one of the keys that came last made the window forget others; `added` is their number. */
export function hasForgotten({ hashes, complete }: RecentKeys, added: number): boolean {
  return !complete && hashes.length < RECENT_KEYS_PER_ACCOUNT + added;
}

const PRINTABLE_ASCII = /^[\x20-\x7e]+$/;
// A structured-field string (RFC 8941, section 3.3.3): only quote and backslash are escaped.
const QUOTED = /^"((?:[^"\\]|\\["\\])*)"$/;

/**
 * Reads the header `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header): quoted or bare, 1
 * to 255 printable ASCII characters. Undefined when it is malformed. A bare one with a comma is, too:
 * two headers arrive as one that is joined by a comma (RFC 9110, section 5.3).
 */
export function parseIdempotencyKey(header: string): string | undefined {
  const quoted = QUOTED.exec(header);
  if (quoted === null && /^"|,/.test(header)) return undefined;
  const key = quoted === null ? header : (quoted[1] ?? "").replaceAll(/\\(["\\])/g, "$1");
  if (key.length > IDEMPOTENCY_KEY_MAX_LENGTH || !PRINTABLE_ASCII.test(key)) return undefined;
  return key;
}
