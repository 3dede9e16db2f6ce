import { assertEquals, assertGreater } from "@std/assert";
import { pause } from "../../infra/clock.ts";
import { onBothStores, productionOn, type StoreVariables } from "../support/both_stores.ts";
import { createLoadUsers, type Load, startLoad } from "../support/load.ts";
import { assertAbandoned, proveLoad } from "../support/load_proof.ts";
import { endNow, type Running, startMain } from "../support/process.ts";
import { createRandom, type Random } from "../support/random.ts";
import { sendTo, type Url } from "../support/remote.ts";

const KILLS = 10;
/** Errands that clients bring to their end between two kills. */
const ERRANDS_MIN = 20;
const ERRANDS_MAX = 160;
/** A kill does not wait for an answer: one always leaves just after a commit. */
const PAUSE_MAX_MILLISECONDS = 12;
const SEED = 20260101;

/** main.ts on one store, again and again. */
interface Api {
  /** The process that runs; while there is none, the next one. */
  url(): Promise<Url>;
  start(): void;
  /** Kills the process in the midst of what it does. */
  kill(): Promise<void>;
  /** There will be no next one. */
  end(): Promise<void>;
}

function createApi(variables: StoreVariables): Api {
  let running: Running | undefined;
  let next = Promise.withResolvers<Url>();
  const end = async () => {
    if (running !== undefined) await endNow(running);
  };
  return {
    url: () => next.promise,
    start: () => {
      running = startMain(variables);
      running.url.then(next.resolve, next.reject);
    },
    kill: async () => {
      next = Promise.withResolvers();
      await end();
    },
    end: async () => {
      next = Promise.withResolvers();
      next.promise.catch(() => {});
      next.reject(new Error("Cannot send: the test is over"));
      await end();
    },
  };
}

async function killUnderLoad(api: Api, load: Load, random: Random): Promise<void> {
  for (let kills = 0; kills < KILLS; kills++) {
    await load.moreDone(ERRANDS_MIN + random.below(ERRANDS_MAX - ERRANDS_MIN));
    await pause(random.below(PAUSE_MAX_MILLISECONDS));
    await api.kill();
    api.start();
  }
  await load.moreDone(ERRANDS_MIN);
  await load.stop();
}

/** Asks for all that is done once more: the first answer comes again, and nothing else happens. */
async function assertReplayed(url: Url, { done }: Load): Promise<void> {
  await Promise.all(done.map(async ({ errand: { line, sending }, answer }) => {
    const { status, text, headers } = await sendTo(url, line, sending);
    assertEquals([status, text], [answer.status, answer.text]);
    assertEquals(headers.get("idempotent-replayed"), "true");
  }));
}

onBothStores(
  "main.ts killed ten times under load has done all that it acknowledged, and nothing twice",
  async (store) => {
    const variables = productionOn(store);
    const random = createRandom(SEED);
    const api = createApi(variables);
    api.start();
    await createLoadUsers(await api.url());
    const load = startLoad({ random, url: api.url, abandonPercent: 50 });
    try {
      await killUnderLoad(api, load, random);
      assertGreater(load.lost.length, KILLS - 1);
      await assertReplayed(await api.url(), load);
      await api.kill();

      const { missing, unacknowledged, topUpsLeftOpen } = await proveLoad(variables, load);
      assertEquals(missing, []);
      assertAbandoned(unacknowledged, load);
      assertGreater(topUpsLeftOpen, 0, "no kill came between a top-up's start and its end");
    } finally {
      await api.end();
      await load.stop().catch(() => {}); // what a client met has failed the test already
    }
  },
);
