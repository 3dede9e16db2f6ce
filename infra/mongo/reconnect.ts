import type { MongoClient } from "mongodb";

/** A client that connects again by itself. */
export interface Reconnect {
  /** Connects again if the first connection failed, else does nothing. */
  connected(): Promise<void>;
  /** The port as it is, each of whose calls sees to that first. */
  port<Port extends object>(port: Port): Port;
  /** From now on nothing is connected again. */
  end(): void;
}

/**
 * The driver gives up for good when the database is away as it connects first: what it was told of the
 * servers stays closed, and every later command fails. Asked to connect once more it starts afresh.
 * A connection that is lost later it mends by itself.
 */
export function createReconnect(client: MongoClient): Reconnect {
  let isClosed = false;
  const close = () => void (isClosed = true);
  client.on("topologyClosed", close);

  async function connected(): Promise<void> {
    if (!isClosed) return;
    // Those who call at one moment share one connecting.
    await client.connect();
    isClosed = false;
  }

  return {
    connected,
    port: <Port extends object>(port: Port) => {
      const members = Object.entries(port).map(([name, member]) => {
        if (typeof member !== "function") return [name, member];
        return [name, (...args: unknown[]) => {
          if (!isClosed) return member(...args);
          return connected().then(() => member(...args));
        }];
      });
      return Object.fromEntries(members);
    },
    end: () => void client.off("topologyClosed", close),
  };
}
