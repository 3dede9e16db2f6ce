import {
  BODIES_AT_ONCE,
  BODY_DEADLINE_MILLISECONDS,
  REFUSAL_LOG_INTERVAL_MILLISECONDS,
  REQUESTS_IN_FLIGHT,
} from "../../domain/limits.ts";
import type { Clock } from "../../domain/ports/clock.ts";
import type { Log } from "../../domain/ports/log.ts";
import { problem, type Read, refused } from "../contract/problems.ts";
import { SharedDeadline } from "./shared_deadline.ts";

/**
 * Counts the requests that are under way. One too many is refused before anything is done for it:
 * past its capacity a server that takes everything in answers nobody in time.
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

  /** Takes a place for a request. Whoever got one leaves it, however the request ends. */
  enter(): boolean {
    if (this.#requests >= REQUESTS_IN_FLIGHT) return this.#refuse();
    this.#requests++;
    return true;
  }

  leave(): void {
    this.#requests--;
  }

  /**
   * Reads a body within its deadline. The request has no place meanwhile, for a client may take his
   * time; what has come of his body holds no more than a body may have until he is gone.
   */
  async readBody<T>(read: () => Promise<Read<T>>): Promise<Read<T>> {
    if (this.#bodies >= BODIES_AT_ONCE) {
      this.#refuse();
      return refused(problem("busy"));
    }
    this.#bodies++;
    this.#requests--;
    try {
      const body = await this.#bodyDeadline.within(read());
      if (body === undefined) return refused(problem("malformed_request"));
      // Its place may be taken by now, and nothing has been done for it.
      if (this.#requests < REQUESTS_IN_FLIGHT) return body;
      this.#refuse();
      return refused(problem("busy"));
    } finally {
      this.#bodies--;
      this.#requests++;
    }
  }

  /** Refusals come by the thousand: the log counts them, a line a second. */
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
