/**
 * What a payment costs when MongoDB is far away: in round trips, which is what an edge instance
 * waits for.
 *
 * @module
 */

import { MongoClient } from "mongodb";
import { accountKey } from "../domain/account.ts";
import { RECENT_KEYS_PER_ACCOUNT } from "../domain/limits.ts";
import type { AccountDocument } from "../infra/mongo/account_documents.ts";
import { startDelayProxy } from "../scripts/services/delay_proxy.ts";
import { type ContenderPlace, type RunningContender, withContenders } from "./contender_runner.ts";
import { FLEET, paymentRequest, userNo } from "./fleet.ts";
import { applyLoad, quantile } from "./load.ts";

export interface LineResult {
  readonly title: string;
  /** Time at the median, as a multiple of one round trip. */
  readonly roundTrips: number;
  readonly atMost: number;
}

/** A payment to measure, and how many round trips it may take at most. */
interface Case {
  readonly title: string;
  readonly account: "warm" | "cold";
  readonly withKey: boolean;
  readonly atMost: number;
}

const DELAY_MILLISECONDS = 20;
const PINGS = 50;
const SECONDS = 4;

const WITHIN_WINDOW: readonly Case[] = [
  { title: "on a warm account", account: "warm", withKey: false, atMost: 1.3 },
  { title: "on a warm account, with a key", account: "warm", withKey: true, atMost: 1.3 },
  { title: "on a cold account, with a key", account: "cold", withKey: true, atMost: 2.3 },
];

const PAST_WINDOW: readonly Case[] = [
  {
    title: "on a warm account, with a key, past the window of recent keys",
    account: "warm",
    withKey: true,
    atMost: 2.3,
  },
  {
    title: "on a cold account, with a key, past the window of recent keys",
    account: "cold",
    withKey: true,
    atMost: 3.3,
  },
];

/** One payment after the other over a line with 20 ms added to each round trip. */
export async function measureSlowLine(place: ContenderPlace): Promise<LineResult[]> {
  const { hostname, port } = new URL(place.uri);
  const target = { hostname, port: Number(port) };
  const proxy = startDelayProxy({ target, delayMilliseconds: DELAY_MILLISECONDS });
  const uri = `mongodb://${proxy.hostname}:${proxy.port}`;
  const dbName = `kese-bench-line-${crypto.randomUUID().slice(0, 8)}`;
  try {
    await using client = await MongoClient.connect(uri);
    return await withContenders(["mongodb"], { ...place, uri, dbName }, async ([contender]) => {
      const measure = measuring(client, contender);
      const results = await measure(WITHIN_WINDOW);
      const payments = RECENT_KEYS_PER_ACCOUNT * 2;
      await contender.fill({ payments, of: { users: 1, keyed: true } });
      await fillWindows(client, dbName);
      return [...results, ...await measure(PAST_WINDOW)];
    });
  } finally {
    await proxy.close();
  }
}

/** Measures cases one after the other, each next to pings of the same moment. */
function measuring(
  client: MongoClient,
  { port }: RunningContender,
): (cases: readonly Case[]) => Promise<LineResult[]> {
  let keys = 0;
  // The first user is warm after one payment; the others are used once each, from the second on.
  let unused = 1;

  async function payments({ account, withKey }: Case): Promise<number> {
    const nextRequest = () => {
      const user = account === "warm" ? 0 : unused++;
      return paymentRequest(user, withKey ? { key: `key-${keys++}` } : {});
    };
    const { p50, refused } = await applyLoad({
      port,
      connections: 1,
      seconds: SECONDS,
      nextRequest,
    });
    if (refused.size > 0) throw new Error(`Refused: ${JSON.stringify([...refused])}`);
    return p50;
  }

  return async (cases) => {
    const results: LineResult[] = [];
    for (const one of cases) {
      const roundTrip = await measureRoundTrip(client);
      const { title, atMost } = one;
      results.push({ title, roundTrips: await payments(one) / roundTrip, atMost });
    }
    return results;
  };
}

/**
 * Gives all users but the first, who has really used them, the window of an account that has
 * forgotten keys: a user whom the program has never met stays cold, and pays as the first one does.
 */
async function fillWindows(client: MongoClient, dbName: string): Promise<void> {
  const recentKeys = Array.from({ length: RECENT_KEYS_PER_ACCOUNT }, (_, place) => place);
  const first = accountKey({ filo: FLEET, userNo: userNo(0) });
  await client.db(dbName).collection<AccountDocument>("users")
    .updateMany({ _id: { $ne: first } }, { $set: { recentKeys, keysComplete: false } });
}

/** Milliseconds that the least command takes there and back. */
async function measureRoundTrip(client: MongoClient): Promise<number> {
  const milliseconds = [];
  for (let ping = 0; ping < PINGS; ping++) {
    const from = performance.now();
    await client.db("admin").command({ ping: 1 });
    milliseconds.push(performance.now() - from);
  }
  return quantile(Float64Array.from(milliseconds).sort(), 0.5);
}
