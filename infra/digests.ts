import { Buffer } from "node:buffer";
import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { CardNumber } from "../domain/card_number.ts";
import type { Digests } from "../domain/ports.ts";

/** Characters of a keyed digest: 128 bits tell all requests of an account apart. */
const KEYED_LENGTH = 32;

/**
 * Digests with node:crypto, which takes microseconds where crypto.subtle takes tens of them.
 * `key` makes what the journal keeps of keys and requests useless to whoever reads it.
 */
export function createDigests(key: Uint8Array): Digests {
  const keyed = (text: string): string => {
    return createHmac("sha256", key).update(text).digest("hex").slice(0, KEYED_LENGTH);
  };
  return {
    secret: sha256,
    equal: (first, second) =>
      first.length === second.length && timingSafeEqual(Buffer.from(first), Buffer.from(second)),
    idempotencyKey: (operation, idempotencyKey) => keyed(`key\n${operation}\n${idempotencyKey}`),
    request: (operation, parameters) => keyed(`request\n${operation}\n${canonical(parameters)}`),
  };
}

/** SHA-256 of a text, hex. */
export function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/**
 * JSON with its names in order, so that the order in which a client wrote them means nothing. A card
 * number goes in with all its digits: two numbers can share a mask.
 */
function canonical(value: unknown): string {
  if (value instanceof CardNumber) return JSON.stringify(value.reveal());
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const members = Object.entries(value).filter(([, member]) => member !== undefined)
    .sort(([first], [second]) => first < second ? -1 : 1)
    .map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`);
  return `{${members.join(",")}}`;
}
