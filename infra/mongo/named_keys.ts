import type { Collection } from "mongodb";
import type { Instant } from "../../domain/account.ts";
import type { KeyId, Scope } from "../../domain/auth.ts";
import { DAY_MILLISECONDS, ENDED_KEY_TTL_DAYS } from "../../domain/limits.ts";
import type { NamedKey } from "../../domain/named_key.ts";
import type { KeyAdding, NamedKeyStore, NewNamedKey } from "../../domain/ports/named_keys.ts";
import { isDuplicateKey } from "./connection.ts";

/**
 * A named key of a fleet. `_id` is of the request that made it, if that has an Idempotency-Key: so one
 * request makes one key, with whatever indexes there are.
 */
export interface NamedKeyDocument {
  readonly _id: string;
  /** Of its text. */
  readonly hash: string;
  readonly filo: string;
  readonly keyId: KeyId;
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly createdAt: Date;
  readonly expiresAt?: Date;
  readonly lastUsedAt?: Date;
  readonly revokedAt?: Date;
  /** Of what its request asked for. */
  readonly fingerprint?: string;
  /** When the TTL index removes it: some time after it has expired or was revoked. */
  readonly removeAt?: Date;
}

/** Stores the named keys of fleets. Reads are of what a majority has, so what is revoked is seen by all. */
export function createMongoNamedKeys(keys: Collection<NamedKeyDocument>): NamedKeyStore {
  return {
    add: (key, most) => add(keys, key, most),
    find: async (hash) => fromDocument(await keys.findOne({ hash })),
    list: async (filo, { limit, before }) => {
      const found = await keys.find({
        filo,
        revokedAt: { $exists: false },
        ...(before !== undefined && { keyId: { $lt: before as KeyId } }),
      }).sort({ keyId: -1 }).limit(limit).toArray();
      return found.flatMap((document) => fromDocument(document) ?? []);
    },
    revoke: async (filo, keyId, now) => {
      const named = { filo, keyId: keyId as KeyId };
      await keys.updateOne({ ...named, revokedAt: { $exists: false } }, {
        $set: { revokedAt: new Date(now) },
        $min: { removeAt: removalOf(now) },
      });
      return fromDocument(await keys.findOne(named));
    },
    noteUse: async (hash, minute) => {
      await keys.updateOne({ hash }, { $max: { lastUsedAt: new Date(minute) } });
    },
  };
}

/**
 * Adds a key and then counts the others. Counted before, two instances could each add the last one; so
 * at worst both take theirs back.
 */
async function add(
  keys: Collection<NamedKeyDocument>,
  wanted: NewNamedKey,
  most: number,
): Promise<KeyAdding> {
  const document = toDocument(wanted);
  const { _id, filo, hash } = document;
  try {
    await keys.insertOne(document);
  } catch (error) {
    const before = isDuplicateKey(error) ? await keys.findOne({ _id }) : null;
    if (before === null) throw error;
    // With that hash it is this one: the answer to its insert was lost, and it was made again.
    const { keyId, fingerprint = "" } = before;
    if (before.hash !== hash) return { outcome: "made_before", keyId, fingerprint };
  }
  const others = await keys.countDocuments({
    filo,
    _id: { $ne: _id },
    revokedAt: { $exists: false },
    $or: [{ expiresAt: { $exists: false } }, { expiresAt: { $gt: document.createdAt } }],
  });
  if (others < most) return { outcome: "added" };
  await keys.deleteOne({ _id });
  return { outcome: "too_many" };
}

function toDocument({ key, hash, request }: NewNamedKey): NamedKeyDocument {
  const { keyId, filo, name, scopes, createdAt, expiresAt } = key;
  return {
    _id: request ? `request/${filo}/${request.keyHash}` : `key/${keyId}`,
    hash,
    filo,
    keyId,
    name,
    scopes,
    createdAt: new Date(createdAt),
    ...(expiresAt !== undefined && {
      expiresAt: new Date(expiresAt),
      removeAt: removalOf(expiresAt),
    }),
    ...(request && { fingerprint: request.fingerprint }),
  };
}

function fromDocument(document: NamedKeyDocument | null): NamedKey | undefined {
  if (document === null) return undefined;
  const { keyId, filo, name, scopes, createdAt, expiresAt, lastUsedAt, revokedAt } = document;
  return {
    keyId,
    filo,
    name,
    scopes,
    createdAt: createdAt.getTime(),
    ...(expiresAt && { expiresAt: expiresAt.getTime() }),
    ...(lastUsedAt && { lastUsedAt: lastUsedAt.getTime() }),
    ...(revokedAt && { revokedAt: revokedAt.getTime() }),
  };
}

function removalOf(endedAt: Instant): Date {
  return new Date(endedAt + ENDED_KEY_TTL_DAYS * DAY_MILLISECONDS);
}
