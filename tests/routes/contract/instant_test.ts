import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { toInstant } from "../../../routes/contract/instant.ts";

Deno.test("toInstant() writes every point in time as Date does, one after the other", () => {
  const from = Date.UTC(1969, 0, 1);
  const to = Date.UTC(2200, 0, 1);
  const near = fc.integer({ min: from, max: to }).chain((at) =>
    fc.array(fc.integer({ min: at - 1_500, max: at + 1_500 }), { minLength: 1, maxLength: 5 })
  );
  fc.assert(
    fc.property(near, (instants) => {
      const expected = instants.map((at) => new Date(at).toISOString());
      assertEquals(instants.map(toInstant), expected);
    }),
    { seed: 20260101, numRuns: 1_000 },
  );
});
