import { assertEquals, assertLess, assertMatch } from "@std/assert";
import { ID_MAX_LENGTH } from "../../../domain/limits.ts";
import { createIds } from "../../../infra/crypto/ids.ts";

const NOW = Date.UTC(2026, 0, 1);

Deno.test("next() gives a prefix and 26 characters that nobody takes for another", () => {
  const ids = createIds();
  for (const prefix of ["pay", "ref", "top", "card", "ent"] as const) {
    const id = ids.next(prefix, NOW);
    assertMatch(id, new RegExp(`^${prefix}_[0-9A-HJKMNP-TV-Z]{26}$`));
    assertLess(id.length, ID_MAX_LENGTH);
  }
});

Deno.test("next() never gives the same id twice, however many there are of one moment", () => {
  const ids = createIds();
  const made = Array.from({ length: 20_000 }, () => ids.next("pay", NOW));
  assertEquals(new Set(made).size, made.length);
});

Deno.test("next() of two makers are different", () => {
  const [first, second] = [createIds(), createIds()];
  assertEquals(first.next("pay", NOW) === second.next("pay", NOW), false);
});

Deno.test("next() gives ids that sort by their time", () => {
  const ids = createIds();
  const times = [0, 1, 31, 32, 1_023, 1_024, NOW, NOW + 1, NOW + 1_000, 2 ** 48 - 1];
  const made = times.map((time) => ids.next("ent", time));
  assertEquals(made.toSorted(), made);
});

Deno.test("next() begins with its time: 48 bits in ten characters", () => {
  const ids = createIds();
  // The example of the ULID specification: 1469922850259 is 01ARZ3NDEK less its last digits.
  assertEquals(ids.next("pay", 0).slice(4, 14), "0000000000");
  assertEquals(ids.next("pay", 2 ** 48 - 1).slice(4, 14), "7ZZZZZZZZZ");
  assertEquals(ids.next("pay", 32 ** 3).slice(4, 14), "0000001000");
});

Deno.test("secret() gives 32 bytes in hex, and each time others", () => {
  const ids = createIds();
  const secrets = Array.from({ length: 1_000 }, () => ids.secret());
  for (const secret of secrets) assertMatch(secret, /^[0-9a-f]{64}$/);
  assertEquals(new Set(secrets).size, secrets.length);
});

Deno.test("requestId() gives a UUID, and each time another that sorts after it", () => {
  const ids = createIds();
  const [first, second] = [ids.requestId(NOW), ids.requestId(NOW)];
  assertMatch(first, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  assertEquals(first < second, true);
});
