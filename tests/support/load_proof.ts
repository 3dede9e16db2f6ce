import { assert, assertEquals, assertGreater, assertLessOrEqual } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { HOUR_MILLISECONDS, QUEUE_PER_ACCOUNT } from "../../domain/limits.ts";
import { unfiledMost } from "../../infra/sqlite/key_tail.ts";
import { createSystemClock } from "../../infra/process/clock.ts";
import { readEnvironment } from "../../infra/process/environment.ts";
import { type Kese, openKese } from "../../main.ts";
import { reconcile } from "../../scripts/reconcile.ts";
import { lira } from "./amounts.ts";
import { proveJournal, type ShownEntry } from "./answers.ts";
import type { StoreVariables } from "./both_stores.ts";
import { send } from "./kese.ts";
import { assertNothingLeft } from "./leftovers.ts";
import { countLost, type Done, type Load, LOAD_USERS } from "./load.ts";
import { SILENT } from "./logs.ts";

/** Past every age that a sweep or reconciling waits for. */
const LATER_MILLISECONDS = 2 * HOUR_MILLISECONDS;
const OPEN_TOP_UPS_MAX = 10_000;
/** The keys of several filings. */
const FILED_MIN = 10 * unfiledMost(0);

/** How what clients were told differs from what a store holds after its processes were killed. */
export interface LoadProof {
  /** What was acknowledged and is not in the journal. */
  readonly missing: readonly string[];
  /** What is in the journal and was not acknowledged. */
  readonly unacknowledged: readonly string[];
  readonly topUpsLeftOpen: number;
}

/**
 * Opens the store as the only process, two hours later: sweeps, reconciles, and checks what the clients
 * of a load were told against the journals.
 */
export async function proveLoad(variables: StoreVariables, load: Load): Promise<LoadProof> {
  const read = readEnvironment(variables);
  assert(read.ok);
  const clock = createSystemClock();
  const later = { ...clock, now: () => clock.now() + LATER_MILLISECONDS };
  await using kese = await openKese(read.environment, { clock: later, log: SILENT });
  const topUpsLeftOpen = await countOpenTopUps(kese);
  await kese.sweep();
  assertEquals(await countOpenTopUps(kese), 0);
  const { vaultOrphans, faults, topUps, accounts } = await reconcile(kese);
  assertEquals(faults, []);
  assertEquals(topUps, { credited: 0, failed: 0, pending: 0, requires_action: 0 });
  assertEquals(accounts, LOAD_USERS.length);
  // A card's number is kept before its entry is written: a kill in between leaves an orphan.
  assertLessOrEqual(vaultOrphans, countLost(load, "card"));
  await assertNothingLeft(kese.store, later.now(), LOAD_USERS);
  const done = load.done.map(toLine);
  const written = (await Promise.all(LOAD_USERS.map((userNo) => effectsOn(kese, userNo)))).flat();
  assertEquals(new Set(written).size, written.length, "an effect is there twice");
  return {
    missing: without(done, written),
    unacknowledged: without(written, done),
    topUpsLeftOpen,
  };
}

/** Requests that are sent again at one time: as many as may wait if all of them are of one account. */
const SENT_AGAIN_AT_ONCE = QUEUE_PER_ACCOUNT;

/** Sends all that is done once more: the first answer comes again, and nothing else happens. */
export async function assertReplayed(url: string, { done }: Load): Promise<void> {
  for (let from = 0; from < done.length; from += SENT_AGAIN_AT_ONCE) {
    const some = done.slice(from, from + SENT_AGAIN_AT_ONCE);
    await Promise.all(some.map(async ({ errand: { line, sending }, answer }) => {
      const { status, text, headers } = await send(url, line, sending);
      assertEquals([status, text], [answer.status, answer.text]);
      assertEquals(headers.get("idempotent-replayed"), "true");
    }));
  }
}

/** Keys have left the ends of journals for their table, many at once, and so while processes died. */
export function assertFiled({ SQLITE_PATH: path = "" }: StoreVariables): void {
  using database = new DatabaseSync(path, { readOnly: true });
  const count = database.prepare("SELECT count(*) AS filed FROM keys").get();
  assertGreater(Number(count?.filed), FILED_MIN);
}

async function countOpenTopUps({ store, dependencies: { clock } }: Kese): Promise<number> {
  const range = { from: clock.now(), to: clock.now() };
  return (await store.accounts.openTopUps(range, OPEN_TOP_UPS_MAX)).length;
}

/** What the load did to a user, each effect a line; the user and the first card were there before. */
async function effectsOn(kese: Kese, userNo: string): Promise<string[]> {
  const entries = await proveJournal([kese], userNo);
  // The effect of a top-up is its outcome.
  return entries.filter(({ seq, type }) => seq > 2 && type !== "top_up_started")
    .map((entry) => `${userNo} ${effectOf(entry)}`);
}

function effectOf(entry: ShownEntry): string {
  const { id, type, paymentId, topUpId, card } = entry;
  const amounts = `${entry.amount} then ${entry.balanceAfter}`;
  if (type === "payment") return `payment ${id} ${amounts}`;
  if (type === "refund") return `refund ${id} of ${paymentId} ${amounts}`;
  if (type === "top_up_credited") return `top_up ${topUpId} ${amounts}`;
  return type === "card_saved" ? `card ${card?.cardId}` : `${type} ${id}`;
}

/** The same line from what the client was told. */
function toLine({ errand: { type, userNo, amountKurus }, answer: { body } }: Done): string {
  const amounts = `${lira(amountKurus)} then ${body.balance}`;
  switch (type) {
    case "payment":
      return `${userNo} payment ${body.paymentId} ${amounts}`;
    case "refund":
      return `${userNo} refund ${body.refundId} of ${body.paymentId} ${amounts}`;
    case "top_up":
      return `${userNo} top_up ${body.topUpId} ${amounts}`;
    case "card":
      return `${userNo} card ${body.card.cardId}`;
  }
}

function without(lines: readonly string[], others: readonly string[]): string[] {
  const known = new Set(others);
  return lines.filter((line) => !known.has(line));
}

/** Every unacknowledged effect is one top-up that its client had abandoned, each at most once. */
export function assertAbandoned(unacknowledged: readonly string[], { abandoned }: Load): void {
  const amounts = abandoned.map(({ userNo, amountKurus }) => `${userNo} ${lira(amountKurus)}`);
  for (const line of unacknowledged) {
    const [userNo, type, , amount] = line.split(" ");
    const place = amounts.indexOf(`${userNo} ${amount}`);
    assert(type === "top_up" && place >= 0, `nobody asked for: ${line}`);
    amounts.splice(place, 1);
  }
}
