import { assert, assertEquals } from "@std/assert";
import { decideClosing } from "../../../domain/account_status.ts";
import type { Decision } from "../../../domain/decision.ts";
import { cardRefundEndId, closingEntryId } from "../../../domain/derived_ids.ts";
import {
  CARD_REFUND_ASK_AGAIN_MILLISECONDS,
  CARD_REFUND_CANDIDATES,
  CARD_REFUND_SEARCH_PAGES,
  GATEWAY_TIMEOUT_MILLISECONDS,
  PAGE_SCAN_MAX,
} from "../../../domain/limits.ts";
import { kurus } from "../../../domain/money.ts";
import { decidePayment } from "../../../domain/payment.ts";
import type {
  CardGateway,
  GatewayTraits,
  GiveBackOrder,
} from "../../../domain/ports/card_gateway.ts";
import { decideTopUp, decideTopUpCredit } from "../../../domain/top_up.ts";
import { createAccounts } from "../../../domain/workflows/accounts.ts";
import { createCardRefunds } from "../../../domain/workflows/card_refunds.ts";
import { testCards } from "../../support/account.ts";
import { createTestClock, NOW } from "../../support/clock.ts";
import { commitTo, createCommands, PERSON } from "../../support/commands.ts";
import { createTestLog } from "../../support/logs.ts";
import { createMemoryStore } from "../../support/memory_store.ts";

const ID = { filo: "hergele", userNo: "1" };
const KEY = "hergele/1";

/** What the gateway does when it is asked to give back. Like a real one it gives a reference back once. */
type Step =
  | "gives_back"
  | "refuses"
  | "says_pending"
  | "hangs"
  | "throws_before"
  | "throws_after";

/** What it says of that: the truth, or something else. */
type Inquired = "truth" | "gives_back" | "pending" | "refused" | "throws" | "hangs";

interface Script {
  readonly giveBack?: readonly Step[];
  readonly inquire?: readonly Inquired[];
  readonly traits?: Partial<GatewayTraits>;
  /** Amounts of the top-ups that were credited, the oldest first. */
  readonly topUps?: readonly number[];
  readonly granted?: number;
}

const TRAITS: GatewayTraits = {
  name: "sandbox",
  repeatableSeconds: Infinity,
  notFoundIsFinalAfterSeconds: 3_600,
  keepsCards: false,
  takesNumbers: true,
  takesOwnTokens: false,
  registrationNeeds: [],
  givesBackParts: true,
  giveBackWithinDays: 365,
};

