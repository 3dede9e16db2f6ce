import { randomBytes, randomInt } from "node:crypto";
import type { Ids } from "../../domain/ports/ids.ts";
import { createTimeUuids } from "./uuids.ts";

// Crockford's base 32 has no letter that is mistaken for another or for a digit, and sorts like the bytes.
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const CODES = Uint8Array.from(ALPHABET, (letter) => letter.charCodeAt(0));
const TIME_CHARACTERS = 10;
const RANDOM_CHARACTERS = 16;
const DIGITS = 8;
const BATCH = 256;

/**
 * Creates ids of 48 bits of time and 80 random bits. Random bytes are fetched for many ids at once:
 * with a call for each, a payment costs 7% more.
 */
export function createIds(): Ids {
  let pool = "";
  let used = 0;
  const takeRandom = (): string => {
    if (used === pool.length) {
      pool = randomText(RANDOM_CHARACTERS * BATCH);
      used = 0;
    }
    return pool.slice(used, used += RANDOM_CHARACTERS);
  };
  // Many ids are made in the same millisecond, so its text is made once.
  let time = { now: NaN, text: "" };
  const textOf = (now: number): string => {
    if (now !== time.now) time = { now, text: timeText(now) };
    return time.text;
  };
  return {
    next: (prefix, now) => `${prefix}_${textOf(now)}${takeRandom()}`,
    requestId: createTimeUuids(),
    secret: () => randomBytes(32).toString("hex"),
    digits: () => String(randomInt(10 ** DIGITS)).padStart(DIGITS, "0"),
  };
}

function randomText(length: number): string {
  const bytes = randomBytes(length);
  for (let place = 0; place < length; place++) bytes[place] = CODES[(bytes[place] ?? 0) & 31] ?? 0;
  return bytes.toString("latin1");
}

function timeText(now: number): string {
  let text = "";
  for (let rest = now, place = 0; place < TIME_CHARACTERS; place++, rest = Math.floor(rest / 32)) {
    text = ALPHABET[rest % 32] + text;
  }
  return text;
}
