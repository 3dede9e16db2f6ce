import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import fc from "fast-check";
import { type Account, type AccountId, accountKey } from "../../../domain/account.ts";
import { addTallies, type DayEnd, endDay, tallyOf } from "../../../domain/day_end.ts";
import { addDays, dayOf, spanOfDay } from "../../../domain/days.ts";
import { closingEntryId } from "../../../domain/derived_ids.ts";
import { foldCommands } from "../../../domain/fold.ts";
import { decideHold, decideHoldExpiry } from "../../../domain/hold.ts";
import type { JournalEntry } from "../../../domain/journal.ts";
import { type Kurus, kurus } from "../../../domain/money.ts";
import type { DayEnds } from "../../../domain/ports/day_ends.ts";
import { decideTopUp, decideTopUpCredit } from "../../../domain/top_up.ts";
import { testCard } from "../../support/account.ts";
import { DAY, HOUR, NOW } from "../../support/clock.ts";
import { type Commands, commitTo, createCommands, paying, PERSON } from "../../support/commands.ts";
import {
  commandsOf,
  HISTORIES,
  type History,
  type HistoryCommand,
  openingOf,
} from "../../support/histories.ts";
import type { LedgerStore, WithStore } from "./contract_store.ts";

export interface DayEndStore extends LedgerStore {
  readonly dayEnds: DayEnds;
}

const FILO = "hergele";
const ZONE = "Europe/Istanbul";
const ID: AccountId = { filo: FILO, userNo: "1" };
const TODAY = { from: NOW - DAY, to: NOW + DAY };

/** The first moment of 1 March 2026 in Turkey. */
const MARCH = Date.UTC(2026, 1, 28, 21);

async function openIn(
  { accounts }: LedgerStore,
  commands: Commands,
  { id = ID, balanceKurus = 10_000 } = {},
): Promise<void> {
  const cards = [testCard("card_1")];
  assertEquals(await accounts.insert(commands.opening(id, { balanceKurus, cards }), PERSON), true);
}

/** Credits a top-up with that gateway. */
async function credit(
  { accounts }: LedgerStore,
  commands: Commands,
  { gateway, amountKurus, id = ID }: {
    readonly gateway: string;
    readonly amountKurus: number;
    readonly id?: AccountId;
  },
): Promise<void> {
  const topUp = { ...commands.next("top"), amountKurus: amountKurus as Kurus, gateway };
  const { entryId: topUpId } = topUp;
  await commitTo(accounts, id, (account) => decideTopUp(account, topUp));
  const closing = { ...commands.next(), entryId: closingEntryId(topUpId), topUpId, gateway };
  const charged = { ...closing, providerRef: `charge of ${topUpId}` };
  await commitTo(accounts, id, (account) => decideTopUpCredit(account, charged));
}

function closedDay(day: string, closingKurus: number): DayEnd {
  return endDay(day, { openingKurus: kurus(closingKurus), tallies: [] });
}