/** Card refunds over an account with credited top-ups, and a gateway that plays the script. */
async function createBench(script: Script = {}) {
  const { topUps = [5_000], granted = 0 } = script;
  const commands = createCommands();
  const { accounts: store, journal, stored } = createMemoryStore();
  const clock = {
    ...createTestClock(NOW + 1_000_000),
    // Whatever hangs is given up at once.
    within: <Value>(promise: Promise<Value>, milliseconds: number) =>
      hanging.has(promise) && milliseconds === GATEWAY_TIMEOUT_MILLISECONDS
        ? Promise.resolve(undefined)
        : promise,
  };
  const { log, lines } = createTestLog({ clock });
  const cards = testCards(1);
  await store.insert(commands.opening(ID, { balanceKurus: granted, cards }), PERSON);
  const topUpIds: string[] = [];
  for (const amount of topUps) {
    const topUp = {
      ...commands.next("top"),
      amountKurus: kurus(amount),
      cardId: "card_1",
      gateway: "sandbox",
    };
    const { entryId: topUpId } = topUp;
    topUpIds.push(topUpId);
    const closing = {
      ...commands.next(),
      entryId: closingEntryId(topUpId),
      ...{ topUpId, gateway: "sandbox", providerRef: `charge of ${topUpId}` },
    };
    await commitTo(store, ID, (account) => decideTopUp(account, topUp));
    await commitTo(store, ID, (account) => decideTopUpCredit(account, closing));
  }
  const hanging = new WeakSet<Promise<unknown>>();
  const hang = () => {
    const promise = new Promise<never>(() => {});
    hanging.add(promise);
    return promise;
  };
  const orders: GiveBackOrder[] = [];
  const givenBack = new Map<string, number>();
  const steps = [...script.giveBack ?? ["gives_back" as const]];
  const inquiries = [...script.inquire ?? ["truth" as const]];
  const calls: string[] = [];
  const next = <Of>(list: Of[]): Of | undefined => list.length > 1 ? list.shift() : list[0];

  const gateway: Pick<CardGateway, "traits" | "giveBack" | "inquireGiveBack"> = {
    traits: { ...TRAITS, ...script.traits },
    giveBack: (order) => {
      orders.push(order);
      calls.push(`give back ${order.amountKurus}`);
      const how = order.whole ? "void" : "refund";
      const step = next(steps);
      if (step === "hangs") return hang();
      if (step === "throws_before") return Promise.reject(new Error("connection refused"));
      if (step === "refuses") return Promise.resolve({ status: "refused" });
      if (step === "says_pending") return Promise.resolve({ status: "pending" });
      givenBack.set(order.refundReference, order.amountKurus);
      if (step === "throws_after") return Promise.reject(new Error("connection lost"));
      return Promise.resolve({ status: "given_back", how });
    },
    inquireGiveBack: ({ refundReference, whole, amountKurus }) => {
      calls.push("inquire");
      const step = next(inquiries);
      if (step === "hangs") return hang();
      if (step === "throws") return Promise.reject(new Error("connection refused"));
      if (step === "pending" || step === "refused") return Promise.resolve({ status: step });
      if (step === "gives_back") givenBack.set(refundReference, amountKurus);
      if (!givenBack.has(refundReference)) return Promise.resolve({ status: "not_found" });
      return Promise.resolve({ status: "given_back", how: whole ? "void" : "refund" });
    },
  };
  const isThere = { value: true };
  const find = { ...journal };
  const ports = {
    store,
    journal: find,
    gateways: {
      named: (name: string) =>
        name === "sandbox" && isThere.value ? gateway as CardGateway : undefined,
    },
    clock,
    log,
  };
  // Two processes over one store.
  const [here, elsewhere] = [1, 2].map(() => {
    const accounts = createAccounts({ ...ports, pause: () => Promise.resolve() });
    return createCardRefunds({ ...ports, accounts });
  });
  assert(here && elsewhere);
  const account = () => {
    const found = stored.get(KEY)?.account;
    assert(found);
    return found;
  };
  const request = (more: { readonly topUpId?: string; readonly amount?: number } = {}) => ({
    ...commands.next("crf"),
    at: clock.now(),
    ...(more.topUpId !== undefined && { topUpId: more.topUpId }),
    ...(more.amount !== undefined && { amountKurus: kurus(more.amount) }),
  });
  return {
    ...{
      account,
      calls,
      clock,
      commands,
      elsewhere,
      find,
      givenBack,
      here,
      isThere,
      lines,
      orders,
    },
    topUpIds,
    request,
    commit: (decide: (of: ReturnType<typeof account>) => Decision) => commitTo(store, ID, decide),
    entries: () => stored.get(KEY)?.entries ?? [],
    /** Starts a card refund, and asks the gateway. */
    refund: async (more?: { readonly topUpId?: string; readonly amount?: number }) => {
      const outcome = await here.start(ID, request(more));
      if (outcome.outcome !== "accepted") return outcome;
      return await here.giveBack(ID, outcome.entry);
    },
  };
}

type Bench = Awaited<ReturnType<typeof createBench>>;

function statusOf(answer: Awaited<ReturnType<Bench["refund"]>> | undefined): string | undefined {
  if (answer === undefined || "status" in answer) return answer?.status;
  return answer.outcome === "rejected" ? answer.rejection.code : answer.outcome;
}

/** What has left the account by this way is what cards got or may still get, and nothing is lost. */
function assertAddsUp({ account, entries, givenBack }: Bench): void {
  const total = entries().reduce((sum, { deltaKurus }) => sum + deltaKurus, 0);
  assertEquals<number>(account().balanceKurus, total);
  const byId = new Map(entries().map((entry) => [entry.id, entry]));
  for (const [cardRefundId] of givenBack) {
    const end = byId.get(cardRefundEndId(cardRefundId) ?? "");
    assert(end?.type !== "card_refund_failed", `${cardRefundId} was given back and put back`);
  }
}

