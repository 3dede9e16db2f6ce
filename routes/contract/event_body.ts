import type { AccountEvent } from "../../domain/ports/event_sender.ts";
import { toEntry } from "./present_entry.ts";
import { toInstant } from "./instant.ts";

/** The body of an event: the entry as a list of entries shows it, and whose it is. The same at each repeat. */
export function toEventBody({ account: { filo, userNo }, entry }: AccountEvent): object {
  return {
    type: entry.type,
    timestamp: toInstant(entry.at),
    data: { filo, userNo, ...toEntry(entry) },
  };
}
