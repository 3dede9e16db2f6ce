import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import type { Account, PaymentState } from "../../domain/account.ts";
import { decideCardSelection } from "../../domain/card_selection.ts";
import type { Command } from "../../domain/decision.ts";
import {
  checkKey,
  foldCommands,
  type LoadedAccount,
  type WaitingCommand,
} from "../../domain/fold.ts";
import type { Idempotency } from "../../domain/idempotency.ts";
import type { JournalEntry } from "../../domain/journal.ts";
import { kurus } from "../../domain/money.ts";
import { decidePayment } from "../../domain/payment.ts";
import { decideRefund, type RefundCommand } from "../../domain/refund.ts";
import { accept, COMMAND, testAccount, testCards, testPayment } from "../support/account.ts";
import { NOW } from "../support/clock.ts";

interface Base {
  readonly account?: Partial<Account>;
  readonly payments?: readonly PaymentState[];
  readonly entries?: readonly JournalEntry[];
}

function baseOf({ account, payments = [], entries = [] }: Base = {}): LoadedAccount {
  return {
    account: testAccount(account),
    payments: new Map(payments.map((payment) => [payment.paymentId, payment])),
    topUps: new Map(),
    entriesByKey: new Map(
      entries.flatMap((entry) => entry.idempotency ? [[entry.idempotency.keyHash, entry]] : []),
    ),
  };
}

function keyed(keyHash: string, fingerprint = "print"): Idempotency {
  return { keyHash, fingerprint, language: "tr" };
}

function pay(entryId: string, amount: number, idempotency?: Idempotency): WaitingCommand {
  const command = {
    ...COMMAND,
    entryId,
    amountKurus: kurus(amount),
    ...(idempotency && { idempotency }),
  };
  return { command, decide: ({ account }) => decidePayment(account, command) };
}

function refund(entryId: string, more: Partial<RefundCommand> = {}): WaitingCommand {
  const command = { ...COMMAND, entryId, ...more };
  return { command, decide: (view) => decideRefund(view, command) };
}

function select(cardId: string): WaitingCommand {
  const command = { ...COMMAND, entryId: `sel_${cardId}`, cardId };
  return { command, decide: ({ account }) => decideCardSelection(account, command) };
}

const BROKEN: WaitingCommand = {
  command: COMMAND,
  decide: () => {
    throw new RangeError("a bug");
  },
};

Deno.test("foldCommands() of nothing leaves the account", () => {
  const base = baseOf();
  const fold = foldCommands(base, []);
  assertStrictEquals(fold.account, base.account);
  assertEquals([fold.entries, fold.outcomes], [[], []]);
});

Deno.test("foldCommands() decides each command on the state that those before it left", () => {
  const fold = foldCommands(baseOf({ account: { balanceKurus: kurus(100) } }), [
    pay("pay_1", 60),
    pay("pay_2", 60),
    pay("pay_3", 40),
    pay("pay_4", 1),
  ]);
  assertEquals(fold.outcomes.map(({ outcome }) => outcome), [
    "accepted",
    "rejected",
    "accepted",
    "rejected",
  ]);
  assertEquals(fold.outcomes[1], {
    outcome: "rejected",
    rejection: {
      code: "insufficient_balance",
      balanceKurus: kurus(40),
      availableKurus: kurus(40),
      amountKurus: kurus(60),
    },
  });
  assertEquals(fold.entries.map(({ id, seq }) => [id, seq]), [["pay_1", 8], ["pay_3", 9]]);
  assertEquals([fold.account.head, fold.account.seq], ["pay_3", 9]);
  assertEquals(fold.account.balanceKurus, kurus(0));
});

Deno.test("foldCommands() gives each outcome the state right after it", () => {
  const { outcomes } = foldCommands(baseOf(), [pay("pay_1", 1), pay("pay_2", 1)]);
  assertEquals(
    outcomes.map((each) => each.outcome === "accepted" && each.account.balanceKurus),
    [kurus(9_999), kurus(9_998)],
  );
});

