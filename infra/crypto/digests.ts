import { hash } from "node:crypto";
import { accountKey } from "../../domain/account.ts";
import { CardNumber } from "../../domain/card_number.ts";
import type { Digests } from "../../domain/ports/digests.ts";
import { chainDigest } from "./chain_digest.ts";

/** Characters of a keyed digest: 128 bits, so that no two requests of an account share one. */
const KEYED_LENGTH = 32;

/**
 * Digests with node:crypto, which takes microseconds where crypto.subtle takes tens of them.
 * Because of `key`, nobody who reads the journal can guess keys and requests from their digests.
 */
export function createDigests(key: () => Uint8Array): Digests {
  // The key comes before the text, and half of the digest is cut off: a digest that is not seen whole
  // cannot be extended (chop-MD), so this is as sound a MAC as HMAC, at a third of its cost.
  const sign = (text: string): string => {
    return hash("sha256", `${key().toHex()}${text}`, "hex").slice(0, KEYED_LENGTH);
  };
  return {
    secret: shareWithinTurn(sha256),
    chain: chainDigest,
    equal: isEqual,
    sentCode: (id, code) => sign(`code\n${accountKey(id)}\n${code}`),
    idempotencyKey: ({ operation, by }, key) => sign(`key\n${by}\n${operation}\n${key}`),
    request: (operation, parameters) => {
      const hashCard = (digits: string) => sign(`card\n${digits}`);
      return sign(`request\n${operation}\n${toCanonicalJson(parameters, hashCard)}`);
    },
  };
}

/**
 * Digests a text once for all callers in one turn of the event loop: requests that arrive together
 * often carry the same fleet key, and without this a payment costs 7% more. Nothing is kept longer,
 * because secrets must not stay in memory.
 */
export function shareWithinTurn(digest: (text: string) => string): (text: string) => string {
  const made = new Map<string, string>();
  return (text) => {
    const known = made.get(text);
    if (known !== undefined) return known;
    if (made.size === 0) queueMicrotask(() => made.clear());
    const result = digest(text);
    made.set(text, result);
    return result;
  };
}

/** Compares every character, so that the time does not tell how many are right. */
function isEqual(first: string, second: string): boolean {
  if (first.length !== second.length) return false;
  let difference = 0;
  for (let place = 0; place < first.length; place++) {
    difference |= first.charCodeAt(place) ^ second.charCodeAt(place);
  }
  return difference === 0;
}

/** Hashes a text with SHA-256, in hex. */
export function sha256(text: string): string {
  return hash("sha256", text, "hex");
}

/**
 * Writes parameters in the order of their names, because it does not matter in which order a client
 * wrote them. A card number is replaced by a hash of all its digits, because two numbers can share a
 * mask.
 */
function toCanonicalJson(
  parameters: Readonly<Record<string, unknown>>,
  hashCard: (digits: string) => string,
): string {
  const hashCards = (value: unknown): unknown => {
    if (value instanceof CardNumber) return value.digest(hashCard);
    return Array.isArray(value) ? value.map(hashCards) : value;
  };
  const given = Object.keys(parameters).filter((name) => parameters[name] !== undefined).sort();
  return JSON.stringify(given.map((name) => [name, hashCards(parameters[name])]));
}
