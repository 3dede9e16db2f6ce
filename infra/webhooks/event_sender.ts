import type { EventTarget } from "../../domain/event_target.ts";
import type { Clock } from "../../domain/ports/clock.ts";
import type { AccountEvent, EventSender } from "../../domain/ports/event_sender.ts";
import type { Log } from "../../domain/ports/log.ts";
import type { Poster } from "./post.ts";
import { readRetryAfter } from "./retry_after.ts";
import { createSigning, type SignMessage } from "./signing.ts";

/** The body of an event: an object that says the same at each repeat. */
export type ToEventBody = (event: AccountEvent) => object;

interface EventSenderPorts {
  readonly poster: Poster;
  readonly toBody: ToEventBody;
  readonly clock: Clock;
  readonly log: Log;
}

/** Posts events in the form of Standard Webhooks. */
export function createEventSender({ poster, toBody, clock, log }: EventSenderPorts): EventSender {
  const signers = new Map<EventTarget, SignMessage>();

  function signerOf(target: EventTarget): SignMessage {
    const known = signers.get(target) ?? createSigning(target.secrets);
    signers.set(target, known);
    return known;
  }

  return {
    send: async (target, event) => {
      const { entry: { id }, account: { filo } } = event;
      const text = JSON.stringify(toBody(event));
      const headers = signerOf(target)({ id, at: new Date(clock.now()), text });
      try {
        const { status, retryAfter } = await poster.post({ url: target.url, headers, text });
        const asksMilliseconds = readRetryAfter(retryAfter, clock.now());
        return { status, ...(asksMilliseconds !== undefined && { asksMilliseconds }) };
      } catch (error) {
        log.debug("event_not_answered", { filo, id, error });
        return { status: null };
      }
    },
  };
}
