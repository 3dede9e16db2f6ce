import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import type { Account } from "../../../domain/account.ts";
import { foldCommands } from "../../../domain/fold.ts";
import type { JournalEntry, TopUpStarted } from "../../../domain/journal.ts";
import {
  GATEWAY_TIMEOUT_MILLISECONDS,
  PAGE_MAX,
  SETTLEMENTS_AT_ONCE,
  TOP_UP_WAIT_MILLISECONDS,
  TOP_UPS_AT_ONCE,
  TOP_UPS_WAITING,
  WEBHOOK_SEARCH_PAGES,
} from "../../../domain/limits.ts";
import { kurus } from "../../../domain/money.ts";
import type { Accounts } from "../../../domain/ports/accounts.ts";
import type {
  CardGateway,
  ChargeOutcome,
  GatewayTraits,
  GiveBackOutcome,
  Inquiry,
  MessageSubject,
} from "../../../domain/ports/card_gateway.ts";
import type { KeptAction } from "../../../domain/ports/user_actions.ts";
import { CardToken } from "../../../domain/card_token.ts";
import type { OpenTopUpAddress } from "../../../domain/ports/account_store.ts";
import { decideTopUp, decideTopUpCredit, decideTopUpFailure } from "../../../domain/top_up.ts";
import { createTopUpSettlement, type SettlementPorts } from "../../../domain/workflows/top_ups.ts";
import type { TopUpState } from "../../../domain/workflows/top_up_state.ts";
import {
  accept,
  ACCOUNT_ID,
  cardNumber,
  COMMAND,
  testAccount,
  testCards,
} from "../../support/account.ts";
import { HOUR, MINUTE, NOW, settled } from "../../support/clock.ts";
import { createScriptedGateway } from "../../support/scripted_gateway.ts";

const LATER = NOW + MINUTE;
const NUMBER = cardNumber("4242424242424242");
const TOKEN = new CardToken("token of card_1");
const PERSON = {
  name: "Deniz",
  surname: "Yılmaz",
  birthDate: "1990-01-31",
  phoneNumber: "+905320000000",
  email: "deniz@example.com",
};

type Answer = Inquiry;

interface Script {
  /** What the gateway answers to each charge and inquiry, in order; an error is thrown. */
  readonly charges?: readonly (Promise<ChargeOutcome> | ChargeOutcome | Error)[];
  readonly inquiries?: readonly (Answer | Error)[];
  /** The next wait of so many milliseconds comes to nothing, or the next waits. */
  readonly late?: number;
  readonly lateTimes?: number;
  readonly topUps?: number;
  readonly update?: Accounts["update"];
  readonly traits?: Partial<GatewayTraits>;
  readonly completions?: readonly (ChargeOutcome | Error)[];
  /** What a message is about; it is not signed if left out. */
  readonly verified?: MessageSubject;
  /** How earlier give-backs ended; none was made if left out. */
  readonly givenBack?: GiveBackOutcome["status"];
}

