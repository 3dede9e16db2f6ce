import { createHmac, hash } from "node:crypto";
import { accountKey } from "../../domain/account.ts";
import { CardNumber } from "../../domain/card_number.ts";
import type { Digests } from "../../domain/ports/digests.ts";

/** Characters of a keyed digest: 128 bits tell all requests of an account apart. */
const KEYED_LENGTH = 32;
/**
 * Digests with node:crypto, which takes microseconds where crypto.subtle takes tens of them.
 * `key` makes what the journal keeps of keys and requests useless to whoever reads it.
 */
export function createDigests(key: () => Uint8Array): Digests {
  const keyed = (text: string): string => {
    return createHmac("sha256", key()).update(text).digest("hex").slice(0, KEYED_LENGTH);
  };
  return {
    secret: shareWithinTurn(sha256),
    equal: isEqual,
    sentCode: (id, code) => keyed(`code\n${accountKey(id)}\n${code}`),
    idempotencyKey: ({ operation, by }, key) => keyed(`key\n${by}\n${operation}\n${key}`),
    request: (operation, parameters) => {
      const hashCard = (digits: string) => keyed(`card\n${digits}`);
      return keyed(`request\n${operation}\n${canonical(parameters, hashCard)}`);
    },
  };
}

/**
 * Digests a text once for all who ask before the event loop goes on: requests that arrive together
 * often carry the same key of a fleet, and without this a payment costs 7% more. Nothing is kept
 * longer, because secrets must not stay in memory.
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

/** Looks at every character, so that the time does not tell how many are right. */
function isEqual(first: string, second: string): boolean {
  if (first.length !== second.length) return false;
  let difference = 0;
  for (let place = 0; place < first.length; place++) {
    difference |= first.charCodeAt(place) ^ second.charCodeAt(place);
  }
  return difference === 0;
}

/** SHA-256 of a text, hex. */
export function sha256(text: string): string {
  return hash("sha256", text, "hex");
}

/**
 * JSON with its names in order, so that the order in which a client wrote them means nothing. A card
 * number is in it as a hash of all its digits, because two numbers can share a mask.
 */
function canonical(value: unknown, hashCard: (digits: string) => string): string {
  if (value instanceof CardNumber) return JSON.stringify(value.digest(hashCard));
  if (Array.isArray(value)) return `[${value.map((item) => canonical(item, hashCard)).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const members = Object.entries(value).filter(([, member]) => member !== undefined)
    .sort(([first], [second]) => first < second ? -1 : 1)
    .map(([name, member]) => `${JSON.stringify(name)}:${canonical(member, hashCard)}`);
  return `{${members.join(",")}}`;
}
