import { Buffer } from "node:buffer";
import { randomBytes, timingSafeEqual } from "node:crypto";
import type { SecretHasher } from "../../domain/ports/secret_hasher.ts";
import { createTurns } from "./turns.ts";

/** Slow hashes that run at once. Each keeps a core busy for about a tenth of a second. */
export const SLOW_HASHES_AT_ONCE = 2;
/** Slow hashes that may wait: for fleets, for all strangers, for strangers at one address. */
export const SLOW_HASHES_WAITING = 200;
export const SLOW_HASHES_OF_STRANGERS_WAITING = 100;
export const SLOW_HASHES_OF_A_STRANGER_WAITING = 10;

/** OWASP's figure for PBKDF2-HMAC-SHA256 (Password Storage Cheat Sheet). About 100 ms, off the event loop. */
export const PBKDF2_ITERATIONS = 600_000;

const FORMAT = "pbkdf2-sha256";

/** Makes slow salted hashes, only a few at a time, because a flood of sign-ins must not take every core. */
export function createSecretHasher(iterations: number = PBKDF2_ITERATIONS): SecretHasher {
  const inTurn = createTurns({
    atOnce: SLOW_HASHES_AT_ONCE,
    waiting: SLOW_HASHES_WAITING,
    strangersWaiting: SLOW_HASHES_OF_STRANGERS_WAITING,
    waitingPerStranger: SLOW_HASHES_OF_A_STRANGER_WAITING,
  });
  const decoySalt = randomBytes(16);
  return {
    hash: (secret) =>
      inTurn(async () => {
        const salt = randomBytes(16);
        const derived = await derive(secret, { salt, iterations });
        return [FORMAT, iterations, salt.toString("base64"), derived.toString("base64")].join("$");
      }),
    verify: (secret, hash, stranger) =>
      inTurn(async () => {
        const [format, rounds, salt = "", expected = ""] = hash?.split("$") ?? [];
        if (format !== FORMAT) {
          // An unknown user or an unknown format takes the same work, so that the time tells nothing.
          await derive(secret, { salt: decoySalt, iterations });
          return false;
        }
        const derived = await derive(secret, {
          salt: Buffer.from(salt, "base64"),
          iterations: Number(rounds),
        });
        const wanted = Buffer.from(expected, "base64");
        return wanted.length === derived.length && timingSafeEqual(derived, wanted);
      }, stranger),
  };
}

async function derive(
  secret: string,
  { salt, iterations }: { readonly salt: Uint8Array; readonly iterations: number },
): Promise<Buffer> {
  const key = await crypto.subtle.importKey(
    "raw",
    new TextEncoder().encode(secret),
    "PBKDF2",
    false,
    ["deriveBits"],
  );
  const parameters = { name: "PBKDF2", hash: "SHA-256", salt: new Uint8Array(salt), iterations };
  return Buffer.from(await crypto.subtle.deriveBits(parameters, key, 256));
}
