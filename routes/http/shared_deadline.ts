import type { Clock } from "../../domain/ports/clock.ts";

interface SharedDeadlineOptions {
  readonly clock: Pick<Clock, "within">;
  /** The longest that a promise may take; each is given at least half of it. */
  readonly milliseconds: number;
}

/**
 * One time limit for many promises, with one timer for all of them: with a timer for each, a payment
 * with a JSON body costs 9% more. Checks every half period and drops what was already waiting at the
 * last check.
 */
export class SharedDeadline {
  readonly #clock: Pick<Clock, "within">;
  readonly #period: number;
  /** How to give up what waits, by whether it was there at the last check. */
  #older = new Set<() => void>();
  #newer = new Set<() => void>();
  #watching = false;
  #allEnded = (): void => {};

  constructor({ clock, milliseconds }: SharedDeadlineOptions) {
    this.#clock = clock;
    this.#period = milliseconds / 2;
  }

  /** Gives what the promise gives, or undefined if it takes longer; the promise itself goes on. */
  within<T>(promise: Promise<T>): Promise<T | undefined> {
    return new Promise((resolve, reject) => {
      const giveUp = (): void => resolve(undefined);
      this.#newer.add(giveUp);
      if (!this.#watching) void this.#watch();
      promise.then((result) => {
        this.#end(giveUp);
        resolve(result);
      }, (error) => {
        this.#end(giveUp);
        reject(error);
      });
    });
  }

  #end(giveUp: () => void): void {
    const waited = this.#newer.delete(giveUp) || this.#older.delete(giveUp);
    if (waited && !this.#hasWaiting()) this.#allEnded();
  }

  #hasWaiting(): boolean {
    return this.#newer.size > 0 || this.#older.size > 0;
  }

  /** Checks until nothing waits, so that no timer outlives its purpose. */
  async #watch(): Promise<void> {
    this.#watching = true;
    while (this.#hasWaiting()) {
      const ended = Promise.withResolvers<true>();
      this.#allEnded = () => ended.resolve(true);
      if (await this.#clock.within(ended.promise, this.#period)) continue;
      for (const giveUp of this.#older) giveUp();
      this.#older = this.#newer;
      this.#newer = new Set();
    }
    this.#watching = false;
  }
}
