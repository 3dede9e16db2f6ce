import type { Log } from "../../domain/ports/log.ts";
import { pause } from "./clock.ts";
import type { Environment } from "./environment.ts";
import { keepListening, type Listener } from "./listener.ts";
import { StartRefusedError } from "./start_refused.ts";

/** Time that requests in progress have after the signal; Deno Deploy grants five seconds in all. */
export const SHUTDOWN_DEADLINE_MILLISECONDS = 3_000;

interface Serving {
  readonly fetch: (request: Request, connection: object) => Promise<Response>;
  readonly environment: Pick<Environment, "host" | "port">;
  readonly log: Log;
  readonly onListen: (address: Deno.NetAddr) => void;
}

/** Listens as long as the process runs. Throws a {@linkcode StartRefusedError} if it cannot. */
export function serve(
  { fetch, environment: { host: hostname, port }, log, onListen }: Serving,
): Listener {
  const onError = (error: unknown) => {
    log.error("request_failed", { error });
    return new Response(null, { status: 500 });
  };
  // Only the first listening is announced; later ones are on the same port.
  const listen = (again?: number) => {
    const options = { hostname, port: again ?? port, onError };
    return Deno.serve({ ...options, onListen: again === undefined ? onListen : () => {} }, fetch);
  };
  try {
    return keepListening({ listen, log, pause });
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) {
      throw new StartRefusedError([`port ${port} is in use. Set PORT to another one.`]);
    }
    const reason = error instanceof Error ? error.message : String(error);
    throw new StartRefusedError(
      [`HOST ${hostname}, PORT ${port} cannot be listened on: ${reason}`],
      { cause: error },
    );
  }
}