/** What every {@linkcode DayEnds} has to do. */
export function dayEndsContract(name: string, withStore: WithStore<DayEndStore>): void {
  const test = (what: string, body: (store: DayEndStore, commands: Commands) => Promise<void>) =>
    Deno.test(`${name}: ${what}`, () => withStore((store) => body(store, createCommands())));

  test("since() is no later than the fleet's first entry", async (store, commands) => {
    assertEquals(await store.dayEnds.since(FILO), undefined);
    await openIn(store, commands, { id: { filo: "hergele2", userNo: "1" } });
    assertEquals(await store.dayEnds.since(FILO), undefined);
    await openIn(store, commands);
    const first = await store.dayEnds.since(FILO);
    assert(first);
    assertLessOrEqual(first, NOW + 2);
  });

  test("tally() adds up count, amount and delta of each type", async (store, commands) => {
    await openIn(store, commands);
    await openIn(store, commands, { id: { ...ID, userNo: "2" }, balanceKurus: 500 });
    await commitTo(store.accounts, ID, paying(commands.payment(300)));
    await commitTo(store.accounts, ID, paying(commands.payment(50)));
    const { tallies } = await store.dayEnds.tally(FILO, TODAY);
    const amounts = (amount: number, delta: number) => ({
      amountKurus: kurus(amount),
      deltaKurus: kurus(delta),
    });
    assertEquals(tallies, [
      { type: "account_opened", count: 2, ...amounts(10_500, 10_500) },
      { type: "payment", count: 2, ...amounts(350, -350) },
    ]);
  });

  test(
    "tally() keeps card gateways apart, but only where they brought money",
    async (store, commands) => {
      await openIn(store, commands, { balanceKurus: 0 });
      await credit(store, commands, { gateway: "stripe", amountKurus: 700 });
      await credit(store, commands, { gateway: "iyzico", amountKurus: 200 });
      await credit(store, commands, { gateway: "stripe", amountKurus: 1 });
      const { tallies } = await store.dayEnds.tally(FILO, TODAY);
      assertEquals(
        tallies.map(({ type, gateway, count, amountKurus }) => {
          return [type, gateway, count, Number(amountKurus)];
        }),
        [
          ["account_opened", undefined, 1, 0],
          ["top_up_started", undefined, 3, 901],
          ["top_up_credited", "iyzico", 1, 200],
          ["top_up_credited", "stripe", 2, 701],
        ],
      );
    },
  );

  test(
    "tally() ends a day in the last millisecond before the next one",
    async (store, commands) => {
      await openIn(store, commands);
      const pay = async (amount: number, at: number) =>
        await commitTo(store.accounts, ID, paying(commands.payment(amount, { at })));
      // 20:59:59.999Z and 21:00:00.000Z, which are two days in Turkey.
      await pay(1, MARCH - 1);
      await pay(10, MARCH);
      await pay(100, MARCH + DAY - 1);
      await pay(1_000, MARCH + DAY);
      const paid = async (day: string) => {
        const { tallies } = await store.dayEnds.tally(FILO, spanOfDay(day, ZONE));
        return tallies.map(({ type, count, amountKurus }) => [type, count, Number(amountKurus)]);
      };
      assertEquals(await paid("2026-02-28"), [["payment", 1, 1]]);
      assertEquals(await paid("2026-03-01"), [["payment", 2, 110]]);
      assertEquals(await paid("2026-03-02"), [["payment", 1, 1_000]]);
      assertEquals(await paid("2026-03-03"), []);
    },
  );

  test("tally() and open() see no other fleet, whatever it is called", async (store, commands) => {
    await openIn(store, commands, { balanceKurus: 1 });
    for (const filo of ["hergel", "hergele-", "hergele0", "hergele_", "HERGELE"]) {
      const id = { filo, userNo: "1" };
      await openIn(store, commands, { id });
      const hold = { ...commands.next("hold"), amountKurus: kurus(5), expiresAt: NOW + DAY };
      await commitTo(store.accounts, id, (account) => decideHold(account, hold));
      const topUp = { ...commands.next("top"), amountKurus: kurus(5), gateway: "sandbox" };
      await commitTo(store.accounts, id, (account) => decideTopUp(account, topUp));
    }
    const { tallies } = await store.dayEnds.tally(FILO, TODAY);
    assertEquals(tallies.map(({ count, deltaKurus }) => [count, Number(deltaKurus)]), [[1, 1]]);
    const nothing = { count: 0, amountKurus: kurus(0) };
    assertEquals(await store.dayEnds.open(FILO, NOW), { topUps: nothing, holds: nothing });
  });

  test("open() adds up open top-ups, and the holds that still hold", async (store, commands) => {
    await openIn(store, commands);
    await openIn(store, commands, { id: { ...ID, userNo: "2" } });
    await credit(store, commands, { gateway: "sandbox", amountKurus: 700 });
    for (const [userNo, amount] of [["1", 100], ["1", 20], ["2", 3]] as const) {
      const id = { ...ID, userNo };
      const command = { ...commands.next("top"), amountKurus: kurus(amount) };
      const topUp = { ...command, gateway: "sandbox" };
      await commitTo(store.accounts, id, (account) => decideTopUp(account, topUp));
      const hold = {
        ...commands.next("hold"),
        amountKurus: kurus(2 * amount),
        expiresAt: NOW + amount * HOUR,
      };
      await commitTo(store.accounts, id, (account) => decideHold(account, hold));
      if (amount !== 20) continue;
      const end = { ...commands.next(), at: NOW + 20 * HOUR, holdId: hold.entryId };
      await commitTo(store.accounts, id, (account) => decideHoldExpiry(account, end));
    }
    const topUps = { count: 3, amountKurus: kurus(123) };
    const holds = async (now: number) => {
      const open = await store.dayEnds.open(FILO, now);
      assertEquals(open.topUps, topUps);
      return [open.holds.count, Number(open.holds.amountKurus)];
    };
    assertEquals(await holds(NOW), [2, 206]);
    // Whether or not a sweep has ended it yet.
    assertEquals(await holds(NOW + 3 * HOUR - 1), [2, 206]);
    assertEquals(await holds(NOW + 3 * HOUR), [1, 200]);
    assertEquals(await holds(NOW + 100 * HOUR), [0, 0]);
  });

  test("keep() keeps the first end of a day, and says which one that is", async ({ dayEnds }) => {
    const calendar = { filo: FILO, timeZone: ZONE };
    const [first, second] = [closedDay("2026-03-01", 100), closedDay("2026-03-01", 200)];
    assertEquals(await dayEnds.keep(calendar, first), first);
    assertEquals(await dayEnds.keep(calendar, second), first);
    assertEquals(await dayEnds.newestUpTo(calendar, "2026-03-01"), first);
    const raced = await Promise.all(
      [1, 2, 3, 4].map((total) => dayEnds.keep(calendar, closedDay("2026-03-02", total))),
    );
    const winner = await dayEnds.newestUpTo(calendar, "2026-03-02");
    assertEquals(raced, raced.map(() => winner));
  });

  test("newestUpTo() finds the day, or the last one before it, of that calendar", async ({ dayEnds }) => {
    const calendar = { filo: FILO, timeZone: ZONE };
    const ends = ["2025-12-31", "2026-01-02"].map((day, place) => closedDay(day, place));
    for (const end of ends) await dayEnds.keep(calendar, end);
    const others = [
      { filo: "hergele2", timeZone: ZONE },
      { filo: FILO, timeZone: "Europe/Istan" },
      { filo: FILO, timeZone: "America/Argentina/Ushuaia" },
    ];
    for (const other of others) await dayEnds.keep(other, closedDay("2026-01-03", 77));
    const newest = async (day: string) => (await dayEnds.newestUpTo(calendar, day))?.day;
    assertEquals(await newest("2025-12-30"), undefined);
    assertEquals(await newest("2025-12-31"), "2025-12-31");
    assertEquals(await newest("2026-01-01"), "2025-12-31");
    assertEquals(await newest("2026-01-04"), "2026-01-02");
    assertEquals(
      await dayEnds.newestUpTo({ ...calendar, filo: "hergel" }, "2026-01-04"),
      undefined,
    );
    const kept = await Array.fromAsync(dayEnds.kept());
    const ofFleet = kept.filter(({ filo, timeZone }) => filo === FILO && timeZone === ZONE);
    assertEquals(ofFleet.map(({ end }) => end), ends);
    assertEquals(kept.length, ends.length + others.length);
  });

  test("kept() gives every end once, however many there are", async ({ dayEnds }) => {
    const days = Array.from({ length: 205 }, (_, place) => addDays("2026-01-01", place));
    for (const day of days.toReversed()) {
      await dayEnds.keep({ filo: FILO, timeZone: ZONE }, closedDay(day, 1));
    }
    const kept = await Array.fromAsync(dayEnds.kept());
    assertEquals(kept.map(({ end: { day } }) => day), days);
  });

  // Each on a store of its own, because a journal is in the order of time.
  Deno.test(`${name}: tally() finds, through any history, each entry in the day of its time`, async () => {
    const property = fc.asyncProperty(
      HISTORIES,
      HISTORIES,
      (...histories) =>
        withStore(async (store) => {
          const entries = await live(store, histories);
          for (const day of new Set(entries.map(({ at }) => dayOf(at, ZONE)))) {
            const expected = entries.filter(({ at }) => dayOf(at, ZONE) === day).map(tallyOf);
            const { tallies } = await store.dayEnds.tally(FILO, spanOfDay(day, ZONE));
            assertEquals(tallies, addTallies(expected));
          }
        }),
    );
    await fc.assert(property, { seed: 20260101, numRuns: 8 });
  });
}

