import { assertEquals, assertGreater } from "@std/assert";
import { pause } from "../../infra/process/clock.ts";
import { type ApiToKill, withApiToKill } from "../support/api_to_kill.ts";
import { onBothStores, productionOn } from "../support/both_stores.ts";
import { countLost, createLoadUsers, type Load, startLoad } from "../support/load.ts";
import { assertAbandoned, assertFiled, assertReplayed, proveLoad } from "../support/load_proof.ts";
import { type Running, startMain } from "../support/process.ts";
import { createRandom, type Random } from "../support/random.ts";

const KILLS = 10;
/** Errands that clients finish between two kills. */
const ERRANDS_MIN = 20;
const ERRANDS_MAX = 160;
/** A kill does not wait for an answer: one always leaves just after a commit. */
const PAUSE_MAX_MILLISECONDS = 12;
const SEED = 20260101;

interface Killing {
  readonly api: ApiToKill;
  readonly load: Load;
  readonly random: Random;
  readonly start: () => Running;
}

async function killUnderLoad({ api, load, random, start }: Killing): Promise<void> {
  for (let kills = 0; kills < KILLS; kills++) {
    await load.moreDone(ERRANDS_MIN + random.below(ERRANDS_MAX - ERRANDS_MIN));
    await pause(random.below(PAUSE_MAX_MILLISECONDS));
    await api.kill();
    await api.start(start());
  }
  await load.moreDone(ERRANDS_MIN);
  await load.stop();
}

onBothStores(
  "main.ts killed ten times under load has done all that it acknowledged, and nothing twice",
  (store) =>
    withApiToKill(async (api) => {
      const variables = productionOn(store);
      const random = createRandom(SEED);
      const start = () => startMain(variables);
      await createLoadUsers(await api.start(start()));
      const load = startLoad({ api, random, abandonPercent: 50 });
      try {
        await killUnderLoad({ api, load, random, start });
        assertGreater(countLost(load), KILLS - 1);
        const { url } = await api.serving();
        await assertReplayed(url, load);
        await api.kill();

        const { missing, unacknowledged, topUpsLeftOpen } = await proveLoad(variables, load);
        assertEquals(missing, []);
        assertAbandoned(unacknowledged, load);
        assertGreater(topUpsLeftOpen, 0, "no kill came between a top-up's start and its end");
        if (!variables.MONGODB_URI) assertFiled(variables);
      } finally {
        await api.end();
        await load.stop().catch(() => {}); // what a client met has failed the test already
      }
    }),
);
