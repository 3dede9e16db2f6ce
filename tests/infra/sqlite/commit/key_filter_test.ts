import { assertEquals, assertLess } from "@std/assert";
import fc from "fast-check";
import { KeyFilter } from "../../../../infra/sqlite/commit/key_filter.ts";

const KEY = fc.integer({ min: 0, max: 2 ** 48 - 1 });

Deno.test("mayHave() never denies a key that was added, at first or later", () => {
  fc.assert(
    fc.property(
      fc.array(KEY, { maxLength: 600 }),
      fc.array(fc.array(KEY, { maxLength: 40 }), { maxLength: 10 }),
      (first, later) => {
        const filter = new KeyFilter(first);
        for (const keys of later) filter.add(keys);
        assertEquals([first, later.flat()].flat().filter((key) => !filter.mayHave(key)), []);
      },
    ),
    { seed: 20260101, numRuns: 100 },
  );
});

for (const size of [0, 100, 128, 1_000, 100_000]) {
  Deno.test(`mayHave() denies all but one in twenty other keys after ${size} keys and as many as there is room for`, () => {
    const random = mulberry(size);
    const some = (count: number) => Array.from({ length: count }, random);
    const filter = new KeyFilter(some(size));
    let room = 0;
    while (filter.hasRoomFor(room + 1)) room++;
    assertEquals([room >= size, filter.hasRoomFor(room), filter.hasRoomFor(room + 1)], [
      true,
      true,
      false,
    ]);
    filter.add(some(room));
    assertEquals([filter.hasRoomFor(0), filter.hasRoomFor(1)], [true, false]);
    const taken = some(20_000).filter((key) => filter.mayHave(key)).length;
    assertLess(taken / 20_000, 0.05);
    // A byte a key, of twice to four times as many keys as there were.
    assertLess(filter.bytes, Math.max(257, 4 * size + 1));
  });
}

/** Random keys of 48 bits from a fixed seed. */
function mulberry(seed: number): () => number {
  let state = seed;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  return () => (next() % 2 ** 24) * 2 ** 24 + next() % 2 ** 24;
}
