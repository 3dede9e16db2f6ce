import { assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  ageOfKey,
  hasForgotten,
  type KeyAge,
  mayHaveSeen,
  NO_KEYS,
  parseIdempotencyKey,
  type RecentKeys,
  rememberKey,
  STORED_KEYS,
  UNKNOWN_KEYS,
} from "../../domain/idempotency.ts";
import { RECENT_KEYS_PER_ACCOUNT, RECENT_KEYS_SLACK } from "../../domain/limits.ts";

const KEYS: readonly (readonly [string, string])[] = [
  ["8e03978e-40d5-43dd-bc93-6894a57f9324", "8e03978e-40d5-43dd-bc93-6894a57f9324"],
  [`"8e03978e-40d5-43dd-bc93-6894a57f9324"`, "8e03978e-40d5-43dd-bc93-6894a57f9324"],
  ["a", "a"],
  [`"a"`, "a"],
  [`"a b"`, "a b"],
  ["a b", "a b"],
  [`"a, a"`, "a, a"],
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
  "a,b",
  "a, a",
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
      // Bare, a comma would be that of two headers in one.
      assertEquals(parseIdempotencyKey(key), key.includes(",") ? undefined : key);
      assertEquals(parseIdempotencyKey(`"${key.replaceAll(/["\\]/g, "\\$&")}"`), key);
    }),
    { seed: 20260101, numRuns: 500 },
  );
});

/** The hash of a key that {@linkcode shortHash} shortens to that number. */
function hashOf(short: number): string {
  return short.toString(16).padStart(12, "0").padEnd(32, "f");
}

/** The keys of an account after so many, 1 the first. */
function keysAfter(count: number): RecentKeys {
  const all = Array.from({ length: count }, (_, place) => hashOf(place + 1));
  return all.reduce(rememberKey, NO_KEYS);
}

const NEWEST = RECENT_KEYS_PER_ACCOUNT;
const MOST = NEWEST + RECENT_KEYS_SLACK;

Deno.test("rememberKey() keeps keys beyond its window and still knows that there was no other", () => {
  const keys = keysAfter(MOST);
  assertEquals(keys.hashes.length, MOST);
  assertEquals([keys.hashes[0], keys.hashes.at(-1)], [1, MOST]);
  assertEquals(keys.others, "none");
});

Deno.test("rememberKey() forgets all but the newest 1,000 when one more comes, and leaves the others to the store", () => {
  const keys = keysAfter(MOST + 1);
  assertEquals(keys.hashes.length, NEWEST);
  assertEquals(
    [keys.hashes[0], keys.hashes.at(-1)],
    [MOST + 2 - NEWEST, MOST + 1],
  );
  assertEquals(keys.others, "stored");
});

Deno.test("rememberKey() knows the newest 1,000 keys at all times, and hasForgotten() each cut", () => {
  let keys = NO_KEYS;
  const cuts: number[] = [];
  for (let count = 1; count <= 3 * NEWEST; count++) {
    const before = keys.hashes.length;
    keys = rememberKey(keys, hashOf(count));
    const newest = Math.min(count, NEWEST);
    assertEquals(keys.hashes.at(-newest), count - newest + 1);
    assertEquals(hasForgotten(keys, 1), keys.hashes.length !== before + 1);
    if (hasForgotten(keys, 1)) cuts.push(count);
  }
  // The slack and the key that was too many for it.
  const apart = cuts.slice(1).map((count, place) => count - (cuts[place] ?? 0));
  assertEquals(cuts[0], MOST + 1);
  assertEquals(apart, apart.map(() => RECENT_KEYS_SLACK + 1));
});

