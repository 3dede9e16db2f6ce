import { assertEquals, assertNotEquals } from "@std/assert";
import type { AccountId } from "../../../domain/account.ts";
import type { Delivery, EventOutbox, PendingEvent } from "../../../domain/ports/event_outbox.ts";
import { commitTo, createCommands, paying, PERSON } from "../../support/commands.ts";
import { DAY, MINUTE, NOW } from "../../support/clock.ts";
import type { ContractStore, WithStore } from "./contract_store.ts";

const ONE: AccountId = { filo: "hergele", userNo: "1" };
const TWO: AccountId = { filo: "hergele", userNo: "2" };
const FOREIGN: AccountId = { filo: "baska", userNo: "1" };
const URL = "https://fleet.example/events";
/** After every command of a test. */
const LATER = NOW + MINUTE;

interface Bench {
  readonly outbox: EventOutbox;
  /** Opens an account, which is its first event. */
  open(id: AccountId): Promise<void>;
  /** Pays so many times, one commit after the other. */
  pay(id: AccountId, times?: number): Promise<void>;
  take(now?: number, limit?: number): Promise<readonly PendingEvent[]>;
  settle(...deliveries: readonly Delivery[]): Promise<void>;
  /** As another process sees it, or this one after it was killed. */
  restart(): Promise<void>;
  told: string[];
}

function createBench({ accounts, events: outbox, settled }: ContractStore): Bench {
  const commands = createCommands();
  const told: string[] = [];
  return {
    outbox,
    told,
    open: async (id) => {
      await accounts.insert(commands.opening(id, { balanceKurus: 100_000 }), PERSON);
      await settled();
    },
    pay: async (id, times = 1) => {
      for (let paid = 0; paid < times; paid++) {
        await commitTo(accounts, id, paying(commands.payment(1)));
      }
      await settled();
    },
    take: (now = LATER, limit = 100) => outbox.take("hergele", { limit, now }),
    settle: (...deliveries) => outbox.settle("hergele", deliveries, LATER),
    restart: () => outbox.release("hergele"),
  };
}

function delivered(event: PendingEvent): Delivery {
  return { is: "delivered", event, status: 200 };
}

function repeated(event: PendingEvent, nextAt: number): Delivery {
  return { is: "repeated", event, status: 500, firstAt: event.firstAt ?? LATER, nextAt };
}

function placesOf(events: readonly PendingEvent[]): readonly string[] {
  return events.map(({ account, entry: { seq } }) => `${account.userNo}:${seq}`);
}

/** Where the entries of two accounts stand among each other is each store's own matter. */
function byAccount(events: readonly PendingEvent[]): Record<string, readonly number[]> {
  const groups = Map.groupBy(events, ({ account }) => account.userNo);
  return Object.fromEntries(
    [...groups].map(([userNo, group]) => [userNo, group.map(({ entry }) => entry.seq)]),
  );
}

async function stateOf(outbox: EventOutbox, { entry }: PendingEvent) {
  const { events } = await outbox.list("hergele", { limit: 100 });
  const found = events.find((event) => event.entry.id === entry.id);
  const { status, attempts, lastStatus, nextAt } = found ?? {};
  return { status, attempts, lastStatus, nextAt };
}

