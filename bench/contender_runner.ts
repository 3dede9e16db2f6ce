import { fileURLToPath } from "node:url";
import { startChildServer } from "../scripts/services/child_server.ts";
import type { Books, Filling } from "./contenders/contender.ts";
import { OPENING_KURUS, PAYMENT_KURUS, paymentsBy, requestOf, type Users } from "./fleet.ts";
import { applyLoad, type Rates } from "./load.ts";

/** What takes part, by the name that contender_process.ts knows it under. */
export type ContenderName =
  | "empty"
  | "nothing"
  | "sqlite"
  | "one_transaction"
  | "mongodb"
  | "seed"
  | "driver";

/** Payments by some users over so many connections. */
export interface Payments extends Users {
  readonly connections: number;
  readonly seconds: number;
}

export interface RunningContender {
  /** Where it takes payments. */
  readonly port: number;
  pay(load: Payments): Promise<Rates>;
  /** Sends one request over and over, and gives how long half of the answers took, in milliseconds. */
  ask(line: string, seconds: number): Promise<number>;
  /** Adds users or payments behind its HTTP API. */
  fill(what: Filling): Promise<void>;
  /** What its books miss after all that was paid; undefined where it keeps none. */
  audit(): Promise<Audit | undefined>;
  /** Resident memory of its process. */
  memoryBytes(): Promise<number>;
}

/** Money that was acknowledged and is not gone from a balance, in kurus, and what else is wrong. */
export interface Audit {
  readonly acknowledged: number;
  readonly lostKurus: number;
  readonly faults: readonly string[];
}

export interface ContenderPlace {
  /** For its files. */
  readonly directory: string;
  /** A MongoDB, for those that want one. */
  readonly uri: string;
  /** In that MongoDB; one of its own when none is named. */
  readonly dbName?: string;
  /** Ends it. */
  readonly signal: AbortSignal;
}

const PROGRAM = fileURLToPath(new URL("contender_process.ts", import.meta.url));

/** Starts a contender with all its users. */
export async function startContender(
  name: ContenderName,
  { directory, uri, dbName, signal }: ContenderPlace,
): Promise<RunningContender> {
  const where = dbName === undefined ? [directory, uri] : [directory, uri, dbName];
  const { match } = await startChildServer({
    command: Deno.execPath(),
    args: ["run", "--quiet", "--allow-all", PROGRAM, name, ...where],
    ready: /payments on (\d+), books on (\d+)/,
    signal,
  });
  const port = Number(match[1]);
  const books = `http://127.0.0.1:${match[2]}`;
  let acknowledged = 0;

  async function pay(load: Payments): Promise<Rates> {
    const { users, connections, seconds } = load;
    const result = name === "driver"
      ? await runDriver({ users, writers: connections, seconds })
      : await payOverHttp(load);
    acknowledged += result.succeeded;
    return result;
  }

  async function runDriver(body: object): Promise<Rates> {
    const response = await fetch(books, { method: "POST", body: JSON.stringify(body) });
    return await response.json();
  }

  async function payOverHttp(load: Payments): Promise<Rates> {
    const result = await applyLoad({ ...load, port, nextRequest: paymentsBy(load) });
    if (result.refused.size > 0) {
      throw new Error(`${name} refused payments: ${JSON.stringify([...result.refused])}`);
    }
    return result;
  }

  async function fill(filling: Filling): Promise<void> {
    const response = await fetch(books, { method: "PUT", body: JSON.stringify(filling) });
    const { payments } = await response.json() as { payments: number };
    acknowledged += payments;
  }

  return {
    port,
    pay,
    ask: async (line, seconds) => {
      const request = requestOf(line);
      const { p50 } = await applyLoad({
        port,
        connections: 1,
        seconds,
        nextRequest: () => request,
      });
      return p50;
    },
    fill,
    audit: async () => {
      const { balanceKurus, users, faults = [] } = await getJson<Partial<Books>>(books);
      if (balanceKurus === undefined || users === undefined) return undefined;
      const gone = users * OPENING_KURUS - balanceKurus;
      return { acknowledged, lostKurus: acknowledged * PAYMENT_KURUS - gone, faults };
    },
    memoryBytes: async () => {
      const { memoryBytes } = await getJson<{ memoryBytes: number }>(`${books}/memory`);
      return memoryBytes;
    },
  };
}

/** Starts a contender for one use, and ends it however that ends. */
export async function withContender<Result>(
  name: ContenderName,
  place: ContenderPlace,
  use: (contender: RunningContender) => Promise<Result>,
): Promise<Result> {
  const ending = new AbortController();
  const signal = AbortSignal.any([place.signal, ending.signal]);
  try {
    return await use(await startContender(name, { ...place, signal }));
  } finally {
    ending.abort();
  }
}

async function getJson<Body>(url: string): Promise<Body> {
  return await (await fetch(url)).json() as Body;
}
