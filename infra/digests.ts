import { Buffer } from "node:buffer";
import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { CardNumber } from "../domain/card_number.ts";
import type { Digests } from "../domain/ports.ts";

/**
 * Digests with node:crypto, which takes microseconds where crypto.subtle takes tens of them.
 * `key` makes request fingerprints useless to whoever reads the journal.
 */
export function createDigests(key: Uint8Array): Digests {
  return {
    secret: sha256,
    equal: (first, second) =>
      first.length === second.length && timingSafeEqual(Buffer.from(first), Buffer.from(second)),
    idempotencyKey: (operation, idempotencyKey) =>
      sha256(`${operation}\n${idempotencyKey}`).slice(0, 32),
    request: (operation, parameters) =>
      createHmac("sha256", key).update(`request\n${operation}\n${canonical(parameters)}`).digest(
        "hex",
      ).slice(0, 32),
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
