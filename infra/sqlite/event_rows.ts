import type { Instant } from "../../domain/account.ts";
import type { Delivery, PendingEvent } from "../../domain/ports/event_outbox.ts";

/**
 * The journal itself is the outbox of events, so that a payment writes nothing for them: a fleet's cursor
 * says up to which row every entry is delivered or has a row in `event_repeats`. That table holds what was
 * not delivered at the first try, and what waits behind it.
 */
export const EVENT_TABLES = `
  CREATE TABLE event_cursors (
    filo TEXT PRIMARY KEY,
    since INTEGER NOT NULL,
    entry_no INTEGER NOT NULL,
    stopped_for TEXT
  ) WITHOUT ROWID;
  CREATE TABLE event_repeats (
    entry_no INTEGER PRIMARY KEY,
    filo TEXT NOT NULL,
    account_no INTEGER NOT NULL,
    status TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    last_status INTEGER,
    first_at INTEGER,
    next_at INTEGER,
    again INTEGER NOT NULL
  );
  CREATE INDEX event_repeats_listed ON event_repeats (filo, status, entry_no);
  CREATE INDEX event_repeats_due ON event_repeats (filo, next_at, entry_no) WHERE status = 'pending';
  CREATE INDEX event_repeats_of_account ON event_repeats (account_no) WHERE status = 'pending' AND again = 0;
`;

/** A row of `event_repeats`. */
export type RepeatRow = readonly [
  entryNo: number,
  filo: string,
  accountNo: number,
  status: "pending" | "failed" | "delivered",
  attempts: number,
  lastStatus: number | null,
  firstAt: Instant | null,
  nextAt: Instant | null,
  again: 0 | 1,
];

/** Where an event that was taken is kept. */
export interface EventPlace {
  readonly entryNo: number;
  readonly accountNo: number;
  /** Whether it has a row in `event_repeats`. */
  readonly isRepeat: boolean;
}

/** What a delivery writes: a row, the number of a row to remove, or nothing. */
export type DeliveryWrite = RepeatRow | number | undefined;

export function toDeliveryWrite(
  filo: string,
  delivery: Delivery,
  { entryNo, accountNo, isRepeat }: EventPlace,
): DeliveryWrite {
  const { event } = delivery;
  if (delivery.is === "delivered" && !isRepeat) return undefined;
  // One that only waited behind another says nothing that is worth keeping.
  if (delivery.is === "delivered" && event.attempts === 0) return entryNo;
  const row = (
    status: RepeatRow[3],
    attempts: number,
    { firstAt, nextAt }: { readonly firstAt?: Instant | undefined; readonly nextAt?: Instant },
  ): RepeatRow => [
    entryNo,
    filo,
    accountNo,
    status,
    attempts,
    "status" in delivery ? delivery.status : null,
    firstAt ?? null,
    nextAt ?? null,
    event.again ? 1 : 0,
  ];
  switch (delivery.is) {
    case "delivered":
    case "failed":
      return row(delivery.is, event.attempts + 1, { firstAt: event.firstAt });
    case "repeated":
      return row("pending", event.attempts + 1, delivery);
    case "kept_back":
      return row("pending", event.attempts, delivery);
  }
}

/** What of an event stands in its row, if it has one. */
export interface RepeatColumns {
  readonly attempts: number | null;
  readonly first_at: number | null;
  readonly again: number | null;
}

export function toTries(
  { attempts, first_at: firstAt, again }: RepeatColumns,
): Pick<PendingEvent, "attempts" | "firstAt" | "again"> {
  return { attempts: attempts ?? 0, ...(firstAt !== null && { firstAt }), again: again === 1 };
}
