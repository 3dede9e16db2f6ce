import type { AccountId } from "../account.ts";
import type { EventTarget } from "../event_target.ts";
import type { JournalEntry } from "../journal.ts";

/** An entry, and whose it is. */
export interface AccountEvent {
  readonly account: AccountId;
  readonly entry: JournalEntry;
}

/** Sends events to the fleets' own systems. */
export interface EventSender {
  /** The status of the answer; null if there was none, or none was asked for. Never rejects. */
  send(target: EventTarget, event: AccountEvent): Promise<number | null>;
}
