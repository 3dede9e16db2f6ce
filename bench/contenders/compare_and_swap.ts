import type { Collection } from "mongodb";
import { connectMongo } from "../../infra/mongo/connection.ts";
import { OPENING_KURUS, PAYMENT_KURUS, userNo, USERS } from "../fleet.ts";
import { type Rates, ratesOf } from "../load.ts";
import type { Contender, Payments } from "./contender.ts";
import type { DatabaseAddress } from "./seed_way.ts";

interface Purse {
  readonly _id: string;
  readonly head: number;
  readonly balance: number;
}

/**
 * The least that a right payment can cost on MongoDB: the driver alone, one conditional update of
 * two numbers, no HTTP, no journal. Where each writer has users of its own it knows the head; where
 * they share one it reads the head, and again whenever another was faster.
 */
export async function openCompareAndSwap(address: DatabaseAddress): Promise<Contender> {
  const { client, database } = connectMongo(address);
  const purses = database.collection<Purse>("purses");
  const opened = Array.from({ length: USERS }, (_, place) => {
    return { _id: userNo(place), head: 0, balance: OPENING_KURUS };
  });
  await purses.insertMany(opened);
  return {
    run: (load) => run(purses, load),
    books: async () => {
      let balanceKurus = 0;
      for await (const { balance } of purses.find()) balanceKurus += balance;
      return { users: USERS, balanceKurus };
    },
    close: () => client.close(),
  };
}

async function run(
  purses: Collection<Purse>,
  { connections: writers, users, seconds }: Payments,
): Promise<Rates> {
  const from = performance.now();
  const until = from + seconds * 1_000;
  const milliseconds: number[] = [];
  const own = (writer: number) => {
    const places = Array.from({ length: users }, (_, place) => place);
    return users < writers ? places : places.filter((place) => place % writers === writer);
  };
  await Promise.all(Array.from({ length: writers }, async (_, writer) => {
    const known = new Map<string, Purse>();
    const places = own(writer);
    let endedAt = performance.now();
    do {
      const startedAt = endedAt;
      const place = places[Math.floor(Math.random() * places.length)] ?? 0;
      await payOnce(purses, known, userNo(place));
      endedAt = performance.now();
      milliseconds.push(endedAt - startedAt);
    } while (endedAt < until);
  }));
  return ratesOf(milliseconds, performance.now() - from);
}

async function payOnce(
  purses: Collection<Purse>,
  known: Map<string, Purse>,
  _id: string,
): Promise<void> {
  for (;;) {
    const purse = known.get(_id) ?? await purses.findOne({ _id });
    if (purse === null) throw new Error(`Cannot pay: there is no ${_id}`);
    const next = { head: purse.head + 1, balance: purse.balance - PAYMENT_KURUS };
    const { matchedCount } = await purses.updateOne({ _id, head: purse.head }, { $set: next });
    if (matchedCount === 1) {
      known.set(_id, { _id, ...next });
      return;
    }
    known.delete(_id);
  }
}
