import type { Collection, Filter } from "mongodb";
import { fromAccountKey, type Instant } from "../../domain/account.ts";
import type {
  FleetEntry,
  FleetJournal,
  FleetListOptions,
  FleetPage,
  FleetPlace,
} from "../../domain/ports/fleet_journal.ts";
import type { UserDocument } from "./account_documents.ts";
import {
  type EntryDocument,
  fromEntryDocument,
  fromLedgerDocument,
  type LedgerDocument,
  ledgerId,
  orderKey,
} from "./entry_documents.ts";

interface FleetCollections {
  readonly users: Collection<UserDocument>;
  readonly ledger: Collection<LedgerDocument>;
}

/** An entry with what orders it: its time, then its place in the ledger. */
interface Placed extends FleetEntry {
  readonly id: string;
}

/** An entry that the ledger does not have yet, as it is unwound from its document. */
interface Waiting {
  readonly _id: string;
  readonly journal: EntryDocument;
}

interface Place {
  readonly at: Instant;
  readonly id: string;
}

/**
 * Reads a fleet's entries in two places, as an account's are: first the documents in which some wait to be
 * moved, then the ledger. In this order none is missed, because it is copied before it leaves its
 * document; one that is found twice is shown once. A place is the time and the ledger's id of an entry.
 */
export function createMongoFleetJournal({ users, ledger }: FleetCollections): FleetJournal {
  async function list(filo: string, options: FleetListOptions): Promise<FleetPage> {
    const { limit } = options;
    const after = options.after === undefined ? undefined : readPlace(options.after);
    // One more than the page has, which tells whether another page follows.
    const asked = { ...options, filo, after, limit: limit + 1 };
    const waiting = await readWaiting(asked);
    const kept = await readLedger(asked);
    const found = new Map([...waiting, ...kept].map((placed) => [placed.id, placed]));
    const sorted = [...found.values()].sort(newestFirst);
    const entries = sorted.slice(0, limit);
    const last = sorted.length > limit ? entries.at(-1) : undefined;
    const page = entries.map(({ account, entry }) => ({ account, entry }));
    return last ? { entries: page, next: writePlace(last) } : { entries: page };
  }

  async function readWaiting(
    { filo, limit, after, from, to, types, orderId }: Asked,
  ): Promise<readonly Placed[]> {
    const time = timesOf({ from, to, after });
    // None of a document's entries is older than the time since which they wait.
    const since = { $exists: true, ...(time.$lte && { $lte: time.$lte }) };
    const found = await users.aggregate<Waiting>([
      { $match: { filo, undrainedSince: since } },
      // With the slash, accounts are in the order of their entries in the ledger.
      { $project: { journal: 1, account: { $concat: ["$_id", "/"] } } },
      { $unwind: "$journal" },
      {
        $match: {
          ...(Object.keys(time).length > 0 && { "journal.at": time }),
          ...(types && { "journal.type": { $in: [...types] } }),
          ...(orderId !== undefined && { "journal.orderId": orderId }),
          ...(after && isAfterInDocument(after)),
        },
      },
      { $sort: { "journal.at": -1, account: -1, "journal.seq": -1 } },
      { $limit: limit },
    ]).toArray();
    return found.map(({ _id, journal }) => ({
      id: ledgerId(_id, journal.seq),
      account: fromAccountKey(_id),
      entry: fromEntryDocument(journal),
    }));
  }

  async function readLedger(
    { filo, limit, after, from, to, types, orderId }: Asked,
  ): Promise<readonly Placed[]> {
    const time = timesOf({ from, to, after });
    const filter: Filter<LedgerDocument> = {
      ...(orderId === undefined ? { filo } : { order: orderKey(filo, orderId) }),
      ...(Object.keys(time).length > 0 && { at: time }),
      ...(types && { type: { $in: [...types] } }),
      ...(after && {
        $or: [{ at: { $lt: new Date(after.at) } }, {
          at: new Date(after.at),
          _id: { $lt: after.id },
        }],
      }),
    };
    const found = await ledger.find(filter).sort({ at: -1, _id: -1 }).limit(limit).toArray();
    return found.map((document) => ({
      id: document._id,
      account: fromAccountKey(document.account),
      entry: fromLedgerDocument(document),
    }));
  }

  return {
    list,
    placeOf: async (filo, entryId) => {
      const waits = { filo, undrainedSince: { $exists: true }, "journal.id": entryId };
      const document = await users.findOne(waits, { projection: { journal: 1 } });
      const recent = document?.journal.find(({ id }) => id === entryId);
      if (document && recent) {
        return writePlace({
          id: ledgerId(document._id, recent.seq),
          entry: { at: recent.at.getTime() },
        });
      }
      const kept = await ledger.findOne({ id: entryId, filo }, { projection: { at: 1 } });
      return kept ? writePlace({ id: kept._id, entry: { at: kept.at.getTime() } }) : undefined;
    },
  };
}

interface Asked extends Omit<FleetListOptions, "after"> {
  readonly filo: string;
  readonly after: Place | undefined;
}

interface Times {
  readonly $gte?: Date;
  readonly $lt?: Date;
  readonly $lte?: Date;
}

/** Said apart from the place itself, because it bounds what is read of the index. */
function timesOf(
  { from, to, after }: {
    readonly from: Instant | undefined;
    readonly to: Instant | undefined;
    readonly after: Place | undefined;
  },
): Times {
  return {
    ...(from !== undefined && { $gte: new Date(from) }),
    ...(to !== undefined && { $lt: new Date(to) }),
    ...(after && { $lte: new Date(after.at) }),
  };
}

function isAfterInDocument({ at, id }: Place) {
  const end = id.lastIndexOf("/") + 1;
  const [account, seq] = [id.slice(0, end), Number(id.slice(end))];
  const time = new Date(at);
  return {
    $or: [
      { "journal.at": { $lt: time } },
      { "journal.at": time, account: { $lt: account } },
      { "journal.at": time, account, "journal.seq": { $lt: seq } },
    ],
  };
}

function newestFirst(one: Placed, other: Placed): number {
  return other.entry.at - one.entry.at || (one.id < other.id ? 1 : -1);
}

function writePlace(
  { id, entry: { at } }: { readonly id: string; readonly entry: { readonly at: Instant } },
): FleetPlace {
  return `${at}:${id}`;
}

function readPlace(place: FleetPlace): Place {
  const end = place.indexOf(":");
  return { at: Number(place.slice(0, end)), id: place.slice(end + 1) };
}