Deno.test("foldCommands() appends nothing for what is so already", () => {
  const base = baseOf({ account: { cards: testCards(2), selectedCardId: "card_1" } });
  const fold = foldCommands(base, [select("card_1"), select("card_2"), select("card_2")]);
  assertEquals(fold.outcomes.map(({ outcome }) => outcome), ["unchanged", "accepted", "unchanged"]);
  assertEquals(fold.entries.map(({ id }) => id), ["sel_card_2"]);
});

Deno.test("foldCommands() lets a command that throws fail alone", () => {
  const fold = foldCommands(baseOf(), [pay("pay_1", 1), BROKEN, pay("pay_2", 2)]);
  assertEquals(fold.outcomes.map(({ outcome }) => outcome), ["accepted", "threw", "accepted"]);
  const [, threw] = fold.outcomes;
  assert(threw?.outcome === "threw" && threw.error instanceof RangeError);
  assertEquals(fold.entries.map(({ seq }) => seq), [8, 9]);
  assertEquals(fold.account.balanceKurus, kurus(9_997));
});

Deno.test("foldCommands() answers the second of two equal keys with the first one's entry", () => {
  const fold = foldCommands(baseOf(), [
    pay("pay_1", 10, keyed("key")),
    pay("pay_2", 10, keyed("key")),
    pay("pay_3", 10, keyed("other key")),
  ]);
  const [first, second] = fold.outcomes;
  assert(first?.outcome === "accepted" && second?.outcome === "replayed");
  assertStrictEquals(second.entry, first.entry);
  assertEquals(fold.entries.map(({ id }) => id), ["pay_1", "pay_3"]);
  assertEquals(fold.account.balanceKurus, kurus(9_980));
});

Deno.test("foldCommands() refuses a key that asked for something else in the same fold", () => {
  const fold = foldCommands(baseOf(), [
    pay("pay_1", 10, keyed("key", "print of 10")),
    pay("pay_2", 20, keyed("key", "print of 20")),
  ]);
  assertEquals(fold.outcomes[1], { outcome: "key_reused" });
  assertEquals(fold.entries.length, 1);
});

const KNOWN = accept(
  decidePayment(testAccount(), {
    ...COMMAND,
    entryId: "pay_0",
    amountKurus: kurus(10),
    idempotency: keyed("key"),
  }),
).entry;

Deno.test("foldCommands() answers a key that the journal knows with its entry", () => {
  const base = baseOf({ entries: [KNOWN] });
  const fold = foldCommands(base, [pay("pay_1", 10, keyed("key"))]);
  assertEquals(fold.outcomes, [{ outcome: "replayed", entry: KNOWN, account: base.account }]);
  assertEquals(fold.entries, []);
  assertStrictEquals(fold.account, base.account);
});

Deno.test("foldCommands() refuses a key of the journal that asked for something else", () => {
  const fold = foldCommands(baseOf({ entries: [KNOWN] }), [
    pay("pay_1", 20, keyed("key", "another print")),
  ]);
  assertEquals(fold.outcomes, [{ outcome: "key_reused" }]);
});

Deno.test("foldCommands() answers a known key although its command would now be refused", () => {
  const base = baseOf({ account: { balanceKurus: kurus(0) }, entries: [KNOWN] });
  const fold = foldCommands(base, [pay("pay_1", 10, keyed("key"))]);
  assertEquals(fold.outcomes.map(({ outcome }) => outcome), ["replayed"]);
});

Deno.test("foldCommands() does not remember the key of a refusal or of a throw", () => {
  const broken = { ...BROKEN, command: { ...COMMAND, idempotency: keyed("key") } };
  const fold = foldCommands(baseOf({ account: { balanceKurus: kurus(10) } }), [
    pay("pay_1", 11, keyed("key")),
    broken,
    pay("pay_2", 10, keyed("key")),
  ]);
  assertEquals(fold.outcomes.map(({ outcome }) => outcome), ["rejected", "threw", "accepted"]);
});

