import { fileURLToPath } from "node:url";
import { startChildServer } from "../scripts/services/child_server.ts";
import type { Books, Call, Filling, Payments, Usage } from "./contenders/contender.ts";
import {
  captureOf,
  FLEET_HEADERS,
  holdBy,
  OPENING_KURUS,
  PAYMENT_KURUS,
  paymentBy,
  paymentLine,
  requestOf,
} from "./fleet.ts";
import { applyLoad, type LoadOptions, type Rates } from "./load.ts";

/** What takes part, by the name that contender_process.ts knows it under. */
export type ContenderName =
  | "empty"
  | "nothing"
  | "sqlite"
  | "one_transaction"
  | "postgres"
  | "mongodb"
  | "driver"
  | "seed";

export interface RunningContender {
  readonly name: ContenderName;
  /** Resolves when its process has ended. */
  readonly ended: Promise<void>;
  /** Where it takes payments. */
  readonly port: number;
  pay(load: Payments): Promise<Rates>;
  /** Rides: each sets the amount of a payment aside, and takes it. */
  ride(load: Payments): Promise<Rates>;
  /** Sends one request again and again. */
  ask(
    line: string,
    load: Pick<LoadOptions, "connections" | "seconds">,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Rates>;
  /** Sends one payment twice with the same key. */
  repeat(): Promise<void>;
  /** Adds users or payments behind its HTTP API. */
  fill(what: Filling): Promise<void>;
  /** Kurus acknowledged since the last look and still in a balance; undefined without books. */
  lostKurus(): Promise<number | undefined>;
  /** What does not add up, record by record; looked at once, because it may take minutes. */
  faults(): Promise<readonly string[]>;
  /** Resident memory of its process. */
  memoryBytes(): Promise<number>;
  /** What its process wrote to disk since its start; NaN where the system does not count it. */
  writtenBytes(): Promise<number>;
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
  const { match, ended } = await startChildServer({
    command: Deno.execPath(),
    args: ["run", "--quiet", "--allow-all", PROGRAM, name, ...where],
    ready: /payments on (\d+), calls on (\d+)/,
    signal,
  });
  const port = Number(match[1]);
  let acknowledged = 0;
  let lostBefore = 0;
  let faults: Promise<readonly string[]> | undefined;

  async function call<Result>(...body: Call): Promise<Result> {
    const url = `http://127.0.0.1:${match[2]}`;
    const answer = await fetch(url, { method: "POST", body: JSON.stringify(body) });
    if (answer.ok) return await answer.json();
    throw new Error(`${name} failed: ${await answer.text()}`);
  }

  async function send(load: Omit<LoadOptions, "port">): Promise<Rates> {
    const { refused, ...rates } = await applyLoad({ ...load, port });
    if (refused.size === 0) return rates;
    throw new Error(`${name} refused requests: ${JSON.stringify([...refused])}`);
  }

  return {
    name,
    ended,
    port,
    pay: async (load) => {
      const rates = name === "driver"
        ? await call<Rates>("run", load)
        : await send({ ...load, nextRequest: () => paymentBy(load) });
      acknowledged += rates.succeeded;
      return rates;
    },
    ride: async (load) => {
      const rides = { nextRequest: () => holdBy(load), following: captureOf };
      const rates = await send({ ...load, ...rides });
      acknowledged += rates.succeeded;
      return rates;
    },
    ask: async (line, load, headers) => {
      const request = requestOf(line, headers);
      return await send({ ...load, nextRequest: () => request });
    },
    repeat: async () => {
      const [method = "", path = ""] = paymentLine(0).split(" ");
      const headers = { ...FLEET_HEADERS, "Idempotency-Key": crypto.randomUUID() };
      const answers = [];
      for (let time = 0; time < 2; time++) {
        const answer = await fetch(`http://127.0.0.1:${port}${path}`, { method, headers });
        answers.push(`${answer.status} ${await answer.text()}`);
      }
      const [first = "", second] = answers;
      if (first === second && first.startsWith("201 ")) return void acknowledged++;
      throw new Error(`${name} answers a repeated key otherwise: ${answers.join(", then ")}`);
    },
    fill: async (filling) => {
      acknowledged += await call<number>("fill", filling);
    },
    lostKurus: async () => {
      const books = await call<Books | null>("books");
      if (books === null) return undefined;
      const gone = books.users * OPENING_KURUS - books.balanceKurus;
      const lost = acknowledged * PAYMENT_KURUS - gone - lostBefore;
      lostBefore += lost;
      return lost;
    },
    faults: () => faults ??= call<string[] | null>("faults").then((found) => found ?? []),
    memoryBytes: async () => (await call<Usage>("usage")).memoryBytes,
    writtenBytes: async () => (await call<Usage>("usage")).writtenBytes ?? NaN,
  };
}

type Running<Names extends readonly ContenderName[]> = {
  readonly [Place in keyof Names]: RunningContender;
};

/** Starts contenders for one use, and ends them however that ends. */
export async function withContenders<const Names extends readonly ContenderName[], Result>(
  names: Names,
  place: ContenderPlace,
  use: (contenders: Running<Names>) => Promise<Result>,
): Promise<Result> {
  const ending = new AbortController();
  const signal = AbortSignal.any([place.signal, ending.signal]);
  const starting = names.map((name) => startContender(name, { ...place, signal }));
  try {
    return await use(await Promise.all(starting) as Running<Names>);
  } finally {
    ending.abort();
    await Promise.all(starting.map((one) => one.then(({ ended }) => ended, () => {})));
  }
}
