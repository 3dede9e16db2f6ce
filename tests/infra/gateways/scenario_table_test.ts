import { assertEquals } from "@std/assert";
import { readTable, toFileUrl } from "../../../scripts/placed_table.ts";
import { createScenarioTable } from "./scenario_table.ts";

Deno.test("createScenarioTable() makes the table of docs/gateways.md: else run its file", async () => {
  const { file, name, table } = await createScenarioTable();
  assertEquals(readTable(await Deno.readTextFile(toFileUrl(file)), name), table);
});
