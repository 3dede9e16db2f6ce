import type { EventTarget } from "../event_target.ts";
import type { EventListOptions, EventPage, EventState } from "../ports/event_outbox.ts";
import { type EventPorts, FleetEvents } from "./fleet_events.ts";

/** The events of all fleets: every entry of the journal is one. */
export interface Events {
  /** Sends them until it is stopped. */
  start(): void;
  stop(): Promise<void>;
  /** The events of a fleet; none if it does not listen. */
  list(filo: string, options: Omit<EventListOptions, "types">): Promise<EventPage>;
  /** Has an event sent once more; undefined if the fleet has no such event. */
  again(filo: string, entryId: string): Promise<EventState | undefined>;
}

/** Creates the events of the fleets that listen. Each has a loop of its own, so that none waits for another's receiver. */
export async function createEvents(
  ports: EventPorts,
  targets: ReadonlyMap<string, EventTarget>,
): Promise<Events> {
  const { clock, outbox } = ports;
  const fleets = new Map(
    [...targets].map(([filo, target]) => [filo, new FleetEvents(filo, target, ports)]),
  );
  if (targets.size > 0) {
    await outbox.listen(new Set(targets.keys()), (filo) => fleets.get(filo)?.arrived());
  }
  return {
    start: () => {
      for (const fleet of fleets.values()) fleet.start();
    },
    stop: async () => {
      await Promise.all([...fleets.values()].map((fleet) => fleet.stop()));
    },
    list: async (filo, options) => {
      const target = targets.get(filo);
      if (target === undefined) return { events: [] };
      const { types } = target;
      return await outbox.list(filo, { ...options, ...(types && { types }) });
    },
    again: async (filo, entryId) => {
      if (!targets.has(filo)) return undefined;
      const state = await outbox.again(filo, entryId, clock.now());
      fleets.get(filo)?.resume();
      return state;
    },
  };
}
