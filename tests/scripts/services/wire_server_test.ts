/**
 * What the MongoDB stores rely on. Passing here and on a real MongoDB (TEST_MONGODB_URI) means that
 * the wire server may stand in for one.
 *
 * @module
 */

import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  type Collection,
  type Condition,
  type Filter,
  Long,
  MongoClient,
  MongoServerError,
} from "mongodb";
import { withMongo } from "../../support/services.ts";

/** All that the tests below store. */
interface Stored {
  _id: string;
  account?: string;
  at?: Date;
  balance?: number | Long;
  by?: string;
  cards?: { id: string; selected: boolean }[];
  count?: number;
  expiresAt?: number;
  hash?: string;
  head?: number;
  journal?: { seq: number; by?: number }[];
  keys?: string[];
  large?: Long;
  old?: boolean;
  openTopUps?: { at: number; id: string }[];
  profile?: string;
  seq?: number;
  since?: number;
}

/** Registers a test on an empty collection, with the options that a store would use. */
function withCollection(
  name: string,
  test: (collection: Collection<Stored>) => Promise<void>,
): void {
  withMongo(name, async (uri, databaseName) => {
    await using client = await MongoClient.connect(uri, {
      maxPoolSize: 8,
      writeConcern: { w: "majority" },
      readConcern: { level: "majority" },
      readPreference: "primary",
    });
    await test(client.db(databaseName).collection<Stored>("things"));
  });
}

const DUPLICATE_KEY = 11_000;

async function assertDuplicate(write: () => Promise<unknown>): Promise<void> {
  const error = await assertRejects(write, MongoServerError);
  assertEquals((error as MongoServerError).code, DUPLICATE_KEY);
}

/** A journal of entries 1 to `length`. */
function journal(length: number): { seq: number }[] {
  return Array.from({ length }, (_, place) => ({ seq: place + 1 }));
}

withCollection("a conditional update is atomic", async (accounts) => {
  await accounts.insertOne({ _id: "a", balance: 1_000 });
  const debits = await Promise.all(
    Array.from(
      { length: 200 },
      () => accounts.updateOne({ _id: "a", balance: { $gte: 10 } }, { $inc: { balance: -10 } }),
    ),
  );
  assertEquals(debits.filter(({ modifiedCount }) => modifiedCount === 1).length, 100);
  assertEquals((await accounts.findOne({ _id: "a" }))?.balance, 0);
});

withCollection("of updates on one head a single one succeeds", async (accounts) => {
  await accounts.insertOne({ _id: "a", head: 0, journal: [] });
  for (let head = 0; head < 10; head++) {
    const saves = await Promise.all(
      Array.from({ length: 20 }, (_, by) =>
        accounts.updateOne({ _id: "a", head }, {
          $set: { head: head + 1 },
          $push: { journal: { $each: [{ seq: head + 1, by }] } },
        })),
    );
    assertEquals(saves.filter(({ matchedCount }) => matchedCount === 1).length, 1);
  }
  const account = await accounts.findOne({ _id: "a" });
  assertEquals(
    account?.journal?.map(({ seq }) => seq),
    journal(10).map((e) => e.seq),
  );
});

withCollection("a filter tells whether an array has room", async (accounts) => {
  await accounts.insertOne({ _id: "full", journal: journal(256) });
  await accounts.insertOne({ _id: "room", journal: journal(255) });
  const hasRoom = { "journal.255": { $exists: false } };
  assertEquals((await accounts.find(hasRoom).toArray()).map(({ _id }) => _id), ["room"]);
  const push = { $push: { journal: { seq: 256 } } };
  assertEquals((await accounts.updateOne({ _id: "full", ...hasRoom }, push)).matchedCount, 0);
  assertEquals((await accounts.updateOne({ _id: "room", ...hasRoom }, push)).matchedCount, 1);
  assertEquals((await accounts.updateOne({ _id: "room", ...hasRoom }, push)).matchedCount, 0);
});

withCollection("$push takes $each and $slice", async (accounts) => {
  await accounts.insertOne({ _id: "a", keys: ["1", "2", "3"] });
  await accounts.updateOne({ _id: "a" }, { $push: { keys: { $each: ["4", "5"], $slice: -3 } } });
  assertEquals((await accounts.findOne({ _id: "a" }))?.keys, ["3", "4", "5"]);
});

