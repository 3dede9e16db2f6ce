import type { Clock } from "../../domain/ports/clock.ts";
import type { Log } from "../../domain/ports/log.ts";
import { LAST_LINE_MILLISECONDS } from "./log.ts";
import { SHUTDOWN_DEADLINE_MILLISECONDS } from "./serving.ts";

export interface Stopping {
  /** Takes no further request and ends when those under way have their answers. */
  finish(): Promise<void>;
  close(): Promise<void>;
  /** Ends when every line of the log is written. */
  written(): Promise<void>;
  readonly build: { readonly version: string; readonly commit: string | null };
  readonly clock: Clock;
  readonly log: Log;
}

/** Ends the program in order when it is told to, within a limit. */
export function stopOnSignal({ finish, close, written, build, clock, log }: Stopping): void {
  let stopping = false;
  const stop = async (signal: Deno.Signal) => {
    if (stopping) return;
    stopping = true;
    await clock.within(finish(), SHUTDOWN_DEADLINE_MILLISECONDS);
    await close();
    log.info("stopped", { ...build, signal });
    // Whoever reads the log may have stopped reading.
    await clock.within(written(), LAST_LINE_MILLISECONDS);
    Deno.exit(0);
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, () => stop(signal));
  }
}
