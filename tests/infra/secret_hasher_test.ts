import { assertEquals, assertMatch, assertNotEquals, assertRejects } from "@std/assert";
import { Buffer } from "node:buffer";
import { SLOW_HASHES_AT_ONCE, SLOW_HASHES_WAITING } from "../../domain/limits.ts";
import { BusyError } from "../../domain/ports.ts";
import { createSecretHasher, createTurns, PBKDF2_ITERATIONS } from "../../infra/secret_hasher.ts";

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

/** A task that runs until the test ends it. */
function createTask() {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let hasStarted = false;
  const run = () => {
    hasStarted = true;
    return promise;
  };
  return { run, hasStarted: () => hasStarted, end: resolve, fail: reject };
}

Deno.test("createTurns() runs so many at once, and the others in turn", async () => {
  const inTurn = createTurns(2, 10);
  const tasks = Array.from({ length: 4 }, createTask);
  const [first, second, third, fourth] = tasks;
  const started = () => tasks.map((task) => task.hasStarted());
  const results = tasks.map(({ run }) => inTurn(run));
  assertEquals(started(), [true, true, false, false]);
  second?.end("second");
  await results[1];
  assertEquals(started(), [true, true, true, false]);
  first?.fail(new Error("first"));
  await assertRejects(() => results[0] ?? Promise.resolve(), Error, "first");
  assertEquals(started(), [true, true, true, true]);
  third?.end("third");
  fourth?.end("fourth");
  assertEquals(await Promise.all(results.slice(1)), ["second", "third", "fourth"]);
});

Deno.test("createTurns() lets as many wait as the bound says; one more is busy", async () => {
  const inTurn = createTurns(1, 2);
  const tasks = Array.from({ length: 3 }, createTask);
  const results = tasks.map(({ run }) => inTurn(run));
  const refused = createTask();
  await assertRejects(() => inTurn(refused.run), BusyError);
  assertEquals(refused.hasStarted(), false);
  for (const task of tasks) task.end("done");
  assertEquals(await Promise.all(results), ["done", "done", "done"]);
  assertEquals(await inTurn(() => Promise.resolve("next")), "next");
});

Deno.test("createTurns() never runs more at once than it may, whatever fails", async () => {
  const inTurn = createTurns(3, 100);
  let running = 0;
  let most = 0;
  const task = async (place: number): Promise<void> => {
    running++;
    most = Math.max(most, running);
    await Promise.resolve();
    running--;
    if (place % 3 === 0) throw new Error("failed");
  };
  await Promise.allSettled(Array.from({ length: 50 }, (_, place) => inTurn(() => task(place))));
  assertEquals([most, running], [3, 0]);
});

Deno.test("hash() and verify() share their turns, and past them are busy", async () => {
  const hasher = createSecretHasher(1);
  const places = SLOW_HASHES_AT_ONCE + SLOW_HASHES_WAITING;
  const results = await Promise.allSettled(
    Array.from(
      { length: places + 2 },
      (_, place) => place % 2 ? hasher.hash("a") : hasher.verify("a", undefined),
    ),
  );
  const refused = results.filter((result) => result.status === "rejected");
  assertEquals(refused.length, 2);
  for (const { reason } of refused) assertEquals(reason instanceof BusyError, true);
});
