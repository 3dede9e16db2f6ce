import type { Collection, Filter } from "mongodb";
import type { EventListOptions, EventPage } from "../../domain/ports/event_outbox.ts";
import { type EventDocument, toEventState } from "./event_documents.ts";

/** Where a page ended: the time of its last entry, and that entry's id in the ledger. */
interface Place {
  readonly at: Date;
  readonly id: string;
}

/** The fields by which a list is sorted and continued. */
interface Order {
  readonly at: string;
  readonly id: string;
}

/** What is open is listed by its own small index, everything else in the order of the fleet's entries. */
const OPEN: Order = { at: "eventOpen.at", id: "eventOpen.id" };
const ENTRIES: Order = { at: "at", id: "_id" };

/** Creates the list of events, newest first. What the ledger does not have yet comes a moment later. */
export function createEventList(
  ledger: Collection<EventDocument>,
): (filo: string, options: EventListOptions) => Promise<EventPage> {
  return async (filo, { limit, status, types, cursor }) => {
    const isOpen = status === "pending" || status === "failed";
    const order = isOpen ? OPEN : ENTRIES;
    const found = await ledger.find({
      $and: [
        isOpen ? { "eventOpen.filo": filo, "eventOpen.status": status } : { filo },
        ...(isOpen ? [] : [isEvent(status)]),
        ...(types === undefined ? [] : [{ type: { $in: [...types] } }]),
        ...(cursor === undefined ? [] : [isAfter(parsePlace(cursor), order)]),
      ],
    }).sort({ [order.at]: -1, [order.id]: -1 }).limit(limit).toArray();
    const last = found.at(-1);
    return {
      events: found.map(toEventState),
      ...(last && found.length === limit && { nextCursor: `${last.at.getTime()}.${last._id}` }),
    };
  };
}

function isEvent(status: EventListOptions["status"]): Filter<EventDocument> {
  const isDone = { eventDone: { $exists: true } };
  return status === "delivered" ? isDone : { $or: [isDone, { eventOpen: { $exists: true } }] };
}

function isAfter({ at, id }: Place, order: Order): Filter<EventDocument> {
  return { $or: [{ [order.at]: { $lt: at } }, { [order.at]: at, [order.id]: { $lt: id } }] };
}

function parsePlace(cursor: string): Place {
  const [at = "", ...id] = cursor.split(".");
  return { at: new Date(Number(at)), id: id.join(".") };
}
