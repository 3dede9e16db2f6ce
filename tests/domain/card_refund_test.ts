import { assertEquals, assertThrows } from "@std/assert";
import type { Account, CreditedTopUp } from "../../domain/account.ts";
import {
  type CardRefundRejection,
  decideCardRefund,
  decideCardRefundCompletion,
  decideCardRefundFailure,
  decideNewestCardRefund,
  type GiveBackTerms,
} from "../../domain/card_refund.ts";
import { UNCHANGED } from "../../domain/decision.ts";
import { BALANCE_MAX_KURUS, OPEN_CARD_REFUNDS_PER_ACCOUNT } from "../../domain/limits.ts";
import { kurus } from "../../domain/money.ts";
import type { AccountView } from "../../domain/refund.ts";
import {
  accept,
  COMMAND,
  testAccount,
  testCreditedTopUp,
  testOpenCardRefund,
  testOpenHold,
} from "../support/account.ts";
import { DAY, NOW } from "../support/clock.ts";

const TERMS: GiveBackTerms = { givesBackParts: true, giveBackWithinDays: 365 };
const ASK = { ...COMMAND, termsOf: () => TERMS };
const TOP_UP = testCreditedTopUp("top_1");

function viewOf(changes: Partial<Account>, ...topUps: readonly CreditedTopUp[]): AccountView {
  return {
    account: testAccount(changes),
    payments: new Map(),
    topUps: new Map(topUps.map((topUp) => [topUp.topUpId, topUp])),
  };
}

Deno.test("decideCardRefund() takes all that is left of a top-up from the balance", () => {
  const view = viewOf({}, TOP_UP);
  const { entry, account } = accept(decideCardRefund(view, { ...ASK, topUpId: "top_1" }));
  assertEquals(entry, {
    type: "card_refund_started",
    id: "ent_new",
    seq: 8,
    at: NOW,
    requestId: "req-1",
    by: "fleet",
    amountKurus: kurus(5_000),
    deltaKurus: kurus(-5_000),
    balanceAfterKurus: kurus(5_000),
    topUpId: "top_1",
    gateway: "sandbox",
    providerRef: "charge of top_1",
    whole: true,
    refundedKurus: kurus(5_000),
  });
  assertEquals(account, {
    ...view.account,
    head: "ent_new",
    seq: 8,
    balanceKurus: kurus(5_000),
    openCardRefunds: [
      {
        cardRefundId: "ent_new",
        topUpId: "top_1",
        amountKurus: kurus(5_000),
        startedAt: NOW,
      },
    ],
  });
});

interface Amount {
  readonly name: string;
  readonly account?: Partial<Account>;
  readonly topUp?: Partial<CreditedTopUp>;
  readonly asked?: number;
  readonly expected: { readonly amount: number; readonly whole: boolean };
}

const AMOUNTS: readonly Amount[] = [
  { name: "a part", asked: 1, expected: { amount: 1, whole: false } },
  {
    name: "what is left of it",
    topUp: { refundedKurus: kurus(4_000) },
    expected: { amount: 1_000, whole: false },
  },
  {
    name: "what is available, where holds set the rest aside",
    account: { openHolds: [testOpenHold("hold_1", { amountKurus: kurus(7_000) })] },
    expected: { amount: 3_000, whole: false },
  },
  {
    name: "what cards brought, where the rest was granted",
    account: { grantedKurus: kurus(9_900) },
    expected: { amount: 100, whole: false },
  },
  {
    name: "what is left of the balance",
    account: { balanceKurus: kurus(1) },
    expected: { amount: 1, whole: false },
  },
  { name: "all of it by its amount", asked: 5_000, expected: { amount: 5_000, whole: true } },
  {
    name: "it from a frozen account",
    account: { status: "frozen" },
    expected: { amount: 5_000, whole: true },
  },
];

