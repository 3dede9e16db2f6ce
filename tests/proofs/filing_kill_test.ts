import { assert, assertEquals, assertGreater } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { readEnvironment } from "../../infra/process/environment.ts";
import { unfiledMost } from "../../infra/sqlite/key_tail.ts";
import { openKese } from "../../main.ts";
import { reconcile } from "../../scripts/reconcile.ts";
import { lira } from "../support/amounts.ts";
import { balanceOf, proveJournal } from "../support/answers.ts";
import { type ApiToKill, withApiToKill } from "../support/api_to_kill.ts";
import { productionOn, type StoreVariables } from "../support/both_stores.ts";
import { assertIntact } from "../support/database_dump.ts";
import { waitUntil } from "../support/event_receiver.ts";
import type { FilingMoment } from "../support/filing_stop.ts";
import { type Answer, createUser, type Target } from "../support/kese.ts";
import { SILENT } from "../support/logs.ts";
import { type Payment, payTo } from "../support/payments.ts";
import { endNow, type Running, startMain } from "../support/process.ts";
import { createRandom } from "../support/random.ts";
import { withFailingDisk } from "../support/services.ts";
import { withTemporaryFile } from "../support/temporary_store.ts";

const SEED = 20260101;
const PRELOAD = "tests/support/filing_stop.ts";
/** The last of so many keys files them all; the first after it is unfiled again. */
const BLOCK = unfiledMost(0);
/** Payments that the other process has in hand when one is killed; the first is the one that was lost. */
const GOING_ON = 8;

/** How a process dies at its first filing, and whether what it did there is left. */
interface Death {
  readonly at: FilingMoment;
  readonly isThere: boolean;
  /** Of a hundred sectors that were not synced, so many survive the power; without it, the power holds. */
  readonly survivingPercent?: number;
}

const KILLS: readonly Death[] = [
  { at: "before_filing", isThere: false },
  { at: "before_commit", isThere: false },
  { at: "after_commit", isThere: true },
];

/** Before each death at a sync are payments of the same process: the first commit would sync the log's head, too. */
const POWER_LOSSES: readonly Death[] = [
  // The power holds, so the next process finds what nobody has synced, and must do so itself.
  { at: "at_sync", isThere: true },
  { at: "at_sync", isThere: false, survivingPercent: 0 },
  { at: "after_commit", isThere: true, survivingPercent: 0 },
  { at: "at_sync", isThere: false, survivingPercent: 50 },
  { at: "before_commit", isThere: false, survivingPercent: 0 },
];

/** Processes that follow each other on one file, and what their client was told. */
interface Scene {
  readonly api: ApiToKill;
  readonly variables: StoreVariables;
  /** Starts one that stops or dies at that moment, if any. */
  readonly start: (at?: FilingMoment) => Running;
  readonly losePower?: (survivingPercent: number) => Promise<unknown>;
  /** The answers to the payments, in order. */
  readonly told: Answer[];
}

function stopping(at: FilingMoment | undefined) {
  return at === undefined ? {} : { FILING_STOP: at };
}

function paymentAt(place: number): Payment {
  return { userNo: "rider", amountKurus: 1, key: `ride-${place}` };
}

/** Whether the answer is one that was given before. */
function isReplayed({ status, headers, text }: Answer): boolean {
  assertEquals(status, 201, text);
  return headers.get("idempotent-replayed") === "true";
}

/** Whether no answer came: fetch throws a TypeError when the other side is gone. */
function isLost(answer: Promise<Answer>): Promise<boolean> {
  return answer.then(() => false, (error) => error instanceof TypeError);
}

/** Makes the next payment, and asks for it once more. Gives whether an earlier process had made it. */
async function payNext(target: Target, told: Answer[]): Promise<boolean> {
  const answer = await payTo(target, paymentAt(told.length));
  told.push(answer);
  await assertTold(target, told, told.length - 1);
  return isReplayed(answer);
}

async function payUpTo(target: Target, told: Answer[], count: number): Promise<void> {
  while (told.length < count) assertEquals(await payNext(target, told), false);
}

/** All that was acknowledged is answered the same again, and so not done twice. */
async function assertTold(target: Target, told: readonly Answer[], from = 0): Promise<void> {
  for (let place = from; place < told.length; place++) {
    const answer = await payTo(target, paymentAt(place));
    assertEquals([answer.text, isReplayed(answer)], [told[place]?.text, true]);
  }
}

/** How many payments the file has, and how many of their keys are in the table and in the journal's end. */
function countKeys(path: string): Readonly<Record<string, unknown>> {
  using database = new DatabaseSync(path, { readOnly: true });
  const counts = database.prepare(`
    SELECT (SELECT count(*) FROM journal WHERE type = 'payment') AS payments,
      (SELECT count(*) FROM keys) AS filed, unfiled FROM heads`).get();
  return { ...counts };
}

