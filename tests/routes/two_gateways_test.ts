import { assert, assertEquals } from "@std/assert";
import { assertAddsUp, assertProblem, sendWell } from "../support/answers.ts";
import { createPatientClock } from "../support/clock.ts";
import { CONFIGURED, type Configured, environmentOf } from "../support/gateways/configured.ts";
import { toRequest } from "../support/gateways/user.ts";
import type { WireFake } from "../support/gateways/wire.ts";
import {
  createUser,
  FLEET,
  FLEETS,
  openTestKese,
  OTHER_FLEET,
  OTHER_FLEET_KEY,
  send,
  type TestKese,
} from "../support/kese.ts";
import { sha256 } from "../../infra/crypto/digests.ts";
import { withTemporaryFile } from "../support/temporary_store.ts";

const OTHER = { bearer: OTHER_FLEET_KEY, filo: OTHER_FLEET };
const BOTH_FLEETS = { FLEETS: `${FLEETS.FLEETS},${OTHER_FLEET}:${sha256(OTHER_FLEET_KEY)}` };

function named(name: Configured["name"]): Configured {
  const found = CONFIGURED.find((one) => one.name === name);
  assert(found);
  return found;
}

/** Saves a card and tops up 50.00 with it. */
async function topUp(kese: TestKese, fake: WireFake, sender = {}): Promise<string> {
  const json = { userNo: "1", ...toRequest(fake.card()) };
  await sendWell(kese, "POST /kart-saklama", { json, ...sender });
  const request = { json: { userNo: "1", balance: "50" }, ...sender };
  return (await sendWell(kese, "POST /update_balance", request)).body.topUpId;
}

Deno.test("two fleets of one Kese charge each with its own gateway, and hear no webhook of the other's", async () => {
  const [iyzico, craftgate] = [named("iyzico"), named("craftgate")];
  await using first = iyzico.open();
  await using second = craftgate.open();
  const environment = environmentOf(iyzico, first.url, {
    ...BOTH_FLEETS,
    CARD_GATEWAY: `${FLEET}:iyzico,${OTHER_FLEET}:craftgate`,
    ...craftgate.variables(second.url, OTHER_FLEET),
  });
  await using kese = await openTestKese({ environment, clock: createPatientClock() });
  await createUser(kese, "1", "0");
  await createUser(kese, "1", "0", "other");
  const own = await topUp(kese, first);
  const others = await topUp(kese, second, OTHER);
  assertEquals(first.everyCharge().map(({ reference }) => reference), [own]);
  assertEquals(second.everyCharge().map(({ reference }) => reference), [others]);
  assertEquals([await assertAddsUp(kese, "1"), await assertAddsUp(kese, "1", OTHER)], [
    "50.00",
    "50.00",
  ]);
  for (
    const [fake, gateway, topUpId, fleet] of [
      [first, "iyzico", own, FLEET],
      [second, "craftgate", others, OTHER_FLEET],
    ] as const
  ) {
    const message = await fake.webhook(topUpId, "signed");
    assert(message?.headers instanceof Headers);
    const { body, headers } = message;
    const statuses: number[] = [];
    for (const filo of [FLEET, OTHER_FLEET]) {
      const path = `/webhook/${gateway}/${filo}`;
      statuses.push((await kese.app.request(path, { method: "POST", body, headers })).status);
    }
    // The other fleet has no keys of that gateway.
    assertEquals(statuses, fleet === FLEET ? [204, 404] : [404, 204]);
  }
});

Deno.test("a fleet that changes its gateway gives back with the old one, and has cards saved again for the new one", () =>
  withTemporaryFile(async ({ open }) => {
    const [iyzico, craftgate] = [named("iyzico"), named("craftgate")];
    await using old = iyzico.open();
    await using other = craftgate.open();
    const clock = createPatientClock();
    const before = environmentOf(iyzico, old.url);
    const kese = await openTestKese({ store: open(), environment: before, clock });
    await createUser(kese, "1", "0");
    const topUpId = await topUp(kese, old);
    await kese.close();

    const { cardKeys, cardFingerprintKeys } = before;
    const both = environmentOf(iyzico, old.url, {
      CARD_GATEWAY: "craftgate",
      ...craftgate.variables(other.url),
    });
    await using now = await openTestKese({
      store: open(),
      environment: { ...both, cardKeys, cardFingerprintKeys },
      clock,
    });
    const refused = await send(now, "POST /update_balance", {
      json: { userNo: "1", balance: "50" },
    });
    assertProblem(refused, 422, "card_not_chargeable");
    assertEquals(refused.body.saveAgain, true);
    await sendWell(now, "POST /karta-iade", { json: { userNo: "1", topUpId, amount: "20" } });
    assertEquals(old.everyCharge().map(({ givenBackKurus }) => Number(givenBackKurus)), [2_000]);
    const again = { userNo: "1", ...toRequest(other.card()) };
    const { body: { card } } = await sendWell(now, "POST /kart-saklama", { json: again });
    const json = { userNo: "1", balance: "50", cardId: card.cardId };
    await sendWell(now, "POST /update_balance", { json });
    assertEquals([old.everyCharge().length, other.everyCharge().length], [1, 1]);
    assertEquals(await assertAddsUp(now, "1"), "80.00");
  }));
