import { assertEquals, assertThrows } from "@std/assert";
import { accepted, rejected } from "../../domain/decision.ts";
import { evolve } from "../../domain/evolve.ts";
import { paymentState } from "../../domain/payment_state.ts";
import { kurus } from "../../domain/money.ts";
import { COMMAND, testAccount } from "../support/account.ts";

const KEY = { keyHash: "0123456789abcdef", fingerprint: "print", language: "en" } as const;

Deno.test("accepted() moves head, seq and balance with the entry and changes no other account", () => {
  const account = Object.freeze(testAccount());
  const decision = accepted<"payment">(account, COMMAND, {
    type: "payment",
    amountKurus: kurus(1),
  });
  assertEquals(decision.account, evolve(account, decision.entry));
  assertEquals(decision.account, {
    ...account,
    head: decision.entry.id,
    seq: decision.entry.seq,
    balanceKurus: decision.entry.balanceAfterKurus,
    lastPayment: paymentState(decision.entry),
  });
  assertEquals<unknown>([decision.entry.seq, decision.entry.balanceAfterKurus], [8, 9_999]);
});

Deno.test("accepted() remembers the key of a command on the account and on the entry", () => {
  const command = { ...COMMAND, idempotency: KEY };
  const { account, entry } = accepted<"payment">(testAccount(), command, { type: "payment" });
  assertEquals(account.recentKeys, { hashes: [0x0123456789ab], others: "none" });
  assertEquals(entry.idempotency, KEY);
});

Deno.test("accepted() throws before a balance falls below zero: no rule may let that happen", () => {
  const account = testAccount({ balanceKurus: kurus(10) });
  const take = (sum: number) =>
    accepted<"payment">(account, COMMAND, { type: "payment", amountKurus: kurus(sum) });
  assertEquals<unknown>(take(10).account.balanceKurus, 0);
  assertThrows(() => take(11), RangeError, "Cannot accept payment: balance would be -1");
});

Deno.test("rejected() carries a code and its numbers", () => {
  assertEquals(rejected({ code: "duplicate_card", cardId: "card_1" }), {
    outcome: "rejected",
    rejection: { code: "duplicate_card", cardId: "card_1" },
  });
});