withCollection("$pull takes all entries up to one", async (accounts) => {
  await accounts.insertOne({ _id: "a", head: 1, journal: journal(10) });
  await accounts.updateOne({ _id: "a" }, { $pull: { journal: { seq: { $lte: 7 } } } });
  assertEquals(await accounts.findOne({ _id: "a" }), {
    _id: "a",
    head: 1,
    journal: journal(10).slice(7),
  });
});

withCollection("$inc, $set, $unset and $push work in one update", async (accounts) => {
  await accounts.insertOne({ _id: "a", seq: 1, old: true, cards: [{ id: "c", selected: false }] });
  await accounts.updateOne({ _id: "a", "cards.id": "c" }, {
    $inc: { seq: 1 },
    $set: { "cards.$.selected": true },
    $unset: { old: "" },
    $push: { journal: { seq: 2 } },
  });
  assertEquals(await accounts.findOne({ _id: "a" }), {
    _id: "a",
    seq: 2,
    cards: [{ id: "c", selected: true }],
    journal: [{ seq: 2 }],
  });
});

withCollection("a Long stays a Long", async (accounts) => {
  const large = Long.fromString("9007199254740993"); // 2^53 + 1: no double holds it
  await accounts.insertOne({ _id: "a", large, balance: Long.fromNumber(10_000_000_000) });
  await accounts.updateOne({ _id: "a" }, { $inc: { balance: Long.fromNumber(5) } });
  const stored = await accounts.findOne({ _id: "a" }, { promoteLongs: false });
  assert(Long.isLong(stored?.large) && stored.large.equals(large));
  assert(Long.isLong(stored.balance), "a sum of Longs is a Long");
  assertEquals((await accounts.findOne({ _id: "a" }))?.balance, 10_000_000_005);
  assertEquals(await accounts.countDocuments({ balance: { $gt: 10_000_000_000 } }), 1);
});

withCollection("a Date stays a Date", async (accounts) => {
  const at = new Date("2026-01-01T00:00:00.123Z");
  await accounts.insertOne({ _id: "a", at });
  assertEquals((await accounts.findOne({ _id: "a" }))?.at, at);
  assertEquals(await accounts.countDocuments({ at: { $lte: at } }), 1);
  assertEquals(await accounts.countDocuments({ at: { $lt: at } }), 0);
});

withCollection(
  "startWireServer() has sparse unique indexes that mind only documents that have the field",
  async (accounts) => {
    await accounts.createIndex({ hash: 1 }, { unique: true, sparse: true });
    await accounts.insertMany([{ _id: "a" }, { _id: "b" }, { _id: "c", hash: "x" }]);
    await assertDuplicate(() => accounts.insertOne({ _id: "d", hash: "x" }));
    assertEquals(await accounts.countDocuments(), 3);
  },
);

withCollection(
  "startWireServer() has indexes on entries of an array, sparse and compound",
  async (accounts) => {
    const names = await accounts.createIndexes([
      { key: { "openTopUps.at": 1 }, sparse: true },
      { key: { account: 1, seq: -1 }, unique: true },
      { key: { expiresAt: 1 }, expireAfterSeconds: 0 },
    ]);
    assertEquals(names.length, 3);
    await accounts.insertMany([{ _id: "a/1", account: "a", seq: 1 }, {
      _id: "a/2",
      account: "a",
      seq: 2,
      openTopUps: [{ id: "t", at: 1 }, { id: "u", at: 5 }],
    }]);
    await assertDuplicate(() => accounts.insertOne({ _id: "x", account: "a", seq: 2 }));
    const indexes = await accounts.indexes();
    assertEquals(indexes.map(({ name }) => name), ["_id_", ...names]);
    const found = await accounts.find({ "openTopUps.at": { $lt: 3 } }).toArray();
    assertEquals(found.map(({ _id }) => _id), ["a/2"]);
  },
);