for (const { name, account = {}, topUp = {}, asked, expected } of AMOUNTS) {
  Deno.test(`decideCardRefund() gives ${name} back`, () => {
    const view = viewOf(account, { ...TOP_UP, ...topUp });
    const { entry } = accept(decideCardRefund(view, {
      ...ASK,
      topUpId: "top_1",
      ...(asked !== undefined && { amountKurus: kurus(asked) }),
    }));
    assertEquals({ amount: Number(entry.amountKurus), whole: entry.whole }, expected);
  });
}

interface Refused {
  readonly name: string;
  readonly account?: Partial<Account>;
  readonly topUp?: Partial<CreditedTopUp>;
  readonly asked?: number;
  readonly topUpId?: string;
  readonly terms?: GiveBackTerms | null;
  readonly rejection: CardRefundRejection;
}

const NOTHING = { code: "nothing_to_refund", topUpId: "top_1" } as const;

const REFUSED: readonly Refused[] = [
  {
    name: "a closed account",
    account: { status: "closed" },
    rejection: { code: "account_closed" },
  },
  { name: "another's top-up", topUpId: "top_2", rejection: { code: "top_up_not_found" } },
  {
    name: "what has all gone back",
    topUp: { refundedKurus: kurus(5_000) },
    asked: 1,
    rejection: NOTHING,
  },
  {
    name: "what cards did not bring",
    account: { grantedKurus: kurus(10_000) },
    rejection: { code: "nothing_to_refund" },
  },
  {
    name: "everything while holds set all aside",
    account: { openHolds: [testOpenHold("hold_1", { amountKurus: kurus(10_000) })] },
    rejection: NOTHING,
  },
  {
    name: "a kurus more than is left",
    topUp: { refundedKurus: kurus(4_999) },
    asked: 2,
    rejection: {
      code: "refund_exceeds_top_up",
      topUpId: "top_1",
      refundableKurus: kurus(1),
      amountKurus: kurus(2),
    },
  },
  {
    name: "a kurus more than cards brought",
    account: { grantedKurus: kurus(9_000) },
    asked: 1_001,
    rejection: {
      code: "refund_exceeds_top_up",
      topUpId: "top_1",
      refundableKurus: kurus(1_000),
      amountKurus: kurus(1_001),
    },
  },
  {
    name: "a kurus more than is available",
    account: { openHolds: [testOpenHold("hold_1", { amountKurus: kurus(9_000) })] },
    asked: 1_001,
    rejection: {
      code: "insufficient_balance",
      balanceKurus: kurus(10_000),
      availableKurus: kurus(1_000),
      amountKurus: kurus(1_001),
    },
  },
  {
    name: "what its gateway no longer gives back",
    topUp: { at: NOW - 365 * DAY - 1 },
    rejection: { code: "refund_window_passed", topUpId: "top_1" },
  },
  {
    name: "a part where its gateway gives back the whole alone",
    asked: 1,
    terms: { ...TERMS, givesBackParts: false },
    rejection: { code: "only_whole_top_up", topUpId: "top_1", amountKurus: kurus(5_000) },
  },
  {
    name: "what a gateway charged that is gone",
    terms: null,
    rejection: { code: "card_refund_refused", topUpId: "top_1" },
  },
  {
    name: "an eleventh that is open",
    account: {
      openCardRefunds: Array.from(
        { length: OPEN_CARD_REFUNDS_PER_ACCOUNT },
        (_, place) => testOpenCardRefund(`crf_${place}`),
      ),
    },
    rejection: { code: "too_many_open_card_refunds" },
  },
];

for (const { name, account = {}, topUp = {}, asked, terms = TERMS, ...refused } of REFUSED) {
  Deno.test(`decideCardRefund() rejects ${name}`, () => {
    const decision = decideCardRefund(viewOf(account, { ...TOP_UP, ...topUp }), {
      ...ASK,
      topUpId: refused.topUpId ?? "top_1",
      termsOf: () => terms ?? undefined,
      ...(asked !== undefined && { amountKurus: kurus(asked) }),
    });
    assertEquals(decision, { outcome: "rejected", rejection: refused.rejection });
  });
}

