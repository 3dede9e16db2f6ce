import { assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  mayHaveSeen,
  NO_KEYS,
  parseIdempotencyKey,
  type RecentKeys,
  rememberKey,
} from "../../domain/idempotency.ts";

const KEYS: readonly (readonly [string, string])[] = [
  ["8e03978e-40d5-43dd-bc93-6894a57f9324", "8e03978e-40d5-43dd-bc93-6894a57f9324"],
  [`"8e03978e-40d5-43dd-bc93-6894a57f9324"`, "8e03978e-40d5-43dd-bc93-6894a57f9324"],
  ["a", "a"],
  [`"a"`, "a"],
  [`"a b"`, "a b"],
  ["a b", "a b"],
  [`"a\\"b"`, `a"b`],
  [`"a\\\\b"`, `a\\b`],
  [`"\\\\\\""`, `\\"`],
  [`a"b`, `a"b`],
  [`a\\b`, `a\\b`],
  [`a"`, `a"`],
  ["'a'", "'a'"],
  ["~!@#$%^&*()", "~!@#$%^&*()"],
  ["k".repeat(255), "k".repeat(255)],
  [`"${"k".repeat(255)}"`, "k".repeat(255)],
  [`"${'\\"'.repeat(255)}"`, '"'.repeat(255)],
];

for (const [header, key] of KEYS) {
  const shown = header.length > 50 ? `${header.slice(0, 20)}… (${header.length})` : header;
  Deno.test(`parseIdempotencyKey() reads ${shown}`, () => {
    assertEquals(parseIdempotencyKey(header), key);
  });
}

const MALFORMED = [
  "",
  `""`,
  `"`,
  `"a`,
  `"a"b`,
  `"a" `,
  `"a";b=1`,
  `"a", "b"`,
  `"a"b"`,
  `"a\\"`,
  `"a\\b"`,
  "k".repeat(256),
  `"${"k".repeat(256)}"`,
  "ü",
  `"ü"`,
  "ключ",
  "🔑",
  "a\u00a0b",
  "a\tb",
  "a\nb",
  "a\u0000",
  `"a\u007f"`,
  "a\u001b",
];

for (const header of MALFORMED) {
  const shown = header.length > 50 ? `${header.slice(0, 20)}… (${header.length})` : header;
  Deno.test(`parseIdempotencyKey() refuses ${JSON.stringify(shown)}`, () => {
    assertEquals(parseIdempotencyKey(header), undefined);
  });
}

Deno.test("parseIdempotencyKey() reads any printable key alike, quoted and bare", () => {
  const keys = fc.stringMatching(/^[!#-~][ -~]{0,99}$/);
  fc.assert(
    fc.property(keys, (key) => {
      assertEquals(parseIdempotencyKey(key), key);
      assertEquals(parseIdempotencyKey(`"${key.replaceAll(/["\\]/g, "\\$&")}"`), key);
    }),
    { seed: 20260101, numRuns: 500 },
  );
});

/** The keys of an account after so many, `key 1` the first. */
function keysAfter(count: number): RecentKeys {
  const all = Array.from({ length: count }, (_, place) => `key ${place + 1}`);
  return all.reduce(rememberKey, NO_KEYS);
}

Deno.test("rememberKey() keeps 1,000 keys and still knows that there was no other", () => {
  const keys = keysAfter(1_000);
  assertEquals(keys.hashes.length, 1_000);
  assertEquals([keys.hashes[0], keys.hashes.at(-1)], ["key 1", "key 1000"]);
  assertEquals(keys.complete, true);
});

Deno.test("rememberKey() forgets the oldest at 1,001 and is complete no more", () => {
  const keys = keysAfter(1_001);
  assertEquals(keys.hashes.length, 1_000);
  assertEquals([keys.hashes[0], keys.hashes.at(-1)], ["key 2", "key 1001"]);
  assertEquals(keys.complete, false);
});

Deno.test("rememberKey() never becomes complete again", () => {
  assertEquals(rememberKey({ hashes: [], complete: false }, "key"), {
    hashes: ["key"],
    complete: false,
  });
});

Deno.test("rememberKey() changes no list that it was given", () => {
  const keys = { hashes: Object.freeze(["key 1"]), complete: true };
  assertEquals(rememberKey(keys, "key 2").hashes, ["key 1", "key 2"]);
  assertEquals(keys.hashes, ["key 1"]);
});

const SEEN: readonly (readonly [string, RecentKeys, boolean])[] = [
  ["is sure that a new account has seen none", NO_KEYS, false],
  ["knows a key of the window", { hashes: ["key", "other"], complete: true }, true],
  [
    "is sure of a key that is not in a complete window",
    { hashes: ["other"], complete: true },
    false,
  ],
  ["cannot be sure once the window has overflowed", { hashes: ["other"], complete: false }, true],
  ["is sure at 1,000 keys", keysAfter(1_000), false],
  ["cannot be sure at 1,001 keys", keysAfter(1_001), true],
];

for (const [name, keys, expected] of SEEN) {
  Deno.test(`mayHaveSeen() ${name}`, () => assertEquals(mayHaveSeen(keys, "key"), expected));
}

Deno.test("rememberKey() keeps the beginning of a hash, and mayHaveSeen() looks for that", () => {
  const keys = rememberKey(NO_KEYS, "0123456789abcdef0123456789abcdef");
  assertEquals(keys.hashes, ["0123456789ab"]);
  assertEquals(mayHaveSeen(keys, "0123456789abcdef0123456789abcdef"), true);
  // A false alarm costs one look-up; a key that is missed would be paid twice.
  assertEquals(mayHaveSeen(keys, "0123456789abffffffffffffffffffff"), true);
  assertEquals(mayHaveSeen(keys, "0123456789acdef0123456789abcdef0"), false);
});
