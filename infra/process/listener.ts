import type { Log } from "../../domain/ports/log.ts";

/** Pause between two tries to listen again, after the process ran out of file descriptors. */
export const LISTEN_AGAIN_AFTER_MILLISECONDS = 100;

/** What `Deno.serve` gives. */
export type Server = Pick<Deno.HttpServer<Deno.NetAddr>, "addr" | "finished" | "shutdown">;

export interface ListenerOptions {
  /** Listens, on that port when one is given. */
  readonly listen: (port?: number) => Server;
  readonly log: Log;
  readonly pause: (milliseconds: number) => Promise<void>;
}

export interface Listener {
  /** Takes no more connections; ends when all that was begun is answered. */
  shutdown(): Promise<void>;
}

/**
 * Listens, and again whenever Deno has stopped. `Deno.serve` ends for good at the first connection for
 * which the process has no file descriptor left; unheard, that ends the process. Shutting it down lets
 * go of connections that carry no request, which is what frees descriptors, and answers the others.
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
      // Not awaited, for its port is free at once and what it still answers may take a while.
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

/** A server that has failed rejects once more when it is closed; it is closed all the same. */
async function close(server: Server): Promise<void> {
  await server.shutdown().catch(() => {});
}
