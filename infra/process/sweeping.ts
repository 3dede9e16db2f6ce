import { SWEEP_INTERVAL_MILLISECONDS } from "../../domain/limits.ts";
import type { Log } from "../../domain/ports/log.ts";

interface Sweeping {
  sweep(): Promise<void>;
  /** Logs what an operator should know about the database. */
  readonly inspect: (() => Promise<void>) | undefined;
  readonly log: Log;
}

/**
 * Sweeps at once and then at an interval, never two sweeps at the same time, however long one takes.
 * Returns a function that stops it.
 */
export function keepSweeping({ sweep, inspect, log }: Sweeping): () => void {
  let underway = false;
  let wanted = inspect;
  const start = async () => {
    if (underway) return;
    underway = true;
    await sweep().catch((error) => log.error("sweep_failed", { error }));
    // Repeated until it has succeeded once: the database may be unavailable at first.
    await wanted?.().then(
      () => wanted = undefined,
      (error) => log.warn("store_not_inspected", { error }),
    );
    underway = false;
  };
  void start();
  const timer = setInterval(start, SWEEP_INTERVAL_MILLISECONDS);
  return () => clearInterval(timer);
}
