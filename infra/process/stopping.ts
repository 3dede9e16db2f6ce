import type { Clock } from "../../domain/ports/clock.ts";
import type { Log } from "../../domain/ports/log.ts";
import type { Build } from "./announce.ts";
import { LAST_LINE_MILLISECONDS } from "./log.ts";
import { SHUTDOWN_DEADLINE_MILLISECONDS } from "./serving.ts";

interface Stopping {
  /** Accepts no further request. Resolves when those in progress are answered. */
  finish(): Promise<void>;
  close(): Promise<void>;
  /** Resolves when every line of the log is written. */
  written(): Promise<void>;
  readonly build: Build;
  readonly clock: Clock;
  readonly log: Log;
}

/** Ends the program in an orderly way at a signal, within a time limit. */
export function stopOnSignal({ finish, close, written, build, clock, log }: Stopping): void {
  let stopping = false;
  const stop = async (signal: Deno.Signal) => {
    if (stopping) return;
    stopping = true;
    await clock.within(finish(), SHUTDOWN_DEADLINE_MILLISECONDS);
    await close();
    log.info("stopped", { ...build, signal });
    // Limited, because perhaps nobody reads the log any longer.
    await clock.within(written(), LAST_LINE_MILLISECONDS);
    Deno.exit(0);
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, () => stop(signal));
  }
}
