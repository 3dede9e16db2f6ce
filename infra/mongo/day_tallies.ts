import type { Collection } from "mongodb";
import {
  addTallies,
  GATEWAY_TYPES,
  type Tally,
  tallyOf,
  type Total,
} from "../../domain/day_end.ts";
import type { Span } from "../../domain/days.ts";
import type { EntryType } from "../../domain/journal.ts";
import { type Kurus, NO_MONEY } from "../../domain/money.ts";
import type { DayEnds, Tallied } from "../../domain/ports/day_ends.ts";
import type { UserDocument } from "./account_documents.ts";
import {
  type EntryDocument,
  fromEntryDocument,
  type LedgerDocument,
  ledgerId,
} from "./entry_documents.ts";

export interface TallyCollections {
  readonly users: Collection<UserDocument>;
  readonly ledger: Collection<LedgerDocument>;
}

interface DayTallies extends Pick<DayEnds, "since" | "tally" | "open"> {
  /** Whether the ledger has more entries of that time than so many. */
  hasMore(filo: string, span: Span, entries: number): Promise<boolean>;
}

interface TallyDocument {
  readonly _id: { readonly type: EntryType; readonly gateway?: string | null };
  readonly count: number;
  readonly amountKurus: number;
  readonly deltaKurus: number;
}

/** Adds up what the ledger holds, and what is still in the documents of accounts. */
export function createDayTallies({ users, ledger }: TallyCollections): DayTallies {
  /**
   * The documents first and the ledger second, as everywhere: so no entry is missed, and what was found
   * in a document is left out of the ledger, where it may have arrived meanwhile.
   */
  async function tally(filo: string, span: Span): Promise<Tallied> {
    const undrained = await findUndrained(filo, span);
    const groups = await ledger.aggregate<TallyDocument>([
      { $match: { filo, at: timeOf(span), _id: { $nin: [...undrained.keys()] } } },
      {
        $group: {
          _id: { type: "$type", gateway: "$gateway" },
          count: { $sum: 1 },
          amountKurus: { $sum: "$amountKurus" },
          deltaKurus: { $sum: "$deltaKurus" },
        },
      },
    ]).toArray();
    const tallies = addTallies([
      ...groups.map(toTally),
      ...[...undrained.values()].map(fromEntryDocument).map(tallyOf),
    ]);
    return { tallies, isSettled: undrained.size === 0 };
  }

  /** The entries of that time that are still in the documents of accounts, by their ids in the ledger. */
  async function findUndrained(
    filo: string,
    { from, to }: Span,
  ): Promise<ReadonlyMap<string, EntryDocument>> {
    const undrained = new Map<string, EntryDocument>();
    const documents = users.find(
      { filo, undrainedSince: { $lt: new Date(to) } },
      { projection: { journal: 1 } },
    );
    for await (const { _id: account, journal } of documents) {
      for (const entry of journal) {
        const at = entry.at.getTime();
        if (at >= from && at < to) undrained.set(ledgerId(account, entry.seq), entry);
      }
    }
    return undrained;
  }

  async function since(filo: string): Promise<number | undefined> {
    const waits = { filo, undrainedSince: { $gt: new Date(0) } };
    const undrained = await users.findOne(waits, {
      projection: { undrainedSince: 1 },
      sort: { undrainedSince: 1 },
    });
    const kept = await ledger.findOne({ filo }, { projection: { at: 1 }, sort: { at: 1 } });
    const times = [undrained?.undrainedSince, kept?.at].flatMap((at) => at ? [at.getTime()] : []);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  /** Adds up what the documents list as open. */
  async function addOpen(
    filo: string,
    list: "openTopUps" | "openHolds",
    isOpen: Readonly<Record<string, object>>,
  ): Promise<Total> {
    const [sum] = await users.aggregate<{ count: number; amountKurus: number }>([
      { $match: { filo, ...isOpen } },
      { $project: { [list]: 1 } },
      { $unwind: `$${list}` },
      { $match: isOpen },
      { $group: { _id: null, count: { $sum: 1 }, amountKurus: { $sum: `$${list}.amountKurus` } } },
    ]).toArray();
    return { count: sum?.count ?? 0, amountKurus: (sum?.amountKurus ?? NO_MONEY) as Kurus };
  }

  return {
    since,
    tally,
    open: async (filo, now) => ({
      // With a time, so that the sparse index of what is open is used.
      topUps: await addOpen(filo, "openTopUps", {
        "openTopUps.startedAt": { $gt: new Date(0) },
      }),
      holds: await addOpen(filo, "openHolds", { "openHolds.expiresAt": { $gt: new Date(now) } }),
    }),
    hasMore: async (filo, span, entries) => {
      const order = { sort: { at: 1, _id: 1 }, skip: entries, projection: { _id: 1 } } as const;
      return await ledger.findOne({ filo, at: timeOf(span) }, order) !== null;
    },
  };
}

function timeOf({ from, to }: Span): { readonly $gte: Date; readonly $lt: Date } {
  return { $gte: new Date(from), $lt: new Date(to) };
}

function toTally({ _id: { type, gateway }, count, ...sums }: TallyDocument): Tally {
  const isOfGateway = (GATEWAY_TYPES as readonly EntryType[]).includes(type);
  return {
    type,
    ...(isOfGateway && gateway && { gateway }),
    count,
    amountKurus: sums.amountKurus as Kurus,
    deltaKurus: sums.deltaKurus as Kurus,
  };
}
