import type { Clock } from "../../domain/ports/clock.ts";
import type { Log } from "../../domain/ports/log.ts";
import type { Observer } from "../../domain/ports/observer.ts";
import { EVENT_TIMEOUT_MILLISECONDS, EVENTS_AT_ONCE } from "../../domain/limits.ts";
import type { Events } from "../../domain/workflows/events.ts";
import type { Store } from "../store.ts";
import type { ToEventBody } from "../webhooks/event_sender.ts";
import type { Environment } from "./environment.ts";

interface EventsOpening {
  readonly store: Pick<Store, "events">;
  readonly toBody: ToEventBody;
  readonly clock: Clock;
  readonly log: Log;
  readonly observer?: Observer;
}

/** Opens the events of the fleets that listen. Where none does, nothing is loaded, and payments pay nothing. */
export async function openEvents(
  { eventTargets, mode }: Pick<Environment, "eventTargets" | "mode">,
  opening: EventsOpening,
): Promise<Events> {
  if (eventTargets.size === 0) return NOBODY_LISTENS;
  const [{ createEvents }, { createEventSender }, { createPoster }] = await Promise.all([
    import("../../domain/workflows/events.ts"),
    import("../webhooks/event_sender.ts"),
    import("../webhooks/post.ts"),
  ]);
  const poster = createPoster({
    mode,
    timeoutMilliseconds: EVENT_TIMEOUT_MILLISECONDS,
    connections: EVENTS_AT_ONCE,
    keepsConnections: true,
  });
  const sender = createEventSender({ ...opening, poster });
  const ports = { ...opening, outbox: opening.store.events, sender, chance: Math.random };
  const events = await createEvents(ports, eventTargets);
  return {
    ...events,
    stop: async () => {
      await events.stop();
      poster.close();
    },
  };
}

const NOBODY_LISTENS: Events = {
  start: () => {},
  stop: () => Promise.resolve(),
  list: () => Promise.resolve({ events: [] }),
  again: () => Promise.resolve(undefined),
};
