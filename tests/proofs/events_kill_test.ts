import { assertEquals, assertGreater } from "@std/assert";
import { pause } from "../../infra/process/clock.ts";
import { withApiToKill } from "../support/api_to_kill.ts";
import { randomKey } from "../support/both_stores.ts";
import { EVENT_SECRET, startEventReceiver, waitUntil } from "../support/event_receiver.ts";
import { createUser, FLEET, FLEETS, send } from "../support/kese.ts";
import { startMain } from "../support/process.ts";
import { createRandom } from "../support/random.ts";
import { withTemporaryFile } from "../support/temporary_store.ts";

const KILLS = 10;
const USERS = 8;
/** At least so many payments are answered before each kill, and at most twice as many. */
const PAID_BETWEEN_KILLS = 15;
const SEED = 20260303;

Deno.test("main.ts killed ten times while it sends events loses none, and each account's come in order", () =>
  withTemporaryFile(({ path }) =>
    withApiToKill(async (api) => {
      await using receiver = startEventReceiver();
      const variables = {
        KESE_ENV: "development",
        HOST: "127.0.0.1",
        PORT: "0",
        SQLITE_PATH: path,
        ...FLEETS,
        CARD_KEYS: `test:${randomKey()}`,
        CARD_FINGERPRINT_KEY: randomKey(),
        EVENT_WEBHOOKS: `${FLEET}:${receiver.url}|${EVENT_SECRET}`,
      };
      receiver.answer = async () => {
        await pause(2);
        return new Response();
      };
      const random = createRandom(SEED);
      const users = Array.from({ length: USERS }, (_, place) => `kill-${place}`);
      let url = await api.start(startMain(variables));
      for (const userNo of users) await createUser(url, userNo);
      const paid: string[] = [];
      for (let kills = 0; kills < KILLS; kills++) {
        const paying = users.map((userNo) => payUntilKilled(url, userNo, paid));
        const enough = paid.length + PAID_BETWEEN_KILLS + random.below(PAID_BETWEEN_KILLS);
        await waitUntil(() => paid.length >= enough);
        await api.kill();
        await Promise.all(paying);
        url = await api.start(startMain(variables));
      }
      await waitUntil(() => {
        const ids = new Set(receiver.received.map(({ id }) => id));
        return paid.every((id) => ids.has(id));
      }, 30);
      assertGreater(paid.length, KILLS * PAID_BETWEEN_KILLS);
      for (const userNo of users) {
        const seqs = receiver.first().filter(({ data }) => data.userNo === userNo)
          .map(({ data }) => data.seq);
        assertEquals(seqs, seqs.map((_seq, place) => place + 1));
      }
      await api.end();
    })
  ));

/** Pays one after the other, and notes each payment that was answered, until nobody answers. */
async function payUntilKilled(url: string, userNo: string, paid: string[]): Promise<void> {
  const json = { userNo, amount: "0.01" };
  try {
    for (;;) {
      const { status, body } = await send(url, "POST /kart-saklamali-odeme", { json });
      if (status === 201) paid.push(body.paymentId);
    }
  } catch {
    // It was killed.
  }
}
