import { assert, assertEquals } from "@std/assert";
import { HOUR_MILLISECONDS } from "../../domain/limits.ts";
import { kurus } from "../../domain/money.ts";
import { openSqliteStore } from "../../infra/sqlite/store.ts";
import { reconcile } from "../../scripts/reconcile.ts";
import { assertAddsUp, sendWell } from "../support/answers.ts";
import { createPatientClock } from "../support/clock.ts";
import { CONFIGURED } from "../support/gateways/configured.ts";
import type { FakeStep } from "../support/gateways/fake.ts";
import { toRequest } from "../support/gateways/user.ts";
import type { WireFake } from "../support/gateways/wire.ts";
import { createUser, FLEET, openTestKese, send, type TestKese } from "../support/kese.ts";
import { mongoUri, openFreshMongoStore } from "../support/mongo_store.ts";

/** Tops up 50.00 with a new card, whose bank answers as the step says; gives the top-up's id. */
async function topUp(kese: TestKese, fake: WireFake, step: FakeStep): Promise<string> {
  await createUser(kese, "1", "0");
  await sendWell(kese, "POST /kart-saklama", { json: { userNo: "1", ...toRequest(fake.card()) } });
  fake.play("charge", step);
  const { body } = await send(kese, "POST /update_balance", {
    json: { userNo: "1", balance: "50" },
  });
  return body.topUpId;
}

/** What of all that the bank charged was not given back. */
function leftKurus(fake: WireFake): number {
  return fake.everyCharge().reduce(
    (left, { amountKurus, givenBackKurus }) => left + amountKurus - givenBackKurus,
    0,
  );
}

const STORES = [
  { database: "SQLite", openStore: () => Promise.resolve(openSqliteStore(":memory:")) },
  // Looked at twice there: what the first look gave back must be named all the same.
  { database: "MongoDB", openStore: () => openFreshMongoStore(), ignore: mongoUri === undefined },
];

for (const { name, open } of CONFIGURED) {
  for (const { database, openStore, ignore = false } of STORES) {
    Deno.test({
      name: `${database}: reconcile() gives back what ${name} charged for a declined top-up`,
      ignore,
      fn: async () => {
        await using fake = open({});
        const [store, clock] = [await openStore(), createPatientClock()];
        await using kese = await openTestKese({ store, clock, gateway: fake.gateway });
        fake.chargeUnheard(await topUp(kese, fake, "insufficient_funds"), kurus(5_000));
        const { faults: [fault = ""] } = await reconcile(kese);
        assert(fault.endsWith("failed, and the card was charged"), fault);
        assertEquals([fake.everyCharge().length, leftKurus(fake)], [1, 0]);
        const { faults, unanswered } = await reconcile(kese);
        assertEquals([faults, unanswered], [[], 0]);
        assertEquals(leftKurus(fake), 0);
        assertEquals(await assertAddsUp(kese, "1"), "0.00");
      },
    });

    // Asked about a charge by its own name, Stripe tells of no other.
    if (name === "stripe") continue;
    Deno.test({
      name:
        `${database}: reconcile() gives back what ${name} charged three times, and names it once`,
      ignore,
      fn: async () => {
        await using fake = open({});
        const [store, clock] = [await openStore(), createPatientClock()];
        await using kese = await openTestKese({ store, clock, gateway: fake.gateway });
        const topUpId = await topUp(kese, fake, "works");
        for (const _surplus of [1, 2]) fake.chargeUnheard(topUpId, kurus(5_000));
        const { faults } = await reconcile(kese);
        assertEquals(faults.length, 1);
        const [, ...again] = fake.everyCharge().map(({ providerRef }) => providerRef);
        assert(faults[0]?.endsWith(`the card was charged again as ${again.join(", ")}`), faults[0]);
        assertEquals([again.length, leftKurus(fake)], [2, 5_000]);
        assertEquals((await reconcile(kese)).faults, []);
        assertEquals(await assertAddsUp(kese, "1"), "50.00");
      },
    });
  }

  Deno.test(`a webhook of ${name} gives back what it charged for a top-up that it had declined`, async () => {
    await using fake = open({});
    await using kese = await openTestKese({ gateway: fake.gateway, clock: createPatientClock() });
    const topUpId = await topUp(kese, fake, "insufficient_funds");
    fake.chargeUnheard(topUpId, kurus(5_000));
    const message = await fake.webhook(topUpId, "signed");
    assert(message?.headers instanceof Headers);
    const { body, headers } = message;
    const path = `/webhook/${name}/${FLEET}`;
    const response = await kese.app.request(path, { method: "POST", body, headers });
    assertEquals(response.status, 204);
    assertEquals([fake.everyCharge().length, leftKurus(fake)], [1, 0]);
    assertEquals(await assertAddsUp(kese, "1"), "0.00");
  });

  Deno.test(`reconcile() has ${name}'s answer about a user who never came back`, async () => {
    const clock = createPatientClock();
    await using fake = open({ clock });
    await using kese = await openTestKese({ gateway: fake.gateway, clock });
    await topUp(kese, fake, "wants_3ds");
    clock.advance(2 * HOUR_MILLISECONDS);
    const { topUps, faults, unanswered } = await reconcile(kese);
    assertEquals([topUps.failed, faults, unanswered], [1, [], 0]);
  });
}
