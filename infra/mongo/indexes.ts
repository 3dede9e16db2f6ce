import type { Db, IndexDescription } from "mongodb";
import { AUDIT_TTL_DAYS, DAY_MILLISECONDS } from "../../domain/limits.ts";

interface CollectionIndex {
  readonly collection: string;
  readonly index: IndexDescription;
  readonly reason: string;
}

const DAY_SECONDS = DAY_MILLISECONDS / 1_000;

/** Every index in addition to `_id`, with its reason. An index that no query needs makes every write slower. */
export const INDEXES: readonly CollectionIndex[] = [
  {
    collection: "users",
    index: { name: "open_top_ups", key: { "openTopUps.startedAt": 1 }, sparse: true },
    reason: "The sweep finds the few accounts with an open top-up among all.",
  },
  {
    collection: "users",
    index: { name: "open_card_refunds", key: { "openCardRefunds.startedAt": 1 }, sparse: true },
    reason: "The sweep finds the few accounts with money on its way back to a card.",
  },
  {
    collection: "users",
    index: { name: "open_holds", key: { "openHolds.expiresAt": 1 }, sparse: true },
    reason: "The sweep finds the few accounts whose holds have expired.",
  },
  {
    collection: "users",
    index: { name: "phone_numbers", key: { filo: 1, phoneNumber: 1 } },
    reason: "Support finds a user by telephone.",
  },
  {
    collection: "users",
    index: { name: "emails", key: { filo: 1, email: 1 } },
    reason: "Support finds a user by e-mail.",
  },
  {
    collection: "users",
    index: { name: "statuses", key: { filo: 1, status: 1, _id: 1 } },
    reason: "The few frozen or closed users of a fleet, in the order of their numbers.",
  },
  {
    collection: "users",
    index: { name: "undrained", key: { undrainedSince: 1 }, sparse: true },
    reason: "The few accounts with entries that the ledger does not have yet.",
  },
  {
    collection: "ledger",
    // The type comes last, so that entries of other types are passed over without being fetched.
    index: { name: "fleet", key: { filo: 1, at: 1, _id: 1, type: 1 } },
    reason: "A fleet's entries in the order of their times: its lists, exports and day's ends.",
  },
  {
    collection: "ledger",
    index: { name: "orders", key: { order: 1 }, sparse: true },
    reason: "A fleet's entries of one order.",
  },
  {
    collection: "ledger",
    index: { name: "entry", key: { id: 1 } },
    reason: "A payment, refund or top-up is looked up by its id.",
  },
  {
    collection: "ledger",
    index: { name: "key", key: { key: 1 }, sparse: true },
    reason: "A key that has left the account's window is looked up here.",
  },
  {
    collection: "ledger",
    index: { name: "refunds", key: { refundOf: 1 }, sparse: true },
    reason: "What is refunded of an older payment or of a top-up.",
  },
  {
    collection: "ledger",
    index: {
      name: "events_due",
      key: { "eventOpen.filo": 1, "eventOpen.status": 1, "eventOpen.dueAt": 1 },
      sparse: true,
    },
    reason:
      "The few entries whose events a fleet has not yet had, by the time at which they are due.",
  },
  {
    collection: "ledger",
    index: {
      name: "events_open",
      key: { "eventOpen.filo": 1, "eventOpen.status": 1, "eventOpen.at": 1, "eventOpen.id": 1 },
      sparse: true,
    },
    reason: "The list of events that are pending or have failed, newest first.",
  },
  {
    collection: "auth",
    index: { name: "expiry", key: { expiresAt: 1 }, expireAfterSeconds: 0 },
    reason: "Codes, sessions and counters are removed when they have expired.",
  },
  {
    collection: "auth",
    index: { name: "sessions", key: { account: 1, createdAt: -1 }, sparse: true },
    reason: "The sessions of a user, newest first: beyond the tenth the oldest ends.",
  },
  {
    collection: "named_keys",
    index: { name: "fleet", key: { filo: 1, keyId: -1 } },
    reason: "A fleet's keys, newest first, and the one that it revokes.",
  },
  {
    collection: "named_keys",
    index: { name: "hash", key: { hash: 1 } },
    reason: "Each request with a named key looks it up.",
  },
  {
    collection: "named_keys",
    index: { name: "removal", key: { removeAt: 1 }, expireAfterSeconds: 0 },
    reason: "Keys are removed some time after they have expired or were revoked.",
  },
  {
    collection: "vault",
    index: { name: "key", key: { keyId: 1 } },
    reason: "Whether a card is still sealed under a key that is no longer configured.",
  },
  {
    collection: "actions",
    index: { name: "expiry", key: { expiresAt: 1 }, expireAfterSeconds: 0 },
    reason: "What a bank wanted of a user is removed a day after their time was over.",
  },
  {
    collection: "audit",
    index: { name: "fleet", key: { filo: 1, at: -1, _id: -1 } },
    reason: "A fleet reads its audit, newest first.",
  },
  {
    collection: "audit",
    index: { name: "user", key: { filo: 1, user: 1, at: -1, _id: -1 } },
    reason: "Support asks who did what to one user.",
  },
  {
    collection: "audit",
    index: {
      name: "named_key",
      key: { filo: 1, key: 1, at: -1, _id: -1 },
      partialFilterExpression: { key: { $exists: true } },
    },
    reason: "What came with one named key. Most records came with none, and are not in it.",
  },
  {
    collection: "audit",
    index: { name: "expiry", key: { at: 1 }, expireAfterSeconds: AUDIT_TTL_DAYS * DAY_SECONDS },
    reason: "Records are removed after ninety days.",
  },
];

/**
 * Commands for `mongosh` on a sharded cluster. Accounts spread evenly, and an account's entries stay
 * together and in order.
 */
export function shardingCommands(dbName: string): readonly string[] {
  return [
    `sh.enableSharding("${dbName}")`,
    `sh.shardCollection("${dbName}.users", { _id: "hashed" })`,
    `sh.shardCollection("${dbName}.ledger", { _id: 1 })`,
  ];
}

/** Finds the indexes that a database lacks, as `collection.index`. */
export async function findMissingIndexes(database: Db): Promise<readonly string[]> {
  const collections = new Set(INDEXES.map(({ collection }) => collection));
  const lists = await Promise.all([...collections].map(async (name) => {
    const found = await listIndexes(database, name);
    return found.map((index) => `${name}.${index}`);
  }));
  const there = new Set(lists.flat());
  return INDEXES.map(({ collection, index }) => `${collection}.${index.name}`)
    .filter((index) => !there.has(index));
}

async function listIndexes(database: Db, collection: string): Promise<readonly string[]> {
  try {
    const indexes = await database.collection(collection).listIndexes().toArray();
    return indexes.map(({ name }) => String(name));
  } catch (error) {
    // NamespaceNotFound: the collection does not exist yet.
    if ((error as { readonly code?: unknown }).code === 26) return [];
    throw error;
  }
}

/** Creates the missing indexes and leaves the others as they are. */
export async function createIndexes(database: Db): Promise<void> {
  const byCollection = Map.groupBy(INDEXES, ({ collection }) => collection);
  for (const [collection, indexes] of byCollection) {
    await database.collection(collection).createIndexes(indexes.map(({ index }) => index));
  }
}
