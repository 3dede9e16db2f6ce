import { Hono } from "hono";
import { connectMongo } from "../../infra/mongo/connection.ts";
import { OPENING_KURUS, PAYMENT_PATH, userNo, USERS } from "../fleet.ts";
import type { Contender } from "./contender.ts";

interface SeedUser {
  readonly _id: string;
  readonly balance: number;
}

interface SeedTransaction {
  readonly userNo: string;
  readonly amount: number;
  readonly type: "payment";
}

export interface DatabaseAddress {
  readonly uri: string;
  readonly dbName: string;
}

/**
 * A payment as the seed's `perform_payment` makes it: read the user, compute, write the balance back
 * and note the transaction. Nothing looks at what changed meanwhile. It checks neither who asks nor
 * what, knows no keys, and counts kurus so that what it loses can be counted too.
 */
export async function openSeedWay(address: DatabaseAddress): Promise<Contender> {
  const { client, database } = connectMongo(address);
  const users = database.collection<SeedUser>("users");
  const transactions = database.collection<SeedTransaction>("transactions");
  const opened = Array.from({ length: USERS }, (_, place) => {
    return { _id: userNo(place), balance: OPENING_KURUS };
  });
  await users.insertMany(opened);
  const app = new Hono();
  app.post(PAYMENT_PATH, async (context) => {
    const { userNo = "", amount = "" } = context.req.query();
    const amountKurus = Math.round(Number(amount) * 100);
    const user = await users.findOne({ _id: userNo });
    if (user === null) return context.json({ message: "no such user" }, 404);
    if (user.balance < amountKurus) return context.json({ message: "balance too low" }, 402);
    const balance = user.balance - amountKurus;
    await users.updateOne({ _id: userNo }, { $set: { balance } });
    await transactions.insertOne({ userNo, amount: amountKurus, type: "payment" });
    return context.json({ message: "ok", balance: balance / 100 }, 201);
  });
  return {
    fetch: app.fetch,
    books: async () => {
      let balanceKurus = 0;
      for await (const { balance } of users.find()) balanceKurus += balance;
      return { users: USERS, balanceKurus };
    },
    close: () => client.close(),
  };
}
