import type { Instant } from "../account.ts";
import { nextAttempt, restMilliseconds } from "../event_retry.ts";
import { type EventTarget, judgeAnswer, wantsEvents } from "../event_target.ts";
import {
  EVENT_FAILURES_BEFORE_REST,
  EVENT_LEASE_MILLISECONDS,
  EVENT_LEASE_RENEWAL_MILLISECONDS,
  EVENT_POLL_MILLISECONDS,
  EVENT_ROUND_MILLISECONDS,
  EVENTS_AT_ONCE,
  EVENTS_IN_MEMORY,
  EVENTS_SETTLING_MILLISECONDS,
} from "../limits.ts";
import type { Clock } from "../ports/clock.ts";
import type { EventOutbox, PendingEvent } from "../ports/event_outbox.ts";
import type { EventAnswer, EventSender } from "../ports/event_sender.ts";
import type { Log } from "../ports/log.ts";
import type { Observer } from "../ports/observer.ts";
import { EventLanes } from "./event_lanes.ts";
import { createWaking, type Waking } from "./waking.ts";

export interface EventPorts {
  readonly outbox: EventOutbox;
  readonly sender: EventSender;
  readonly clock: Clock;
  readonly log: Log;
  readonly observer?: Observer;
  /** From 0 to 1. */
  readonly chance: () => number;
}

/**
 * Sends the events of one fleet, a few at a time, each account's in order. It reads few of them ahead, so
 * that a receiver that is away for days costs no more memory than one that answers.
 */
export class FleetEvents {
  readonly #filo: string;
  readonly #target: EventTarget;
  readonly #ports: EventPorts;
  #lanes = new EventLanes();
  /** Failures since the last success. */
  #failures = 0;
  #restsUntil: Instant = -Infinity;
  #hasRecovered = false;
  #isGone = false;
  #isStopped = false;
  #leasedUntil: Instant = -Infinity;
  /** Whether the store may have more than was read, and when it was last asked. */
  #mayHaveMore = true;
  #takenAt: Instant = -Infinity;
  /** When the store is next asked whether the fleet is this process's own. */
  #asksLeaseAt: Instant = -Infinity;
  #isEnding = false;
  readonly #sending = new Set<Promise<void>>();
  readonly #waking: Waking;
  #running: Promise<void> = Promise.resolve();

  constructor(filo: string, target: EventTarget, ports: EventPorts) {
    this.#filo = filo;
    this.#target = target;
    this.#ports = ports;
    this.#waking = createWaking(ports.clock);
  }

  start(): void {
    this.#running = this.#run();
  }

  /** There are new events. */
  arrived(): void {
    this.#mayHaveMore = true;
    this.#waking.wake();
  }

  /** Whoever had stopped the events wants them again. */
  resume(): void {
    this.#asksLeaseAt = -Infinity;
    this.arrived();
  }

