import { randomUUID } from "node:crypto";
import type { AnyBulkWriteOperation, Collection } from "mongodb";
import { accountKey, type Instant } from "../../domain/account.ts";
import type { Delivery, EventOutbox, PendingEvent } from "../../domain/ports/event_outbox.ts";
import type { Arrivals } from "../arrivals.ts";
import { sha256 } from "../crypto/digests.ts";
import { isDuplicateKey } from "./connection.ts";
import { entriesOf, ledgerId } from "./entry_documents.ts";
import {
  type EventDocument,
  toDeliveryUpdate,
  toEventState,
  toPendingEvent,
} from "./event_documents.ts";
import { createEventList } from "./event_list.ts";

/** Which instance sends a fleet's events. */
export interface EventFleetDocument {
  readonly _id: string;
  readonly owner: string;
  readonly until: Date;
  /** The hash of the address that wants no more events, because an address may hold a secret. */
  readonly stoppedFor?: string;
}

interface EventCollections {
  readonly ledger: Collection<EventDocument>;
  readonly fleets: Collection<EventFleetDocument>;
  readonly arrivals: Arrivals;
}

const PENDING = { "eventOpen.status": "pending" } as const;
/** What waits for earlier events of its account, and what later ones wait for. */
const IN_ORDER = { ...PENDING, "eventOpen.again": false } as const;

/** The outbox of events: marks on the entries in the ledger, which the drain makes. */
export function createMongoEventOutbox(
  { ledger, fleets, arrivals }: EventCollections,
): EventOutbox {
  const owner = randomUUID();
  /** Events that were taken and not settled: by fleet, their ids in the ledger. */
  const taken = new Map<string, Set<string>>();
  const takenOf = (filo: string): Set<string> => {
    const known = taken.get(filo) ?? new Set();
    taken.set(filo, known);
    return known;
  };

  async function take(filo: string, limit: number, now: Instant): Promise<PendingEvent[]> {
    const held = takenOf(filo);
    const found = await ledger
      .find({ "eventOpen.filo": filo, ...PENDING, "eventOpen.dueAt": { $lte: new Date(now) } })
      .sort({ "eventOpen.dueAt": 1, "eventOpen.id": 1 }).limit(limit + held.size).toArray();
    const due = found.filter(({ _id }) => !held.has(_id)).slice(0, limit)
      .sort((first, second) => first._id < second._id ? -1 : 1);
    const { free, keptBack } = await sortOut(due, held, now);
    if (keptBack.length > 0) await ledger.bulkWrite([...keptBack], { ordered: false });
    for (const { _id } of free) held.add(_id);
    return free.map(toPendingEvent);
  }

  /**
   * Tells events that may be sent from those that an earlier one of their account keeps back. An entry is
   * in the ledger only after the one before it, so looking at that one is enough.
   */
  async function sortOut(
    due: readonly EventDocument[],
    held: ReadonlySet<string>,
    now: Instant,
  ): Promise<{
    readonly free: readonly EventDocument[];
    readonly keptBack: readonly AnyBulkWriteOperation<EventDocument>[];
  }> {
    const before = await ledger.find({ _id: { $in: due.map(idBefore) }, ...IN_ORDER }, {
      projection: { "eventOpen.dueAt": 1 },
    }).toArray();
    const waits = new Map(
      before.map(({ _id, eventOpen }) => [_id, eventOpen?.dueAt.getTime() ?? now]),
    );
    const free: EventDocument[] = [];
    const keptBack: AnyBulkWriteOperation<EventDocument>[] = [];
    const goes = new Set(held);
    for (const document of due) {
      const { _id } = document;
      const previous = idBefore(document);
      const until = waits.get(previous);
      if (document.eventOpen?.again || until === undefined || goes.has(previous)) {
        goes.add(_id);
        free.push(document);
      } else if (until > now) {
        // The next one waits as long.
        waits.set(_id, until);
        const dueAt = new Date(until);
        const { firstAt = new Date(now) } = document.eventOpen ?? {};
        const update = { $set: { "eventOpen.dueAt": dueAt, "eventOpen.firstAt": firstAt } };
        keptBack.push({ updateOne: { filter: { _id, ...IN_ORDER }, update } });
      }
    }
    return { free, keptBack };
  }

  async function settle(filo: string, deliveries: readonly Delivery[]): Promise<void> {
    const writes = [...toManyUpdates(deliveries), ...deliveries.flatMap(toKeepingBack)];
    if (writes.length > 0) await ledger.bulkWrite(writes, { ordered: true });
    const held = takenOf(filo);
    for (const { event } of deliveries) held.delete(idOf(event));
  }

  async function again(filo: string, entryId: string, now: Instant) {
    await fleets.updateOne({ _id: filo }, { $unset: { stoppedFor: "" } });
    const found = await ledger.findOne({
      id: entryId,
      filo,
      $or: [{ eventOpen: { $exists: true } }, { eventDone: { $exists: true } }],
    });
    if (found === null) return undefined;
    const { _id, account, at, eventOpen } = found;
    const dueAt = new Date(now);
    if (eventOpen?.status === "pending" && !eventOpen.again) {
      // It comes sooner only with those that it waits for.
      const filter = { _id: entriesOf(account), ...IN_ORDER, "eventOpen.dueAt": { $gt: dueAt } };
      await ledger.updateMany(filter, { $set: { "eventOpen.dueAt": dueAt } });
    } else {
      const open = {
        filo,
        status: "pending",
        dueAt,
        at,
        id: _id,
        attempts: 0,
        again: true,
      } as const;
      await ledger.updateOne({ _id }, { $set: { eventOpen: open }, $unset: { eventDone: "" } });
    }
    const changed = await ledger.findOne({ _id });
    return changed === null ? undefined : toEventState(changed);
  }

  return {
    listen: (listening, onArrival) => Promise.resolve(arrivals.listen(listening, onArrival)),
    lease: async (filo, { now, until, url }) => {
      const free = { _id: filo, $or: [{ owner }, { until: { $lte: new Date(now) } }] };
      const owned = { $set: { owner, until: new Date(until) } };
      try {
        const fleet = await fleets.findOneAndUpdate(free, owned, {
          upsert: true,
          returnDocument: "after",
        });
        return { isOwn: true, isStopped: fleet?.stoppedFor === sha256(url) };
      } catch (error) {
        if (isDuplicateKey(error)) return { isOwn: false, isStopped: false };
        throw error;
      }
    },
    take: (filo, { limit, now }) => take(filo, limit, now),
    settle,
    hasten: async (filo, now) => {
      const at = new Date(now);
      await ledger.updateMany(
        { "eventOpen.filo": filo, ...PENDING, "eventOpen.dueAt": { $gt: at } },
        { $set: { "eventOpen.dueAt": at } },
      );
    },
    stop: async (filo, url) => {
      await fleets.updateOne({ _id: filo }, { $set: { stoppedFor: sha256(url) } });
    },
    release: async (filo) => {
      taken.delete(filo);
      await fleets.updateOne({ _id: filo, owner }, { $set: { until: new Date(0) } });
    },
    list: createEventList(ledger),
    again,
  };
}

