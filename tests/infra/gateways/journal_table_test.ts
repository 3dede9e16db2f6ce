import { assertEquals } from "@std/assert";
import { readTable, toFileUrl } from "../../../scripts/placed_table.ts";
import { createJournalTable } from "./journal_table.ts";

Deno.test("createJournalTable() makes the table of docs/gateways.md: else run its file", async () => {
  const { file, name, table } = await createJournalTable();
  assertEquals(readTable(await Deno.readTextFile(toFileUrl(file)), name), table);
});
