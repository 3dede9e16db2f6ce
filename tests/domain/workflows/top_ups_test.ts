import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import type { Account } from "../../../domain/account.ts";
import { foldCommands } from "../../../domain/fold.ts";
import type { JournalEntry, TopUpStarted } from "../../../domain/journal.ts";
import {
  GATEWAY_TIMEOUT_MILLISECONDS,
  SETTLEMENTS_AT_ONCE,
  TOP_UP_WAIT_MILLISECONDS,
  TOP_UPS_AT_ONCE,
  TOP_UPS_WAITING,
} from "../../../domain/limits.ts";
import { kurus } from "../../../domain/money.ts";
import type { Accounts } from "../../../domain/ports/accounts.ts";
import type { ChargeOutcome } from "../../../domain/ports/card_gateway.ts";
import type { OpenTopUpAddress } from "../../../domain/ports/account_store.ts";
import { decideTopUp, decideTopUpCredit } from "../../../domain/top_up.ts";
import { createTopUpSettlement, type SettlementPorts } from "../../../domain/workflows/top_ups.ts";
import type { TopUpState } from "../../../domain/workflows/top_up_settling.ts";
import {
  accept,
  ACCOUNT_ID,
  cardNumber,
  COMMAND,
  testAccount,
  testCards,
} from "../../support/account.ts";
import { MINUTE, NOW, settled } from "../../support/clock.ts";

const LATER = NOW + MINUTE;
const NUMBER = cardNumber("4242424242424242");

type Answer = Awaited<ReturnType<SettlementPorts["gateway"]["inquire"]>>;

interface Script {
  /** What the gateway answers to each charge and inquiry, in order; an error is thrown. */
  readonly charges?: readonly (Promise<ChargeOutcome> | ChargeOutcome | Error)[];
  readonly inquiries?: readonly (Answer | Error)[];
  /** The next wait of so many milliseconds comes to nothing, or the next waits. */
  readonly late?: number;
  readonly lateTimes?: number;
  readonly topUps?: number;
  readonly update?: Accounts["update"];
}

/** Ports that write down every call, over an account with so many top-ups that were just started. */
function createPorts({ charges = [], inquiries = [], topUps = 1, ...more }: Script) {
  const calls: string[] = [];
  const entries: JournalEntry[] = [];
  let account: Account = testAccount({ cards: testCards(1), selectedCardId: "card_1" });
  const started: TopUpStarted[] = [];
  for (let place = 1; place <= topUps; place++) {
    const command = { ...COMMAND, entryId: `top_${place}`, amountKurus: kurus(5_000) };
    // More than one account could have open stand for those of many.
    const decision = accept(decideTopUp({ ...account, openTopUps: [] }, command));
    const openTopUps = [...account.openTopUps, ...decision.account.openTopUps];
    account = { ...decision.account, openTopUps };
    entries.push(decision.entry);
    started.push(decision.entry);
  }
  const waitingCharges = [...charges];
  const waitingInquiries = [...inquiries];
  const { late } = more;
  let { lateTimes = 1 } = more;

  const update = ((_, decide) => {
    const base = { account, payments: new Map(), topUps: new Map(), entriesByKey: new Map() };
    const fold = foldCommands(base, [{ command: COMMAND, decide }]);
    account = fold.account;
    entries.push(...fold.entries);
    const [outcome] = fold.outcomes;
    if (outcome?.outcome === "threw") return Promise.reject(outcome.error);
    calls.push(`commit ${fold.entries[0]?.id ?? outcome?.outcome}`);
    return Promise.resolve(outcome);
  }) as Accounts["update"];

  const ports: SettlementPorts = {
    accounts: { peek: () => Promise.resolve(account), update: more.update ?? update },
    store: {
      openTopUps: ({ from, to }, limit, after) => {
        const open = account.openTopUps.filter(({ startedAt }) =>
          startedAt <= from || startedAt >= to
        );
        const all = started.map(({ id }) => id);
        const rest = open.filter(({ topUpId }) =>
          after === undefined || all.indexOf(topUpId) > all.indexOf(after.topUpId)
        );
        return Promise.resolve(
          rest.slice(0, limit).map(({ topUpId, startedAt }): OpenTopUpAddress => ({
            account: ACCOUNT_ID,
            topUpId,
            startedAt,
          })),
        );
      },
    },
    journal: { find: (_, id) => Promise.resolve(entries.find((entry) => entry.id === id)) },
    vault: {
      open: (_, cardId) => {
        calls.push(`open ${cardId}`);
        return Promise.resolve(NUMBER);
      },
      fleetFingerprint: (filo, number) => `${filo} ${number}`,
    },
    counters: {
      count: () => Promise.resolve(undefined),
      takeBack: ([limit], at) => {
        calls.push(`uncount ${limit?.key} of ${at}`);
        return Promise.resolve();
      },
    },
    gateway: {
      charge: async (reference, card, amountKurus) => {
        assertStrictEquals(card, NUMBER);
        calls.push(`charge ${reference} ${amountKurus}`);
        return await answer(waitingCharges.shift() ?? { status: "charged" });
      },
      inquire: async (reference) => {
        calls.push(`inquire ${reference}`);
        return await answer(waitingInquiries.shift() ?? { status: "charged" });
      },
    },
    clock: {
      now: () => LATER,
      within: (promise, milliseconds) => {
        if (milliseconds !== late || lateTimes === 0) return promise;
        lateTimes--;
        return Promise.resolve(undefined);
      },
    },
    log: {
      debug: () => {},
      info: () => {},
      warn: (event) => void calls.push(`warn ${event}`),
      error: (event) => void calls.push(`error ${event}`),
    },
  };
  const [first] = started;
  if (first === undefined) throw new Error("Cannot test: no top-up was started");
  return {
    settlement: createTopUpSettlement(ports),
    calls,
    entries,
    started: first,
    all: started,
    account: () => account,
    close: update,
  };
}

