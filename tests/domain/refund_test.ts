import { assertEquals, assertStrictEquals } from "@std/assert";
import type { PaymentState } from "../../domain/account.ts";
import { BALANCE_MAX_KURUS } from "../../domain/limits.ts";
import { kurus } from "../../domain/money.ts";
import { type AccountView, decideRefund, type RefundRejection } from "../../domain/refund.ts";
import { accept, COMMAND, testAccount, testPayment } from "../support/account.ts";
import { DAY, NOW } from "../support/clock.ts";

const NEWEST = testPayment();
const OLDER = testPayment({ paymentId: "pay_older", amountKurus: kurus(2_000), at: NOW - DAY });

/** An account whose newest payment is that one, and those older payments that a command names. */
function viewOf(lastPayment: PaymentState | null, ...payments: PaymentState[]): AccountView {
  return {
    account: testAccount({ lastPayment }),
    payments: new Map(payments.map((payment) => [payment.paymentId, payment])),
    topUps: new Map(),
  };
}

Deno.test("decideRefund() gives all of the newest payment back to the balance", () => {
  const view = viewOf(NEWEST);
  const decision = accept(decideRefund(view, COMMAND));
  assertEquals(decision.entry, {
    type: "refund",
    id: "ent_new",
    seq: 8,
    at: NOW,
    requestId: "req-1",
    by: "fleet",
    amountKurus: kurus(3_000),
    deltaKurus: kurus(3_000),
    balanceAfterKurus: kurus(13_000),
    paymentId: "pay_last",
    refundedKurus: kurus(3_000),
  });
  assertEquals(decision.account, {
    ...view.account,
    head: "ent_new",
    seq: 8,
    balanceKurus: kurus(13_000),
    lastPayment: { ...NEWEST, refundedKurus: kurus(3_000) },
  });
});

Deno.test("decideRefund() gives a part back and remembers how much", () => {
  const { entry, account } = accept(
    decideRefund(viewOf(NEWEST), { ...COMMAND, amountKurus: kurus(1) }),
  );
  assertEquals([entry.amountKurus, entry.refundedKurus], [kurus(1), kurus(1)]);
  assertEquals(account.lastPayment?.refundedKurus, kurus(1));
});

Deno.test("decideRefund() without amount gives back what is left after a partial refund", () => {
  const view = viewOf({ ...NEWEST, refundedKurus: kurus(2_999) });
  const { entry } = accept(decideRefund(view, COMMAND));
  assertEquals([entry.amountKurus, entry.refundedKurus], [kurus(1), kurus(3_000)]);
});

Deno.test("decideRefund() without paymentId takes the newest payment, never an older one", () => {
  const spent = { ...NEWEST, refundedKurus: NEWEST.amountKurus };
  assertEquals(decideRefund(viewOf(spent, OLDER), COMMAND), {
    outcome: "rejected",
    rejection: { code: "already_refunded", paymentId: "pay_last" },
  });
  assertEquals(accept(decideRefund(viewOf(NEWEST, OLDER), COMMAND)).entry.paymentId, "pay_last");
});

Deno.test("decideRefund() gives an older payment back when it is named", () => {
  const view = viewOf(NEWEST, OLDER);
  const { entry, account } = accept(decideRefund(view, { ...COMMAND, paymentId: "pay_older" }));
  assertEquals([entry.paymentId, entry.amountKurus], ["pay_older", kurus(2_000)]);
  assertStrictEquals(account.lastPayment, NEWEST);
  assertEquals(account.balanceKurus, kurus(12_000));
});

Deno.test("decideRefund() believes the account, not the view, about the newest payment", () => {
  const stale = { ...NEWEST, refundedKurus: kurus(0) };
  const view = viewOf({ ...NEWEST, refundedKurus: kurus(3_000) }, stale);
  assertEquals(decideRefund(view, { ...COMMAND, paymentId: "pay_last" }), {
    outcome: "rejected",
    rejection: { code: "already_refunded", paymentId: "pay_last" },
  });
});

interface Refused {
  readonly name: string;
  readonly view: AccountView;
  readonly command?: { readonly paymentId?: string; readonly amountKurus?: number };
  readonly rejection: RefundRejection;
}

