import type { MongoClient } from "mongodb";

/** A client that connects again by itself. */
interface Reconnect {
  /** Runs a call, and connects first if the first connection failed. */
  run<T>(call: () => Promise<T>): Promise<T>;
  /** From now on nothing connects again. */
  end(): void;
}

/**
 * Connects again if the first connection failed. The driver then gives up permanently: what it knows of
 * the servers stays closed, and every later command fails until it is asked to connect again. A
 * connection that is lost later it restores by itself.
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