/** Ports that write down every call, over an account with so many top-ups that were just started. */
function createPorts({ charges = [], inquiries = [], topUps = 1, ...more }: Script) {
  const calls: string[] = [];
  const entries: JournalEntry[] = [];
  let account: Account = testAccount({ cards: testCards(1), selectedCardId: "card_1" });
  const started: TopUpStarted[] = [];
  for (let place = 1; place <= topUps; place++) {
    const command = {
      ...COMMAND,
      entryId: `top_${place}`,
      amountKurus: kurus(5_000),
      gateway: "sandbox",
    };
    // More than one account could have open stand for those of many.
    const decision = accept(decideTopUp({ ...account, openTopUps: [] }, command));
    const openTopUps = [...account.openTopUps, ...decision.account.openTopUps];
    account = { ...decision.account, openTopUps };
    entries.push(decision.entry);
    started.push(decision.entry);
  }
  const waitingCharges = [...charges];
  const waitingInquiries = [...inquiries];
  const waitingCompletions = [...more.completions ?? []];
  const kept = new Map<string, KeptAction>();
  const time = { now: LATER };
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

  const gateway: CardGateway = {
    ...createScriptedGateway(),
    charge: async ({ reference, token, amountKurus, payer, callbackUrl }) => {
      assertStrictEquals(token, TOKEN);
      assertEquals([payer.name, callbackUrl], [PERSON.name, `back/${reference}`]);
      calls.push(`charge ${reference} ${amountKurus}`);
      return await answer(waitingCharges.shift() ?? CHARGED);
    },
    inquire: async ({ reference, providerRef, token }) => {
      // What has failed under a name is asked about by that alone: its card may be gone.
      if (account.openTopUps.length > 0 || !providerRef) assertStrictEquals(token, TOKEN);
      calls.push(`inquire ${[reference, ...providerRef ? [providerRef] : []].join(" ")}`);
      return await answer(waitingInquiries.shift() ?? CHARGED);
    },
    complete: async ({ reference, providerRef, message }) => {
      calls.push(`complete ${reference} ${providerRef} ${message.body}`);
      return await answer(waitingCompletions.shift() ?? CHARGED);
    },
    verify: () => Promise.resolve(more.verified),
    giveBack: ({ refundReference, providerRef, amountKurus, whole }) => {
      calls.push(`give back ${providerRef} ${amountKurus} as ${refundReference} ${whole}`);
      return Promise.resolve({ status: "given_back", how: "void" });
    },
    inquireGiveBack: () =>
      Promise.resolve(
        more.givenBack === "given_back"
          ? { status: "given_back", how: "void" }
          : { status: more.givenBack ?? "not_found" },
      ),
  };
  Object.assign(gateway, { traits: { ...gateway.traits, ...more.traits } });
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
    journal: {
      find: (_, id) => Promise.resolve(entries.find((entry) => entry.id === id)),
      ownerOf: (id) =>
        Promise.resolve(entries.some((entry) => entry.id === id) ? ACCOUNT_ID : undefined),
    },
    vault: {
      open: (_, cardId) => {
        calls.push(`open ${cardId}`);
        const fleetFingerprint = `hergele ${NUMBER}`;
        return Promise.resolve({
          gateway: "sandbox",
          token: TOKEN,
          fingerprint: "",
          fleetFingerprint,
        });
      },
    },
    people: { find: () => Promise.resolve(PERSON) },
    actions: {
      keep: (topUpId, { account, action }) => {
        calls.push(`show ${topUpId}`);
        return Promise.resolve(void kept.set(topUpId, { account, action }));
      },
      find: (topUpId) => Promise.resolve(kept.get(topUpId)),
    },
    callbackUrl: (topUpId) => `back/${topUpId}`,
    counters: {
      count: () => Promise.resolve(undefined),
      takeBack: ([limit], at) => {
        calls.push(`uncount ${limit?.key} of ${at}`);
        return Promise.resolve();
      },
    },
    gateways: { of: () => gateway, named: (name) => name === "sandbox" ? gateway : undefined },
    clock: {
      now: () => time.now,
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
    gateway,
    time,
  };
}

function answer<Outcome>(scripted: Promise<Outcome> | Outcome | Error) {
  return scripted instanceof Error ? Promise.reject(scripted) : scripted;
}

