import { assertEquals } from "@std/assert";
import { INDEXES } from "../../../infra/mongo/indexes.ts";
import { withMongoStore } from "../../support/mongo_store.ts";
import { withMongo } from "../../support/services.ts";

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

withMongo(
  "createIndexes() lets the database remove audit records ninety days after their time",
  () =>
    withMongoStore(async ({ database }) => {
      const indexes = await database.collection("audit").listIndexes().toArray();
      const removing = indexes.filter(({ expireAfterSeconds }) => expireAfterSeconds !== undefined)
        .map(({ key, expireAfterSeconds }) => ({ key, expireAfterSeconds }));
      assertEquals(removing, [{ key: { at: 1 }, expireAfterSeconds: 90 * 24 * 60 * 60 }]);
    }),
);
