import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { CardNumber } from "../../../domain/card_number.ts";
import { createDigests, sha256, shareWithinTurn } from "../../../infra/crypto/digests.ts";

const digests = createDigests(() => new Uint8Array(32).fill(1));

function cardNumber(digits: string): CardNumber {
  const number = CardNumber.parse(digits);
  assert(number);
  return number;
}

Deno.test("sha256() is SHA-256 in hex", () => {
  // FIPS 180-2, appendix B.1
  const abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
  assertEquals(sha256("abc"), abc);
  assertEquals(digests.secret("abc"), abc);
});

Deno.test("shareWithinTurn() digests a text once for those who ask together, and then forgets it", async () => {
  const digested: string[] = [];
  const digest = shareWithinTurn((text) => {
    digested.push(text);
    return sha256(text);
  });
  const ask = async (text: string) => {
    await Promise.resolve();
    return digest(text);
  };
  assertEquals(await Promise.all(["a", "b", "a"].map(ask)), ["a", "b", "a"].map(sha256));
  assertEquals(digested, ["a", "b"]);
  assertEquals(await ask("a"), sha256("a"));
  assertEquals(digested, ["a", "b", "a"]);
});

Deno.test("equal() sees a difference wherever it stands", () => {
  const digest = sha256("a");
  for (let place = 0; place < digest.length; place++) {
    const other = digest[place] === "0" ? "1" : "0";
    const changed = digest.slice(0, place) + other + digest.slice(place + 1);
    assertEquals(digests.equal(digest, changed), false, `place ${place}`);
  }
});

Deno.test("equal() compares digests, also those of another length", () => {
  const digest = sha256("a");
  assertEquals(digests.equal(digest, sha256("a")), true);
  assertEquals(digests.equal(digest, sha256("b")), false);
  assertEquals(digests.equal(digest, ""), false);
  assertEquals(digests.equal(digest, digest.slice(1)), false);
});

Deno.test("idempotencyKey() tells operations, keys and who asks apart, and is hex", () => {
  const scope = { operation: "pay", by: "fleet" } as const;
  const hash = digests.idempotencyKey(scope, "key");
  assertEquals(/^[0-9a-f]{32}$/.test(hash), true);
  assertEquals(digests.idempotencyKey(scope, "key"), hash);
  assertNotEquals(digests.idempotencyKey({ ...scope, operation: "refund" }, "key"), hash);
  assertNotEquals(digests.idempotencyKey({ ...scope, by: "session" }, "key"), hash);
  assertNotEquals(digests.idempotencyKey(scope, "key "), hash);
});

Deno.test("request() is equal for equal requests, in whatever order they were written", () => {
  const one = digests.request("pay", { userNo: "1", amount: 1050, list: ["a", 1, null] });
  assertEquals(
    digests.request("pay", { list: ["a", 1, null], amount: 1050, userNo: "1" }),
    one,
  );
  assertEquals(
    digests.request("pay", {
      userNo: "1",
      amount: 1050,
      list: ["a", 1, null],
      orderId: undefined,
    }),
    one,
  );
});

const REQUESTS: Readonly<Record<string, readonly [string, Record<string, unknown>]>> = {
  "a number": ["pay", { amount: 1050 }],
  "another number": ["pay", { amount: 1051 }],
  "another operation": ["refund", { amount: 1050 }],
  "a text of the same digits": ["pay", { amount: "1050" }],
  "another name": ["pay", { balance: 1050 }],
  "one more field": ["pay", { amount: 1050, orderId: "1" }],
  "an empty field": ["pay", { amount: 1050, orderId: "" }],
  "a field of nothing": ["pay", { amount: 1050, orderId: null }],
  "a list": ["pay", { amount: [1050] }],
  "a list in one": ["pay", { amount: [[1050]] }],
  "a name in a value": ["pay", { amount: [1050, "orderId", ""] }],
  "a list of cards": ["pay", { cards: [cardNumber("4000000000000002")] }],
  "a list of another card": ["pay", { cards: [cardNumber("4000001000010002")] }],
  "quotes that could end a text": ["pay", { amount: '1050","orderId":"1' }],
  "nothing": ["pay", {}],
  "a card": ["pay", { card: cardNumber("4242424242424242") }],
  // Both masks are 400000******0002.
  "a card with a mask": ["pay", { card: cardNumber("4000000000000002") }],
  "another card with the same mask": ["pay", { card: cardNumber("4000001000010002") }],
};

Deno.test("request() differs wherever requests do", () => {
  const fingerprints = Object.values(REQUESTS).map(([operation, parameters]) =>
    digests.request(operation, parameters)
  );
  assertEquals(new Set(fingerprints).size, fingerprints.length);
});

Deno.test("request() is a card's by its digits, however they were written", () => {
  assertEquals(
    digests.request("save_card", { card: cardNumber("4242 4242-42424242") }),
    digests.request("save_card", { card: cardNumber("4242424242424242") }),
  );
});

Deno.test("request() cannot be made without the key", () => {
  const others = createDigests(() => new Uint8Array(32).fill(2));
  const parameters = { userNo: "1", amount: 1050 };
  assertNotEquals(others.request("pay", parameters), digests.request("pay", parameters));
});
