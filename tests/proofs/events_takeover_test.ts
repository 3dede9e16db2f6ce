import { assertEquals, assertGreater, assertGreaterOrEqual } from "@std/assert";
import type { EventFleetDocument } from "../../infra/mongo/event_outbox.ts";
import { type ReceivedEvent, startEventReceiver, waitUntil } from "../support/event_receiver.ts";
import {
  answerSlowly,
  assertAllCome,
  eventsTo,
  payUntilKilled,
  RIDERS,
  variablesOf,
} from "../support/events_and_kills.ts";
import { commitTo, createCommands, paying, PERSON } from "../support/commands.ts";
import { createUser, FLEET } from "../support/kese.ts";
import { openTestMongoStore } from "../support/mongo_store.ts";
import { endNow, startMain } from "../support/process.ts";
import { withMongo } from "../support/services.ts";

/** So many payments are answered before the receiver stops answering, before the kill, and in all. */
const PAID_CALMLY = 100;
const PAID_BEFORE_KILL = 160;
const PAID_IN_ALL = 240;

withMongo(
  "main.ts of two processes: one sends each event, and after a kill the other does once the lease has run out",
  async (uri, dbName) => {
    await using receiver = startEventReceiver();
    receiver.answer = answerSlowly;
    const variables = variablesOf({ MONGODB_URI: uri, DB_NAME: dbName });
    const start = (name: string) =>
      startMain({ ...variables, ...eventsTo(`${receiver.url}?${name}`) });
    const sentBy = (name: string): readonly ReceivedEvent[] =>
      receiver.received.filter(({ query }) => query === `?${name}`);
    await using killed = start("killed");
    const killedUrl = await killed.url;
    for (const userNo of RIDERS) await createUser(killedUrl, userNo);
    await waitUntil(() => sentBy("killed").length > 0);
    await using other = start("other");
    const otherUrl = await other.url;
    const paid: string[] = [];
    // One process pays for each user, so what the killed one leaves has no later payment that moves it.
    const paying = RIDERS.map((userNo, place) =>
      payUntilKilled(place % 2 === 0 ? killedUrl : otherUrl, userNo, { paid, most: PAID_IN_ALL })
    );
    await waitUntil(() => paid.length >= PAID_CALMLY);
    const stalled = Promise.withResolvers<Response>();
    receiver.answer = () => stalled.promise.then((response) => response.clone());
    await waitUntil(() => paid.length >= PAID_BEFORE_KILL);
    await endNow(killed);
    receiver.answer = answerSlowly;
    stalled.resolve(new Response());
    const leasedUntil = await readLease(dbName);
    await Promise.all(paying);

    await waitUntil(() => sentBy("other").length > 0, 30);
    assertGreaterOrEqual(sentBy("other")[0]?.at ?? 0, leasedUntil);
    await assertAllCome(receiver, otherUrl, { paid });
    for (const name of ["killed", "other"]) {
      const ids = sentBy(name).map(({ id }) => id);
      assertEquals(ids, [...new Set(ids)], `${name} sent an event twice`);
    }
    // What was on its way when its sender was killed.
    assertGreater(receiver.received.length, receiver.first().length);
  },
);

withMongo(
  "main.ts sends what a killed process left in the documents of accounts, where no payment follows",
  async (uri, dbName) => {
    const { accounts, close } = openTestMongoStore(dbName);
    const account = { filo: FLEET, userNo: "1" };
    const commands = createCommands();
    await accounts.insert(commands.opening(account, { balanceKurus: 100 }), PERSON);
    await commitTo(accounts, account, paying(commands.payment(1)));
    await close();
    await using receiver = startEventReceiver();
    const variables = variablesOf({ MONGODB_URI: uri, DB_NAME: dbName });
    await using running = startMain({ ...variables, ...eventsTo(receiver.url) });
    await running.url;
    await waitUntil(() => receiver.received.length >= 2, 30);
    assertEquals(receiver.received.map(({ data }) => data.seq), [1, 2]);
  },
);

/** Until when the fleet's events are one process's own. */
async function readLease(dbName: string): Promise<number> {
  const { database, close } = openTestMongoStore(dbName);
  const fleets = database.collection<EventFleetDocument>("event_fleets");
  const fleet = await fleets.findOne({ _id: FLEET }).finally(close);
  return fleet?.until.getTime() ?? Infinity;
}
