import { assertEquals, assertRejects } from "@std/assert";
import type { NewNamedKey } from "../../../domain/ports/named_keys.ts";
import { createMongoNamedKeys, type NamedKeyDocument } from "../../../infra/mongo/named_keys.ts";
import { type Fault, intercept, meet } from "../../support/faults.ts";
import { openTestMongoStore } from "../../support/mongo_store.ts";
import { withMongo } from "../../support/services.ts";

const FILO = "hergele";

function wish(name: "a" | "b"): NewNamedKey {
  return {
    key: { keyId: `key_${name}`, filo: FILO, name, scopes: ["pay"], createdAt: 1_000 },
    hash: `hash-of-${name}`,
    request: { keyHash: "k", fingerprint: "f" },
  };
}

type Method = "insertOne" | "countDocuments" | "deleteOne";

/** Stores on one database without any index: the first one's first call of that method breaks off. */
async function withFault(
  dbName: string,
  { method, fault }: { readonly method: Method; readonly fault: Fault },
  test: (keys: readonly ReturnType<typeof createMongoNamedKeys>[]) => Promise<void>,
): Promise<void> {
  const store = openTestMongoStore(dbName);
  const collection = store.database.collection<NamedKeyDocument>("named_keys");
  let next: Fault = fault;
  const breaking = intercept(collection, {
    [method]: (call: Parameters<typeof meet>[0]) => {
      const now = next;
      next = "none";
      return meet(call, now);
    },
  });
  try {
    await test([createMongoNamedKeys(breaking), createMongoNamedKeys(collection)]);
  } finally {
    await store.close();
  }
}

const FAULTS: readonly { readonly method: Method; readonly fault: Fault }[] = [
  { method: "insertOne", fault: "fails_before" },
  { method: "insertOne", fault: "fails_after" },
  { method: "countDocuments", fault: "fails_before" },
];

for (const { method, fault } of FAULTS) {
  withMongo(
    `add() broken off at ${method} (${fault}) makes one key when it is repeated`,
    (_uri, dbName) =>
      withFault(dbName, { method, fault }, async ([breaking, keys]) => {
        await assertRejects(() => breaking?.add(wish("a"), 5) ?? Promise.resolve());
        const again = await keys?.add(wish("b"), 5);
        const isMade = method === "insertOne" && fault === "fails_before";
        assertEquals(
          again,
          isMade
            ? { outcome: "added" }
            : { outcome: "made_before", keyId: "key_a", fingerprint: "f" },
        );
        const listed = await keys?.list(FILO, { limit: 9 });
        assertEquals(listed?.map(({ keyId }) => keyId), [isMade ? "key_b" : "key_a"]);
      }),
  );
}

withMongo(
  "add() that is made twice, because its first answer was lost, has added",
  (_uri, dbName) =>
    withFault(dbName, { method: "insertOne", fault: "fails_after" }, async ([breaking, keys]) => {
      await assertRejects(() => breaking?.add(wish("a"), 5) ?? Promise.resolve());
      assertEquals(await breaking?.add(wish("a"), 5), { outcome: "added" });
      assertEquals((await keys?.list(FILO, { limit: 9 }))?.length, 1);
    }),
);

withMongo(
  "add() of one key too many that cannot take it back leaves a key that nobody holds",
  (_uri, dbName) =>
    withFault(dbName, { method: "deleteOne", fault: "fails_before" }, async ([breaking, keys]) => {
      await assertRejects(() => breaking?.add(wish("a"), 0) ?? Promise.resolve());
      const revoked = await keys?.revoke(FILO, "key_a", 2_000);
      assertEquals(revoked?.revokedAt, 2_000);
      assertEquals(await keys?.list(FILO, { limit: 9 }), []);
    }),
);
