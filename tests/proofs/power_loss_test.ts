import { assert, assertEquals, assertGreater, assertLessOrEqual } from "@std/assert";
import { type ApiToKill, withApiToKill } from "../support/api_to_kill.ts";
import { productionOn, type StoreVariables } from "../support/both_stores.ts";
import { assertIntact } from "../support/database_dump.ts";
import type { Death, FailingDisk } from "../support/failing_disk.ts";
import { countLost, createLoadUsers, type Load, LOAD_CLIENTS, startLoad } from "../support/load.ts";
import { assertAbandoned, assertFiled, assertReplayed, proveLoad } from "../support/load_proof.ts";
import { proveJournal } from "../support/answers.ts";
import { createUser } from "../support/kese.ts";
import { payTo } from "../support/payments.ts";
import { endNow } from "../support/process.ts";
import { createRandom, type Random } from "../support/random.ts";
import { withFailingDisk } from "../support/services.ts";

const SEED = 20260101;
const ROUNDS = 24;
/** Every third round the power fails during a checkpoint, else at a commit. */
const CHECKPOINT_EVERY = 3;
const CHECKPOINTS_MAX = 3;
const COMMITS_MAX = 50;
/** Rounds that cost something: not all do, because a disk may have written all that it was given. */
const LOSSES_MIN = ROUNDS / 3;
/** More than any process gets done before a sync. */
const ERRANDS_PER_ROUND_MAX = 3_000;
/** Syncs that make an empty file a database. */
const SYNCS_OF_CREATION_MIN = 5;
/** The sync of one of these payments is never done; the first syncs are of the housekeeping at the start. */
const PAYMENTS_MAX = 20;
const UNSYNCED_PAYMENT = 12;
const SURVIVING_PERCENTS = [0, 0, 50, 90];
const FILE = "kese.db";
const LOG = `${FILE}-wal`;
const NEVER: Death = { atSync: 0 };

interface Scene {
  readonly disk: FailingDisk;
  readonly api: ApiToKill;
  readonly variables: StoreVariables;
  readonly random: Random;
}

/** Registers a test of an API whose data is on a failing disk, and nowhere yet. */
function onFailingDisk(name: string, test: (scene: Scene) => Promise<void>): void {
  withFailingDisk(name, (disk) =>
    withApiToKill(async (api) => {
      const variables = inDirectory(productionOn({}), disk.files);
      await test({ disk, api, variables, random: createRandom(SEED) });
    }));
}

/** The variables of a process that keeps its data in that directory. */
function inDirectory(variables: StoreVariables, directory: string): StoreVariables {
  return { ...variables, SQLITE_PATH: `${directory}/${FILE}` };
}

/** Gives whether it cost anything. */
async function losePower({ disk, random }: Scene): Promise<boolean> {
  const survivingPercent = SURVIVING_PERCENTS[random.below(SURVIVING_PERCENTS.length)] ?? 0;
  return await disk.losePower({ random, survivingPercent });
}

function deathOf(round: number, random: Random): Death {
  const isCheckpoint = round % CHECKPOINT_EVERY === 0;
  return isCheckpoint
    ? { name: FILE, atSync: 1 + random.below(CHECKPOINTS_MAX) }
    : { name: LOG, atSync: 1 + random.below(COMMITS_MAX) };
}

/** A process serves the load until its power fails. Gives whether that cost anything. */
async function serveAndFail(scene: Scene, load: Load, death: Death): Promise<boolean> {
  const { api, disk, variables } = scene;
  const running = disk.start(variables, death);
  const listening = api.start(running).catch(() => {}); // some fail before they listen
  const outlived = load.moreDone(ERRANDS_PER_ROUND_MAX).then(() => "outlived" as const);
  const end = await Promise.race([running.ended, outlived]);
  assert(end !== "outlived", `${ERRANDS_PER_ROUND_MAX} errands without a sync of ${death.name}`);
  await listening;
  return await losePower(scene);
}

