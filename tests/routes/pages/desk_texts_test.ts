import { assertEquals } from "@std/assert";
import { ADJUSTMENT_REASONS, DECLINE_REASONS } from "../../../domain/journal.ts";
import { ENTRY_TYPES } from "../../../domain/entry_traits.ts";
import { EN } from "../../../routes/pages/browser/desk/texts_en.js";
import { TR } from "../../../routes/pages/browser/desk/texts_tr.js";

Deno.test("the desk has a word for whatever an entry can be, in both languages", () => {
  const needed = [
    ...ENTRY_TYPES.map((type) => `type_${type}`),
    ...ADJUSTMENT_REASONS.map((reason) => `reason_${reason}`),
    ...DECLINE_REASONS.map((reason) => `decline_${reason}`),
  ];
  for (const words of [TR, EN]) {
    assertEquals(needed.filter((name) => !(name in words)), []);
  }
});
