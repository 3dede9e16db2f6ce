import type { Collection, Filter, UpdateFilter } from "mongodb";
import { fromAccountKey } from "../../domain/account.ts";
import type { Journal } from "../../domain/ports/journal.ts";
import type { UserDocument } from "./account_documents.ts";

/** An update of one account that takes effect only if its head is the expected one. */
export interface Swap {
  readonly account: string;
  readonly expectedHead: string;
  /** The id of the last entry that the update appends. */
  readonly nextHead: string;
  /** What must hold in addition to the head. */
  readonly condition: Filter<UserDocument>;
  readonly update: UpdateFilter<UserDocument>;
}

/** Returns whether the swap took effect. Rejects if that is unknown. */
type PerformSwap = (swap: Swap) => Promise<boolean>;

interface SwapsOptions {
  readonly users: Collection<UserDocument>;
  readonly journal: Pick<Journal, "find">;
}

/** Commands with swaps that run at once; the other connections are left for reads. */
export const SWAP_COMMANDS_AT_ONCE = 4;
/** Swaps in one command, all of which are answered together. */
export const SWAPS_PER_COMMAND = 32;

/** A swap as the driver takes it. */
interface Update extends Pick<Swap, "update"> {
  readonly filter: Filter<UserDocument>;
}

interface Waiting {
  readonly swap: Swap;
  readonly resolve: (happened: boolean) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Sends swaps of different accounts together: those that come while other commands are in progress
 * share the next command. Each is still an atomic update of one document; only the round trip is
 * shared. A swap that comes alone is sent at once.
 */
export function createSwaps({ users, journal }: SwapsOptions): PerformSwap {
  const waiting: Waiting[] = [];
  let commands = 0;

  function send(): void {
    while (waiting.length > 0 && commands < SWAP_COMMANDS_AT_ONCE) {
      const batch = waiting.splice(0, SWAPS_PER_COMMAND);
      commands++;
      void perform(batch).finally(() => {
        commands--;
        send();
      });
    }
  }

  async function perform(batch: readonly Waiting[]): Promise<void> {
    try {
      const swaps = batch.map(({ swap }) => swap);
      const matchedCount = await write(swaps);
      if (matchedCount === batch.length) return batch.forEach(({ resolve }) => resolve(true));
      if (matchedCount === 0) return batch.forEach(({ resolve }) => resolve(false));
      const happened = await tellApart(swaps);
      batch.forEach(({ resolve }, place) => resolve(happened[place] === true));
    } catch (error) {
      // Some may have taken effect; each caller finds out by itself.
      batch.forEach(({ reject }) => reject(error));
    }
  }

  /** Returns how many took effect. A single one is spared the driver's overhead of a bulk write. */
  async function write(swaps: readonly Swap[]): Promise<number> {
    const updates = swaps.map(toUpdate);
    const [alone] = updates;
    const { matchedCount } = updates.length === 1 && alone
      ? await users.updateOne(alone.filter, alone.update)
      : await users.bulkWrite(updates.map((updateOne) => ({ updateOne })), { ordered: false });
    return matchedCount;
  }

  /** Finds out which swaps took effect, since the server only counts: no two heads are the same. */
  async function tellApart(swaps: readonly Swap[]): Promise<readonly boolean[]> {
    const _id = { $in: swaps.map(({ account }) => account) };
    const found = await users.find({ _id }, { projection: { head: 1 } }).toArray();
    const heads = new Map(found.map(({ _id, head }) => [_id, head]));
    return await Promise.all(swaps.map(async ({ account, expectedHead, nextHead }) => {
      const head = heads.get(account);
      if (head === nextHead) return true;
      if (head === undefined || head === expectedHead) return false;
      // Another writer has saved since: after this swap, or in its place.
      return await journal.find(fromAccountKey(account), nextHead) !== undefined;
    }));
  }

  return (swap) =>
    new Promise((resolve, reject) => {
      waiting.push({ swap, resolve, reject });
      send();
    });
}

function toUpdate({ account, expectedHead, condition, update }: Swap): Update {
  return { filter: { _id: account, head: expectedHead, ...condition }, update };
}
