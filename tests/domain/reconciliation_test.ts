import { assertEquals } from "@std/assert";
import type { Account } from "../../domain/account.ts";
import { openAccount } from "../../domain/account_opening.ts";
import type { Accepted } from "../../domain/decision.ts";
import type { JournalEntry } from "../../domain/journal.ts";
import { type Kurus, kurus } from "../../domain/money.ts";
import { decidePayment } from "../../domain/payment.ts";
import { decideRefund } from "../../domain/refund.ts";
import { chained, faultsOf } from "../support/journal_proof.ts";

const command = (entryId: string) => ({ entryId, at: 1_000, requestId: "r", by: "fleet" } as const);

/** An account with 100.00, a payment of 30.00 and a refund of 10.00; entries oldest first. */
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
  const refunded = accepted(
    decideRefund({ account: paid.account, payments: new Map(), topUps: new Map() }, refund),
  );
  return { account: refunded.account, entries: [opened.entry, paid.entry, refunded.entry] };
}

function accepted<T extends { outcome: string }>(decision: T): Extract<T, Accepted> {
  if (decision.outcome !== "accepted") throw new Error(`decision is ${decision.outcome}`);
  return decision as Extract<T, Accepted>;
}

Deno.test("proveAccount() finds nothing wrong with an account that follows from its entries", () => {
  const { account, entries } = history();
  assertEquals(faultsOf(account, entries), []);
});

type Whole = ReturnType<typeof history>;

/** The entries with one of them changed as if nobody had noticed: its hash and all later ones follow. */
function changed({ account, entries }: Whole, seq: number, change: object): readonly string[] {
  const others = entries.map((entry) =>
    (entry.seq === seq ? { ...entry, ...change } : entry) as JournalEntry
  );
  return faultsOf(account, others);
}

const TOP_UP = { topUpId: "top_1", amountKurus: 1 as Kurus, cardId: "card_1", startedAt: 1 };

const wrong: readonly (readonly [
  name: string,
  faults: (whole: Whole) => readonly string[],
  expected: readonly string[],
])[] = [
  [
    "a balance that no entry explains",
    ({ account, entries }) => faultsOf({ ...account, balanceKurus: kurus(8_001) }, entries),
    ["balanceKurus is 8001, must be 8000"],
  ],
  [
    "a missing entry",
    ({ account, entries }) => faultsOf(account, entries.filter(({ seq }) => seq !== 2)),
    [
      "entry 3 (refund ref_3): entry 2 before it is missing",
      "entry 3 (refund ref_3): its balance after is 80.00, must be 110.00",
      "entry 3 (refund ref_3): gives back pay_2, and there is no such payment before it",
      'lastPayment is {"paymentId":"pay_2","amountKurus":3000,"refundedKurus":1000,"at":1000}, must be null',
    ],
  ],
  [
    "an account that is older than its journal",
    ({ account, entries }) => faultsOf({ ...account, seq: 2 }, entries),
    ["the account ends with entry 2, its journal with 3"],
  ],
  [
    "another head",
    ({ account, entries }) => faultsOf({ ...account, head: "ref_9" }, entries),
    ['head is "ref_9", must be "ref_3"'],
  ],
  [
    "an entry that is there twice",
    ({ account, entries }) => faultsOf(account, [...entries, ...entries.slice(2)]).slice(0, 1),
    ["entry 3 (refund ref_3): is there twice"],
  ],
  [
    "a payment that is refunded beyond its amount",
    (whole) =>
      changed(whole, 3, {
        amountKurus: 4_000,
        deltaKurus: 4_000,
        refundedKurus: 4_000,
        balanceAfterKurus: 11_000,
      }).slice(0, 1),
    ["entry 3 (refund ref_3): payment pay_2 is refunded beyond its amount"],
  ],
  [
    "a refund that says another amount than the refunds come to",
    (whole) => changed(whole, 3, { refundedKurus: 900 }).slice(0, 1),
    ["entry 3 (refund ref_3): says 9.00 is refunded of pay_2, must be 10.00"],
  ],
  [
    "a delta that does not follow from type and amount",
    (whole) => changed(whole, 2, { deltaKurus: -2_000 }).slice(0, 1),
    ["entry 2 (payment pay_2): its delta is -20.00, must be -30.00"],
  ],
  [
    "a past that was changed where all amounts agree",
    ({ account, entries }) => {
      const stored = chained(account, entries);
      return faultsOf(
        account,
        entries,
        stored.map((one) =>
          one.entry.seq === 2
            ? { ...one, entry: { ...one.entry, description: "another ride" } as JournalEntry }
            : one
        ),
      );
    },
    ["entry 2 (payment pay_2): its hash is of another entry, or of another one before it"],
  ],
  [
    "a last payment that forgot its refund",
    ({ account, entries }) => {
      const { lastPayment } = account;
      if (lastPayment === null) throw new Error("the account has paid");
      const forgotten = { ...lastPayment, refundedKurus: kurus(0) };
      return faultsOf({ ...account, lastPayment: forgotten }, entries);
    },
    ["lastPayment.refundedKurus is 0, must be 1000"],
  ],
  [
    "an open top-up that was never started",
    ({ account, entries }) => faultsOf({ ...account, openTopUps: [TOP_UP] }, entries),
    [
      'openTopUps.0 is {"topUpId":"top_1","amountKurus":1,"cardId":"card_1","startedAt":1}, must be missing',
    ],
  ],
];

for (const [name, faults, expected] of wrong) {
  Deno.test(`proveAccount() finds ${name}`, () => assertEquals(faults(history()), [...expected]));
}