/** Lives several lives at once, command by command in the order of time. Gives all entries. */
async function live(
  { accounts }: LedgerStore,
  histories: readonly History[],
): Promise<readonly JournalEntry[]> {
  const begun = histories.map((history, place) => {
    const id = { filo: FILO, userNo: String(place) };
    const life = `life-${place}-`;
    return { id, opening: openingOf(history, { account: id, entryId: life }), history, life };
  });
  const entries: JournalEntry[] = [];
  for (const { opening } of begun) {
    assertEquals(await accounts.insert(opening, PERSON), true);
    entries.push(opening.entry);
  }
  const commands = begun.flatMap(({ id, history, life }) =>
    commandsOf(history, life).map((waiting) => ({ id, waiting }))
  ).sort((first, second) => first.waiting.command.at - second.waiting.command.at);
  for (const { id, waiting } of commands) entries.push(...await step(accounts, id, waiting));
  return entries;
}

async function step(
  accounts: LedgerStore["accounts"],
  id: AccountId,
  waiting: HistoryCommand,
): Promise<readonly JournalEntry[]> {
  const { command: { idempotency }, payments = [], topUps = [] } = waiting;
  const keys = idempotency ? [idempotency.keyHash] : [];
  const base = await accounts.load(id, { keys, payments, topUps });
  assert(base, accountKey(id));
  const folded: { account: Account; entries: readonly JournalEntry[] } = foldCommands(base, [
    waiting,
  ]);
  if (folded.entries.length === 0) return [];
  const saved = await accounts.save(folded.account, base.account.head, folded.entries);
  assert(saved === "saved" || saved === "filed");
  return folded.entries;
}
