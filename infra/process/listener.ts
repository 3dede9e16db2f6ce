import type { Log } from "../../domain/ports/log.ts";

/** Pause between two attempts to listen again after the process ran out of file descriptors. */
const LISTEN_AGAIN_AFTER_MILLISECONDS = 100;

/** What Kese uses of the server that `Deno.serve` returns. */
export type Server = Pick<Deno.HttpServer<Deno.NetAddr>, "addr" | "finished" | "shutdown">;

interface ListenerOptions {
  /** Listens; on `port`, if it is given. */
  readonly listen: (port?: number) => Server;
  readonly log: Log;
  readonly pause: (milliseconds: number) => Promise<void>;
}

export interface Listener {
  /** Accepts no more connections. Resolves when every request in progress is answered. */
  shutdown(): Promise<void>;
}

/**
 * Listens, and listens again whenever Deno has stopped. `Deno.serve` fails permanently at the first
 * connection for which the process has no file descriptor left; unhandled, that ends the process.
 * Shutting the failed server down closes its idle connections, which frees descriptors, and answers
 * the requests in progress.
 */
export function keepListening({ listen, log, pause }: ListenerOptions): Listener {
  let server = listen();
  let stopping = false;
  let closing: Promise<unknown> = Promise.resolve();
  void watch();

  async function watch(): Promise<void> {
    for (;;) {
      try {
        return await server.finished;
      } catch (error) {
        log.error("listening_stopped", { error });
      }
      // Not awaited, because its port is free at once and its last answers may take a while.
      closing = Promise.all([closing, close(server)]);
      const next = await listenAgain(server.addr.port);
      if (next === undefined) return;
      server = next;
      log.warn("listening_again");
    }
  }

  async function listenAgain(port: number): Promise<Server | undefined> {
    while (!stopping) {
      try {
        return listen(port);
      } catch (error) {
        log.error("listening_stopped", { error });
        await pause(LISTEN_AGAIN_AFTER_MILLISECONDS);
      }
    }
    return undefined;
  }

  return {
    shutdown: async () => {
      stopping = true;
      await Promise.all([closing, close(server)]);
    },
  };
}

/** A server that has failed rejects again when it is shut down, but is closed all the same. */
async function close(server: Server): Promise<void> {
  await server.shutdown().catch(() => {});
}
