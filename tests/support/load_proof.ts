import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import { accountKey } from "../../domain/account.ts";
import type { JournalEntry } from "../../domain/journal.ts";
import { HOUR_MILLISECONDS, PAGE_MAX } from "../../domain/limits.ts";
import { formatAmount } from "../../domain/money.ts";
import type { Log } from "../../domain/ports/log.ts";
import { createSystemClock } from "../../infra/process/clock.ts";
import { readEnvironment } from "../../infra/process/environment.ts";
import { type Kese, openKese } from "../../main.ts";
import { reconcile } from "../../scripts/reconcile.ts";
import type { StoreVariables } from "./both_stores.ts";
import { DEVELOPMENT_FLEET } from "../../infra/process/development.ts";
import { countLost, type Done, type Load, LOAD_USERS } from "./load.ts";
import { lira } from "./remote.ts";

/** Beyond every age that a sweep or reconciling waits for. */
const LATER_MILLISECONDS = 2 * HOUR_MILLISECONDS;
const PAGE = 10_000;

const silent: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** What a store came to that processes were killed on. */
export interface LoadProof {
  /** What was acknowledged and is not in the journal. */
  readonly missing: readonly string[];
  /** What is in the journal and was not acknowledged. */
  readonly unacknowledged: readonly string[];
  readonly topUpsLeftOpen: number;
}

/**
 * Opens the store as a process two hours later would, when none other runs on it. Sweeps, reconciles,
 * and holds what the clients of a load were told against the journals.
 */
export async function proveLoad(variables: StoreVariables, load: Load): Promise<LoadProof> {
  const read = readEnvironment(variables);
  assert(read.ok);
  const clock = createSystemClock();
  const later = { ...clock, now: () => clock.now() + LATER_MILLISECONDS };
  const kese = await openKese(read.environment, { clock: later, log: silent });
  try {
    const topUpsLeftOpen = await countOpenTopUps(kese);
    await kese.sweep();
    assertEquals(await countOpenTopUps(kese), 0);
    await proveSums(kese, load);
    const done = load.done.map(toLine);
    const written = (await Promise.all(LOAD_USERS.map((userNo) => journalLines(kese, userNo))))
      .flat();
    assertEquals(new Set(written).size, written.length, "an effect is there twice");
    return {
      missing: without(done, written),
      unacknowledged: without(written, done),
      topUpsLeftOpen,
    };
  } finally {
    await kese.close();
  }
}

async function countOpenTopUps({ store, dependencies: { clock } }: Kese): Promise<number> {
  return (await store.accounts.openTopUps({ from: clock.now(), to: clock.now() }, PAGE)).length;
}

/** Every account follows from its journal, and the vault holds the cards that accounts name, and no other. */
async function proveSums(kese: Kese, load: Load): Promise<void> {
  const { vaultOrphans, ...report } = await reconcile(kese);
  const { faults, topUps, accounts } = report;
  assertEquals(faults, []);
  assertEquals(topUps, { credited: 0, failed: 0, pending: 0 });
  assertEquals(accounts, LOAD_USERS.length);
  // Saving keeps the number first: what was broken off there leaves one that nobody names.
  assertLessOrEqual(vaultOrphans, countLost(load, "card"));
  const kept = await kese.store.vault.list({
    createdBefore: kese.dependencies.clock.now(),
    limit: PAGE,
  });
  const named = await Promise.all(LOAD_USERS.map(async (userNo) => {
    const account = await kese.dependencies.accounts.read({ filo: DEVELOPMENT_FLEET, userNo });
    return account?.cards.map(({ cardId }) => `${accountKey(account.id)} ${cardId}`) ?? [];
  }));
  assertEquals(
    kept.map(({ account, cardId }) => `${accountKey(account)} ${cardId}`).toSorted(),
    named.flat().toSorted(),
  );
}

/** What the load did to a user, each effect a line. */
async function journalLines({ store }: Kese, userNo: string): Promise<string[]> {
  const lines: string[] = [];
  for (let beforeSeq: number | undefined = Infinity; beforeSeq !== undefined;) {
    const page = await store.journal.list({ filo: DEVELOPMENT_FLEET, userNo }, {
      limit: PAGE_MAX,
      ...(beforeSeq !== Infinity && { beforeSeq }),
    });
    for (const entry of page.entries) {
      const line = isPreparation(entry) ? undefined : entryLine(entry);
      if (line !== undefined) lines.push(`${userNo} ${line}`);
    }
    beforeSeq = page.nextBeforeSeq;
  }
  return lines;
}

/** The user and the first card were there before the load. */
function isPreparation({ seq }: JournalEntry): boolean {
  return seq <= 2;
}

function entryLine(entry: JournalEntry): string | undefined {
  const sums = `${formatAmount(entry.amountKurus)} then ${formatAmount(entry.balanceAfterKurus)}`;
  switch (entry.type) {
    case "payment":
      return `payment ${entry.id} ${sums}`;
    case "refund":
      return `refund ${entry.id} of ${entry.paymentId} ${sums}`;
    case "top_up_credited":
      return `top_up ${entry.topUpId} ${sums}`;
    case "card_saved":
      return `card ${entry.card.cardId}`;
    case "top_up_started":
      return undefined; // its outcome is the effect
    default:
      return `${entry.type} ${entry.id}`; // the load does none of these
  }
}

/** The same line from what the client was told. */
function toLine({ errand: { type, userNo, amountKurus }, answer: { body } }: Done): string {
  const sums = `${lira(amountKurus)} then ${body.balance}`;
  switch (type) {
    case "payment":
      return `${userNo} payment ${body.paymentId} ${sums}`;
    case "refund":
      return `${userNo} refund ${body.refundId} of ${body.paymentId} ${sums}`;
    case "top_up":
      return `${userNo} top_up ${body.topUpId} ${sums}`;
    case "card":
      return `${userNo} card ${body.card.cardId}`;
  }
}

function without(lines: readonly string[], others: readonly string[]): string[] {
  const known = new Set(others);
  return lines.filter((line) => !known.has(line));
}

/** Every effect that nobody was told of is that of a top-up its client had given up, once at most. */
export function assertAbandoned(unacknowledged: readonly string[], { abandoned }: Load): void {
  const amounts = abandoned.map(({ userNo, amountKurus }) => `${userNo} ${lira(amountKurus)}`);
  for (const line of unacknowledged) {
    const [userNo, type, , amount] = line.split(" ");
    const place = amounts.indexOf(`${userNo} ${amount}`);
    assert(type === "top_up" && place >= 0, `nobody asked for: ${line}`);
    amounts.splice(place, 1);
  }
}
