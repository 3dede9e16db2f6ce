import { assertEquals, assertStrictEquals } from "@std/assert";
import type { PaymentState } from "../../domain/account.ts";
import {
  applyToPayments,
  cardSnapshot,
  closingEntryId,
  refundableKurus,
} from "../../domain/journal.ts";
import { kurus } from "../../domain/money.ts";
import { decidePayment } from "../../domain/payment.ts";
import { decideRefund } from "../../domain/refund.ts";
import { accept, COMMAND, testAccount, testCard, testPayment } from "../support/account.ts";

const NONE: ReadonlyMap<string, PaymentState> = new Map();
const PAID = accept(decidePayment(testAccount(), { ...COMMAND, amountKurus: kurus(1_000) }));
const REFUNDED = accept(decideRefund({ account: PAID.account, payments: NONE }, {
  ...COMMAND,
  entryId: "ref_1",
  amountKurus: kurus(400),
}));

Deno.test("applyToPayments() adds a new payment and leaves the map that it was given", () => {
  const payments = applyToPayments(NONE, PAID.entry);
  assertEquals([...payments.values()], [PAID.account.lastPayment]);
  assertEquals(NONE.size, 0);
});

Deno.test("applyToPayments() tells a payment what a refund gave back of it", () => {
  const payments = applyToPayments(applyToPayments(NONE, PAID.entry), REFUNDED.entry);
  assertEquals([...payments.values()], [REFUNDED.account.lastPayment]);
});

Deno.test("applyToPayments() passes over a refund of a payment that nobody asked for", () => {
  assertStrictEquals(applyToPayments(NONE, REFUNDED.entry), NONE);
});

Deno.test("closingEntryId() follows from the id of the top-up and is never the same", () => {
  assertEquals(closingEntryId("top_01KDVHAX1M"), "tuc_01KDVHAX1M");
  assertEquals(closingEntryId("top_top_1"), "tuc_top_1");
});

Deno.test("cardSnapshot() leaves out the fingerprint and says whether the card is selected", () => {
  const { fingerprint: _, ...shown } = testCard("card_1");
  assertEquals(cardSnapshot(testCard("card_1"), "card_1"), { ...shown, selected: true });
  assertEquals(cardSnapshot(testCard("card_1"), "card_2"), { ...shown, selected: false });
  assertEquals(cardSnapshot(testCard("card_1"), null), { ...shown, selected: false });
});

Deno.test("refundableKurus() is what was paid less what was given back", () => {
  assertEquals<unknown>(refundableKurus(testPayment({ refundedKurus: kurus(1) })), 2_999);
  assertEquals<unknown>(refundableKurus(testPayment({ refundedKurus: kurus(3_000) })), 0);
});