Deno.test("decideCardRefund() gives back to the last millisecond that its gateway allows", () => {
  const view = viewOf({}, { ...TOP_UP, at: NOW - 365 * DAY });
  accept(decideCardRefund(view, { ...ASK, topUpId: "top_1" }));
});

Deno.test("decideNewestCardRefund() takes the newest of which anything can go back", () => {
  const view = viewOf(
    {},
    { ...testCreditedTopUp("top_4"), refundedKurus: kurus(5_000) },
    { ...testCreditedTopUp("top_3"), gateway: "gone" },
    { ...testCreditedTopUp("top_2"), at: NOW - 366 * DAY },
    TOP_UP,
    testCreditedTopUp("top_0"),
  );
  const search = { topUpIds: [...view.topUps.keys()], isLast: false };
  const termsOf = (gateway: string) => gateway === "gone" ? undefined : TERMS;
  const { entry } = accept(decideNewestCardRefund(view, { ...ASK, termsOf }, search));
  assertEquals(entry.topUpId, "top_1");
});

Deno.test("decideNewestCardRefund() searches on until the last page, and refuses early what it can", () => {
  const view = viewOf({}, { ...TOP_UP, refundedKurus: kurus(5_000) });
  const nothing = { outcome: "rejected", rejection: { code: "nothing_to_refund" } } as const;
  assertEquals(decideNewestCardRefund(view, ASK, undefined), UNCHANGED);
  const topUpIds = ["top_1"];
  assertEquals(decideNewestCardRefund(view, ASK, { topUpIds, isLast: false }), UNCHANGED);
  assertEquals(decideNewestCardRefund(view, ASK, { topUpIds, isLast: true }), nothing);
  assertEquals(decideNewestCardRefund(viewOf({ balanceKurus: kurus(0) }), ASK, undefined), nothing);
});

const OPEN = testOpenCardRefund("crf_1", { amountKurus: kurus(2_000) });
const UNDER_WAY = { ...TOP_UP, refundedKurus: kurus(3_000) };
const ENDING = { ...COMMAND, cardRefundId: "crf_1" };

Deno.test("decideCardRefundCompletion() says how the card got its money, and moves no balance", () => {
  const view = viewOf({ openCardRefunds: [OPEN] }, UNDER_WAY);
  const { entry, account } = accept(
    decideCardRefundCompletion(view, { ...ENDING, how: "void" }),
  );
  assertEquals(
    [entry.type, entry.how, entry.gateway, Number(entry.amountKurus), Number(entry.deltaKurus)],
    ["card_refund_completed", "void", "sandbox", 2_000, 0],
  );
  assertEquals([account.balanceKurus, account.openCardRefunds], [kurus(10_000), []]);
});

Deno.test("decideCardRefundFailure() puts the amount back, on a full and on a closed account", () => {
  for (
    const changes of [{ balanceKurus: kurus(BALANCE_MAX_KURUS) }, { status: "closed" }] as const
  ) {
    const view = viewOf({ ...changes, openCardRefunds: [OPEN] }, UNDER_WAY);
    const { entry, account } = accept(decideCardRefundFailure(view, ENDING));
    assertEquals(
      [Number(entry.amountKurus), Number(entry.deltaKurus), Number(entry.refundedKurus)],
      [2_000, 2_000, 1_000],
    );
    assertEquals<number>(account.balanceKurus, view.account.balanceKurus + 2_000);
    assertEquals(account.openCardRefunds, []);
  }
});

Deno.test("decideCardRefundCompletion() and decideCardRefundFailure() end a card refund once", () => {
  const view = viewOf({}, UNDER_WAY);
  assertEquals(decideCardRefundCompletion(view, { ...ENDING, how: "refund" }), UNCHANGED);
  assertEquals(decideCardRefundFailure(view, ENDING), UNCHANGED);
});

Deno.test("decideCardRefundCompletion() wants the top-up in view", () => {
  const view = viewOf({ openCardRefunds: [OPEN] });
  assertThrows(() => decideCardRefundFailure(view, ENDING), Error, "is not loaded");
});