Deno.test("hasForgotten() tells of a cut at whichever of several keys it came", () => {
  const { hashes } = keysAfter(MOST);
  for (const added of [1, 2, 50, 100]) {
    for (let before = NEWEST; before <= MOST; before++) {
      let keys: RecentKeys = { hashes: hashes.slice(-before), others: "stored" };
      for (let place = 0; place < added; place++) {
        keys = rememberKey(keys, hashOf(MOST + 1 + place));
      }
      assertEquals(hasForgotten(keys, added), before + added > MOST, `${before} and ${added}`);
    }
  }
});

Deno.test("hasForgotten() takes a window that lacks keys for one that was cut, whoever cut it", () => {
  assertEquals(hasForgotten({ hashes: [1], others: "unknown" }, 1), true);
  assertEquals(hasForgotten({ hashes: [1], others: "none" }, 1), false);
});

Deno.test("rememberKey() learns nothing of other keys", () => {
  assertEquals(rememberKey({ hashes: [], others: "unknown" }, hashOf(1)), {
    hashes: [1],
    others: "unknown",
  });
});

Deno.test("rememberKey() changes no list that it was given", () => {
  const keys = { hashes: Object.freeze([1]), others: "none" } as const;
  assertEquals(rememberKey(keys, hashOf(2)).hashes, [1, 2]);
  assertEquals(keys.hashes, [1]);
});

/** A key that no window of so many has. */
const KEY = 0xfedcba987654;
const OTHER = 0x123456789abc;

const SEEN: readonly (readonly [string, RecentKeys, boolean])[] = [
  ["is sure that a new account has seen none", NO_KEYS, false],
  ["knows a key of the window", { hashes: [KEY, OTHER], others: "none" }, true],
  [
    "is sure of a key that is not in a complete window",
    { hashes: [OTHER], others: "none" },
    false,
  ],
  ["cannot be sure once the window has overflowed", { hashes: [OTHER], others: "stored" }, true],
  ["is sure while no key was forgotten", keysAfter(MOST), false],
  ["cannot be sure from then on", keysAfter(MOST + 1), true],
];

for (const [name, keys, expected] of SEEN) {
  Deno.test(`mayHaveSeen() ${name}`, () => assertEquals(mayHaveSeen(keys, hashOf(KEY)), expected));
}

const FULL_WINDOW = keysAfter(MOST + 1).hashes;

const AGES: readonly (readonly [string, RecentKeys, KeyAge])[] = [
  ["says that a key is new to a new account", NO_KEYS, "new"],
  [
    "says that a key of the window may be recent",
    { hashes: [KEY, OTHER], others: "none" },
    "perhaps_recent",
  ],
  [
    "says the same of a window that has forgotten others",
    { hashes: [...FULL_WINDOW, KEY], others: "stored" },
    "perhaps_recent",
  ],
  [
    "says that a key which the window lacks is new, or older than all of it",
    { hashes: FULL_WINDOW, others: "stored" },
    "new_or_old",
  ],
  [
    "trusts no window next to which there may be recent keys",
    { hashes: FULL_WINDOW, others: "unknown" },
    "perhaps_recent",
  ],
  ["says the same without a window, where the store has all", STORED_KEYS, "new_or_old"],
  ["trusts no account that was read without its keys", UNKNOWN_KEYS, "perhaps_recent"],
];

for (const [name, keys, expected] of AGES) {
  Deno.test(`ageOfKey() ${name}`, () => assertEquals(ageOfKey(keys, hashOf(KEY)), expected));
}

Deno.test("rememberKey() keeps the beginning of a hash, and mayHaveSeen() looks for that", () => {
  const keys = rememberKey(NO_KEYS, "0123456789abcdef0123456789abcdef");
  assertEquals(keys.hashes, [0x0123456789ab]);
  assertEquals(mayHaveSeen(keys, "0123456789abcdef0123456789abcdef"), true);
  // A false alarm costs one look-up; a key that is missed would be paid twice.
  assertEquals(mayHaveSeen(keys, "0123456789abffffffffffffffffffff"), true);
  assertEquals(mayHaveSeen(keys, "0123456789acdef0123456789abcdef0"), false);
});