export function eventOutboxContract(name: string, withStore: WithStore<ContractStore>): void {
  const test = (title: string, run: (bench: Bench) => Promise<void>) =>
    Deno.test(`${name}: ${title}`, () =>
      withStore(async (store) => {
        const bench = createBench(store);
        await store.events.listen(new Set(["hergele"]), (filo) => void bench.told.push(filo));
        await run(bench);
      }));

  test("take() gives every entry of the fleet once, in the order of each account", async (bench) => {
    for (const id of [ONE, TWO, FOREIGN]) await bench.open(id);
    await bench.pay(ONE, 2);
    await bench.pay(FOREIGN);
    await bench.pay(TWO);
    await bench.pay(ONE);
    assertEquals(byAccount(await bench.take()), { 1: [1, 2, 3, 4], 2: [1, 2] });
    assertEquals(await bench.take(), []);
    await bench.pay(TWO);
    const [event] = await bench.take();
    assertEquals([event?.account, event?.entry.seq, event?.entry.type], [TWO, 3, "payment"]);
    assertEquals([event?.attempts, event?.firstAt, event?.again], [0, undefined, false]);
  });

  test("listen() has those told who listen, and nobody else", async ({ open, pay, told }) => {
    await open(ONE);
    await open(FOREIGN);
    await pay(FOREIGN);
    assertEquals(new Set(told), new Set(["hergele"]));
    const before = told.length;
    await pay(ONE);
    assertNotEquals(told.length, before);
  });

  test("take() gives what was taken and not settled again after a restart", async (bench) => {
    await bench.open(ONE);
    await bench.pay(ONE, 3);
    const events = await bench.take();
    await bench.settle(...events.slice(0, 2).map(delivered));
    await bench.restart();
    assertEquals(placesOf(await bench.take()), ["1:3", "1:4"]);
  });

  test("settle() keeps later events of the account back until the earlier one is repeated", async (bench) => {
    await bench.open(ONE);
    await bench.open(TWO);
    await bench.pay(ONE, 2);
    const events = await bench.take();
    const [failing, ...others] = events.filter(({ account }) => account.userNo === "1");
    const [fine] = events.filter(({ account }) => account.userNo === "2");
    if (failing === undefined || fine === undefined) throw new Error("there are no events");
    const nextAt = LATER + MINUTE;
    await bench.settle(
      delivered(fine),
      repeated(failing, nextAt),
      ...others.map((event) => ({ is: "kept_back", event, firstAt: LATER, nextAt }) as const),
    );
    await bench.pay(ONE);
    await bench.pay(TWO);
    assertEquals(placesOf(await bench.take()), ["2:2"]);
    await bench.restart();
    assertEquals(placesOf(await bench.take(nextAt - 1)), ["2:2"]);
    const due = await bench.take(nextAt);
    assertEquals(placesOf(due), ["1:1", "1:2", "1:3", "1:4"]);
    assertEquals(due.map(({ attempts }) => attempts), [1, 0, 0, 0]);
    assertEquals(due.map(({ firstAt }) => firstAt !== undefined), [true, true, true, true]);
  });

  test("settle() keeps those back that were not in memory, too", async (bench) => {
    await bench.open(ONE);
    await bench.pay(ONE, 3);
    const [first] = await bench.take(LATER, 1);
    if (first === undefined) throw new Error("there is no event");
    await bench.settle(repeated(first, LATER + MINUTE));
    assertEquals(placesOf(await bench.take()), []);
    assertEquals(placesOf(await bench.take(LATER + MINUTE, 2)), ["1:1", "1:2"]);
  });

  test("hasten() makes all that is repeated later due now, in order", async (bench) => {
    await bench.open(ONE);
    await bench.pay(ONE);
    const [first, second] = await bench.take();
    if (first === undefined || second === undefined) throw new Error("there are no events");
    const nextAt = LATER + DAY;
    await bench.settle(repeated(first, nextAt), {
      is: "kept_back",
      event: second,
      firstAt: LATER,
      nextAt,
    });
    assertEquals(placesOf(await bench.take()), []);
    await bench.outbox.hasten("hergele", LATER);
    assertEquals(placesOf(await bench.take()), ["1:1", "1:2"]);
  });

  test("list() says what became of events, newest first", async (bench) => {
    await bench.open(ONE);
    await bench.pay(ONE, 3);
    const [first, second, third, fourth] = await bench.take();
    if (!first || !second || !third || !fourth) throw new Error("there are no events");
    await bench.settle(
      delivered(first),
      { is: "failed", event: second, status: 410 },
      repeated(third, LATER + MINUTE),
    );
    const { outbox } = bench;
    const all = await outbox.list("hergele", { limit: 100 });
    assertEquals(all.events.map(({ entry }) => entry.seq), [4, 3, 2, 1]);
    assertEquals(all.events.map(({ status }) => status), [
      "pending",
      "pending",
      "failed",
      "delivered",
    ]);
    const nextAt = LATER + MINUTE;
    assertEquals(await stateOf(outbox, third), {
      status: "pending",
      attempts: 1,
      lastStatus: 500,
      nextAt,
    });
    const failed = { status: "failed", attempts: 1, lastStatus: 410, nextAt: undefined } as const;
    assertEquals(await stateOf(outbox, second), failed);
    assertEquals((await stateOf(outbox, first)).attempts, 1);
    for (
      const [status, seqs] of [["pending", [4, 3]], ["failed", [2]], ["delivered", [1]]] as const
    ) {
      const { events } = await outbox.list("hergele", { limit: 100, status });
      assertEquals(events.map(({ entry }) => entry.seq), [...seqs]);
    }
    assertEquals((await outbox.list("baska", { limit: 100 })).events, []);
  });

  test("list() goes on where a page ended, and leaves out other types", async (bench) => {
    await bench.open(ONE);
    await bench.pay(ONE, 4);
    const events = await bench.take();
    for (const event of events.slice(0, 3)) {
      await bench.settle({ is: "failed", event, status: null });
    }
    for (
      const [options, seqs] of [
        [{}, [5, 4, 3, 2, 1]],
        [{ status: "failed" }, [3, 2, 1]],
        [{ status: "pending" }, [5, 4]],
        [{ types: new Set(["payment"] as const) }, [5, 4, 3, 2]],
      ] as const
    ) {
      const found: number[] = [];
      for (let cursor: string | undefined, pages = 0; pages < 10; pages++) {
        const page = await bench.outbox.list("hergele", {
          limit: 2,
          ...options,
          ...(cursor !== undefined && { cursor }),
        });
        found.push(...page.events.map(({ entry }) => entry.seq));
        cursor = page.nextCursor;
        if (cursor === undefined) break;
      }
      assertEquals(found, [...seqs]);
    }
  });

  test("again() has an event sent once more, and no other waits for it", async (bench) => {
    await bench.open(ONE);
    await bench.pay(ONE, 2);
    const [first, second, third] = await bench.take();
    if (!first || !second || !third) throw new Error("there are no events");
    await bench.settle({ is: "failed", event: first, status: 500 }, delivered(second));
    for (const { entry } of [first, second]) {
      const state = await bench.outbox.again("hergele", entry.id, LATER);
      assertEquals([state?.status, state?.attempts], ["pending", 0]);
    }
    const again = await bench.take();
    assertEquals(placesOf(again), ["1:1", "1:2"]);
    assertEquals(again.map((event) => event.again), [true, true]);
    await bench.settle(...again.map((event) => repeated(event, LATER + DAY)), delivered(third));
    await bench.pay(ONE);
    assertEquals(placesOf(await bench.take()), ["1:4"]);
    assertEquals(await bench.outbox.again("hergele", "ent_none", LATER), undefined);
    assertEquals(await bench.outbox.again("baska", first.entry.id, LATER), undefined);
  });

  test("stop() is remembered for that address until an event is asked for again", async (bench) => {
    await bench.open(ONE);
    const { outbox } = bench;
    const terms = { now: LATER, until: LATER + MINUTE, url: URL };
    assertEquals(await outbox.lease("hergele", terms), { isOwn: true, isStopped: false });
    const [first] = await bench.take();
    if (first === undefined) throw new Error("there is no event");
    await bench.settle({ is: "failed", event: first, status: 410 });
    await outbox.stop("hergele", URL);
    assertEquals((await outbox.lease("hergele", terms)).isStopped, true);
    const elsewhere = { ...terms, url: `${URL}/2` };
    assertEquals((await outbox.lease("hergele", elsewhere)).isStopped, false);
    await outbox.again("hergele", first.entry.id, LATER);
    assertEquals((await outbox.lease("hergele", terms)).isStopped, false);
  });
}
