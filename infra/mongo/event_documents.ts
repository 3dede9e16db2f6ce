import { fromAccountKey, type Instant } from "../../domain/account.ts";
import type { Delivery, EventState, PendingEvent } from "../../domain/ports/event_outbox.ts";
import { fromLedgerDocument, type LedgerDocument } from "./entry_documents.ts";

/** What the ledger keeps of an entry whose event is to be sent, or has failed. */
export interface OpenEvent {
  readonly filo: string;
  readonly status: "pending" | "failed";
  /** When it is sent next. */
  readonly dueAt: Date;
  /** The entry's own time and id again, because an index with a field of every document is not sparse. */
  readonly at: Date;
  readonly id: string;
  readonly attempts: number;
  readonly again: boolean;
  readonly firstAt?: Date;
  readonly lastStatus?: number;
}

/** What it keeps of an event that was delivered. */
export interface DoneEvent {
  readonly attempts: number;
  readonly lastStatus?: number;
}

export interface EventMarks {
  readonly eventOpen?: OpenEvent;
  readonly eventDone?: DoneEvent;
}

export type EventDocument = LedgerDocument & EventMarks;

/** Marks an entry on its way to the ledger as an event that is to be sent. */
export function markEvent<Document extends LedgerDocument>(
  filo: string,
  document: Document,
): Document & EventMarks {
  const { at, _id: id } = document;
  const again = false;
  return {
    ...document,
    eventOpen: { filo, status: "pending", dueAt: at, at, id, attempts: 0, again },
  };
}

export function toPendingEvent(document: EventDocument): PendingEvent {
  const { attempts = 0, again = false, firstAt } = document.eventOpen ?? {};
  return {
    account: fromAccountKey(document.account),
    entry: fromLedgerDocument(document),
    attempts,
    ...(firstAt && { firstAt: firstAt.getTime() }),
    again,
  };
}

export function toEventState(document: EventDocument): EventState {
  const { eventOpen, eventDone } = document;
  const { attempts = 0, lastStatus } = eventOpen ?? eventDone ?? {};
  const isPending = eventOpen?.status === "pending";
  return {
    account: fromAccountKey(document.account),
    entry: fromLedgerDocument(document),
    status: eventOpen?.status ?? "delivered",
    attempts,
    ...(lastStatus !== undefined && { lastStatus }),
    ...(isPending && attempts > 0 && { nextAt: eventOpen.dueAt.getTime() }),
  };
}

/** The update that keeps what became of an event. */
export function toDeliveryUpdate(delivery: Delivery): object {
  const { event: { attempts } } = delivery;
  const status = "status" in delivery && delivery.status !== null ? delivery.status : undefined;
  switch (delivery.is) {
    case "delivered":
      return {
        $unset: { eventOpen: "" },
        $set: {
          eventDone: {
            attempts: attempts + 1,
            ...(status !== undefined && { lastStatus: status }),
          },
        },
      };
    case "failed":
      return setOpen({ status: "failed", attempts: attempts + 1, lastStatus: status });
    case "repeated":
      return setOpen({ ...toTimes(delivery), attempts: attempts + 1, lastStatus: status });
    case "kept_back":
      return setOpen(toTimes(delivery));
  }
}

function toTimes({ firstAt, nextAt }: { readonly firstAt: Instant; readonly nextAt: Instant }) {
  return { firstAt: new Date(firstAt), dueAt: new Date(nextAt) };
}

function setOpen(fields: Readonly<Record<string, unknown>>): object {
  const set = Object.entries(fields).filter(([, value]) => value !== undefined)
    .map(([name, value]) => [`eventOpen.${name}`, value]);
  return { $set: Object.fromEntries(set) };
}
