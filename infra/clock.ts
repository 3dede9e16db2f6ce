import type { Clock } from "../domain/ports.ts";

/** The machine's own time. */
export function createSystemClock(): Clock {
  return {
    now: () => Date.now(),
    within: async (promise, milliseconds) => {
      const abort = new AbortController();
      const late = pause(milliseconds, abort.signal).then(() => undefined);
      return await Promise.race([promise, late]).finally(() => abort.abort());
    },
  };
}

/** Waits; ends at once when `signal` aborts. */
export function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    }, { once: true });
  });
}
