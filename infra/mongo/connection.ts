import { type Db, MongoClient, type MongoClientOptions } from "mongodb";
import { StartRefusedError } from "../process/start_refused.ts";

/** A command that is sent to the database. */
export interface MongoCommand {
  readonly name: string;
  readonly collection: string;
}

export interface ConnectionOptions {
  readonly uri: string;
  readonly dbName: string;
  /** Called with each command when it is sent. */
  readonly onCommand?: (command: MongoCommand) => void;
}

/** A client and the database in which Kese keeps its collections. */
interface MongoConnection {
  readonly client: MongoClient;
  readonly database: Db;
}

/**
 * Connects lazily: the first operation opens the first connection. Every option that the safety of
 * money depends on is set here and overrides the connection string.
 */
export function connectMongo({ uri, dbName, onCommand }: ConnectionOptions): MongoConnection {
  const client = openClient(uri, {
    appName: "kese",
    monitorCommands: onCommand !== undefined,
    // Many small instances share a cluster's connections (500 on Atlas M0), so each uses few.
    maxPoolSize: 10,
    minPoolSize: 0,
    maxIdleTimeMS: 60_000,
    // A request that gets no connection in time fails before it has done anything.
    waitQueueTimeoutMS: 2_000,
    serverSelectionTimeoutMS: 3_000,
    connectTimeoutMS: 3_000,
    // A command that hangs must end within the request's deadline, so that its fate can still be asked.
    socketTimeoutMS: 5_000,
    // What was acknowledged cannot be rolled back, nor can what was read.
    writeConcern: { w: "majority", journal: true },
    readConcern: { level: "majority" },
    readPreference: "primary",
    // The driver retries a write once under the same transaction number, so it takes effect only once.
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

/** Replaces the driver's error, because it may hold the password of the connection string. */
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

/** The server's code for a second document with the same unique key. */
const DUPLICATE_KEY = 11_000;

/** Whether a write failed because its document already exists. */
export function isDuplicateKey(error: unknown): boolean {
  return (error as { readonly code?: unknown } | null)?.code === DUPLICATE_KEY;
}