withCollection(
  "startWireServer() has indexes on a text that find what there is now, together with other conditions",
  async (ledger) => {
    await ledger.createIndex({ hash: 1 }, { sparse: true });
    await ledger.insertMany([
      { _id: "a/1", hash: "x" },
      { _id: "a/2", hash: "y" },
      { _id: "b/1", hash: "x" },
      { _id: "b/2" },
    ]);
    const ids = async (hash: Condition<string>, account = "") => {
      const found = await ledger.find({ hash, _id: { $gt: account } }).sort({ _id: 1 }).toArray();
      return found.map(({ _id }) => _id);
    };
    assertEquals(await ids("x"), ["a/1", "b/1"]);
    assertEquals(await ids("x", "b/"), ["b/1"]);
    assertEquals(await ids({ $in: ["x", "y", "z"] }), ["a/1", "a/2", "b/1"]);
    assertEquals(await ids({ $gt: "x" }), ["a/2"]);
    await ledger.updateOne({ _id: "a/1" }, { $set: { hash: "y" } });
    await ledger.updateOne({ _id: "b/2" }, { $set: { hash: "x" } });
    await ledger.deleteOne({ _id: "a/2" });
    await ledger.insertOne({ _id: "c/1", hash: "y" });
    assertEquals(await ids("x"), ["b/1", "b/2"]);
    assertEquals(await ids("y"), ["a/1", "c/1"]);
  },
);

withCollection(
  "startWireServer() has ranges of _id that find what there is now, with and without an order",
  async (ledger) => {
    const ids = async (_id: Condition<string>, others: Filter<Stored> = {}) => {
      const found = await ledger.find({ _id, ...others }).sort({ _id: -1 }).limit(3).toArray();
      return found.map(({ _id }) => _id);
    };
    assertEquals(await ids({ $gte: "a" }), []);
    await ledger.insertMany(
      ["b/2", "a/3", "a/1", "b/1", "a/2", "a/4"].map((_id) => ({ _id, account: _id.slice(0, 1) })),
    );
    assertEquals(await ids({ $gte: "a/1", $lte: "a/4" }), ["a/4", "a/3", "a/2"]);
    assertEquals(await ids({ $gt: "a/1", $lt: "a/4" }), ["a/3", "a/2"]);
    assertEquals(await ids({ $gte: "a/4", $lte: "a/1" }), []);
    assertEquals(await ids({ $gt: "a/4" }), ["b/2", "b/1"]);
    assertEquals(await ids({ $lt: "a/2" }), ["a/1"]);
    assertEquals(await ids({ $gt: "a/3" }, { account: "b" }), ["b/2", "b/1"]);
    await ledger.deleteOne({ _id: "a/3" });
    await ledger.updateOne({ _id: "a/2" }, { $set: { account: "c" } });
    await ledger.insertOne({ _id: "a/35" });
    assertEquals(await ids({ $gte: "a/1", $lt: "b" }), ["a/4", "a/35", "a/2"]);
    assertEquals((await ledger.find({ _id: { $gte: "a", $lt: "a/3" } }).toArray()).length, 2);
    assertEquals((await ledger.findOne({ _id: { $gt: "a/1", $lt: "a/3" } }))?.account, "c");
  },
);

withCollection("an index on texts also finds lists that hold one", async (things) => {
  await things.createIndex({ keys: 1 });
  await things.insertMany([{ _id: "a", keys: ["x", "y"] }, { _id: "b", keys: ["z"] }]);
  assertEquals((await things.find({ keys: "x" }).toArray()).map(({ _id }) => _id), ["a"]);
});

withCollection("an aggregate unwinds, matches, sorts and limits", async (accounts) => {
  await accounts.insertMany([
    { _id: "a", openTopUps: [{ id: "a1", at: 5 }, { id: "a2", at: 1 }] },
    { _id: "b", openTopUps: [] },
    { _id: "c", openTopUps: [{ id: "c1", at: 3 }, { id: "c2", at: 9 }] },
    { _id: "d" },
  ]);
  const found = await accounts.aggregate([
    { $match: { "openTopUps.at": { $lt: 9 } } },
    { $unwind: "$openTopUps" },
    { $match: { "openTopUps.at": { $lt: 9 } } },
    { $sort: { "openTopUps.at": 1 } },
    { $limit: 2 },
    { $project: { _id: 0, account: "$_id", topUpId: "$openTopUps.id" } },
  ]).toArray();
  assertEquals(found, [{ account: "a", topUpId: "a2" }, { account: "c", topUpId: "c1" }]);
});

withCollection("an aggregate filters an array and sums it", async (accounts) => {
  await accounts.insertOne({ _id: "a", journal: journal(5) });
  const [found] = await accounts.aggregate([{ $match: { _id: "a" } }, {
    $project: {
      entries: { $filter: { input: "$journal", as: "e", cond: { $gt: ["$$e.seq", 3] } } },
      sum: { $sum: "$journal.seq" },
      size: { $size: "$journal" },
    },
  }]).toArray();
  assertEquals(found, { _id: "a", entries: [{ seq: 4 }, { seq: 5 }], sum: 15, size: 5 });
});

