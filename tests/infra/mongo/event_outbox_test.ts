import { assertEquals } from "@std/assert";
import type { EventOutbox } from "../../../domain/ports/event_outbox.ts";
import { createIndexes } from "../../../infra/mongo/indexes.ts";
import { MINUTE, NOW } from "../../support/clock.ts";
import { commitTo, createCommands, paying, PERSON } from "../../support/commands.ts";
import { openTestMongoStore } from "../../support/mongo_store.ts";
import { withMongo } from "../../support/services.ts";

const FILO = "hergele";
const LATER = NOW + MINUTE;
const UNTIL = LATER + MINUTE;

/** The outboxes of two instances, and the events of one account: opened, and paid from twice. */
function withTwoOutboxes(
  name: string,
  test: (first: EventOutbox, second: EventOutbox) => Promise<void>,
): void {
  withMongo(name, async (_uri, dbName) => {
    const stores = [openTestMongoStore(dbName), openTestMongoStore(dbName)] as const;
    const [first, second] = stores;
    try {
      await createIndexes(first.database);
      await first.events.listen(new Set([FILO]), () => {});
      const account = { filo: FILO, userNo: "1" };
      const commands = createCommands();
      await first.accounts.insert(commands.opening(account, { balanceKurus: 100 }), PERSON);
      for (let paid = 0; paid < 2; paid++) {
        await commitTo(first.accounts, account, paying(commands.payment(1)));
      }
      await first.settled();
      await test(first.events, second.events);
    } finally {
      for (const { close } of stores) await close();
    }
  });
}

async function isOwn(outbox: EventOutbox, now: number, until = UNTIL): Promise<boolean> {
  const lease = await outbox.lease(FILO, { now, until, url: "https://fleet.example" });
  return lease.isOwn;
}

async function takeSeqs(outbox: EventOutbox): Promise<readonly number[]> {
  const events = await outbox.take(FILO, { limit: 10, now: LATER });
  return events.map(({ entry }) => entry.seq);
}

withTwoOutboxes("lease() is one instance's own until it has run out", async (first, second) => {
  assertEquals([await isOwn(first, LATER), await isOwn(second, LATER)], [true, false]);
  assertEquals(await isOwn(second, UNTIL - 1), false);
  // Its owner may keep it as long as nobody else has it.
  assertEquals(await isOwn(first, UNTIL - 1, UNTIL + MINUTE), true);
  assertEquals(await isOwn(second, UNTIL), false);
  assertEquals(await isOwn(second, UNTIL + MINUTE, UNTIL + 2 * MINUTE), true);
  assertEquals(await isOwn(first, UNTIL + MINUTE), false);
});

withTwoOutboxes("lease() is free once it is released by its owner", async (first, second) => {
  await isOwn(first, LATER);
  await second.release(FILO);
  assertEquals(await isOwn(second, LATER), false);
  await first.release(FILO);
  assertEquals(await isOwn(second, LATER), true);
});

withTwoOutboxes(
  "take() gives another instance what the one before it did not settle",
  async (first, second) => {
    assertEquals(await takeSeqs(first), [1, 2, 3]);
    const [event] = await second.take(FILO, { limit: 1, now: LATER });
    if (event === undefined) throw new Error("there is no event");
    await first.settle(FILO, [{ is: "delivered", event, status: 200 }], LATER);
    await second.release(FILO);
    assertEquals(await takeSeqs(second), [2, 3]);
    assertEquals(await takeSeqs(first), []);
  },
);

withTwoOutboxes(
  "settle() leaves what another instance has delivered since as it is",
  async (first, second) => {
    const late = await first.take(FILO, { limit: 10, now: LATER });
    const events = await second.take(FILO, { limit: 10, now: LATER });
    const delivered = events.map((event) => ({ is: "delivered", event, status: 200 }) as const);
    await second.settle(FILO, delivered, LATER);
    const before = await second.list(FILO, { limit: 10 });
    const times = { firstAt: LATER, nextAt: UNTIL };
    const [failed, repeated, keptBack] = late;
    if (!failed || !repeated || !keptBack) throw new Error("there are no events");
    await first.settle(FILO, [
      { is: "failed", event: failed, status: 500 },
      { is: "repeated", event: repeated, status: 500, ...times },
      { is: "kept_back", event: keptBack, ...times },
    ], LATER);
    assertEquals(await second.list(FILO, { limit: 10 }), before);
    assertEquals(before.events.map(({ status }) => status), [
      "delivered",
      "delivered",
      "delivered",
    ]);
  },
);