/** Lends what the killed processes have left, without changing it for the next one. */
async function withCopy<Result>(
  { SQLITE_PATH: path = "" }: StoreVariables,
  use: (copy: string) => Promise<Result>,
): Promise<Result> {
  const directory = await Deno.makeTempDir({ prefix: "kese-filing-" });
  try {
    const copy = `${directory}/kese.db`;
    for (const end of ["", "-wal"]) await Deno.copyFile(path + end, copy + end);
    return await use(copy);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

/**
 * Proves that a file has these payments and each once, whatever the client was told of the last of
 * them. Gives how many of their keys are filed, and how many are not.
 */
function proveFile(variables: StoreVariables, told: readonly Answer[], paid: number) {
  return withCopy(variables, async (SQLITE_PATH) => {
    assertIntact(SQLITE_PATH);
    const { payments, ...keys } = countKeys(SQLITE_PATH);
    assertEquals(payments, paid);
    const read = readEnvironment({ ...variables, SQLITE_PATH });
    assert(read.ok);
    await using kese = await openKese(read.environment, { log: SILENT });
    assertEquals((await reconcile(kese)).faults, []);
    await assertTold(kese, told);
    const [_opened, ...entries] = await proveJournal([kese], "rider");
    const paidKeys = Array.from({ length: paid }, (_, place) => paymentAt(place).key);
    assertEquals(entries.map(({ orderId = "" }) => orderId).toSorted(), paidKeys.toSorted());
    return keys;
  });
}

/** The same where each payment was a save of its own: every block is filed whole. */
async function proveBlocks({ variables, told }: Scene, paid = told.length): Promise<void> {
  const unfiled = paid % BLOCK;
  assertEquals(await proveFile(variables, told, paid), { filed: paid - unfiled, unfiled });
}

/** A process pays up to the next filing, and dies there. The key that was lost before is the first it gets. */
async function dieAtFiling(
  scene: Scene,
  { at, isThere, survivingPercent }: Death,
  before: Death | undefined,
): Promise<void> {
  const { api, start, losePower, told } = scene;
  const running = start(at);
  const url = await api.start(running);
  if (before === undefined) await createUser(url, "rider", "10.00");
  await assertTold(url, told);
  if (before?.isThere) assertEquals(await payNext(url, told), true, "the lost one was there");
  await payUpTo(url, told, told.length - told.length % BLOCK + BLOCK - 1);
  const lost = isLost(payTo(url, paymentAt(told.length)));
  // At a sync it ends by itself.
  if (at !== "at_sync") await waitUntil(() => running.output().includes(at)).then(api.kill);
  assert(await lost);
  await running.ended;
  const paid = told.length + (isThere ? 1 : 0);
  if (survivingPercent !== undefined) {
    // Before the power fails, another process would read what is written and not synced.
    await proveBlocks(scene, at === "at_sync" ? told.length + 1 : paid);
    await losePower?.(survivingPercent);
  }
  await proveBlocks(scene, paid);
}

/** The same client meets all these deaths, one after the other, and then a process that goes on. */
async function dieAndGoOn(scene: Scene, deaths: readonly Death[]): Promise<void> {
  const { api, start, told } = scene;
  let before: Death | undefined;
  for (const death of deaths) {
    await dieAtFiling(scene, death, before);
    before = death;
  }
  const url = await api.start(start());
  await assertTold(url, told);
  assertEquals(await payNext(url, told), before?.isThere);
  await payUpTo(url, told, told.length + BLOCK + 1);
  await api.kill();
  await proveBlocks(scene);
}

Deno.test("main.ts killed while it files keys, or before it can say so, has paid once or not at all", () =>
  withTemporaryFile(({ path }) =>
    withApiToKill(async (api) => {
      const variables = productionOn({ SQLITE_PATH: path });
      const start = (at?: FilingMoment) =>
        startMain({ ...variables, ...stopping(at) }, { preload: PRELOAD });
      await dieAndGoOn({ api, variables, start, told: [] }, KILLS);
    })
  ));

withFailingDisk(
  "main.ts whose power fails while it files keys has paid once or not at all",
  (disk) =>
    withApiToKill(async (api) => {
      const variables = productionOn({ SQLITE_PATH: `${disk.files}/kese.db` });
      const random = createRandom(SEED);
      // At a sync of no file, until filing_stop.ts names one.
      const death = { name: "none", atSync: 1, preload: PRELOAD };
      const start = (at?: FilingMoment) => disk.start({ ...variables, ...stopping(at) }, death);
      const losePower = (survivingPercent: number) => disk.losePower({ random, survivingPercent });
      await dieAndGoOn({ api, variables, start, losePower, told: [] }, POWER_LOSSES);
    }),
);

for (const { at, isThere } of KILLS) {
  Deno.test(`main.ts goes on paying while a process that files the account's keys is killed ${at}`, () =>
    withTemporaryFile(async ({ path }) => {
      const variables = productionOn({ SQLITE_PATH: path });
      await using killed = startMain({ ...variables, ...stopping(at) }, { preload: PRELOAD });
      const killedUrl = await killed.url;
      await using other = startMain(variables);
      const url = await other.url;
      await createUser(url, "rider", "10.00");
      const told: Answer[] = [];
      while (told.length < BLOCK - 1) await payNext(told.length % 2 ? killedUrl : url, told);
      const lost = isLost(payTo(killedUrl, paymentAt(BLOCK - 1)));
      await waitUntil(() => killed.output().includes(at));

      const goingOn = Array.from({ length: GOING_ON }, (_, place) => paymentAt(BLOCK - 1 + place));
      const answered = Promise.all(goingOn.map((payment) => payTo(url, payment)));
      answered.catch(() => {}); // whoever waits for them sees the rejection
      // Before its commit they wait for the killed one, which has the file.
      if (isThere) await answered;
      else assertEquals(await balanceOf(url, "rider"), lira(1_000 - told.length));
      await endNow(killed);
      assert(await lost);
      told.push(...await answered);
      const replayed = told.slice(BLOCK - 1).map(isReplayed);
      assertEquals(replayed, goingOn.map((_, place) => isThere && place === 0));
      await assertTold(url, told);
      await payUpTo(url, told, told.length + BLOCK);
      await endNow(other);
      // Payments that are decided together are filed together.
      const { filed, unfiled } = await proveFile(variables, told, told.length);
      assertEquals(Number(filed) + Number(unfiled), told.length);
      assertGreater(Number(filed), BLOCK);
    }));
}
