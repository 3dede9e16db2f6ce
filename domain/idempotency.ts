import type { ErasableText } from "./erased.ts";
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

/** The same as an entry keeps it. */
export interface RememberedKey extends Omit<Idempotency, "fingerprint"> {
  readonly fingerprint: ErasableText;
}

export type Language = "tr" | "en";

/** The newest keys of an account, and what is known about its other keys. */
export interface RecentKeys {
  /** By {@linkcode shortHash}, oldest first. */
  readonly hashes: readonly number[];
  /** There are none; or the store finds every one of them as an old key; or it is unknown. */
  readonly others: "none" | "stored" | "unknown";
}

export const NO_KEYS: RecentKeys = { hashes: [], others: "none" };
/** The keys of an account all of whose keys the store finds. */
export const STORED_KEYS: RecentKeys = { hashes: [], others: "stored" };
/** The keys of an account that was read without them. */
export const UNKNOWN_KEYS: RecentKeys = { hashes: [], others: "unknown" };

/** Hex digits of a hash that stand for it: 48 bits, an integer that JavaScript represents exactly. */
const SHORT_HASH_LENGTH = 12;

/**
 * The beginning of a hash. Two keys may share it, which costs only a look-up. A number, because an array
 * of numbers lies in one piece: the window is copied with each key and searched for the next.
 */
export function shortHash(hash: string): number {
  return Number.parseInt(hash.slice(0, SHORT_HASH_LENGTH), 16);
}

/**
 * What an account's window says about a key: certainly new; perhaps a recent one, which only a fresh
 * account can tell; or either new or old, which the store can tell.
 */
export type KeyAge = "new" | "perhaps_recent" | "new_or_old";

export function ageOfKey(keys: RecentKeys, keyHash: string): KeyAge {
  if (keys.hashes.includes(shortHash(keyHash))) return "perhaps_recent";
  switch (keys.others) {
    case "none":
      return "new";
    case "stored":
      return "new_or_old";
    case "unknown":
      return "perhaps_recent";
  }
}

/** Whether the journal must be asked for a key, or the account itself knows that it is new. */
export function mayHaveSeen(keys: RecentKeys, keyHash: string): boolean {
  return ageOfKey(keys, keyHash) !== "new";
}

/**
 * The keys with one more. Beyond window and slack the oldest are forgotten, because every store finds
 * keys that are older than the newest {@linkcode RECENT_KEYS_PER_ACCOUNT}.
 */
export function rememberKey(keys: RecentKeys, keyHash: string): RecentKeys {
  const hashes = [...keys.hashes, shortHash(keyHash)];
  if (hashes.length <= RECENT_KEYS_PER_ACCOUNT + RECENT_KEYS_SLACK) {
    return { hashes, others: keys.others };
  }
  return { hashes: hashes.slice(-RECENT_KEYS_PER_ACCOUNT), others: "stored" };
}

/** Whether the last keys made the window forget others; `added` is how many keys came last. */
export function hasForgotten({ hashes, others }: RecentKeys, added: number): boolean {
  return others !== "none" && hashes.length < RECENT_KEYS_PER_ACCOUNT + added;
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
