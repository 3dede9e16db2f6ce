import type { MongoClient } from "mongodb";

/** A client that connects again by itself. */
interface Reconnect {
  /** Runs a call, and connects first if the first connection failed. */
  run<T>(call: () => Promise<T>): Promise<T>;
  /** From now on nothing connects again. */
  end(): void;
}

/**
 * Connects again if the first connection failed. The driver then gives up permanently: its view of the
 * servers stays closed, and every later command fails until it is told to connect again. It restores by
 * itself only connections that are lost later.
 */
export function createReconnect(client: MongoClient): Reconnect {
  let isClosed = false;
  const close = () => void (isClosed = true);
  client.on("topologyClosed", close);

  async function connect(): Promise<void> {
    // Concurrent callers share one attempt to connect.
    await client.connect();
    isClosed = false;
  }

  return {
    run: (call) => isClosed ? connect().then(call) : call(),
    end: () => void client.off("topologyClosed", close),
  };
}