/** Checks what the disk has against what clients were told, on a copy: the next process starts on the original. */
async function proveDisk({ disk, variables }: Scene, load: Load): Promise<void> {
  const copy = await disk.copy();
  assertIntact(`${copy}/${FILE}`);
  const { missing, unacknowledged } = await proveLoad(inDirectory(variables, copy), load);
  assertEquals(missing, []);
  assertLessOrEqual(unacknowledged.length, LOAD_CLIENTS + load.abandoned.length);
}

onFailingDisk(
  "main.ts has kept all that it acknowledged when the power fails before a sync",
  async (scene) => {
    const { api, disk, random, variables } = scene;
    await createLoadUsers(await api.start(disk.start(variables, NEVER)));
    await api.kill();
    const load = startLoad({ api, random, abandonPercent: 5 });
    try {
      let losses = 0;
      for (let round = 0; round < ROUNDS; round++) {
        if (await serveAndFail(scene, load, deathOf(round, random))) losses++;
        await proveDisk(scene, load);
      }
      await api.start(disk.start(variables, NEVER));
      await load.moreDone(1);
      await load.stop();
      const { url } = await api.serving();
      await assertReplayed(url, load);
      await api.kill();
      assertFiled(variables);
      assertGreater(countLost(load), ROUNDS);
      assertGreater(losses, LOSSES_MIN);
      const { missing, unacknowledged } = await proveLoad(variables, load);
      assertEquals(missing, []);
      assertAbandoned(unacknowledged, load);
    } finally {
      await api.end();
      await load.stop().catch(() => {}); // what a client met has failed the test already
    }
  },
);

/** Starts on an empty disk whose power fails at that sync. Gives whether the process listened before. */
async function failAtCreation(scene: Scene, atSync: number): Promise<boolean> {
  const { disk, variables } = scene;
  const running = disk.start(variables, { atSync });
  const listened = await running.url.then(() => true, () => false);
  await endNow(running);
  await losePower(scene);
  return listened;
}

onFailingDisk(
  "main.ts starts on whatever is left when the power fails while it makes its database",
  async (scene) => {
    const { api, disk, variables } = scene;
    let failures = 0;
    while (!await failAtCreation(scene, failures + 1)) {
      failures++;
      await createUser(await api.start(disk.start(variables, NEVER)), "rider", "10.00");
      await api.kill();
      await losePower(scene);
      assertIntact(`${disk.files}/${FILE}`);
      await proveJournal([await api.start(disk.start(variables, NEVER))], "rider");
      await api.kill();
      await disk.clear();
    }
    assertGreater(failures, SYNCS_OF_CREATION_MIN);
  },
);

/** Pays again and again until an answer is lost; gives the key of that payment. */
async function payUntilLost(url: string): Promise<string> {
  for (let round = 0; round < PAYMENTS_MAX; round++) {
    const key = `payment-${round}`;
    try {
      await payTo(url, { userNo: "rider", amountKurus: 1, key });
    } catch (error) {
      if (error instanceof TypeError) return key;
      throw error;
    }
  }
  throw new Error(`Cannot lose an answer: ${PAYMENTS_MAX} payments went without a sync`);
}

onFailingDisk(
  "main.ts acknowledges nothing of an earlier process that is not on the disk",
  async ({ api, disk, random, variables }) => {
    await createUser(await api.start(disk.start(variables, NEVER)), "rider", "10.00");
    await api.kill();
    // It dies with a commit written and not synced. The power holds: the next one can read it.
    const key = await payUntilLost(
      await api.start(disk.start(variables, { name: LOG, atSync: UNSYNCED_PAYMENT })),
    );
    const again = await api.start(disk.start(variables, NEVER));
    const payment = { userNo: "rider", amountKurus: 1, key };
    const { status, body, headers } = await payTo(again, payment);
    assertEquals([status, headers.get("idempotent-replayed")], [201, "true"]);
    await api.kill();
    await disk.losePower({ random, survivingPercent: 0 });
    const url = await api.start(disk.start(variables, NEVER));
    const ids = (await proveJournal([url], "rider")).map(({ id }) => id);
    assert(ids.includes(body.paymentId), "an acknowledged payment is lost");
  },
);
