import { assertEquals } from "@std/assert";
import type { PaymentState } from "../../domain/account.ts";
import { paymentAfter, paymentState, refundableKurus } from "../../domain/payment_state.ts";
import { kurus } from "../../domain/money.ts";
import { decidePayment } from "../../domain/payment.ts";
import { decideRefund } from "../../domain/refund.ts";
import { accept, COMMAND, testAccount, testPayment } from "../support/account.ts";

const NONE: ReadonlyMap<string, PaymentState> = new Map();
const PAID = accept(decidePayment(testAccount(), { ...COMMAND, amountKurus: kurus(1_000) }));
const REFUNDED = accept(decideRefund({ account: PAID.account, payments: NONE, topUps: new Map() }, {
  ...COMMAND,
  entryId: "ref_1",
  amountKurus: kurus(400),
}));

Deno.test("paymentAfter() gives a new payment as nothing was given back of it", () => {
  assertEquals(paymentAfter(PAID.entry, NONE), PAID.account.lastPayment ?? undefined);
});

Deno.test("paymentAfter() says what a refund has given back of its payment", () => {
  const { entry } = PAID;
  const payments = new Map([[entry.id, paymentState(entry)]]);
  assertEquals(paymentAfter(REFUNDED.entry, payments), REFUNDED.account.lastPayment ?? undefined);
});

Deno.test("paymentAfter() passes over a refund of a payment that nobody asked for", () => {
  assertEquals(paymentAfter(REFUNDED.entry, NONE), undefined);
});

Deno.test("refundableKurus() is what was paid less what was given back", () => {
  assertEquals<unknown>(refundableKurus(testPayment({ refundedKurus: kurus(1) })), 2_999);
  assertEquals<unknown>(refundableKurus(testPayment({ refundedKurus: kurus(3_000) })), 0);
});
