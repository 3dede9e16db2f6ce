import { assertEquals } from "@std/assert";
import { readTable, toFileUrl } from "../scripts/placed_table.ts";

/** Where what an operator has to know about gateways is logged. */
const FOLDERS = ["domain/workflows", "routes"];
/** A name of such an event, wherever it stands. */
const EVENT = /"((?:card_(?:charge|gateway|not_forgotten|refund_unsettled)|top_up_unsettled)\w*)"/g;

Deno.test("docs/gateways.md says what every event in the log about a gateway means", async () => {
  const logged = new Set<string>();
  for (const folder of FOLDERS) {
    for await (const { name, isFile } of Deno.readDir(toFileUrl(folder))) {
      if (!isFile) continue;
      const text = await Deno.readTextFile(toFileUrl(`${folder}/${name}`));
      for (const [, event] of text.matchAll(EVENT)) if (event) logged.add(event);
    }
  }
  const [heading, ...rows] = readTable(
    await Deno.readTextFile(toFileUrl("docs/gateways.md")),
    "alarms",
  );
  assertEquals(heading, ["in the log", "what it means"]);
  assertEquals(
    rows.map(([name = ""]) => name.replaceAll("`", "")).toSorted(),
    [...logged].toSorted(),
  );
});