interface Case {
  readonly name: string;
  readonly script: Script;
  /** How it stands after the request, and after a later look at it. */
  readonly statuses: readonly [string, string];
  readonly calls: readonly string[];
  readonly balance: number;
  readonly gotBack: number;
}

const CASES: readonly Case[] = [
  {
    name: "given back at once",
    script: {},
    statuses: ["completed", "completed"],
    calls: ["give back 5000"],
    balance: 0,
    gotBack: 5_000,
  },
  {
    name: "refused: the balance has it again",
    script: { giveBack: ["refuses"] },
    statuses: ["failed", "failed"],
    calls: ["give back 5000"],
    balance: 5_000,
    gotBack: 0,
  },
  {
    name: "pending, then given back",
    script: { giveBack: ["says_pending"], inquire: ["gives_back"] },
    statuses: ["pending", "completed"],
    calls: ["give back 5000", "inquire"],
    balance: 0,
    gotBack: 5_000,
  },
  {
    name: "pending, and pending still",
    script: { giveBack: ["says_pending"], inquire: ["pending"] },
    statuses: ["pending", "pending"],
    calls: ["give back 5000", "inquire"],
    balance: 0,
    gotBack: 0,
  },
  {
    name: "an answer that was lost",
    script: { giveBack: ["throws_after"] },
    statuses: ["pending", "completed"],
    calls: ["give back 5000", "inquire"],
    balance: 0,
    gotBack: 5_000,
  },
  {
    name: "an answer that does not come",
    script: { giveBack: ["hangs"], inquire: ["hangs"] },
    statuses: ["pending", "pending"],
    calls: ["give back 5000", "inquire"],
    balance: 0,
    gotBack: 0,
  },
  {
    name: "a request that never arrived, where it can be repeated",
    script: { giveBack: ["throws_before", "gives_back"] },
    statuses: ["pending", "completed"],
    calls: ["give back 5000", "inquire", "give back 5000"],
    balance: 0,
    gotBack: 5_000,
  },
  {
    name: "one that is not found, where it must not be repeated",
    script: { giveBack: ["throws_before", "gives_back"], traits: { repeatableSeconds: 0 } },
    statuses: ["pending", "pending"],
    calls: ["give back 5000", "inquire"],
    balance: 0,
    gotBack: 0,
  },
  {
    name: "refused in the end",
    script: { giveBack: ["says_pending"], inquire: ["refused"] },
    statuses: ["pending", "failed"],
    calls: ["give back 5000", "inquire"],
    balance: 5_000,
    gotBack: 0,
  },
  {
    name: "an inquiry that fails",
    script: { giveBack: ["says_pending"], inquire: ["throws"] },
    statuses: ["pending", "pending"],
    calls: ["give back 5000", "inquire"],
    balance: 0,
    gotBack: 0,
  },
];

for (const { name, script, statuses, calls, balance, gotBack } of CASES) {
  Deno.test(`giveBack() and find() of a card refund: ${name}`, async () => {
    const bench = await createBench(script);
    const first = await bench.refund();
    const id = bench.orders[0]?.refundReference ?? "";
    const later = await bench.here.find(ID, id);
    assertEquals([statusOf(first), later?.status], [...statuses]);
    assertEquals(bench.calls, [...calls]);
    assertEquals<number>(bench.account().balanceKurus, balance);
    assertEquals([...bench.givenBack.values()].reduce((sum, one) => sum + one, 0), gotBack);
    assertAddsUp(bench);
  });
}

Deno.test("createCardRefunds() asks with the charge's names, and says whether it is the whole", async () => {
  const bench = await createBench();
  const [topUpId = ""] = bench.topUpIds;
  await bench.refund({ amount: 1_500 });
  await bench.refund();
  const providerRef = `charge of ${topUpId}`;
  const order = { reference: topUpId, providerRef, whole: false };
  assertEquals(
    bench.orders.map(({ refundReference: _, ...rest }) => rest),
    [{ ...order, amountKurus: kurus(1_500) }, { ...order, amountKurus: kurus(3_500) }],
  );
  const whole = await createBench();
  await whole.refund();
  assertEquals(whole.orders.map(({ whole }) => whole), [true]);
});

