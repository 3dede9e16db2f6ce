import type { Collection } from "mongodb";
import { type AccountId, accountKey, fromAccountKey, type Instant } from "../../domain/account.ts";
import type { AuthStore, NewCode } from "../../domain/ports/auth_store.ts";
import type { RateLimit } from "../../domain/ports/rate_limiter.ts";
import { counterKey, toExceeded, windowStart } from "../../domain/fixed_window.ts";
import { isDuplicateKey } from "./connection.ts";

/** What the collection `auth` holds: outstanding codes, sessions and counters, told apart by their `_id`. */
export interface AuthDocument {
  readonly _id: string;
  readonly expiresAt: Date;
  readonly codes?: readonly { readonly hash: string; readonly expiresAt: Date }[];
  readonly account?: string;
  readonly createdAt?: Date;
  readonly events?: number;
}

/** An expired document counts as missing; its removal by MongoDB some time later only frees space. */
export function createMongoAuthStore(auth: Collection<AuthDocument>): AuthStore {
  return {
    addCode: (id, code, maxOutstanding) =>
      addCode(auth, codesId(id, code.delivery), { code, maxOutstanding }),
    takeCode: async (id, codeHash, now) => {
      const { modifiedCount } = await auth.updateOne({
        _id: { $in: [codesId(id, "response"), codesId(id, "out_of_band")] },
        codes: { $elemMatch: { hash: codeHash, expiresAt: { $gt: new Date(now) } } },
      }, { $pull: { codes: { hash: codeHash } } });
      return modifiedCount === 1;
    },
    addSession: async ({ account, tokenHash, createdAt, expiresAt }, maxSessions) => {
      const key = accountKey(account);
      await auth.insertOne({
        _id: sessionId(tokenHash),
        account: key,
        createdAt: new Date(createdAt),
        expiresAt: new Date(expiresAt),
      });
      await endOldest(auth, { account: key, newest: sessionId(tokenHash), maxSessions });
    },
    findSession: async (tokenHash, now) => {
      const session = await auth.findOne({
        _id: sessionId(tokenHash),
        expiresAt: { $gt: new Date(now) },
      });
      if (session?.account === undefined || session.createdAt === undefined) return undefined;
      return {
        account: fromAccountKey(session.account),
        tokenHash,
        createdAt: session.createdAt.getTime(),
        expiresAt: session.expiresAt.getTime(),
      };
    },
    listSessions: async (id, now) => {
      const alive = { account: accountKey(id), expiresAt: { $gt: new Date(now) } };
      const found = await auth.find(alive).sort({ createdAt: 1, _id: 1 }).toArray();
      return found.map(({ createdAt, expiresAt }) => ({
        createdAt: createdAt?.getTime() ?? 0,
        expiresAt: expiresAt.getTime(),
      }));
    },
    endSession: async (tokenHash) => {
      await auth.deleteOne({ _id: sessionId(tokenHash) });
    },
    endSessions: async (id, keptTokenHash) => {
      await auth.deleteMany({
        _id: { $in: [codesId(id, "response"), codesId(id, "out_of_band")] },
      });
      const { deletedCount } = await auth.deleteMany({
        account: accountKey(id),
        ...(keptTokenHash !== undefined && { _id: { $ne: sessionId(keptTokenHash) } }),
      });
      return deletedCount;
    },
    count: async (limits, now) => {
      const [only, ...others] = limits;
      if (only && others.length === 0) {
        return await countUp(auth, only, now) ? undefined : toExceeded(only, now);
      }
      const ids = limits.map((limit) => counterId(limit, now));
      const counters = await auth.find({ _id: { $in: ids } }).toArray();
      const events = new Map(counters.map((counter) => [counter._id, counter.events ?? 0]));
      const usedUp = limits.find((limit) => {
        return (events.get(counterId(limit, now)) ?? 0) >= limit.limit;
      });
      if (usedUp) return toExceeded(usedUp, now);
      for (const limit of limits) {
        // Others may have used it up since; the wider limits are then not counted.
        if (!await countUp(auth, limit, now)) return toExceeded(limit, now);
      }
      return undefined;
    },
    takeBack: async (limits, now) => {
      await Promise.all(limits.map(async (limit) => {
        const _id = counterId(limit, now);
        // An empty counter is deleted: attempts that were never checked must not fill the disk.
        const { deletedCount } = await auth.deleteOne({ _id, events: { $lte: 1 } });
        if (deletedCount > 0) return;
        await auth.updateOne({ _id, events: { $gt: 0 } }, { $inc: { events: -1 } });
      }));
    },
  };
}

function codesId(id: AccountId, delivery: NewCode["delivery"]): string {
  return `codes/${accountKey(id)}/${delivery}`;
}

function counterId(limit: RateLimit, now: Instant): string {
  return `counter/${counterKey(limit)}/${windowStart(limit, now)}`;
}

function sessionId(tokenHash: string): string {
  return `session/${tokenHash}`;
}

interface CodeAdding {
  readonly code: NewCode;
  readonly maxOutstanding: number;
}

/** Adds a code to a user's document for its kind of delivery: one document, so that their number is limited. */
async function addCode(
  auth: Collection<AuthDocument>,
  _id: string,
  { code: { codeHash, now, expiresAt }, maxOutstanding }: CodeAdding,
): Promise<boolean> {
  await auth.updateOne({ _id }, { $pull: { codes: { expiresAt: { $lte: new Date(now) } } } });
  const code = { hash: codeHash, expiresAt: new Date(expiresAt) };
  try {
    await auth.updateOne(
      { _id, [`codes.${maxOutstanding - 1}`]: { $exists: false } },
      { $push: { codes: code }, $max: { expiresAt: code.expiresAt } },
      { upsert: true },
    );
    return true;
  } catch (error) {
    // The filter did not match the full document, so the upsert tried to insert it again.
    if (!isDuplicateKey(error)) throw error;
    return false;
  }
}

interface Ending {
  readonly account: string;
  readonly newest: string;
  readonly maxSessions: number;
}

/** Ends the oldest sessions. Of those from the same millisecond, the one just added is the newest. */
async function endOldest(
  auth: Collection<AuthDocument>,
  { account, newest, maxSessions }: Ending,
): Promise<void> {
  const others = await auth.find({ account, _id: { $ne: newest } }, { projection: { _id: 1 } })
    .sort({ createdAt: -1, _id: 1 }).skip(maxSessions - 1).toArray();
  if (others.length > 0) await auth.deleteMany({ _id: { $in: others.map(({ _id }) => _id) } });
}

/** Adds one to a counter, which the first event of its window makes. False when the limit is used up. */
async function countUp(
  auth: Collection<AuthDocument>,
  limit: RateLimit,
  now: Instant,
): Promise<boolean> {
  const below = { _id: counterId(limit, now), events: { $lt: limit.limit } };
  const expiresAt = new Date(windowStart(limit, now) + limit.windowSeconds * 1_000);
  const add = { $inc: { events: 1 } };
  try {
    await auth.updateOne(below, { ...add, $setOnInsert: { expiresAt } }, { upsert: true });
    return true;
  } catch (error) {
    // It is there: used up, or made by another at this moment.
    if (!isDuplicateKey(error)) throw error;
    return (await auth.updateOne(below, add)).modifiedCount === 1;
  }
}