Deno.test("foldCommands() changes none of what the store gave it", () => {
  const base = baseOf({ payments: [testPayment({ paymentId: "pay_older" })], entries: [KNOWN] });
  const before = structuredClone(base);
  foldCommands(base, [
    pay("pay_1", 10, keyed("new key")),
    refund("ref_1", { paymentId: "pay_older" }),
  ]);
  assertEquals(base, before);
});

const OLDER = testPayment({ paymentId: "pay_older", amountKurus: kurus(1_000) });

Deno.test("foldCommands() never lets two refunds of one older payment pass its amount", () => {
  const some = { paymentId: "pay_older", amountKurus: kurus(600) };
  const fold = foldCommands(baseOf({ payments: [OLDER] }), [
    refund("ref_1", some),
    refund("ref_2", some),
    refund("ref_3", { paymentId: "pay_older" }),
    refund("ref_4", { paymentId: "pay_older" }),
  ]);
  assertEquals<unknown>(fold.outcomes.map((each) => "rejection" in each ? each.rejection : null), [
    null,
    {
      code: "refund_exceeds_payment",
      paymentId: "pay_older",
      refundableKurus: 400,
      amountKurus: 600,
    },
    null,
    { code: "already_refunded", paymentId: "pay_older" },
  ]);
  assertEquals<unknown>(fold.entries.map(({ amountKurus }) => amountKurus), [600, 400]);
});

Deno.test("foldCommands() shows a payment of the fold to the refunds after it", () => {
  const fold = foldCommands(baseOf(), [
    refund("ref_1"),
    pay("pay_1", 100),
    pay("pay_2", 200),
    refund("ref_2", { paymentId: "pay_1", amountKurus: kurus(40) }),
    refund("ref_3"),
    refund("ref_4", { paymentId: "pay_1" }),
    refund("ref_5", { paymentId: "pay_1" }),
  ]);
  assertEquals(fold.outcomes.map(({ outcome }) => outcome), [
    "rejected",
    "accepted",
    "accepted",
    "accepted",
    "accepted",
    "accepted",
    "rejected",
  ]);
  assertEquals<unknown>(
    fold.entries.filter((entry) => entry.type === "refund").map((entry) => [
      entry.paymentId,
      entry.amountKurus,
      entry.refundedKurus,
    ]),
    [["pay_1", 40, 40], ["pay_2", 200, 200], ["pay_1", 60, 100]],
  );
  assertEquals(fold.account.balanceKurus, kurus(10_000));
});

Deno.test("foldCommands() follows the newest payment when a fold turns it into an older one", () => {
  const newest = testPayment();
  const base = baseOf({ account: { lastPayment: newest }, payments: [newest] });
  const fold = foldCommands(base, [
    refund("ref_1", { amountKurus: kurus(1_000) }),
    pay("pay_1", 100),
    refund("ref_2", { paymentId: "pay_last", amountKurus: kurus(2_001) }),
    refund("ref_3", { paymentId: "pay_last", amountKurus: kurus(2_000) }),
  ]);
  assertEquals(fold.outcomes.map(({ outcome }) => outcome), [
    "accepted",
    "accepted",
    "rejected",
    "accepted",
  ]);
});

const CHECKS: readonly (readonly [string, Command, ReturnType<typeof checkKey>])[] = [
  ["knows no command without a key", COMMAND, undefined],
  ["knows no new key", { ...COMMAND, idempotency: keyed("new key") }, undefined],
  ["finds the entry of a repeated key", { ...COMMAND, idempotency: keyed("key") }, KNOWN],
  [
    "finds the entry whatever the language of the repetition",
    { ...COMMAND, at: NOW + 1, idempotency: { ...keyed("key"), language: "en" } },
    KNOWN,
  ],
  [
    "tells a key that asked for something else",
    { ...COMMAND, idempotency: keyed("key", "another print") },
    "key_reused",
  ],
];

for (const [name, command, expected] of CHECKS) {
  Deno.test(`checkKey() ${name}`, () => {
    assertEquals(checkKey(command, baseOf({ entries: [KNOWN] }).entriesByKey), expected);
  });
}
