import { assertEquals, assertFalse } from "@std/assert";
import { AMOUNT_MAX_KURUS, BALANCE_MAX_KURUS } from "../../domain/limits.ts";
import { kurus } from "../../domain/money.ts";
import { decidePayment } from "../../domain/payment.ts";
import { accept, COMMAND, testAccount, testCard, testPayment } from "../support/account.ts";
import { NOW } from "../support/clock.ts";

Deno.test("decidePayment() takes the amount from the balance and appends one entry", () => {
  const account = testAccount();
  const decision = accept(decidePayment(account, {
    ...COMMAND,
    amountKurus: kurus(1_050),
    orderId: "ride-17",
    description: "Ride",
  }));
  assertEquals(decision.entry, {
    type: "payment",
    id: "ent_new",
    seq: 8,
    at: NOW,
    requestId: "req-1",
    by: "fleet",
    amountKurus: kurus(1_050),
    deltaKurus: kurus(-1_050),
    balanceAfterKurus: kurus(8_950),
    orderId: "ride-17",
    description: "Ride",
  });
  assertEquals(decision.account, {
    ...account,
    head: "ent_new",
    seq: 8,
    balanceKurus: kurus(8_950),
    lastPayment: {
      paymentId: "ent_new",
      amountKurus: kurus(1_050),
      refundedKurus: kurus(0),
      at: NOW,
    },
  });
});

const BALANCES: readonly (readonly [number, number, number | "rejected"])[] = [
  [0, 1, "rejected"],
  [1, 1, 0],
  [1, 2, "rejected"],
  [10_000, 9_999, 1],
  [10_000, 10_000, 0],
  [10_000, 10_001, "rejected"],
  [AMOUNT_MAX_KURUS, AMOUNT_MAX_KURUS, 0],
  [BALANCE_MAX_KURUS, AMOUNT_MAX_KURUS, BALANCE_MAX_KURUS - AMOUNT_MAX_KURUS],
];

for (const [balance, amount, expected] of BALANCES) {
  Deno.test(`decidePayment() of ${amount} with a balance of ${balance} leaves ${expected}`, () => {
    const balanceKurus = kurus(balance);
    const amountKurus = kurus(amount);
    const decision = decidePayment(testAccount({ balanceKurus }), { ...COMMAND, amountKurus });
    if (expected !== "rejected") {
      assertEquals<unknown>(accept(decision).account.balanceKurus, expected);
      return;
    }
    assertEquals(decision, {
      outcome: "rejected",
      rejection: {
        code: "insufficient_balance",
        balanceKurus,
        availableKurus: balanceKurus,
        amountKurus,
      },
    });
  });
}

Deno.test("decidePayment() becomes the last payment in place of an older one", () => {
  const account = testAccount({ lastPayment: testPayment({ refundedKurus: kurus(500) }) });
  const { lastPayment } =
    accept(decidePayment(account, { ...COMMAND, amountKurus: kurus(1) })).account;
  assertEquals(lastPayment?.paymentId, "ent_new");
  assertEquals(lastPayment?.refundedKurus, kurus(0));
});

Deno.test("decidePayment() takes from the balance whether a card is saved or not", () => {
  for (const cards of [[], [testCard("card_1", { verified: false })]]) {
    accept(decidePayment(testAccount({ cards }), { ...COMMAND, amountKurus: kurus(1) }));
  }
});

Deno.test("decidePayment() writes no orderId or description that it was not given", () => {
  const { entry } = accept(decidePayment(testAccount(), { ...COMMAND, amountKurus: kurus(1) }));
  assertFalse("orderId" in entry || "description" in entry || "idempotency" in entry);
});
