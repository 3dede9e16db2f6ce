import { assertEquals } from "@std/assert";
import type { AccountId } from "../../../domain/account.ts";
import { accountKey } from "../../../domain/account.ts";
import { kurus } from "../../../domain/money.ts";
import type {
  FleetJournal,
  FleetListOptions,
  FleetPage,
} from "../../../domain/ports/fleet_journal.ts";
import { type Commands, commitTo, createCommands, paying, PERSON } from "../../support/commands.ts";
import { NOW } from "../../support/clock.ts";
import { createRandom } from "../../support/random.ts";
import type { ContractStore, WithStore } from "./contract_store.ts";

type FleetStore = Pick<ContractStore, "accounts" | "fleetJournal">;

const ID: AccountId = { filo: "hergele", userNo: "1" };
/** Users of one fleet, in whose ids a slash is followed by less and by more than another character. */
const USERS = ["1", "1-", "10", "2", "A"].map((userNo): AccountId => ({ filo: "hergele", userNo }));
/** Fleets whose names begin alike. */
const OTHERS = ["hergel", "hergele-", "hergele0"].map((filo): AccountId => ({ filo, userNo: "1" }));

/** Writes so many payments, each in a commit of its own, by users of all fleets in turns. */
async function fill(
  { accounts }: FleetStore,
  commands: Commands,
  { count, orderOf = () => undefined }: {
    readonly count: number;
    readonly orderOf?: (place: number) => string | undefined;
  },
): Promise<readonly string[]> {
  const random = createRandom(18);
  const everyone = [...USERS, ...OTHERS];
  const own: string[] = [];
  const note = (id: AccountId, entryId: string) => {
    if (id.filo === "hergele") own.unshift(entryId);
  };
  for (const id of everyone) {
    const opening = commands.opening(id, { balanceKurus: count });
    await accounts.insert(opening, PERSON);
    note(id, opening.entry.id);
  }
  for (let place = 0; place < count; place++) {
    const id = everyone[random.below(everyone.length)] ?? ID;
    const orderId = orderOf(place);
    const payment = commands.payment(1, orderId === undefined ? {} : { orderId });
    await commitTo(accounts, id, paying(payment));
    note(id, payment.entryId);
  }
  return own;
}

function idsOf({ entries }: FleetPage): string[] {
  return entries.map(({ entry }) => entry.id);
}

/** Follows the places to the end. */
async function idsOfAll(
  journal: FleetJournal,
  options: FleetListOptions,
  between: () => Promise<unknown> = () => Promise.resolve(),
): Promise<string[]> {
  const ids: string[] = [];
  for (let after = options.after;;) {
    const page = await journal.list("hergele", { ...options, ...(after && { after }) });
    ids.push(...idsOf(page));
    if (page.next === undefined) return ids;
    after = page.next;
    await between();
  }
}