function answer<Outcome>(scripted: Promise<Outcome> | Outcome | Error) {
  return scripted instanceof Error ? Promise.reject(scripted) : scripted;
}

const OPEN_AND_CHARGE = ["open card_1", "charge top_1 5000"];
/** What was charged no longer counts as the decline that it could have become. */
const UNCOUNTED = `uncount fleet_card_declines:hergele ${NUMBER} of ${COMMAND.at}`;
const CREDIT = ["commit tuc_1", UNCOUNTED];
/** Where the card was not opened to charge it. */
const CREDIT_WITHOUT_CHARGE = ["commit tuc_1", "open card_1", UNCOUNTED];
const CHARGED = { status: "charged" } as const;
const PENDING = { status: "pending" } as const;
const DECLINED = { status: "declined", reason: "insufficient_funds" } as const;
const NOT_FOUND = { status: "not_found" } as const;
const LOST = new Error("connection reset");

interface Case {
  readonly name: string;
  readonly ask: "charge" | "find";
  readonly script: Script;
  readonly calls: readonly string[];
  readonly status: "credited" | "failed" | "pending";
}

const CASES: readonly Case[] = [
  {
    name: "charges the started top-up under its own id and commits the credit after",
    ask: "charge",
    script: { charges: [CHARGED] },
    calls: [...OPEN_AND_CHARGE, ...CREDIT],
    status: "credited",
  },
  {
    name: "commits a decline as a failure",
    ask: "charge",
    script: { charges: [DECLINED] },
    calls: [...OPEN_AND_CHARGE, "commit tuc_1"],
    status: "failed",
  },
  {
    name: "commits nothing while the outcome is not known",
    ask: "charge",
    script: { charges: [PENDING] },
    calls: OPEN_AND_CHARGE,
    status: "pending",
  },
  {
    name: "commits nothing when the connection was lost: the card may be charged",
    ask: "charge",
    script: { charges: [LOST] },
    calls: [...OPEN_AND_CHARGE, "warn card_gateway_unclear"],
    status: "pending",
  },
  {
    name: "commits nothing when the gateway did not answer in time",
    ask: "charge",
    script: { late: GATEWAY_TIMEOUT_MILLISECONDS },
    calls: OPEN_AND_CHARGE,
    status: "pending",
  },
  {
    name: "asks how a pending top-up ended and credits it",
    ask: "find",
    script: { inquiries: [CHARGED] },
    calls: ["inquire top_1", ...CREDIT_WITHOUT_CHARGE],
    status: "credited",
  },
  {
    name: "asks how a pending top-up ended and fails it",
    ask: "find",
    script: { inquiries: [DECLINED] },
    calls: ["inquire top_1", "commit tuc_1"],
    status: "failed",
  },
  {
    name: "leaves a top-up pending that the gateway calls pending",
    ask: "find",
    script: { inquiries: [PENDING] },
    calls: ["inquire top_1"],
    status: "pending",
  },
  {
    name: "leaves a top-up pending when the inquiry is lost",
    ask: "find",
    script: { inquiries: [LOST] },
    calls: ["inquire top_1", "warn card_gateway_unclear"],
    status: "pending",
  },
  {
    name: "leaves a top-up pending when the inquiry is not answered in time",
    ask: "find",
    script: { late: GATEWAY_TIMEOUT_MILLISECONDS },
    calls: ["inquire top_1"],
    status: "pending",
  },
  {
    name: "charges what the gateway does not find again, with the same reference",
    ask: "find",
    script: { inquiries: [NOT_FOUND], charges: [CHARGED] },
    calls: ["inquire top_1", ...OPEN_AND_CHARGE, ...CREDIT],
    status: "credited",
  },
  {
    name: "believes the decline of a charge that was made again",
    ask: "find",
    script: { inquiries: [NOT_FOUND], charges: [DECLINED] },
    calls: ["inquire top_1", ...OPEN_AND_CHARGE, "commit tuc_1"],
    status: "failed",
  },
  {
    name: "leaves a top-up pending when the charge that was made again is lost",
    ask: "find",
    script: { inquiries: [NOT_FOUND], charges: [LOST] },
    calls: ["inquire top_1", ...OPEN_AND_CHARGE, "warn card_gateway_unclear"],
    status: "pending",
  },
];

