import type { Clock } from "../../domain/ports/clock.ts";

/** The machine's clock. */
export function createSystemClock(): Clock {
  return {
    now: () => Date.now(),
    // By hand, because requests wait for it: an abort signal and a race cost several times as much.
    within: (promise, milliseconds) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(resolve, milliseconds, undefined);
        const settle = <T>(end: (result: T) => void) => (result: T): void => {
          clearTimeout(timer);
          end(result);
        };
        promise.then(settle(resolve), settle(reject));
      }),
    after: (milliseconds, action) => {
      const timer = setTimeout(action, milliseconds);
      return () => clearTimeout(timer);
    },
  };
}

/** Waits, but no longer than until `signal` aborts. */
export function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    }, { once: true });
  });
}
