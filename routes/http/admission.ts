import type { Clock } from "../../domain/ports/clock.ts";
import type { Log } from "../../domain/ports/log.ts";
import { problem, type Read, refuse } from "../contract/problems.ts";
import { SharedDeadline } from "./shared_deadline.ts";

/**
 * Requests in flight in one process; one more is `busy`. This is twice what may wait for one account,
 * so that no account can take every place.
 */
export const REQUESTS_IN_FLIGHT = 2_000;
/** Request bodies read concurrently; each holds memory until it is complete. One more is `busy`. */
export const BODIES_AT_ONCE = 4_000;
/** How long a client may take to send a body; everyone has at least half of it. */
export const BODY_DEADLINE_MILLISECONDS = 10_000;
/** How often the log says that requests are refused because too many are in flight. */
export const REFUSAL_LOG_INTERVAL_MILLISECONDS = 1_000;

/**
 * Counts the requests in flight. One too many is refused before any work is done for it, because an
 * overloaded server that accepts everything answers nobody in time.
 */
export class Admission {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #bodyDeadline: SharedDeadline;
  #requests = 0;
  #bodies = 0;
  #refused = 0;
  #loggedAt = -Infinity;

  constructor({ clock, log }: { readonly clock: Clock; readonly log: Log }) {
    this.#clock = clock;
    this.#log = log;
    this.#bodyDeadline = new SharedDeadline({ clock, milliseconds: BODY_DEADLINE_MILLISECONDS });
  }

  /**
   * Takes a place for a request, if one is free. It must be given back with `leave`, however the
   * request ends.
   */
  enter(): boolean {
    if (this.#requests >= REQUESTS_IN_FLIGHT) return this.#refuse();
    this.#requests++;
    return true;
  }

  leave(): void {
    this.#requests--;
  }

  /**
   * Reads a body within its deadline. While its body is read, a request is not in flight: a slow
   * client must not hold a place. Memory stays below BODIES_AT_ONCE times the longest body.
   */
  async readBody<T>(read: () => Promise<Read<T>>): Promise<Read<T>> {
    if (this.#bodies >= BODIES_AT_ONCE) {
      this.#refuse();
      return refuse(problem("busy"));
    }
    this.#bodies++;
    this.#requests--;
    try {
      const body = await this.#bodyDeadline.within(read());
      if (body === undefined) return refuse(problem("malformed_request"));
      // Its place may be taken by now; nothing has been done for it yet.
      if (this.#requests < REQUESTS_IN_FLIGHT) return body;
      this.#refuse();
      return refuse(problem("busy"));
    } finally {
      this.#bodies--;
      this.#requests++;
    }
  }

  /** Logs the number of refusals, one line a second, because they come by the thousand. */
  #refuse(): false {
    this.#refused++;
    const now = this.#clock.now();
    if (now - this.#loggedAt >= REFUSAL_LOG_INTERVAL_MILLISECONDS) {
      this.#log.warn("requests_refused", { refused: this.#refused });
      this.#refused = 0;
      this.#loggedAt = now;
    }
    return false;
  }
}