for (const { name, ask, script, calls: expected, status } of CASES) {
  Deno.test(`TopUpSettlement.${ask}() ${name}`, async () => {
    const { settlement, calls, entries, started, account } = createPorts(script);
    const state = ask === "charge"
      ? await settlement.charge(ACCOUNT_ID, started)
      : await settlement.find(ACCOUNT_ID, started.id);
    assertEquals(calls, expected);
    assertEquals(state?.status, status);
    assertEquals(state?.started, started);
    assertEquals(entries.length, status === "pending" ? 1 : 2);
    assertEquals(account().openTopUps.length, status === "pending" ? 1 : 0);
    assertEquals<number>(account().balanceKurus, status === "credited" ? 15_000 : 10_000);
  });
}

Deno.test("TopUpSettlement.charge() closes under the id that follows from the top-up's", async () => {
  const { settlement, entries, started } = createPorts({ charges: [DECLINED] });
  const state = await settlement.charge(ACCOUNT_ID, started);
  const [, closing] = entries;
  assertEquals<unknown>(state, { status: "failed", started, closing });
  assertEquals(
    closing?.type === "top_up_failed" && [
      closing.id,
      closing.topUpId,
      closing.at,
      closing.requestId,
      closing.reason,
    ],
    ["tuc_1", "top_1", LATER, "req-1", "insufficient_funds"],
  );
});

Deno.test("TopUpSettlement.charge() answers pending when it has waited long enough, and goes on", async () => {
  const charge = Promise.withResolvers<ChargeOutcome>();
  const { settlement, calls, started } = createPorts({
    charges: [charge.promise],
    late: TOP_UP_WAIT_MILLISECONDS,
  });
  assertEquals(await settlement.charge(ACCOUNT_ID, started), { status: "pending", started });
  const joined = settlement.find(ACCOUNT_ID, started.id);
  charge.resolve(CHARGED);
  assertEquals((await joined)?.status, "credited");
  assertEquals(calls, [...OPEN_AND_CHARGE, ...CREDIT]);
});

Deno.test("TopUpSettlement shares one conversation among all who ask for one top-up", async () => {
  const charge = Promise.withResolvers<ChargeOutcome>();
  const { settlement, calls, entries, started } = createPorts({ charges: [charge.promise] });
  const asking = [
    settlement.charge(ACCOUNT_ID, started),
    settlement.charge(ACCOUNT_ID, started),
    settlement.find(ACCOUNT_ID, started.id),
  ];
  const sweeping = settlement.sweep();
  charge.resolve(CHARGED);
  for (const state of await Promise.all(asking)) assertEquals(state?.status, "credited");
  assertEquals(await sweeping, { pending: 0, credited: 1, failed: 0 });
  assertEquals(calls, [...OPEN_AND_CHARGE, ...CREDIT]);
  assertEquals(entries.length, 2);
});