Deno.test("createCardRefunds() gives back exactly what is left when a hundred card refunds come at one moment", async () => {
  // 49.93 in parts of 0.77: 64 fit, and what is left is too little for another.
  const bench = await createBench({ topUps: [10_000, 4_993] });
  const [, topUpId = ""] = bench.topUpIds;
  const answers = await Promise.all(
    Array.from({ length: 100 }, async (_, place) => {
      const process = place % 2 === 0 ? bench.here : bench.elsewhere;
      // Ten may be open at one time, so who is told that asks again.
      for (;;) {
        const asked = bench.request({ topUpId, amount: 77 });
        const outcome = await process.start(ID, asked);
        if (outcome.outcome === "accepted") {
          return (await process.giveBack(ID, outcome.entry)).status;
        }
        assert(outcome.outcome === "rejected");
        if (outcome.rejection.code !== "too_many_open_card_refunds") return outcome.rejection.code;
        await new Promise<void>((resolve) => setImmediate(resolve));
      }
    }),
  );
  const counts = Map.groupBy(answers, (answer) => answer);
  assertEquals(counts.get("completed")?.length, 64);
  assertEquals(counts.get("refund_exceeds_top_up")?.length, 36);
  assertEquals(bench.orders.length, 64);
  assertEquals<number>(bench.account().balanceKurus, 14_993 - 64 * 77);
  const rest = await bench.refund({ topUpId });
  assertEquals(statusOf(rest), "completed");
  assertEquals(bench.orders.at(-1)?.amountKurus, kurus(4_993 - 64 * 77));
  assertEquals(statusOf(await bench.refund({ topUpId })), "nothing_to_refund");
  assertAddsUp(bench);
});

Deno.test("createCardRefunds() takes the newest top-up of which anything is left, however many are spent", async () => {
  const count = CARD_REFUND_CANDIDATES + 2;
  const bench = await createBench({ topUps: Array.from({ length: count }, () => 100) });
  const newestFirst = bench.topUpIds.toReversed();
  for (const topUpId of newestFirst) {
    assertEquals(statusOf(await bench.refund()), "completed");
    assertEquals(bench.orders.at(-1)?.reference, topUpId);
  }
  assertEquals(statusOf(await bench.refund()), "nothing_to_refund");
  assertAddsUp(bench);
});

Deno.test("createCardRefunds() finds a top-up behind more payments than one look reads", async () => {
  const bench = await createBench();
  for (let place = 0; place < PAGE_SCAN_MAX + 10; place++) {
    const payment = bench.commands.payment(1);
    await bench.commit((account) => decidePayment(account, payment));
  }
  assertEquals(statusOf(await bench.refund()), "completed");
  assertEquals(bench.orders[0]?.amountKurus, kurus(5_000 - PAGE_SCAN_MAX - 10));
});

Deno.test("createCardRefunds() looks for the top-up only so often, and takes an older one by its name", async () => {
  const bench = await createBench();
  let looks = 0;
  bench.find.list = (_, { beforeSeq }) => {
    looks++;
    return Promise.resolve({ entries: [], nextBeforeSeq: (beforeSeq ?? 1_000_000) - 1_000 });
  };
  assertEquals(statusOf(await bench.refund()), "nothing_to_refund");
  assertEquals(looks, CARD_REFUND_SEARCH_PAGES);
  assertEquals(statusOf(await bench.refund({ topUpId: bench.topUpIds[0] ?? "" })), "completed");
});

Deno.test("createCardRefunds() refuses a top-up that is open, another's or none", async () => {
  const bench = await createBench();
  const topUp = {
    ...bench.commands.next("top"),
    amountKurus: kurus(100),
    cardId: "card_1",
    gateway: "sandbox",
  };
  await bench.commit((account) => decideTopUp(account, topUp));
  assertEquals(statusOf(await bench.refund({ topUpId: topUp.entryId })), "nothing_to_refund");
  assertEquals(statusOf(await bench.refund({ topUpId: "top_unknown" })), "top_up_not_found");
  assertEquals(statusOf(await bench.refund({ topUpId: "pay_unknown" })), "top_up_not_found");
  assertEquals(bench.calls, []);
});