function idOf({ account, entry: { seq } }: PendingEvent): string {
  return ledgerId(accountKey(account), seq);
}

function idBefore({ account, seq }: EventDocument): string {
  return ledgerId(account, seq - 1);
}

/** Deliveries that ended alike are kept by one update. */
function toManyUpdates(
  deliveries: readonly Delivery[],
): readonly AnyBulkWriteOperation<EventDocument>[] {
  const alike = Map.groupBy(deliveries, (delivery) => JSON.stringify(toDeliveryUpdate(delivery)));
  return [...alike.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const _id = { $in: group.map(({ event }) => idOf(event)) };
    // What another instance has delivered since, because the lease ran out, stays delivered.
    const filter = first.is === "delivered" ? { _id } : { _id, ...PENDING };
    return [{ updateMany: { filter, update: toDeliveryUpdate(first) } }];
  });
}

/** Later events of the account wait for this one, those too that were not in memory. */
function toKeepingBack(delivery: Delivery): AnyBulkWriteOperation<EventDocument>[] {
  if (delivery.is !== "repeated" || delivery.event.again) return [];
  const dueAt = new Date(delivery.nextAt);
  const { $lt } = entriesOf(accountKey(delivery.event.account));
  const _id = { $gt: idOf(delivery.event), $lt };
  const filter = { _id, ...IN_ORDER, "eventOpen.dueAt": { $lt: dueAt } };
  return [{ updateMany: { filter, update: { $set: { "eventOpen.dueAt": dueAt } } } }];
}
