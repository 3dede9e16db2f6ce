import { assertEquals } from "@std/assert";
import { JSON_LINES } from "../../routes/contract/entry_lines.ts";
import { exportEntries, type ExportOrder, readOrder } from "../../scripts/export_entries.ts";
import { sendWell } from "../support/answers.ts";
import { createUser, openTestKese } from "../support/kese.ts";

const SETTINGS = {
  fleets: new Map([["hergele", []], ["baska", []]]),
  timeZone: "Europe/Istanbul",
};

function orderOf(line: string): ExportOrder {
  const order = readOrder(line.split(" "), SETTINGS);
  if (typeof order === "string") throw new Error(order);
  return order;
}

Deno.test("readOrder() reads days of the time zone, the last one included", () => {
  const { fleet, query } = orderOf("--fleet baska --from 2026-03-01 --to 2026-03-31");
  assertEquals(fleet, "baska");
  assertEquals(query, {
    from: Date.parse("2026-02-28T21:00:00Z"),
    to: Date.parse("2026-03-31T21:00:00Z"),
  });
  assertEquals(orderOf("--fleet baska --format ndjson").writer, JSON_LINES);
  assertEquals(orderOf("--fleet baska --dil tr").writer.head.slice(0, 10), "\ufeffid;userNo");
  const { fleets: _, ...settings } = SETTINGS;
  assertEquals(readOrder([], { ...settings, fleets: new Map() }), "--fleet must be one of ");
  const one = readOrder([], { ...settings, fleets: new Map([["hergele", []]]) });
  assertEquals(typeof one === "string" ? one : one.fleet, "hergele");
});

Deno.test("readOrder() says what is wrong with the command line", () => {
  const table = [
    ["--fleet nobody", "--fleet must be one of hergele, baska"],
    ["--from 2026-03-01", "--fleet must be one of hergele, baska"],
    ["--fleet baska --form csv", "--form is unknown"],
    ["--fleet baska --format xls", "--format must be csv or ndjson, --dil tr or en"],
    ["--fleet baska --dil de", "--format must be csv or ndjson, --dil tr or en"],
    ["--fleet baska --from yesterday", "--from and --to must be days or instants"],
  ] as const;
  for (const [line, said] of table) assertEquals(readOrder(line.split(" "), SETTINGS), said);
});

Deno.test("exportEntries() writes every entry of the fleet once and says how far it is", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1");
  await createUser(kese, "1", "5.00", "other");
  const pay = () => sendWell(kese, "POST /kart-saklamali-odeme?userNo=1&amount=0.01");
  for (let count = 0; count < 6; count++) await Promise.all(Array.from({ length: 100 }, pay));
  let text = "";
  const said: number[] = [];
  const written = await exportEntries(kese, orderOf("--fleet hergele --format ndjson"), {
    write: (part) => Promise.resolve(void (text += part)),
    progress: (entries) => void said.push(entries),
  });
  const ids = text.trimEnd().split("\n").map((line) => JSON.parse(line).id);
  assertEquals([written, ids.length, new Set(ids).size], [601, 601, 601]);
  assertEquals(said, [500, 601]);
});
