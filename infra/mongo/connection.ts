import { type Db, MongoClient, type MongoClientOptions } from "mongodb";
import { StartRefusedError } from "../process/start_refused.ts";

/** A command on its way to the database. */
export interface MongoCommand {
  readonly name: string;
  readonly collection: string;
}

export interface ConnectionOptions {
  readonly uri: string;
  readonly dbName: string;
  /** Hears of each command when it is sent. */
  readonly onCommand?: (command: MongoCommand) => void;
}

/** A connected client and the database that Kese keeps its collections in. */
export interface MongoConnection {
  readonly client: MongoClient;
  readonly database: Db;
}

/**
 * Connects lazily: the first operation opens the first connection. Every choice that the safety of
 * money rests on is stated here and wins over the connection string.
 */
export function connectMongo({ uri, dbName, onCommand }: ConnectionOptions): MongoConnection {
  const client = openClient(uri, {
    appName: "kese",
    monitorCommands: onCommand !== undefined,
    // Many small instances share a cluster's connections (500 on Atlas M0), so each takes few.
    maxPoolSize: 10,
    minPoolSize: 0,
    maxIdleTimeMS: 60_000,
    // A request that gets no connection in time hears so, before it has done anything.
    waitQueueTimeoutMS: 2_000,
    serverSelectionTimeoutMS: 3_000,
    connectTimeoutMS: 3_000,
    // A command that hangs must end within the deadline of the request, whose fate is then asked for.
    socketTimeoutMS: 5_000,
    // Acknowledged means that it cannot roll back, and read means that it cannot have.
    writeConcern: { w: "majority", journal: true },
    readConcern: { level: "majority" },
    readPreference: "primary",
    // The driver repeats a write once under one transaction number, so it takes effect once.
    retryWrites: true,
    retryReads: true,
    ignoreUndefined: true,
  });
  if (onCommand) {
    client.on("commandStarted", ({ commandName, command }) => {
      onCommand({ name: commandName, collection: String(command[commandName]) });
    });
  }
  return { client, database: client.db(dbName) };
}

/** What the driver says of a connection string may hold its password, so nobody hears of it. */
function openClient(uri: string, options: MongoClientOptions): MongoClient {
  try {
    return new MongoClient(uri, options);
  } catch {
    const names = [...new URLSearchParams(uri.split("?")[1]).keys()].join(", ");
    throw new StartRefusedError([
      `MONGODB_URI is refused by the driver: look at its hosts and options (${names || "none"})`,
    ]);
  }
}

/** The server's code for a second document of one unique key. */
const DUPLICATE_KEY = 11_000;

/** Whether a write failed because its document exists already. */
export function isDuplicateKey(error: unknown): boolean {
  return (error as { readonly code?: unknown } | null)?.code === DUPLICATE_KEY;
}