const OPEN_AND_CHARGE = ["open card_1", "charge top_1 5000"];
/** What was charged no longer counts as the decline that it could have become. */
const UNCOUNTED = `uncount fleet_card_declines:hergele ${NUMBER} of ${COMMAND.at}`;
const CREDIT = ["commit tuc_1", UNCOUNTED];
const INQUIRE = ["open card_1", "inquire top_1"];
/** The card is opened once for everything. */
const INQUIRE_AND_CHARGE = [...INQUIRE, "charge top_1 5000"];
const CHARGED = { status: "charged", providerRef: "ref_1", amountKurus: kurus(5_000) } as const;
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
    calls: [...INQUIRE, ...CREDIT],
    status: "credited",
  },
  {
    name: "asks how a pending top-up ended and fails it",
    ask: "find",
    script: { inquiries: [DECLINED] },
    calls: [...INQUIRE, "commit tuc_1"],
    status: "failed",
  },
  {
    name: "leaves a top-up pending that the gateway calls pending",
    ask: "find",
    script: { inquiries: [PENDING] },
    calls: INQUIRE,
    status: "pending",
  },
  {
    name: "leaves a top-up pending when the inquiry is lost",
    ask: "find",
    script: { inquiries: [LOST] },
    calls: [...INQUIRE, "warn card_gateway_unclear"],
    status: "pending",
  },
  {
    name: "leaves a top-up pending when the inquiry is not answered in time",
    ask: "find",
    script: { late: GATEWAY_TIMEOUT_MILLISECONDS },
    calls: INQUIRE,
    status: "pending",
  },
  {
    name: "charges what the gateway does not find again, with the same reference",
    ask: "find",
    script: { inquiries: [NOT_FOUND], charges: [CHARGED] },
    calls: [...INQUIRE_AND_CHARGE, ...CREDIT],
    status: "credited",
  },
  {
    name: "believes the decline of a charge that was made again",
    ask: "find",
    script: { inquiries: [NOT_FOUND], charges: [DECLINED] },
    calls: [...INQUIRE_AND_CHARGE, "commit tuc_1"],
    status: "failed",
  },
  {
    name: "leaves a top-up pending when the charge that was made again is lost",
    ask: "find",
    script: { inquiries: [NOT_FOUND], charges: [LOST] },
    calls: [...INQUIRE_AND_CHARGE, "warn card_gateway_unclear"],
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
  assertEquals(await sweeping, { pending: 0, requires_action: 0, credited: 1, failed: 0 });
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
  assertEquals(charged(), TOP_UPS_WAITING + 1, "no card was charged again");
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
  assertEquals(await settlement.sweep(), {
    pending: 0,
    requires_action: 0,
    credited: 1,
    failed: 0,
  });
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
  const { settlement, calls, started, time } = createPorts({
    charges: [LOST],
    inquiries: [PENDING],
  });
  await settlement.charge(ACCOUNT_ID, started);
  assertEquals((await settlement.find(ACCOUNT_ID, started.id))?.status, "pending");
  time.now += 8_000;
  assertEquals((await settlement.find(ACCOUNT_ID, started.id))?.status, "credited");
  assertEquals(calls, [
    ...OPEN_AND_CHARGE,
    "warn card_gateway_unclear",
    ...INQUIRE,
    ...INQUIRE,
    ...CREDIT,
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
  const command = {
    ...COMMAND,
    entryId: "tuc_1",
    topUpId: "top_1",
    gateway: "sandbox",
    providerRef: "ref_1",
  };
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
  assertEquals(await settlement.sweep(), {
    pending: 2,
    requires_action: 0,
    credited: 1,
    failed: 1,
  });
  assertEquals(entries.slice(4).map(({ type, id }) => [type, id]), [
    ["top_up_credited", "tuc_1"],
    ["top_up_failed", "tuc_2"],
  ]);
  assertEquals(account().openTopUps.map(({ topUpId }) => topUpId), ["top_3", "top_4"]);
});

Deno.test("TopUpSettlement.sweep() leaves those alone that started a moment ago", async () => {
  const { settlement, calls } = createPorts({ topUps: 3 });
  assertEquals(await settlement.sweep(2 * MINUTE), {
    pending: 0,
    requires_action: 0,
    credited: 0,
    failed: 0,
  });
  assertEquals(calls, []);
});

Deno.test("TopUpSettlement.sweep() goes past those that stay pending to all behind them", async () => {
  const topUps = TOP_UPS_AT_ONCE + 2;
  const { settlement, calls } = createPorts({
    topUps,
    inquiries: Array.from({ length: topUps - 1 }, () => PENDING),
  });
  assertEquals(await settlement.sweep(), {
    pending: topUps - 1,
    requires_action: 0,
    credited: 1,
    failed: 0,
  });
  assertEquals(calls.filter((call) => call.startsWith("commit")), [`commit tuc_${topUps}`]);
});

Deno.test("TopUpSettlement.sweep() leaves one that cannot be settled pending and goes on", async () => {
  const { settlement, calls } = createPorts({ topUps: 3, update: () => Promise.reject(LOST) });
  assertEquals(await settlement.sweep(), {
    pending: 3,
    requires_action: 0,
    credited: 0,
    failed: 0,
  });
  assertEquals(calls.filter((call) => call === "error top_up_unsettled").length, 3);
});

const ASKED = {
  status: "requires_action",
  providerRef: "ref_1",
  action: { kind: "redirect", url: "https://bank.example/3ds" },
  expiresAt: LATER + 10 * MINUTE,
} as const;
const MESSAGE = { kind: "callback", headers: new Headers(), body: "ok" } as const;
const REFUND = "give back ref_1 5000 as rev_1_ref_1 true";

Deno.test("TopUpSettlement.charge() keeps what the user has to be shown, then notes that the bank waits", async () => {
  const { settlement, calls, started, entries, account } = createPorts({ charges: [ASKED] });
  const state = await settlement.charge(ACCOUNT_ID, started);
  assertEquals(calls, [...OPEN_AND_CHARGE, "show top_1", "commit tua_1"]);
  assertEquals<unknown>(state, { status: "requires_action", started, action: entries[1] });
  assertEquals(account().openTopUps[0]?.providerRef, "ref_1");
  assertEquals((await settlement.action("top_1"))?.action, ASKED.action);
  assertEquals(await settlement.action("top_2"), undefined);
});

interface Return {
  readonly name: string;
  readonly script: Script;
  readonly later?: number;
  readonly calls: readonly string[];
  readonly ends: TopUpState["status"];
}

const VERIFIED = { verified: { reference: "top_1", providerRef: "ref_1" } };
const COMPLETE = "complete top_1 ref_1 ok";
const ASK = ["open card_1", "inquire top_1 ref_1"];
const NOT_VERIFIED = "warn card_gateway_message_not_verified";

const WAITING = { status: "pending", providerRef: "ref_1", awaitsUser: true } as const;

const RETURNS: readonly Return[] = [
  {
    name: "completes what the bank signed, and credits it",
    script: VERIFIED,
    calls: [COMPLETE, "commit tuc_1", "open card_1", UNCOUNTED],
    ends: "credited",
  },
  {
    name: "fails what the user refused",
    script: {
      ...VERIFIED,
      completions: [{ status: "declined", reason: "authentication_failed" }],
    },
    calls: [COMPLETE, "commit tuc_1"],
    ends: "failed",
  },
  {
    name: "leaves open what was completed with a lost answer",
    script: { ...VERIFIED, completions: [LOST] },
    calls: [COMPLETE, "warn card_gateway_unclear"],
    ends: "requires_action",
  },
  {
    name: "only asks about what nobody signed",
    script: { inquiries: [ASKED] },
    calls: [NOT_VERIFIED, ...ASK],
    ends: "requires_action",
  },
  {
    name: "only asks about what was signed for another top-up",
    script: { verified: { reference: "top_2" }, inquiries: [ASKED] },
    calls: [NOT_VERIFIED, ...ASK],
    ends: "requires_action",
  },
  {
    name: "only asks about what was signed for another charge",
    script: { verified: { providerRef: "ref_2" }, inquiries: [CHARGED] },
    calls: [NOT_VERIFIED, ...ASK, ...CREDIT],
    ends: "credited",
  },
  {
    name: "completes nothing after its time, and fails what is not charged",
    script: { ...VERIFIED, inquiries: [ASKED] },
    later: 10 * MINUTE,
    calls: [...ASK, "commit tuc_1"],
    ends: "failed",
  },
  {
    name: "leaves open in its time what still waits for the user",
    script: { inquiries: [WAITING] },
    calls: [NOT_VERIFIED, ...ASK],
    ends: "requires_action",
  },
  {
    name: "fails after its time what still waits for the user",
    script: { ...VERIFIED, inquiries: [WAITING] },
    later: 10 * MINUTE,
    calls: [...ASK, "commit tuc_1"],
    ends: "failed",
  },
  {
    name: "leaves open after its time what waits for the bank",
    script: { ...VERIFIED, inquiries: [{ status: "pending", providerRef: "ref_1" }] },
    later: 10 * MINUTE,
    calls: ASK,
    ends: "requires_action",
  },
  {
    name: "credits after its time what is charged all the same",
    script: { ...VERIFIED, inquiries: [CHARGED] },
    later: 10 * MINUTE,
    calls: [...ASK, ...CREDIT],
    ends: "credited",
  },
];

for (const { name, script, later = 0, calls: expected, ends } of RETURNS) {
  Deno.test(`TopUpSettlement.comeBack() ${name}`, async () => {
    const { settlement, calls, started, time, entries } = createPorts({
      charges: [ASKED],
      ...script,
    });
    await settlement.charge(ACCOUNT_ID, started);
    calls.length = 0;
    time.now += later;
    assertEquals((await settlement.comeBack("top_1", MESSAGE))?.status, ends);
    assertEquals(calls, expected);
    if (ends === "requires_action") return;
    calls.length = 0;
    assertEquals((await settlement.comeBack("top_1", MESSAGE))?.status, ends, "once more");
    assertEquals(calls, []);
    assertEquals(entries.length, 3);
  });
}

Deno.test("TopUpSettlement.comeBack() knows no top-up for which no bank waits", async () => {
  const { settlement, calls, started } = createPorts({ charges: [PENDING] });
  await settlement.charge(ACCOUNT_ID, started);
  calls.length = 0;
  assertEquals(await settlement.comeBack("top_1", MESSAGE), undefined);
  assertEquals(calls, []);
});

Deno.test("TopUpSettlement.hear() asks about the open top-up of a signed webhook, by either name", async () => {
  for (const verified of [{ reference: "top_1" }, { providerRef: "ref_1" }]) {
    const { settlement, calls, started, gateway } = createPorts({ charges: [ASKED], verified });
    await settlement.charge(ACCOUNT_ID, started);
    calls.length = 0;
    assertEquals(await settlement.hear(gateway, "another", MESSAGE), true);
    assertEquals(calls, [], "it is of another fleet");
    assertEquals(await settlement.hear(gateway, ACCOUNT_ID.filo, MESSAGE), true);
    assertEquals(calls, [...ASK, ...CREDIT]);
  }
});

Deno.test("TopUpSettlement.hear() looks for a gateway's own name in so many open top-ups and no more, none of them old", async () => {
  const most = PAGE_MAX * WEBHOOK_SEARCH_PAGES;
  for (
    const [place, hours, isFound] of [
      [most, 0, true],
      [most + 1, 0, false],
      [1, 2, false],
    ] as const
  ) {
    const { settlement, calls, all, gateway, time } = createPorts({
      charges: [ASKED],
      verified: { providerRef: "ref_1" },
      topUps: most + 1,
    });
    const waiting = all[place - 1];
    assert(waiting);
    await settlement.charge(ACCOUNT_ID, waiting);
    calls.length = 0;
    time.now += hours * HOUR;
    assertEquals(await settlement.hear(gateway, ACCOUNT_ID.filo, MESSAGE), true);
    assertEquals(calls.includes(`inquire ${waiting.id} ref_1`), isFound);
    if (!isFound) assertEquals(calls, []);
  }
});

Deno.test("TopUpSettlement.hear() gives a charge back that came after its top-up had failed, once", async () => {
  for (const givenBack of [undefined, "given_back"] as const) {
    const { settlement, calls, started, gateway, entries } = createPorts({
      charges: [DECLINED],
      inquiries: [NOT_FOUND, PENDING, LOST, CHARGED],
      verified: { reference: "top_1", providerRef: "ref_1" },
      ...(givenBack && { givenBack }),
    });
    await settlement.charge(ACCOUNT_ID, started);
    const before = [...entries];
    // Nobody knows the charge by its name, so the gateway gets the card to find it by.
    const asked = ["open card_1", "inquire top_1"];
    for (const ends of ["not found", "pending", "lost"]) {
      calls.length = 0;
      assertEquals(await settlement.hear(gateway, ACCOUNT_ID.filo, MESSAGE), true);
      assertEquals(calls.slice(0, 2), asked, ends);
      assertEquals(calls.includes(REFUND), false, ends);
    }
    calls.length = 0;
    await settlement.hear(gateway, ACCOUNT_ID.filo, MESSAGE);
    const now = ["error card_charged_though_failed", REFUND, "warn card_charge_given_back"];
    assertEquals(calls, [...asked, ...(givenBack ? [] : now)]);
    assertEquals(entries, before, "it is never credited");
  }
});

Deno.test("TopUpSettlement.hear() asks about nothing for what nobody signed", async () => {
  const { settlement, calls, gateway } = createPorts({});
  assertEquals(await settlement.hear(gateway, ACCOUNT_ID.filo, MESSAGE), false);
  assertEquals(calls, []);
});

Deno.test("TopUpSettlement.find() asks again after growing pauses", async () => {
  const { settlement, calls, started, time } = createPorts({
    inquiries: Array.from({ length: 9 }, () => PENDING),
  });
  const asked: number[] = [];
  for (let seconds = 0; seconds <= 240; seconds++) {
    calls.length = 0;
    await settlement.find(ACCOUNT_ID, started.id);
    if (calls.length > 0) asked.push(seconds);
    time.now += 1_000;
  }
  assertEquals(asked, [0, 8, 38, 98, 158, 218]);
});

const NOT_REPEATABLE = { repeatableSeconds: 0, notFoundIsFinalAfterSeconds: 3_600 };

Deno.test("TopUpSettlement fails what a gateway that may charge twice does not find three times, an hour later", async () => {
  const { settlement, calls, time } = createPorts({
    traits: NOT_REPEATABLE,
    inquiries: Array.from({ length: 9 }, () => NOT_FOUND),
  });
  const pending = { pending: 1, requires_action: 0, credited: 0, failed: 0 };
  for (let sweeps = 0; sweeps < 3; sweeps++) assertEquals(await settlement.sweep(), pending);
  time.now = NOW + HOUR;
  for (let sweeps = 0; sweeps < 2; sweeps++) assertEquals(await settlement.sweep(), pending);
  assertEquals(await settlement.sweep(), { ...pending, pending: 0, failed: 1 });
  assertEquals(calls.filter((call) => call.startsWith("charge")), [], "it may charge twice");
});

Deno.test("TopUpSettlement charges nothing again once the gateway may have forgotten the reference", async () => {
  const { settlement, calls, started, time } = createPorts({
    traits: { repeatableSeconds: 86_400, notFoundIsFinalAfterSeconds: 90_000 },
    inquiries: [NOT_FOUND],
  });
  time.now = NOW + 24 * HOUR - MINUTE;
  assertEquals((await settlement.find(ACCOUNT_ID, started.id))?.status, "pending");
  assertEquals(calls, INQUIRE);
});

Deno.test("TopUpSettlement gives back what the card was charged more than once, and raises an alarm", async () => {
  const surplus = [{ providerRef: "ref_2", amountKurus: kurus(5_000) }];
  const { settlement, calls, started } = createPorts({ inquiries: [{ ...CHARGED, surplus }] });
  assertEquals((await settlement.find(ACCOUNT_ID, started.id))?.status, "credited");
  assertEquals(calls.slice(-3), [
    "error card_charged_more_than_once",
    "give back ref_2 5000 as rev_1_ref_2 true",
    "warn card_charge_given_back",
  ]);
});

Deno.test("TopUpSettlement fails after an hour what waits for a user whom nobody sent to the bank", async () => {
  const { settlement, started, time } = createPorts({
    inquiries: [{ status: "pending", awaitsUser: true }, { status: "pending", awaitsUser: true }],
  });
  time.now = started.at + HOUR - 1;
  assertEquals((await settlement.find(ACCOUNT_ID, started.id))?.status, "pending");
  time.now = started.at + HOUR + MINUTE;
  const state = await settlement.find(ACCOUNT_ID, started.id);
  assertEquals(state?.status === "failed" && state.closing.reason, "authentication_expired");
});

Deno.test("TopUpSettlement gives a surplus back once", async () => {
  const surplus = [{ providerRef: "ref_2", amountKurus: kurus(5_000) }];
  for (const givenBack of ["given_back", "pending"] as const) {
    const { settlement, calls, started } = createPorts({
      inquiries: [{ ...CHARGED, surplus }],
      givenBack,
    });
    await settlement.find(ACCOUNT_ID, started.id);
    assertEquals(calls.filter((call) => call.startsWith("give back")), []);
  }
});

Deno.test("TopUpSettlement gives back what is charged on a top-up that has failed meanwhile", async () => {
  const charge = Promise.withResolvers<ChargeOutcome>();
  const { settlement, calls, close, started } = createPorts({ charges: [charge.promise] });
  const charging = settlement.charge(ACCOUNT_ID, started);
  const command = { ...COMMAND, entryId: "tuc_1", topUpId: "top_1", gateway: "sandbox" };
  await close(
    { account: ACCOUNT_ID, command },
    ({ account }) => decideTopUpFailure(account, { ...command, reason: "declined" }),
  );
  charge.resolve(CHARGED);
  assertEquals((await charging).status, "failed");
  assertEquals(calls.slice(-3), [
    "error card_charged_though_failed",
    REFUND,
    "warn card_charge_given_back",
  ]);
});

Deno.test("TopUpSettlement credits no other amount than its own", async () => {
  const { settlement, calls, started } = createPorts({
    charges: [{ ...CHARGED, amountKurus: kurus(4_999) }],
  });
  assertEquals((await settlement.charge(ACCOUNT_ID, started)).status, "pending");
  assertEquals(calls.at(-1), "error card_gateway_charged_another_amount");
});
