import { assertEquals } from "@std/assert";
import { INDEXES } from "../../../infra/mongo/indexes.ts";

const DOCUMENT = new URL("../../../docs/scale.md", import.meta.url);

Deno.test("docs/scale.md names every index that Kese has, and no other", async () => {
  const [, after = ""] = (await Deno.readTextFile(DOCUMENT)).split("### Those that Kese has");
  const [section = ""] = after.split("\n## ");
  const rows = section.split("\n").filter((line) => line.startsWith("|")).slice(2);
  const named = rows.map((row) => {
    const [, collection, key] = row.replaceAll("`", "").split("|").map((cell) => cell.trim());
    return `${collection}: ${key}`;
  });
  const kinds = INDEXES.map(({ collection, index }) => {
    const fields = Object.entries(index.key).map(([field, order]) =>
      order === -1 ? `${field} desc` : field
    );
    const kind = [
      index.sparse && "sparse",
      index.expireAfterSeconds !== undefined && "TTL",
      index.partialFilterExpression && "partial",
    ].filter(Boolean);
    return `${collection}: ${[...fields, ...kind].join(", ")}`;
  });
  assertEquals(named.toSorted(), ["all: _id", ...kinds].toSorted());
});
