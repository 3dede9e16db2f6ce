import type { Clock } from "../../domain/ports/clock.ts";
import type { EventSender } from "../../domain/ports/event_sender.ts";
import type { Log } from "../../domain/ports/log.ts";
import type { Observer } from "../../domain/ports/observer.ts";
import { EVENT_TIMEOUT_MILLISECONDS, EVENTS_AT_ONCE } from "../../domain/limits.ts";
import { createEvents, type Events } from "../../domain/workflows/events.ts";
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
  const { sender, close } = eventTargets.size > 0 ? await openSender(mode, opening) : NOBODY;
  const ports = { ...opening, outbox: opening.store.events, sender, chance: Math.random };
  const events = await createEvents(ports, eventTargets);
  return {
    ...events,
    stop: async () => {
      await events.stop();
      close();
    },
  };
}

/** A sender, and how its connections are ended. */
interface Sending {
  readonly sender: EventSender;
  readonly close: () => void;
}

async function openSender(mode: Environment["mode"], ports: EventsOpening): Promise<Sending> {
  const [{ createEventSender }, { createPoster }] = await Promise.all([
    import("../webhooks/event_sender.ts"),
    import("../webhooks/post.ts"),
  ]);
  const poster = createPoster({
    mode,
    timeoutMilliseconds: EVENT_TIMEOUT_MILLISECONDS,
    connections: EVENTS_AT_ONCE,
    keepsConnections: true,
  });
  return { sender: createEventSender({ ...ports, poster }), close: poster.close };
}

const NOBODY: Sending = {
  sender: { send: () => Promise.resolve({ status: null }) },
  close: () => {},
};