/** What every {@linkcode FleetJournal} has to do. */
export function fleetJournalContract(name: string, withStore: WithStore<ContractStore>): void {
  const test = (what: string, body: (store: FleetStore, commands: Commands) => Promise<void>) =>
    Deno.test(`${name}: ${what}`, () => withStore((store) => body(store, createCommands())));

  test(
    "list() gives a fleet's entries as their accounts' journals do, newest first",
    async (store, commands) => {
      const own = await fill(store, commands, { count: 20 });
      const page = await store.fleetJournal.list("hergele", { limit: 100 });
      assertEquals(idsOf(page), own);
      assertEquals(page.next, undefined);
      const { journal } = store as ContractStore;
      for (const { account, entry } of page.entries) {
        assertEquals(entry, await journal.find(account, entry.id), accountKey(account));
      }
    },
  );

  test(
    "list() gives nothing of another fleet, nor of one that has none",
    async (store, commands) => {
      const own = await fill(store, commands, { count: 40 });
      for (const { filo } of OTHERS) {
        const page = await store.fleetJournal.list(filo, { limit: 100 });
        assertEquals(new Set(page.entries.map(({ account }) => account.filo)), new Set([filo]));
        assertEquals(idsOf(page).filter((id) => own.includes(id)), []);
      }
      assertEquals((await store.fleetJournal.list("nobody", { limit: 100 })).entries, []);
    },
  );

  test(
    "list() gives each entry on one page, whatever the pages' length",
    async (store, commands) => {
      const own = await fill(store, commands, { count: 60 });
      for (const limit of [1, 7, own.length - 1, own.length, own.length + 1]) {
        assertEquals(await idsOfAll(store.fleetJournal, { limit }), own, `pages of ${limit}`);
      }
      const { next } = await store.fleetJournal.list("hergele", { limit: own.length });
      assertEquals(next, undefined, "nothing is left after a page that is just full");
    },
  );

  test(
    "list() gives none twice and misses none while others are written",
    async (store, commands) => {
      const own = await fill(store, commands, { count: 50 });
      const write = async () => {
        for (const id of USERS) await commitTo(store.accounts, id, paying(commands.payment(1)));
      };
      const seen = await idsOfAll(store.fleetJournal, { limit: 9 }, write);
      assertEquals(seen, own);
    },
  );

  test(
    "list() takes the time from its first moment up to its last, which is not in it",
    async (store, commands) => {
      const own = await fill(store, commands, { count: 30 });
      const all = (await store.fleetJournal.list("hergele", { limit: 100 })).entries;
      for (const [from, to] of [[NOW + 10, NOW + 20], [NOW + 12, NOW + 13], [NOW, NOW + 1_000]]) {
        if (from === undefined || to === undefined) continue;
        const within = all.filter(({ entry: { at } }) => at >= from && at < to);
        const ids = within.map(({ entry }) => entry.id);
        assertEquals(await idsOfAll(store.fleetJournal, { limit: 2, from, to }), ids);
        assertEquals(await idsOfAll(store.fleetJournal, { limit: 200, from, to }), ids);
      }
      assertEquals(await idsOfAll(store.fleetJournal, { limit: 3, from: NOW + 10_000 }), []);
      assertEquals(await idsOfAll(store.fleetJournal, { limit: 100, to: NOW + 10_000 }), own);
    },
  );

  test("list() gives each of many entries of one moment once", async (store, commands) => {
    const at = NOW + 5_000;
    const ids: string[] = [];
    for (const id of USERS) {
      await store.accounts.insert(commands.opening(id, { balanceKurus: 100 }), PERSON);
      for (let count = 0; count < 5; count++) {
        const payment = commands.payment(1, { at });
        await commitTo(store.accounts, id, paying(payment));
        ids.push(payment.entryId);
      }
    }
    const seen = await idsOfAll(store.fleetJournal, { limit: 3, from: at });
    assertEquals(seen.toSorted(), ids.toSorted());
  });

  test("list() filters by types and by order", async (store, commands) => {
    const orders = ["ride-1", `a "b" \\ é`, undefined];
    await fill(store, commands, { count: 30, orderOf: (place) => orders[place % 3] });
    const all = (await store.fleetJournal.list("hergele", { limit: 100 })).entries;
    const opened = await idsOfAll(store.fleetJournal, { limit: 2, types: ["account_opened"] });
    assertEquals(opened.length, USERS.length);
    const types = ["account_opened", "payment"] as const;
    assertEquals((await idsOfAll(store.fleetJournal, { limit: 7, types })).length, all.length);
    assertEquals(await idsOfAll(store.fleetJournal, { limit: 7, types: ["refund"] }), []);
    for (const orderId of ["ride-1", `a "b" \\ é`, "ride", `b`, "x"]) {
      const wanted = all.filter(({ entry }) => "orderId" in entry && entry.orderId === orderId);
      const ids = wanted.map(({ entry }) => entry.id);
      assertEquals(await idsOfAll(store.fleetJournal, { limit: 2, orderId }), ids, orderId);
    }
  });

  test(
    "placeOf() lets a list go on after an entry of the fleet, and of no other",
    async (store, commands) => {
      const own = await fill(store, commands, { count: 60 });
      for (const place of [0, 7, 30, own.length - 1]) {
        const after = await store.fleetJournal.placeOf("hergele", own[place] ?? "");
        if (after === undefined) throw new Error(`Must be found: entry ${place}`);
        assertEquals(
          await idsOfAll(store.fleetJournal, { limit: 10, after }),
          own.slice(place + 1),
        );
        assertEquals(await store.fleetJournal.placeOf("hergel", own[place] ?? ""), undefined);
      }
      assertEquals(await store.fleetJournal.placeOf("hergele", "pay_unknown"), undefined);
    },
  );

  test("list() shows money as it is kept, however large", async (store, commands) => {
    const balanceKurus = 10_000_000_000;
    await store.accounts.insert(commands.opening(ID, { balanceKurus }), PERSON);
    const { entries: [opened] } = await store.fleetJournal.list("hergele", { limit: 1 });
    assertEquals(opened?.entry.deltaKurus, kurus(balanceKurus));
  });
}
