/**
 * What a payment costs when MongoDB is far away: in round trips, which is what an edge instance
 * waits for.
 *
 * @module
 */

import { MongoClient } from "mongodb";
import { startDelayProxy } from "../tests/support/delay_proxy.ts";
import { type ContenderPlace, startContender } from "./contender_runner.ts";
import { paymentRequest } from "./fleet.ts";
import { applyLoad, quantile } from "./load.ts";
import { RECENT_KEYS_PER_ACCOUNT } from "../domain/limits.ts";

export interface LineResult {
  readonly title: string;
  /** Time at the median, as a multiple of one round trip. */
  readonly roundTrips: number;
  readonly atMost: number;
}

const DELAY_MILLISECONDS = 20;
const PINGS = 50;
const SECONDS = 2;

/** One payment after the other over a line with 20 ms added to each round trip. */
export async function measureSlowLine(place: ContenderPlace): Promise<LineResult[]> {
  const { hostname, port } = new URL(place.uri);
  const target = { hostname, port: Number(port) };
  const proxy = startDelayProxy({ target, delayMilliseconds: DELAY_MILLISECONDS });
  const ending = new AbortController();
  const signal = AbortSignal.any([place.signal, ending.signal]);
  const uri = `mongodb://${proxy.hostname}:${proxy.port}`;
  try {
    const roundTrip = await measureRoundTrip(uri);
    const contender = await startContender("mongodb", { ...place, uri, signal });
    let sent = 0;
    /** The first user is warm after one payment; the others are used once each, from the second on. */
    const pay = async (user: () => number, withKey: boolean) => {
      const nextRequest = () => paymentRequest(user(), withKey ? `key-${sent++}` : undefined);
      const options = { port: contender.port, connections: 1, seconds: SECONDS, nextRequest };
      return (await applyLoad(options)).p50 / roundTrip;
    };
    let unused = 1;
    const warm = () => 0;
    const cold = () => unused++;
    await pay(warm, false);
    const results = [
      { title: "on a warm account", roundTrips: await pay(warm, false), atMost: 1.3 },
      { title: "on a warm account, with a key", roundTrips: await pay(warm, true), atMost: 1.3 },
      { title: "on a cold account, with a key", roundTrips: await pay(cold, true), atMost: 2.3 },
    ];
    await contender.fill({ keys: RECENT_KEYS_PER_ACCOUNT * 2 });
    const past = await pay(warm, true);
    ending.abort();
    return [...results, {
      title: "on a warm account, with a key, past the window of recent keys",
      roundTrips: past,
      atMost: 2.3,
    }];
  } finally {
    ending.abort();
    await proxy.close();
  }
}

/** Milliseconds that the least command takes there and back. */
async function measureRoundTrip(uri: string): Promise<number> {
  await using client = await MongoClient.connect(uri);
  const milliseconds = [];
  for (let ping = 0; ping < PINGS; ping++) {
    const from = performance.now();
    await client.db("admin").command({ ping: 1 });
    milliseconds.push(performance.now() - from);
  }
  return quantile(Float64Array.from(milliseconds).sort(), 0.5);
}
