import { assertEquals } from "@std/assert";
import { hasSame } from "../../../routes/http/if_none_match.ts";

const CASES: readonly (readonly [header: string | null, same: boolean])[] = [
  [null, false],
  ["", false],
  ['"a"', true],
  ['W/"a"', true],
  ['"b"', false],
  ['"b", "a"', true],
  ['"b",W/"a"', true],
  ['"b,a"', false],
  ['"b, ", "a"', true],
  ["*", true],
  [" * ", true],
  ['"*"', false],
  ["a", false],
  ['"a', false],
  ['"A"', false],
];

Deno.test("hasSame() compares weakly with each entity tag of the list", () => {
  const wrong = CASES.filter(([header, same]) => hasSame(header, '"a"') !== same);
  assertEquals(wrong, []);
});

Deno.test("hasSame() takes a comma within an entity tag for a part of it", () => {
  assertEquals(hasSame('"b", "c,d"', '"c,d"'), true);
  assertEquals(hasSame('"b", "c,d"', '"d"'), false);
});