Deno.test("createCardRefunds() refuses before it takes anything when the gateway is gone, and waits if it began", async () => {
  const bench = await createBench({ giveBack: ["says_pending"] });
  assertEquals(statusOf(await bench.refund({ amount: 1 })), "pending");
  bench.isThere.value = false;
  const id = bench.orders[0]?.refundReference ?? "";
  assertEquals((await bench.here.find(ID, id))?.status, "pending");
  assert(bench.lines.some((line) => line.includes("card_gateway_not_configured")));
  const [topUpId = ""] = bench.topUpIds;
  assertEquals(statusOf(await bench.refund({ topUpId })), "card_refund_refused");
  assertEquals(statusOf(await bench.refund()), "nothing_to_refund");
  assertEquals<number>(bench.account().balanceKurus, 4_999);
});

Deno.test("createCardRefunds() puts back what a gateway never heard of, when it has not found it three times", async () => {
  const bench = await createBench({
    giveBack: ["throws_before"],
    traits: { repeatableSeconds: 60, notFoundIsFinalAfterSeconds: 3_600 },
  });
  await bench.refund();
  const id = bench.orders[0]?.refundReference ?? "";
  const look = async () => (await bench.here.find(ID, id))?.status;
  bench.clock.advance(3_599_000);
  assertEquals(await look(), "pending");
  bench.clock.advance(1_000);
  // However often it is asked at one moment, that is one answer.
  for (let times = 0; times < 5; times++) assertEquals(await look(), "pending");
  bench.clock.advance(CARD_REFUND_ASK_AGAIN_MILLISECONDS);
  assertEquals(await look(), "pending");
  bench.clock.advance(CARD_REFUND_ASK_AGAIN_MILLISECONDS);
  assertEquals(await look(), "failed");
  assertEquals(bench.orders.length, 1);
  assertEquals<number>(bench.account().balanceKurus, 5_000);
  assertAddsUp(bench);
});

Deno.test("sweep() ends what is open, and leaves the youngest to their requests", async () => {
  const bench = await createBench({ giveBack: ["throws_after"], topUps: [100, 200] });
  await bench.refund();
  bench.clock.advance(60_000);
  await bench.refund();
  assertEquals(await bench.elsewhere.sweep(30_000), { pending: 0, completed: 1, failed: 0 });
  assertEquals(await bench.elsewhere.sweep(), { pending: 0, completed: 1, failed: 0 });
  assertEquals(await bench.elsewhere.sweep(), { pending: 0, completed: 0, failed: 0 });
  assertEquals(bench.orders.length, 2);
  assertAddsUp(bench);
});

Deno.test("createCardRefunds() has one conversation with a gateway for all who ask, and ends it once", async () => {
  const bench = await createBench({ giveBack: ["throws_after"] });
  await bench.refund();
  const id = bench.orders[0]?.refundReference ?? "";
  const looks = await Promise.all([
    ...Array.from({ length: 10 }, () => bench.here.find(ID, id)),
    ...Array.from({ length: 10 }, () => bench.elsewhere.find(ID, id)),
  ]);
  assertEquals(looks.every((look) => look?.status === "completed"), true);
  assertEquals(bench.calls, ["give back 5000", "inquire", "inquire"]);
  assertEquals(bench.entries().filter(({ type }) => type === "card_refund_completed").length, 1);
});

Deno.test("createCardRefunds() puts back on a closed account too, with an alarm", async () => {
  const bench = await createBench({ giveBack: ["says_pending"], inquire: ["refused"] });
  await bench.refund();
  const closing = bench.commands.next();
  await bench.commit((account) => decideClosing(account, closing));
  const id = bench.orders[0]?.refundReference ?? "";
  assertEquals((await bench.here.find(ID, id))?.status, "failed");
  assertEquals<number>(bench.account().balanceKurus, 5_000);
  assert(bench.lines.some((line) => line.includes("money_on_closed_account")));
  assertEquals(statusOf(await bench.refund()), "account_closed");
});
