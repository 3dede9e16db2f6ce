import type { AccountId } from "../account.ts";
import type { EventTarget } from "../event_target.ts";
import type { JournalEntry } from "../journal.ts";

/** An entry, and whose it is. */
export interface AccountEvent {
  readonly account: AccountId;
  readonly entry: JournalEntry;
}

/** What a receiver answered. */
export interface EventAnswer {
  /** Null if there was no answer, or none was asked for. */
  readonly status: number | null;
  /** How long it asks to be left alone, as it says: nothing bounds it yet. */
  readonly asksMilliseconds?: number;
}

/** Sends events to the fleets' own systems. */
export interface EventSender {
  /** Never rejects. */
  send(target: EventTarget, event: AccountEvent): Promise<EventAnswer>;
}