/** A settlement under which the charges of so many top-ups have begun, and none has ended. */
function chargeMany(topUps: number, more: Pick<Script, "update" | "late" | "lateTimes"> = {}) {
  const charges = Array.from({ length: topUps }, () => Promise.withResolvers<ChargeOutcome>());
  const ports = createPorts({ topUps, charges: charges.map(({ promise }) => promise), ...more });
  const { settlement, all } = ports;
  const states: (TopUpState | undefined)[] = [];
  const asking = all.map(async (started, place) => {
    states[place] = await settlement.charge(ACCOUNT_ID, started);
  });
  const end = async (): Promise<void> => {
    for (const charge of charges) charge.resolve(CHARGED);
    await Promise.all(asking);
    await settled();
  };
  const charged = () => ports.calls.filter((call) => call.startsWith("charge ")).length;
  return { ...ports, states, end, charged };
}

Deno.test("TopUpSettlement.charge() lets as many wait for an outcome as the bound says", async () => {
  const { states, end, account } = chargeMany(TOP_UPS_WAITING);
  await settled();
  assertEquals(states.length, 0, "all wait");
  await end();
  assertEquals(states.filter((state) => state?.status === "credited").length, TOP_UPS_WAITING);
  assertEquals(account().openTopUps, []);
});

Deno.test("TopUpSettlement.charge() answers one more at once, and settles its top-up all the same", async () => {
  const { states, end, charged, account, settlement, all } = chargeMany(TOP_UPS_WAITING + 1);
  const last = all.at(-1);
  assert(last);
  await settled();
  assertEquals(states.filter(Boolean), [{ status: "pending", started: last }]);
  assertEquals(charged(), TOP_UPS_WAITING + 1);
  await end();
  assertEquals(account().openTopUps, []);
  assertEquals((await settlement.find(ACCOUNT_ID, last.id))?.status, "credited");
  assertEquals(charged(), TOP_UPS_WAITING + 1, "no card was charged anew");
});

Deno.test("TopUpSettlement.charge() logs what fails when nobody waits for it", async () => {
  const update = () => Promise.reject(LOST);
  const { calls, end, states } = chargeMany(TOP_UPS_WAITING + 1, { update });
  await settled();
  assertEquals(states.filter(Boolean).length, 1);
  await assertRejects(end, Error, "connection reset");
  await settled();
  assertEquals(calls.filter((call) => call === "error top_up_unsettled").length, 1);
});

Deno.test("TopUpSettlement.charge() has as many outcomes underway as the bound says, and leaves one more to a sweep", async () => {
  const { states, end, charged, settlement, account, all } = chargeMany(SETTLEMENTS_AT_ONCE + 1);
  const last = all.at(-1);
  assert(last);
  await settled();
  assertEquals(charged(), SETTLEMENTS_AT_ONCE);
  assertEquals(states.at(-1), { status: "pending", started: last });
  const [first] = all;
  assert(first);
  const joined = settlement.find(ACCOUNT_ID, first.id);
  assertEquals((await settlement.find(ACCOUNT_ID, last.id))?.status, "pending");
  await end();
  assertEquals((await joined)?.status, "pending", "it found no place to wait");
  assertEquals(account().openTopUps.map(({ topUpId }) => topUpId), [last.id]);
  assertEquals(await settlement.sweep(), { pending: 0, credited: 1, failed: 0 });
  assertEquals(account().openTopUps, []);
});

Deno.test("TopUpSettlement.find() joins what is underway, however many are, once others wait no longer", async () => {
  const { end, settlement, started } = chargeMany(SETTLEMENTS_AT_ONCE, {
    late: TOP_UP_WAIT_MILLISECONDS,
    lateTimes: TOP_UPS_WAITING,
  });
  await settled();
  const joined = settlement.find(ACCOUNT_ID, started.id);
  await end();
  assertEquals((await joined)?.status, "credited");
});

Deno.test("TopUpSettlement begins a new conversation when the last one has ended", async () => {
  const { settlement, calls, started } = createPorts({ charges: [LOST], inquiries: [PENDING] });
  await settlement.charge(ACCOUNT_ID, started);
  assertEquals((await settlement.find(ACCOUNT_ID, started.id))?.status, "pending");
  assertEquals((await settlement.find(ACCOUNT_ID, started.id))?.status, "credited");
  assertEquals(calls, [
    ...OPEN_AND_CHARGE,
    "warn card_gateway_unclear",
    "inquire top_1",
    "inquire top_1",
    ...CREDIT_WITHOUT_CHARGE,
  ]);
});

