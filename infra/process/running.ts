import type { Clock } from "../../domain/ports/clock.ts";
import type { Events } from "../../domain/workflows/events.ts";
import type { Log } from "../../domain/ports/log.ts";
import type { Store } from "../store.ts";
import { announce, type Build } from "./announce.ts";
import type { Environment } from "./environment.ts";
import type { LineWriter } from "./log.ts";
import { serve } from "./serving.ts";
import { stopOnSignal } from "./stopping.ts";
import { type Closing, keepClosingDays, keepMoving, keepSweeping } from "./sweeping.ts";

/** The opened program, as the process runs it. */
interface Program {
  readonly fetch: (request: Request, connection: object) => Promise<Response>;
  readonly store: Pick<Store, "inspect" | "moveWaiting">;
  readonly dependencies: Pick<Closing, "dayEnds" | "opening"> & {
    readonly events: Pick<Events, "start" | "stop">;
  };
  sweep(): Promise<void>;
  close(): Promise<void>;
}

interface Process {
  readonly environment: Environment;
  readonly build: Build;
  readonly clock: Clock;
  readonly log: Log;
  /** Where the log is written. */
  readonly lines: Pick<LineWriter, "written">;
}

/**
 * Serves the program, sweeps and sends events until a signal ends the process. Throws a
 * {@linkcode StartRefusedError} if it cannot listen.
 */
export function runUntilSignal(
  { fetch, store, dependencies: { events, dayEnds, opening }, sweep, close }: Program,
  { environment, build, clock, log, lines: { written } }: Process,
): void {
  const server = serve({
    fetch,
    environment,
    log,
    onListen: (address) => announce({ environment, address, build, log }),
  });
  const stopSweeping = keepSweeping({ sweep, inspect: store.inspect, log });
  const stopMoving = keepMoving({ moveWaiting: store.moveWaiting, clock, log });
  const fleets = environment.fleets.keys().toArray();
  const stopClosing = keepClosingDays({ fleets, dayEnds, opening, log });
  events.start();
  const finish = async () => {
    stopSweeping();
    stopMoving();
    stopClosing();
    await Promise.all([server.shutdown(), events.stop()]);
  };
  stopOnSignal({ finish, close, written, build, clock, log });
}
