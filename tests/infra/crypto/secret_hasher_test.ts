import { assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import { BusyError } from "../../../domain/ports/errors.ts";
import {
  createSecretHasher,
  PBKDF2_ITERATIONS,
  SLOW_HASHES_AT_ONCE,
  SLOW_HASHES_OF_A_STRANGER_WAITING,
  SLOW_HASHES_OF_STRANGERS_WAITING,
  SLOW_HASHES_WAITING,
} from "../../../infra/crypto/secret_hasher.ts";

/** The rounds of every PBKDF2 that runs while `run` runs. */
async function roundsIn(run: () => Promise<unknown>): Promise<number[]> {
  const rounds: number[] = [];
  const { subtle } = crypto;
  const { deriveBits } = subtle;
  Object.defineProperty(subtle, "deriveBits", {
    configurable: true,
    value: (parameters: Pbkdf2Params, key: CryptoKey, length: number) => {
      rounds.push(parameters.iterations);
      return deriveBits.call(subtle, parameters, key, length);
    },
  });
  try {
    await run();
  } finally {
    Reflect.deleteProperty(subtle, "deriveBits");
  }
  return rounds;
}

Deno.test("hash() names its method and its rounds, and salts", async () => {
  const hasher = createSecretHasher(10);
  const [first, second] = await Promise.all([hasher.hash("abc123"), hasher.hash("abc123")]);
  assertMatch(first, /^pbkdf2-sha256\$10\$[A-Za-z0-9+/]{22}==\$[A-Za-z0-9+/]{43}=$/);
  assertNotEquals(first, second);
});

Deno.test("hash() takes as many rounds as OWASP asks for", async () => {
  assertEquals(PBKDF2_ITERATIONS, 600_000);
  assertMatch(await createSecretHasher().hash("abc123"), /^pbkdf2-sha256\$600000\$/);
});

Deno.test("verify() knows the secret and no other", async () => {
  const hasher = createSecretHasher(10);
  const hash = await hasher.hash("şifre 123");
  assertEquals(await hasher.verify("şifre 123", hash), true);
  for (const wrong of ["şifre 124", "sifre 123", "", "şifre 123 "]) {
    assertEquals(await hasher.verify(wrong, hash), false);
  }
});

Deno.test("verify() is PBKDF2-HMAC-SHA256 as RFC 7914 has it", async () => {
  // RFC 7914, section 11: password "passwd", salt "salt", one round; its first 32 bytes.
  const derived = "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc";
  const [salt, expected] = [Buffer.from("salt"), Buffer.from(derived, "hex")];
  const hash = `pbkdf2-sha256$1$${salt.toString("base64")}$${expected.toString("base64")}`;
  assertEquals(await createSecretHasher(10).verify("passwd", hash), true);
});

Deno.test("verify() takes the rounds of the hash, not of today", async () => {
  const hash = await createSecretHasher(7).hash("abc123");
  const rounds = await roundsIn(async () => {
    assertEquals(await createSecretHasher(9).verify("abc123", hash), true);
  });
  assertEquals(rounds, [7]);
});

const STRANGERS = { "nobody": undefined, "no hash of ours": "plain", "an empty hash": "" };
for (const [whom, hash] of Object.entries(STRANGERS)) {
  Deno.test(`verify() does the same work for ${whom} as for a user, and refuses`, async () => {
    const hasher = createSecretHasher(11);
    const known = await hasher.hash("abc123");
    const ofUser = await roundsIn(() => hasher.verify("wrong", known));
    const ofStranger = await roundsIn(async () => {
      assertEquals(await hasher.verify("abc123", hash), false);
    });
    assertEquals([ofUser, ofStranger], [[11], [11]]);
  });
}

Deno.test("hash() and verify() are busy past their places, for strangers by address", async () => {
  const hasher = createSecretHasher(1);
  const busy = async (count: number, one: (place: number) => Promise<unknown>) => {
    const results = await Promise.allSettled(
      Array.from({ length: count }, (_, place) => one(place)),
    );
    const refused = results.filter((result) => result.status === "rejected");
    for (const { reason } of refused) assertEquals(reason instanceof BusyError, true);
    return refused.length;
  };
  const verify = (stranger?: string) => hasher.verify("a", undefined, stranger);
  const [ofOneAddress, ofAnother, ofTheFleet] = await Promise.all([
    busy(260, () => verify("10.0.0.1")),
    busy(5, () => verify("10.0.0.2")),
    busy(
      SLOW_HASHES_AT_ONCE - 1 + SLOW_HASHES_WAITING + 2,
      (place) => place % 2 ? hasher.hash("a") : verify(),
    ),
  ]);
  assertEquals(ofOneAddress, 260 - 1 - SLOW_HASHES_OF_A_STRANGER_WAITING);
  assertEquals([ofAnother, ofTheFleet], [0, 2]);
  const addresses = SLOW_HASHES_OF_STRANGERS_WAITING + 3;
  assertEquals(await busy(addresses, (place) => verify(`10.0.1.${place}`)), 2);
});
