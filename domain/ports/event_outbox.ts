import type { Instant } from "../account.ts";
import type { EntryType } from "../journal.ts";
import type { AccountEvent } from "./event_sender.ts";

/** An event that has to be sent. */
export interface PendingEvent extends AccountEvent {
  /** How many attempts have failed. */
  readonly attempts: number;
  /** When it was first tried, or first had to wait for an earlier one; undefined before. */
  readonly firstAt?: Instant;
  /** Somebody asked for it once more: it waits for no other event, and no other one for it. */
  readonly again: boolean;
}

/** What became of an event that was taken. */
export type Delivery =
  | { readonly is: "delivered"; readonly event: PendingEvent; readonly status: number | null }
  | { readonly is: "failed"; readonly event: PendingEvent; readonly status: number | null }
  | {
    readonly is: "repeated";
    readonly event: PendingEvent;
    readonly status: number | null;
    readonly firstAt: Instant;
    readonly nextAt: Instant;
  }
  /** It was not tried, because an earlier one of its account is repeated then. */
  | {
    readonly is: "kept_back";
    readonly event: PendingEvent;
    readonly firstAt: Instant;
    readonly nextAt: Instant;
  };

export type EventStatus = typeof EVENT_STATUSES[number];
export const EVENT_STATUSES = ["pending", "delivered", "failed"] as const;

/** An event, and what became of it. */
export interface EventState extends AccountEvent {
  readonly status: EventStatus;
  readonly attempts: number;
  /** Of the last answer, if there was one that is still known. */
  readonly lastStatus?: number;
  /** Of a pending one. */
  readonly nextAt?: Instant;
}

export interface EventListOptions {
  readonly limit: number;
  readonly status?: EventStatus;
  readonly types?: ReadonlySet<EntryType>;
  /** Where the page before ended. */
  readonly cursor?: string;
}

export interface EventPage {
  /** Newest first. */
  readonly events: readonly EventState[];
  /** Where the next page starts; absent on the last one. A page may be short and not the last. */
  readonly nextCursor?: string;
}

/** Whether this process may send a fleet's events. */
export interface EventLease {
  readonly isOwn: boolean;
  /** Whether the address said that it wants no more. */
  readonly isStopped: boolean;
}

interface LeaseTerms {
  readonly now: Instant;
  readonly until: Instant;
  /** Where the events are sent. */
  readonly url: string;
}

/**
 * The events of the fleets that listen, each until it is delivered or has failed. The journal is the
 * outbox: an entry that is committed is an event that cannot be lost. Each may be taken more than once.
 */
export interface EventOutbox {
  /** Whose events are kept from now on, and who is told that there are new ones. */
  listen(fleets: ReadonlySet<string>, onArrival: (filo: string) => void): Promise<void>;
  /** Takes the fleet for this process, or keeps it, until then. */
  lease(filo: string, terms: LeaseTerms): Promise<EventLease>;
  /**
   * Events that are due and were not taken before, in the order of their numbers within an account: none
   * whose account has an earlier one that is neither taken nor settled.
   */
  take(
    filo: string,
    options: { readonly limit: number; readonly now: Instant },
  ): Promise<readonly PendingEvent[]>;
  /** Keeps what became of events that were taken. */
  settle(filo: string, deliveries: readonly Delivery[], now: Instant): Promise<void>;
  /** Makes all that is repeated later due now. */
  hasten(filo: string, now: Instant): Promise<void>;
  /** Keeps that this address wants no more. */
  stop(filo: string, url: string): Promise<void>;
  /** Forgets what was taken and not settled, and lets another process have the fleet. */
  release(filo: string): Promise<void>;
  list(filo: string, options: EventListOptions): Promise<EventPage>;
  /** Has an event sent once more, and sending begin again if it was stopped; undefined if there is no such event. */
  again(filo: string, entryId: string, now: Instant): Promise<EventState | undefined>;
}
