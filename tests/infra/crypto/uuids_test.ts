import { assert, assertEquals, assertMatch } from "@std/assert";
import { createTimeUuids } from "../../../infra/crypto/uuids.ts";

const NOW = Date.UTC(2026, 0, 1);
const VERSION_7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

Deno.test("createTimeUuids() gives UUIDs of version 7 that begin with their time", () => {
  const next = createTimeUuids();
  for (const at of [0, 1, NOW, 2 ** 48 - 1]) {
    const id = next(at);
    assertMatch(id, VERSION_7);
    assertEquals(parseInt(id.replace("-", "").slice(0, 12), 16), at);
  }
});

Deno.test("createTimeUuids() gives UUIDs that sort as they were made, however many there are of one moment", () => {
  const next = createTimeUuids();
  // More than the counter holds, and a clock that goes back in between.
  const times = [...Array.from({ length: 10_000 }, () => NOW), NOW - 1_000, NOW, NOW + 1, NOW + 10];
  const made = times.map(next);
  assertEquals(made.toSorted(), made);
  assertEquals(new Set(made).size, made.length);
  for (const id of made) assertMatch(id, VERSION_7);
});

Deno.test("createTimeUuids() of two makers give others at the same moment", () => {
  const makers = Array.from({ length: 100 }, createTimeUuids);
  const made = new Set(makers.map((next) => next(NOW)));
  assertEquals(made.size, makers.length);
  // Nobody guesses the next: the last 62 bits are random, and so is where the counter begins.
  for (const part of [[14, 18], [19, 23], [24, 36]] as const) {
    assert(new Set([...made].map((id) => id.slice(...part))).size > 1);
  }
});
