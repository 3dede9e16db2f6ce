import { assertGreater } from "@std/assert";
import { withApiToKill } from "../support/api_to_kill.ts";
import { startEventReceiver, waitUntil } from "../support/event_receiver.ts";
import {
  answerSlowly,
  assertAllCome,
  eventsTo,
  payUntilKilled,
  RIDERS,
  variablesOf,
} from "../support/events_and_kills.ts";
import { createUser } from "../support/kese.ts";
import { startMain } from "../support/process.ts";
import { createRandom } from "../support/random.ts";
import { withTemporaryFile } from "../support/temporary_store.ts";

const KILLS = 10;
/** At least so many payments are answered before each kill, and at most twice as many. */
const PAID_BETWEEN_KILLS = 15;
const SEED = 20260303;

Deno.test("main.ts killed ten times while it sends events loses none, and each account's come in order", () =>
  withTemporaryFile(({ path }) =>
    withApiToKill(async (api) => {
      await using receiver = startEventReceiver();
      receiver.answer = answerSlowly;
      const variables = { ...variablesOf({ SQLITE_PATH: path }), ...eventsTo(receiver.url) };
      const random = createRandom(SEED);
      let url = await api.start(startMain(variables));
      for (const userNo of RIDERS) await createUser(url, userNo);
      const paid: string[] = [];
      for (let kills = 0; kills < KILLS; kills++) {
        const paying = RIDERS.map((userNo) => payUntilKilled(url, userNo, { paid }));
        const enough = paid.length + PAID_BETWEEN_KILLS + random.below(PAID_BETWEEN_KILLS);
        await waitUntil(() => paid.length >= enough);
        await api.kill();
        await Promise.all(paying);
        url = await api.start(startMain(variables));
      }
      assertGreater(paid.length, KILLS * PAID_BETWEEN_KILLS);
      await assertAllCome(receiver, url, { paid });
      await api.end();
    })
  ));