  /** Sends nothing more, and keeps what became of what was sent. */
  async stop(): Promise<void> {
    this.#isEnding = true;
    this.#waking.wake();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { clock } = this.#ports;
    while (!this.#isEnding) {
      await this.#try(() => this.#round());
      // What arrives in this time is read together.
      await new Promise<void>((resolve) => void clock.after(EVENT_ROUND_MILLISECONDS, resolve));
      // What another process committed, or is repeated by now, wakes nobody.
      if (!await this.#waking.wait(EVENT_POLL_MILLISECONDS)) this.#mayHaveMore = true;
    }
    await clock.within(Promise.all(this.#sending), EVENTS_SETTLING_MILLISECONDS);
    await this.#try(async () => {
      await this.#settle();
      await this.#ports.outbox.release(this.#filo);
    });
  }

  async #round(): Promise<void> {
    if (!await this.#isLeased()) return;
    await this.#settle();
    if (this.#isStopped) return;
    await this.#take(this.#ports.clock.now());
    this.#send();
  }

  async #take(now: Instant): Promise<void> {
    const room = this.#room();
    const isDue = this.#mayHaveMore || now - this.#takenAt >= EVENT_POLL_MILLISECONDS;
    if (room === 0 || !isDue) return;
    this.#mayHaveMore = false;
    this.#takenAt = now;
    const events = await this.#ports.outbox.take(this.#filo, { limit: room, now });
    for (const event of events) this.#lanes.add(event);
    if (events.length === room) this.#mayHaveMore = true;
  }

  /** How many events may be read. Few are left before more are read, so that they are read many at once. */
  #room(): number {
    const { count } = this.#lanes;
    if (this.#isResting()) return count === 0 ? 1 : 0;
    return count <= EVENTS_IN_MEMORY / 2 ? EVENTS_IN_MEMORY - count : 0;
  }

  async #isLeased(): Promise<boolean> {
    const { clock, outbox } = this.#ports;
    const now = clock.now();
    if (now < this.#asksLeaseAt) return now < this.#leasedUntil;
    const until = now + EVENT_LEASE_MILLISECONDS;
    const lease = await outbox.lease(this.#filo, { now, until, url: this.#target.url });
    this.#isStopped = lease.isStopped;
    if (!lease.isOwn && this.#leasedUntil > -Infinity) await this.#forget();
    if (lease.isOwn) this.#leasedUntil = until;
    const isSettled = lease.isOwn && !this.#isStopped;
    this.#asksLeaseAt = now +
      (isSettled ? EVENT_LEASE_RENEWAL_MILLISECONDS : EVENT_POLL_MILLISECONDS);
    return lease.isOwn;
  }

  async #settle(): Promise<void> {
    const { clock, log, outbox } = this.#ports;
    const now = clock.now();
    await outbox.settle(this.#filo, this.#lanes.collect(now), now);
    if (this.#hasRecovered) {
      this.#hasRecovered = false;
      await outbox.hasten(this.#filo, now);
      this.#mayHaveMore = true;
    }
    if (!this.#isGone) return;
    this.#isStopped = true;
    log.error("event_target_gone", { filo: this.#filo });
    await outbox.stop(this.#filo, this.#target.url);
    await this.#forget();
  }

  /** Starts again from what the store knows. What ended and was not kept is sent again, a 410 included. */
  async #forget(): Promise<void> {
    this.#lanes = new EventLanes();
    this.#isGone = false;
    this.#leasedUntil = -Infinity;
    this.#mayHaveMore = true;
    await this.#ports.outbox.release(this.#filo);
  }

  #send(): void {
    while (this.#maySend()) {
      const event = this.#lanes.next();
      if (event === undefined) return;
      if (!wantsEvents(this.#target, event.entry.type)) {
        this.#lanes.end({ is: "delivered", event, status: null });
        this.#waking.wake();
        continue;
      }
      const sending: Promise<void> = this.#deliver(event, this.#lanes).then(() => {
        this.#sending.delete(sending);
        this.#send();
        this.#waking.wake();
      });
      this.#sending.add(sending);
    }
  }

  #maySend(): boolean {
    const now = this.#ports.clock.now();
    if (this.#isEnding || this.#isGone || this.#isStopped || now >= this.#leasedUntil) return false;
    if (!this.#isResting()) return this.#sending.size < EVENTS_AT_ONCE;
    return this.#sending.size === 0 && now >= this.#restsUntil;
  }

  #isResting(): boolean {
    return this.#failures >= EVENT_FAILURES_BEFORE_REST;
  }

  async #deliver(event: PendingEvent, lanes: EventLanes): Promise<void> {
    this.#note(event, await this.#ports.sender.send(this.#target, event), lanes);
  }

  /** Notes what a receiver answered. */
  #note(event: PendingEvent, { status, ...asked }: EventAnswer, lanes: EventLanes): void {
    const answered = judgeAnswer(status);
    if (answered === "delivered") {
      if (this.#isResting()) this.#recover();
      this.#failures = 0;
      const { clock, observer } = this.#ports;
      observer?.eventDelivered(clock.now() - event.entry.at);
      lanes.end({ is: "delivered", event, status });
      return;
    }
    // Of an event that was forgotten meanwhile, the next answer counts.
    if (answered === "gone") this.#isGone ||= lanes === this.#lanes;
    else this.#countFailure({ status, ...asked });
    const { clock: { now }, chance, log } = this.#ports;
    const [at, attempts] = [now(), event.attempts + 1];
    const firstAt = event.firstAt ?? at;
    const nextAt = answered === "gone"
      ? undefined
      : nextAttempt({ ...asked, attempts, firstAt, now: at, chance: chance() });
    if (nextAt !== undefined) {
      return lanes.end({ is: "repeated", event, status, firstAt, nextAt });
    }
    log.warn("event_failed", { filo: this.#filo, id: event.entry.id, attempts, status });
    lanes.end({ is: "failed", event, status });
  }

  #countFailure({ status, ...asked }: EventAnswer): void {
    const { chance, clock, log } = this.#ports;
    this.#failures++;
    if (!this.#isResting()) return;
    const rests = this.#failures - EVENT_FAILURES_BEFORE_REST;
    if (rests === 0) log.warn("event_target_failing", { filo: this.#filo, status });
    this.#restsUntil = clock.now() + restMilliseconds(rests, { ...asked, chance: chance() });
  }

  #recover(): void {
    this.#hasRecovered = true;
    this.#ports.log.info("event_target_recovered", { filo: this.#filo });
  }

  /** The store may be away; then all that was read is read again. */
  async #try(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      const { clock, log } = this.#ports;
      log.warn("events_not_read", { filo: this.#filo, error });
      await this.#forget().catch(() => {}); // it has been logged that the store is away
      this.#asksLeaseAt = clock.now() + EVENT_LEASE_RENEWAL_MILLISECONDS;
    }
  }
}
