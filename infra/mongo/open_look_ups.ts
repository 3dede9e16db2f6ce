import type { Collection } from "mongodb";
import { type AccountId, fromAccountKey, type Instant } from "../../domain/account.ts";
import type {
  AccountStore,
  HoldAddress,
  Interval,
  OpenCardRefundAddress,
  OpenTopUpAddress,
} from "../../domain/ports/account_store.ts";
import type { UserDocument } from "./account_documents.ts";

/** Finds open top-ups, open card refunds and expired holds in the documents of all accounts. */
export function createOpenLookUps(
  users: Collection<UserDocument>,
): Pick<AccountStore, "openTopUps" | "openCardRefunds" | "expiredHolds"> {
  async function openTopUps(
    except: Interval,
    limit: number,
    after?: OpenTopUpAddress,
  ): Promise<readonly OpenTopUpAddress[]> {
    const found = await findOpen({
      list: "openTopUps",
      id: "topUpId",
      time: "startedAt",
      due: [{ $lte: new Date(except.from) }, { $gte: new Date(except.to) }],
      after: after && { id: after.topUpId, time: after.startedAt },
    }, limit);
    return found.map(({ account, id: topUpId, time: startedAt }) => ({
      account,
      topUpId,
      startedAt,
    }));
  }

  async function openCardRefunds(
    except: Interval,
    limit: number,
    after?: OpenCardRefundAddress,
  ): Promise<readonly OpenCardRefundAddress[]> {
    const found = await findOpen({
      list: "openCardRefunds",
      id: "cardRefundId",
      time: "startedAt",
      due: [{ $lte: new Date(except.from) }, { $gte: new Date(except.to) }],
      after: after && { id: after.cardRefundId, time: after.startedAt },
    }, limit);
    return found.map(({ account, id: cardRefundId, time: startedAt }) => ({
      account,
      cardRefundId,
      startedAt,
    }));
  }

  async function expiredHolds(
    now: Instant,
    limit: number,
    after?: HoldAddress,
  ): Promise<readonly HoldAddress[]> {
    const found = await findOpen({
      list: "openHolds",
      id: "holdId",
      time: "expiresAt",
      due: [{ $lte: new Date(now) }],
      after: after && { id: after.holdId, time: after.expiresAt },
    }, limit);
    return found.map(({ account, id: holdId, time: expiresAt }) => ({
      account,
      holdId,
      expiresAt,
    }));
  }

  /** Finds what is open in lists of the documents and due by its time, the oldest first. */
  async function findOpen(
    { list, id, time, due, after }: OpenQuery,
    limit: number,
  ): Promise<readonly FoundOpen[]> {
    const [idPath, timePath] = [`${list}.${id}`, `${list}.${time}`];
    const isDue = { $or: due.map((condition) => ({ [timePath]: condition })) };
    const from = new Date(after?.time ?? 0);
    const found = await users.aggregate<{ _id: string; id: string; time: Date }>([
      { $match: isDue },
      { $project: { [list]: 1 } },
      { $unwind: `$${list}` },
      { $match: isDue },
      {
        $match: {
          $or: [
            { [timePath]: { $gt: from } },
            { [timePath]: from, [idPath]: { $gt: after?.id ?? "" } },
          ],
        },
      },
      { $sort: { [timePath]: 1, [idPath]: 1 } },
      { $limit: limit },
      { $project: { id: `$${idPath}`, time: `$${timePath}` } },
    ]).toArray();
    return found.map(({ _id, id, time }) => {
      return { account: fromAccountKey(_id), id, time: time.getTime() };
    });
  }

  return { openTopUps, openCardRefunds, expiredHolds };
}

/** A list of open things in the documents: the names of its members, and which of them are asked for. */
interface OpenQuery {
  readonly list: "openTopUps" | "openCardRefunds" | "openHolds";
  readonly id: string;
  readonly time: string;
  readonly due: readonly { readonly $lte?: Date; readonly $gte?: Date }[];
  readonly after: { readonly id: string; readonly time: Instant } | undefined;
}

interface FoundOpen {
  readonly account: AccountId;
  readonly id: string;
  readonly time: Instant;
}