withCollection("a projection takes one entry of an array", async (accounts) => {
  await accounts.insertOne({ _id: "a", head: 1, profile: "p", journal: journal(5) });
  assertEquals(
    await accounts.findOne({ _id: "a" }, {
      projection: { head: 1, journal: { $elemMatch: { seq: 3 } } },
    }),
    { _id: "a", head: 1, journal: [{ seq: 3 }] },
  );
  assertEquals(
    await accounts.findOne({ _id: "a" }, { projection: { head: 1, journal: { $slice: -2 } } }),
    { _id: "a", head: 1, journal: [{ seq: 4 }, { seq: 5 }] },
  );
});

withCollection("findOneAndUpdate() upserts and says what was and what is", async (counters) => {
  const count = (returnDocument: "before" | "after") =>
    counters.findOneAndUpdate(
      { _id: "a" },
      { $inc: { count: 1 }, $setOnInsert: { since: 1 } },
      { upsert: true, returnDocument },
    );
  assertEquals(await count("before"), null);
  assertEquals(await count("before"), { _id: "a", count: 1, since: 1 });
  assertEquals(await count("after"), { _id: "a", count: 3, since: 1 });
});

withCollection("concurrent upserts make one document and lose no count", async (counters) => {
  const counts = await Promise.allSettled(
    Array.from(
      { length: 50 },
      () => counters.findOneAndUpdate({ _id: "a" }, { $inc: { count: 1 } }, { upsert: true }),
    ),
  );
  const done = counts.filter(({ status }) => status === "fulfilled").length;
  assertEquals((await counters.findOne({ _id: "a" }))?.count, done);
});

withCollection("an upsert whose condition fails collides with the document", async (counters) => {
  await counters.insertOne({ _id: "a", count: 5 });
  await assertDuplicate(() =>
    counters.updateOne({ _id: "a", count: { $lt: 5 } }, { $inc: { count: 1 } }, { upsert: true })
  );
  assertEquals((await counters.findOne({ _id: "a" }))?.count, 5);
});

withCollection("findOneAndDelete() gives a document to one caller", async (codes) => {
  await codes.insertOne({ _id: "code", expiresAt: 10 });
  const taken = await Promise.all(
    Array.from(
      { length: 20 },
      () => codes.findOneAndDelete({ _id: "code", expiresAt: { $gt: 5 } }),
    ),
  );
  assertEquals(taken.filter((code) => code !== null).length, 1);
});

withCollection("an unordered insert keeps what does not collide", async (ledger) => {
  await ledger.insertOne({ _id: "a/1" });
  await assertDuplicate(() =>
    ledger.insertMany([{ _id: "a/1" }, { _id: "a/2" }, { _id: "a/3" }], { ordered: false })
  );
  assertEquals(await ledger.countDocuments(), 3);
});

withCollection("a bulk write upserts entries that may be there already", async (ledger) => {
  await ledger.insertOne({ _id: "a/1", by: "first" });
  const result = await ledger.bulkWrite(
    ["a/1", "a/2"].map((_id) => ({
      updateOne: { filter: { _id }, update: { $setOnInsert: { by: "second" } }, upsert: true },
    })),
    { ordered: false },
  );
  assertEquals([result.matchedCount, result.upsertedCount], [1, 1]);
  assertEquals((await ledger.findOne({ _id: "a/1" }))?.by, "first");
});

withCollection("a page is read by a range of _id, backwards", async (ledger) => {
  const id = (account: string, seq: number) => `${account}/${`${seq}`.padStart(4, "0")}`;
  await ledger.insertMany(
    ["a", "b"].flatMap((account) =>
      journal(300).map(({ seq }) => ({ _id: id(account, seq), seq }))
    ),
  );
  const page = await ledger.find({ _id: { $gte: id("a", 0), $lt: id("a", 200) } })
    .sort({ _id: -1 }).limit(3).toArray();
  assertEquals(page.map(({ seq }) => seq), [199, 198, 197]);
  assertEquals((await ledger.find({}).batchSize(50).toArray()).length, 600);
});

withCollection("concerns of a single operation are accepted", async (accounts) => {
  await accounts.insertOne({ _id: "a" }, { writeConcern: { w: "majority", wtimeoutMS: 5_000 } });
  const found = await accounts.findOne({ _id: "a" }, {
    readConcern: { level: "majority" },
    maxTimeMS: 5_000,
  });
  assertEquals(found, { _id: "a" });
});