const SPENT = { ...OLDER, refundedKurus: OLDER.amountKurus };
const HALF = { ...OLDER, refundedKurus: kurus(1_000) };

const REFUSED: readonly Refused[] = [
  {
    name: "any refund before the first payment",
    view: viewOf(null, OLDER),
    rejection: { code: "payment_not_found" },
  },
  {
    name: "a payment that does not exist",
    view: viewOf(NEWEST),
    command: { paymentId: "pay_unknown" },
    rejection: { code: "payment_not_found" },
  },
  {
    name: "a second refund",
    view: viewOf({ ...NEWEST, refundedKurus: kurus(3_000) }),
    rejection: { code: "already_refunded", paymentId: "pay_last" },
  },
  {
    name: "a second refund of one kurus",
    view: viewOf({ ...NEWEST, refundedKurus: kurus(3_000) }),
    command: { amountKurus: 1 },
    rejection: { code: "already_refunded", paymentId: "pay_last" },
  },
  {
    name: "a second refund of an older payment",
    view: viewOf(NEWEST, SPENT),
    command: { paymentId: "pay_older" },
    rejection: { code: "already_refunded", paymentId: "pay_older" },
  },
  {
    name: "a kurus more than was paid",
    view: viewOf(NEWEST),
    command: { amountKurus: 3_001 },
    rejection: {
      code: "refund_exceeds_payment",
      paymentId: "pay_last",
      refundableKurus: kurus(3_000),
      amountKurus: kurus(3_001),
    },
  },
  {
    name: "a kurus more than is left of an older payment",
    view: viewOf(NEWEST, HALF),
    command: { paymentId: "pay_older", amountKurus: 1_001 },
    rejection: {
      code: "refund_exceeds_payment",
      paymentId: "pay_older",
      refundableKurus: kurus(1_000),
      amountKurus: kurus(1_001),
    },
  },
];

for (const { name, view, command = {}, rejection } of REFUSED) {
  Deno.test(`decideRefund() rejects ${name}`, () => {
    const { paymentId, amountKurus } = command;
    const decision = decideRefund(view, {
      ...COMMAND,
      ...(paymentId && { paymentId }),
      ...(amountKurus && { amountKurus: kurus(amountKurus) }),
    });
    assertEquals(decision, { outcome: "rejected", rejection });
  });
}

Deno.test("decideRefund() accepts all that is left of a payment, to the kurus", () => {
  const command = { ...COMMAND, paymentId: "pay_older", amountKurus: kurus(1_000) };
  assertEquals(
    accept(decideRefund(viewOf(NEWEST, HALF), command)).entry.refundedKurus,
    kurus(2_000),
  );
});

const AGES: readonly (readonly [string, number, boolean])[] = [
  ["in the same millisecond", 0, true],
  ["a day before 365 days are over", 364 * DAY, true],
  ["when 365 days are over exactly", 365 * DAY, true],
  ["a millisecond after 365 days", 365 * DAY + 1, false],
  ["after two years", 730 * DAY, false],
  // Two machines' clocks differ a little.
  ["a second before the payment, by another clock", -1_000, true],
];

for (const [name, age, isRefundable] of AGES) {
  Deno.test(`decideRefund() ${isRefundable ? "accepts" : "rejects"} a refund ${name}`, () => {
    for (const payment of [NEWEST, OLDER]) {
      const { paymentId, at } = payment;
      const view = viewOf(NEWEST, OLDER);
      const decision = decideRefund(view, { ...COMMAND, paymentId, at: at + age });
      if (isRefundable) accept(decision);
      else {
        assertEquals(decision, {
          outcome: "rejected",
          rejection: { code: "refund_window_passed", paymentId },
        });
      }
    }
  });
}

Deno.test("decideRefund() is owed: no balance limit stands against it", () => {
  const balanceKurus = kurus(BALANCE_MAX_KURUS);
  const account = testAccount({ balanceKurus, lastPayment: NEWEST });
  const decision = accept(
    decideRefund({ account, payments: new Map(), topUps: new Map() }, COMMAND),
  );
  assertEquals(decision.account.balanceKurus, kurus(BALANCE_MAX_KURUS + 3_000));
});
