import { assertEquals } from "@std/assert";
import type { Account } from "../../domain/account.ts";
import { openAccount } from "../../domain/account_opening.ts";
import type { Accepted } from "../../domain/decision.ts";
import type { JournalEntry } from "../../domain/journal.ts";
import { type Kurus, kurus } from "../../domain/money.ts";
import { decidePayment } from "../../domain/payment.ts";
import { proveAccount } from "../../domain/reconciliation.ts";
import { decideRefund } from "../../domain/refund.ts";

const command = (entryId: string) => ({ entryId, at: 1_000, requestId: "r", by: "fleet" } as const);

/** An account with 100.00, a payment of 30.00 and a refund of 10.00; entries newest first. */
function history(): { account: Account; entries: JournalEntry[] } {
  const opened = openAccount({
    ...command("ent_1"),
    account: { filo: "hergele", userNo: "1" },
    balanceKurus: kurus(10_000),
    cards: [],
  });
  const payment = { ...command("pay_2"), amountKurus: kurus(3_000) };
  const paid = accepted(decidePayment(opened.account, payment));
  const refund = { ...command("ref_3"), amountKurus: kurus(1_000) };
  const refunded = accepted(decideRefund({ account: paid.account, payments: new Map() }, refund));
  return { account: refunded.account, entries: [refunded.entry, paid.entry, opened.entry] };
}

function accepted<T extends { outcome: string }>(decision: T): Extract<T, Accepted> {
  if (decision.outcome !== "accepted") throw new Error(`decision is ${decision.outcome}`);
  return decision as Extract<T, Accepted>;
}

function faultsOf(account: Account, entries: readonly JournalEntry[]): readonly string[] {
  const proof = proveAccount(account);
  for (const entry of entries) proof.add(entry);
  return proof.faults();
}

Deno.test("proveAccount() finds nothing wrong with an account that follows from its entries", () => {
  const { account, entries } = history();
  assertEquals(faultsOf(account, entries), []);
});

const wrong: readonly [
  string,
  (whole: ReturnType<typeof history>) => readonly string[],
  string[],
][] = [
  [
    "a balance that no entry explains",
    ({ account, entries }) => faultsOf({ ...account, balanceKurus: kurus(8_001) }, entries),
    ["balance after entry 3 is 80.00, must be 80.01"],
  ],
  [
    "a missing entry",
    ({ account, entries }) => faultsOf(account, entries.filter(({ seq }) => seq !== 2)),
    [
      "entry 2 is missing",
      "balance after entry 1 is 100.00, must be 70.00",
      "last payment is pay_2 of 30.00 with 10.00 refunded, must be none",
      "refunded payment pay_2 does not exist",
    ],
  ],
  [
    "a journal that ends too early",
    ({ account, entries }) => faultsOf(account, entries.slice(0, 2)),
    ["entries begin at 2 with 100.00"],
  ],
  [
    "another head",
    ({ account, entries }) => faultsOf({ ...account, head: "ref_9" }, entries),
    ["head is not entry 3"],
  ],
  [
    "a payment that is refunded beyond its amount",
    ({ account, entries }) => {
      const more = { amountKurus: 4_000, deltaKurus: 4_000, balanceAfterKurus: 11_000 };
      const inflated = entries.map((entry) =>
        entry.type === "refund" ? { ...entry, ...more } : entry
      );
      return faultsOf({ ...account, balanceKurus: kurus(11_000) }, inflated as JournalEntry[]);
    },
    [
      "payment pay_2 is refunded beyond its amount",
      "last payment is pay_2 of 30.00 with 10.00 refunded, must be pay_2 of 30.00 with 40.00 refunded",
    ],
  ],
  [
    "a last payment that forgot its refund",
    ({ account, entries }) => {
      const { lastPayment } = account;
      if (lastPayment === null) throw new Error("the account has paid");
      const forgotten = { ...lastPayment, refundedKurus: kurus(0) };
      return faultsOf({ ...account, lastPayment: forgotten }, entries);
    },
    ["last payment is pay_2 of 30.00 with 0.00 refunded, must be pay_2 of 30.00 with 10.00 refunded"],
  ],
  [
    "an account that has forgotten its last payment",
    ({ account, entries }) => faultsOf({ ...account, lastPayment: null }, entries),
    ["last payment is none, must be pay_2 of 30.00 with 10.00 refunded"],
  ],
  [
    "an open top-up that was never started",
    ({ account, entries }) => {
      const topUp = { topUpId: "top_1", amountKurus: 1 as Kurus, cardId: "card_1", startedAt: 1 };
      return faultsOf({ ...account, openTopUps: [topUp] }, entries);
    },
    ["open top-up top_1 was never started"],
  ],
];

for (const [name, faults, expected] of wrong) {
  Deno.test(`proveAccount() finds ${name}`, () => assertEquals(faults(history()), expected));
}
