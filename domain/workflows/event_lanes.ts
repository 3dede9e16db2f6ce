import { accountKey, type Instant } from "../account.ts";
import type { Delivery, PendingEvent } from "../ports/event_outbox.ts";

type Repeated = Extract<Delivery, { is: "repeated" }>;

/** The events of one account, or one that waits for no other. The first is sent before the next. */
interface Lane {
  readonly key: string;
  readonly events: PendingEvent[];
  /** The first failed: the others wait until it has been repeated. */
  blockedBy?: Repeated;
}

/**
 * The events of a fleet that are in memory: in order within an account, side by side across accounts. What
 * became of them is gathered until it is collected. A lane that is blocked stays until then, so that an
 * event that is added meanwhile finds it.
 */
export class EventLanes {
  readonly #lanes = new Map<string, Lane>();
  /** Lanes whose first event is not being sent. */
  readonly #ready = new Set<Lane>();
  readonly #blocked = new Set<Lane>();
  #ended: Delivery[] = [];
  #count = 0;

  /** Events that are in memory and not collected. */
  get count(): number {
    return this.#count;
  }

  add(event: PendingEvent): void {
    const key = laneKey(event);
    const lane = this.#lanes.get(key) ?? { key, events: [] };
    if (lane.events.length === 0) {
      this.#lanes.set(key, lane);
      this.#ready.add(lane);
    }
    lane.events.push(event);
    this.#count++;
  }

  /** The next event to be sent; its lane waits until `end` says what became of it. */
  next(): PendingEvent | undefined {
    for (const lane of this.#ready) {
      this.#ready.delete(lane);
      return lane.events[0];
    }
    return undefined;
  }

  end(delivery: Exclude<Delivery, { is: "kept_back" }>): void {
    const lane = this.#lanes.get(laneKey(delivery.event));
    if (lane === undefined) throw new Error("Cannot end an event: it was not taken");
    if (delivery.is === "repeated") {
      lane.blockedBy = delivery;
      this.#blocked.add(lane);
      return;
    }
    lane.events.shift();
    this.#ended.push(delivery);
    if (lane.events.length > 0) this.#ready.add(lane);
    else this.#lanes.delete(lane.key);
  }

  /** What became of events since the last time. They are no longer in memory. */
  collect(now: Instant): readonly Delivery[] {
    const collected = [...this.#ended];
    this.#ended = [];
    for (const lane of this.#blocked) {
      collected.push(...endOf(lane, now));
      this.#lanes.delete(lane.key);
    }
    this.#blocked.clear();
    this.#count -= collected.length;
    return collected;
  }
}

function endOf({ events: [, ...others], blockedBy }: Lane, now: Instant): readonly Delivery[] {
  if (blockedBy === undefined) return [];
  const { nextAt } = blockedBy;
  const keptBack = others.map((event) =>
    ({ is: "kept_back", event, firstAt: event.firstAt ?? now, nextAt }) as const
  );
  return [blockedBy, ...keptBack];
}

function laneKey({ account, entry, again }: PendingEvent): string {
  return again ? entry.id : accountKey(account);
}
