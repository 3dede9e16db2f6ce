import { SWEEP_INTERVAL_MILLISECONDS } from "../../domain/limits.ts";
import type { Log } from "../../domain/ports/log.ts";

export interface Sweeping {
  sweep(): Promise<void>;
  /** Says in the log what an operator should know of the database. */
  readonly inspect: (() => Promise<void>) | undefined;
  readonly log: Log;
}

/**
 * Sweeps at once and again at an interval, never twice at the same time, however long one takes.
 * Gives what ends it.
 */
export function keepSweeping({ sweep, inspect, log }: Sweeping): () => void {
  let underway = false;
  let wanted = inspect;
  const start = async () => {
    if (underway) return;
    underway = true;
    await sweep().catch((error) => log.error("sweep_failed", { error }));
    // Once it is done, and not while the database is away.
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