Deno.test("TopUpSettlement.find() asks nobody about a closed top-up", async () => {
  const { settlement, calls, started } = createPorts({ charges: [DECLINED] });
  const first = await settlement.charge(ACCOUNT_ID, started);
  calls.length = 0;
  assertEquals(await settlement.find(ACCOUNT_ID, started.id), first);
  assertEquals(calls, []);
});

Deno.test("TopUpSettlement.find() knows neither an unknown id nor that of another entry", async () => {
  const { settlement, calls, started } = createPorts({});
  await settlement.charge(ACCOUNT_ID, started);
  calls.length = 0;
  for (const id of ["top_9", "tuc_1", ""]) {
    assertEquals(await settlement.find(ACCOUNT_ID, id), undefined);
  }
  assertEquals(calls, []);
});

Deno.test("TopUpSettlement.charge() believes the journal when another closed the top-up first", async () => {
  const charge = Promise.withResolvers<ChargeOutcome>();
  const { settlement, calls, close, entries, started } = createPorts({ charges: [charge.promise] });
  const charging = settlement.charge(ACCOUNT_ID, started);
  const command = { ...COMMAND, entryId: "tuc_1", topUpId: "top_1" };
  await close(
    { account: ACCOUNT_ID, command },
    ({ account }) => decideTopUpCredit(account, command),
  );
  charge.resolve(DECLINED);
  assertEquals((await charging).status, "credited");
  assertEquals(calls.at(-1), "commit unchanged");
  assertEquals(entries.length, 2);
});

for (const outcome of ["busy", "outcome_unknown", "user_not_found"] as const) {
  Deno.test(`TopUpSettlement.charge() stays pending when its commit ends in ${outcome}`, async () => {
    const { settlement, entries, started } = createPorts({
      update: () => Promise.resolve({ outcome }),
    });
    assertEquals(await settlement.charge(ACCOUNT_ID, started), { status: "pending", started });
    assertEquals(entries.length, 1);
  });
}

Deno.test("TopUpSettlement.charge() rejects when the commit does, and may be asked again", async () => {
  const { settlement, calls, started } = createPorts({ update: () => Promise.reject(LOST) });
  for (let attempt = 1; attempt <= 2; attempt++) {
    await assertRejects(() => settlement.charge(ACCOUNT_ID, started), Error, "connection reset");
  }
  assertEquals(calls, [...OPEN_AND_CHARGE, ...OPEN_AND_CHARGE]);
});

Deno.test("TopUpSettlement.sweep() counts how the open top-ups ended", async () => {
  const { settlement, entries, account } = createPorts({
    topUps: 4,
    inquiries: [CHARGED, DECLINED, PENDING, LOST],
  });
  assertEquals(await settlement.sweep(), { pending: 2, credited: 1, failed: 1 });
  assertEquals(entries.slice(4).map(({ type, id }) => [type, id]), [
    ["top_up_credited", "tuc_1"],
    ["top_up_failed", "tuc_2"],
  ]);
  assertEquals(account().openTopUps.map(({ topUpId }) => topUpId), ["top_3", "top_4"]);
});

Deno.test("TopUpSettlement.sweep() leaves those alone that started a moment ago", async () => {
  const { settlement, calls } = createPorts({ topUps: 3 });
  assertEquals(await settlement.sweep(2 * MINUTE), { pending: 0, credited: 0, failed: 0 });
  assertEquals(calls, []);
});

Deno.test("TopUpSettlement.sweep() goes past those that stay pending to all behind them", async () => {
  const topUps = TOP_UPS_AT_ONCE + 2;
  const { settlement, calls } = createPorts({
    topUps,
    inquiries: Array.from({ length: topUps - 1 }, () => PENDING),
  });
  assertEquals(await settlement.sweep(), { pending: topUps - 1, credited: 1, failed: 0 });
  assertEquals(calls.filter((call) => call.startsWith("commit")), [`commit tuc_${topUps}`]);
});

Deno.test("TopUpSettlement.sweep() leaves one that cannot be settled pending and goes on", async () => {
  const { settlement, calls } = createPorts({ topUps: 3, update: () => Promise.reject(LOST) });
  assertEquals(await settlement.sweep(), { pending: 3, credited: 0, failed: 0 });
  assertEquals(calls.filter((call) => call === "error top_up_unsettled").length, 3);
});
