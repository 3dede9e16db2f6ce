import { assertEquals } from "@std/assert";
import { closingEntryId } from "../../domain/derived_ids.ts";

Deno.test("closingEntryId() follows from the id of the top-up and is never the same", () => {
  assertEquals(closingEntryId("top_01KDVHAX1M"), "tuc_01KDVHAX1M");
  assertEquals(closingEntryId("top_top_1"), "tuc_top_1");
});
