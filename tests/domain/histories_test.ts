import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { Account, PaymentState } from "../../domain/account.ts";
import { openAccount } from "../../domain/account_opening.ts";
import { decideCardRegistration } from "../../domain/card_registration.ts";
import { decideCardRemoval } from "../../domain/card_removal.ts";
import { decideCardSelection } from "../../domain/card_selection.ts";
import {
  foldCommands,
  type FoldedOutcome,
  type LoadedAccount,
  type WaitingCommand,
} from "../../domain/fold.ts";
import { shortKey } from "../../domain/idempotency.ts";
import { ENTRY_TYPES, type JournalEntry } from "../../domain/journal.ts";
import { kurus } from "../../domain/money.ts";
import { decidePayment } from "../../domain/payment.ts";
import { proveAccount } from "../../domain/reconciliation.ts";
import { decideRefund } from "../../domain/refund.ts";
import { decideTopUp, decideTopUpCredit, decideTopUpFailure } from "../../domain/top_up.ts";
import {
  ACCOUNT_ID,
  cardNumber,
  COMMAND,
  DAY,
  HOUR,
  MINUTE,
  NOW,
  testCard,
} from "../support/account.ts";

// Whole lives of accounts: an opening and up to eighty commands, some of them repeated under the key
// of an earlier one. What the rules promise has to hold after every one of them.
const RUNS = { seed: 20260101, numRuns: 150 };

type Action =
  | { readonly kind: "payment"; readonly amount: number }
  | { readonly kind: "refund"; readonly of: number | null; readonly amount: number | null }
  | { readonly kind: "top_up"; readonly amount: number; readonly card: number | null }
  | { readonly kind: "credit"; readonly topUp: number }
  | { readonly kind: "failure"; readonly topUp: number }
  | { readonly kind: "saving" | "selection" | "removal"; readonly card: number };

interface Step {
  readonly action: Action;
  /** The place of the step whose action and key this one repeats, if there is one. */
  readonly repeats: number | null;
  /** A key that steps may share by mistake. */
  readonly sharedKey: number | null;
  readonly pause: number;
}

interface History {
  readonly balance: number;
  readonly unverifiedCards: number;
  readonly steps: readonly Step[];
}

const STEPS = 80;
const CARDS = 24;
const small = fc.integer({ min: 0, max: 7 });
const card = fc.integer({ min: 0, max: CARDS - 1 });
const amount = fc.integer({ min: 1, max: 5_000 });
const kind = <Kind extends string>(name: Kind) => fc.constant(name);

/** Null in three cases of four. */
function sometimes(value: fc.Arbitrary<number>): fc.Arbitrary<number | null> {
  return fc.oneof({ weight: 3, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: value });
}

const ACTIONS: Readonly<Record<Action["kind"], fc.Arbitrary<Action>>> = {
  payment: fc.record({ kind: kind("payment"), amount }),
  refund: fc.record({ kind: kind("refund"), of: sometimes(small), amount: sometimes(amount) }),
  top_up: fc.record({ kind: kind("top_up"), amount, card: sometimes(card) }),
  credit: fc.record({ kind: kind("credit"), topUp: small }),
  failure: fc.record({ kind: kind("failure"), topUp: small }),
  saving: fc.record({ kind: kind("saving"), card }),
  selection: fc.record({ kind: kind("selection"), card }),
  removal: fc.record({ kind: kind("removal"), card }),
};

/** What users do, by how often: a bit of all, mostly cards, mostly top-ups. */
const WAYS: readonly Readonly<Record<Action["kind"], number>>[] = [
  { payment: 4, refund: 4, top_up: 3, credit: 2, failure: 1, saving: 3, selection: 1, removal: 1 },
  { payment: 1, refund: 1, top_up: 1, credit: 1, failure: 1, saving: 20, selection: 2, removal: 1 },
  { payment: 1, refund: 1, top_up: 9, credit: 1, failure: 3, saving: 3, selection: 0, removal: 1 },
];

function stepsOf(way: Readonly<Record<Action["kind"], number>>): fc.Arbitrary<Step[]> {
  const action = fc.oneof(
    ...Object.entries(ACTIONS).map(([name, arbitrary]) => ({
      weight: way[name as Action["kind"]],
      arbitrary,
    })),
  );
  const pause = fc.oneof(
    { weight: 20, arbitrary: fc.constantFrom(0, 1, MINUTE, 11 * MINUTE) },
    { weight: 1, arbitrary: fc.constantFrom(HOUR, 200 * DAY) },
  );
  const step = fc.record({
    action,
    repeats: sometimes(fc.nat(STEPS - 1)),
    sharedKey: sometimes(fc.nat(3)),
    pause,
  });
  return fc.array(step, { maxLength: STEPS, size: "max" });
}

const HISTORIES: fc.Arbitrary<History> = fc.record({
  balance: fc.integer({ min: 0, max: 20_000 }),
  unverifiedCards: fc.constantFrom(0, 1, 3, 12),
  steps: fc.oneof(...WAYS.map(stepsOf)),
});

/** The step as it is: an action of its own, or an earlier one once more under the same key. */
function resolveStep(steps: readonly Step[], place: number) {
  const step = steps[place];
  assert(step);
  const first = step.repeats !== null && step.repeats < place ? steps[step.repeats] : undefined;
  const { action, sharedKey } = first ?? step;
  const key = sharedKey ?? `of ${first ? step.repeats : place}`;
  return { action, keyHash: `${action.kind} ${key}` };
}

/** The commands of a history, ids and times fixed before the first is decided. */
function commandsOf({ steps }: History): WaitingCommand[] {
  const all = steps.map((_, place) => resolveStep(steps, place));
  const prefix = { payment: "pay", top_up: "top" } as Record<Action["kind"], string>;
  const ids = all.map(({ action }, place) => `${prefix[action.kind] ?? "ent"}_${place}`);
  const idsOf = (kind: Action["kind"]) =>
    ids.filter((_, place) => all[place]?.action.kind === kind);
  const payments = idsOf("payment");
  const topUps = idsOf("top_up");
  let at = NOW;
  return all.map(({ action, keyHash }, place): WaitingCommand => {
    at += steps[place]?.pause ?? 0;
    const idempotency = { keyHash, fingerprint: JSON.stringify(action), language: "tr" } as const;
    const command = { ...COMMAND, entryId: ids[place] ?? "", at, idempotency };
    return { command, decide: decider(action, command, { payments, topUps }) };
  });
}

interface Named {
  readonly payments: readonly string[];
  readonly topUps: readonly string[];
}

function decider(
  action: Action,
  command: WaitingCommand["command"],
  { payments, topUps }: Named,
): WaitingCommand["decide"] {
  switch (action.kind) {
    case "payment": {
      const payment = { ...command, amountKurus: kurus(action.amount) };
      return ({ account }) => decidePayment(account, payment);
    }
    case "refund": {
      const refund = {
        ...command,
        ...(action.of !== null && { paymentId: payments[action.of] ?? "pay_unknown" }),
        ...(action.amount !== null && { amountKurus: kurus(action.amount) }),
      };
      return (view) => decideRefund(view, refund);
    }
    case "top_up": {
      const topUp = {
        ...command,
        amountKurus: kurus(action.amount),
        ...(action.card !== null && { cardId: `card_${action.card}` }),
      };
      return ({ account }) => decideTopUp(account, topUp);
    }
    case "credit":
    case "failure": {
      const topUpId = topUps[action.topUp] ?? "top_unknown";
      const closing = { ...command, topUpId, reason: "declined" } as const;
      return ({ account }) =>
        action.kind === "credit"
          ? decideTopUpCredit(account, closing)
          : decideTopUpFailure(account, closing);
    }
    case "saving": {
      const { facts } = cardNumber("4242424242424242");
      const { cardId, fingerprint } = testCard(`card_${action.card}`);
      const saving = { ...command, cardId, fingerprint, facts };
      return ({ account }) => decideCardRegistration(account, saving);
    }
    case "selection":
      return ({ account }) =>
        decideCardSelection(account, { ...command, cardId: `card_${action.card}` });
    case "removal":
      return ({ account }) =>
        decideCardRemoval(account, { ...command, cardId: `card_${action.card}` });
  }
}

interface Life {
  readonly account: Account;
  readonly entries: readonly JournalEntry[];
  readonly outcomes: readonly FoldedOutcome[];
}

/** Lives a history in folds of the given sizes, each on what a store would give after the last. */
function live(history: History, sizes: readonly number[]): Life {
  const { account: opened, entry } = openAccount({
    ...COMMAND,
    account: ACCOUNT_ID,
    balanceKurus: kurus(history.balance),
    cards: Array.from(
      { length: history.unverifiedCards },
      (_, place) => testCard(`card_${CARDS - 1 - place}`, { verified: false }),
    ),
  });
  const waiting = commandsOf(history);
  const outcomes: FoldedOutcome[] = [];
  const entries: JournalEntry[] = [entry];
  let account = opened;
  for (let turn = 0; waiting.length > 0; turn++) {
    const batch = waiting.splice(0, sizes[turn % sizes.length]);
    const fold = foldCommands(load(account, entries), batch);
    account = fold.account;
    entries.push(...fold.entries);
    outcomes.push(...fold.outcomes);
  }
  return { account, entries, outcomes };
}

/** What a store gives: all of it read from the entries, refunds added up one by one. */
function load(account: Account, entries: readonly JournalEntry[]): LoadedAccount {
  return {
    account,
    payments: new Map(paymentsOf(entries).map((payment) => [payment.paymentId, payment])),
    entriesByKey: new Map(
      entries.flatMap((entry) => entry.idempotency ? [[entry.idempotency.keyHash, entry]] : []),
    ),
  };
}

function paymentsOf(entries: readonly JournalEntry[]): PaymentState[] {
  const refunds = entries.filter((entry) => entry.type === "refund");
  return entries.filter((entry) => entry.type === "payment").map(({ id, at, amountKurus }) => {
    const refunded = refunds.filter(({ paymentId }) => paymentId === id);
    return { paymentId: id, amountKurus, at, refundedKurus: kurus(sum(refunded, "amountKurus")) };
  });
}

function sum(entries: readonly JournalEntry[], what: "amountKurus" | "deltaKurus"): number {
  return entries.reduce((total, entry) => total + entry[what], 0);
}

const ONE_BY_ONE = [1];
const AT_ONCE = [STEPS];

/** Holds for the life of every history, lived in folds of seven. */
function checkLives(check: (life: Life) => void): void {
  fc.assert(fc.property(HISTORIES, (history) => check(live(history, [7]))), RUNS);
}

Deno.test("foldCommands() keeps the balance the sum of all deltas, and never below zero", () => {
  checkLives(({ account, entries }) => {
    let balance = 0;
    for (const entry of entries) {
      balance += entry.deltaKurus;
      assertEquals<number>(entry.balanceAfterKurus, balance);
      assert(balance >= 0);
    }
    assertEquals<number>(account.balanceKurus, balance);
  });
});

Deno.test("foldCommands() gives each entry the sign that its type has", () => {
  const signs: Partial<Record<JournalEntry["type"], number>> = {
    account_opened: 1,
    refund: 1,
    top_up_credited: 1,
    payment: -1,
  };
  checkLives(({ entries }) => {
    for (const { type, amountKurus, deltaKurus } of entries) {
      assertEquals<number>(deltaKurus, (signs[type] ?? 0) * amountKurus + 0);
      assert(amountKurus >= 0);
    }
  });
});

Deno.test("foldCommands() numbers entries from 1 without a gap, and the last one is the head", () => {
  checkLives(({ account, entries }) => {
    assertEquals(entries.map(({ seq }) => seq), entries.map((_, place) => place + 1));
    assertEquals([account.seq, account.head], [entries.length, entries.at(-1)?.id ?? ""]);
    assertEquals(new Set(entries.map(({ id }) => id)).size, entries.length);
  });
});

Deno.test("foldCommands() never lets the refunds of a payment exceed it", () => {
  checkLives(({ entries }) => {
    for (const { amountKurus, refundedKurus } of paymentsOf(entries)) {
      assert(refundedKurus <= amountKurus);
    }
  });
});

Deno.test("foldCommands() writes on each refund what the payment's refunds come to", () => {
  checkLives(({ entries }) => {
    for (const [place, entry] of entries.entries()) {
      if (entry.type !== "refund") continue;
      const soFar = paymentsOf(entries.slice(0, place + 1));
      const payment = soFar.find(({ paymentId }) => paymentId === entry.paymentId);
      assertEquals(entry.refundedKurus, payment?.refundedKurus);
    }
  });
});

Deno.test("foldCommands() keeps the newest payment on the account as its entries tell it", () => {
  checkLives(({ account, entries }) => {
    assertEquals(account.lastPayment, paymentsOf(entries).at(-1) ?? null);
  });
});

Deno.test("foldCommands() keeps open those top-ups that were started and not closed", () => {
  checkLives(({ account, entries }) => {
    const closed = entries.flatMap((entry) => "topUpId" in entry ? [entry.topUpId] : []);
    assertEquals(new Set(closed).size, closed.length);
    const open = entries.filter(({ id, type }) =>
      type === "top_up_started" && !closed.includes(id)
    );
    assertEquals(account.openTopUps.map(({ topUpId }) => topUpId), open.map(({ id }) => id));
    assert(open.length <= 10);
  });
});

Deno.test("foldCommands() keeps cards apart, at most twenty, and a chargeable one selected", () => {
  checkLives(({ account: { cards, selectedCardId, openTopUps } }) => {
    assertEquals(new Set(cards.map(({ fingerprint }) => fingerprint)).size, cards.length);
    assert(cards.length <= 20);
    const selected = cards.find(({ cardId }) => cardId === selectedCardId);
    assertEquals(selected === undefined, selectedCardId === null);
    assertEquals(selected?.verified ?? false, cards.some(({ verified }) => verified));
    for (const { cardId } of openTopUps) assert(cards.some((kept) => kept.cardId === cardId));
  });
});

Deno.test("foldCommands() lets no hour see more than ten saved cards", () => {
  checkLives(({ entries }) => {
    const saves = entries.filter(({ type }) => type === "card_saved");
    for (const { at } of saves) {
      assert(saves.filter((other) => other.at > at - HOUR && other.at <= at).length <= 10);
    }
  });
});

Deno.test("foldCommands() starts no top-up in the hour of five declines", () => {
  checkLives(({ entries }) => {
    for (const { seq, type, at } of entries) {
      if (type !== "top_up_started") continue;
      const recent = entries.filter((other) =>
        other.type === "top_up_failed" && other.seq < seq && other.at > at - HOUR
      );
      assert(recent.length < 5);
    }
  });
});

Deno.test("foldCommands() gives the same at once as one by one and in folds of any size", () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(HISTORIES, sizes, (history, someSizes) => {
      const oneByOne = live(history, ONE_BY_ONE);
      assertEquals(live(history, AT_ONCE), oneByOne);
      assertEquals(live(history, someSizes), oneByOne);
    }),
    RUNS,
  );
});

Deno.test("foldCommands() appends one entry for each accepted command and none for any other", () => {
  checkLives(({ entries, outcomes }) => {
    const accepted = outcomes.flatMap((each) => each.outcome === "accepted" ? [each.entry] : []);
    assertEquals(entries.slice(1), accepted);
    assertEquals(outcomes.some(({ outcome }) => outcome === "threw"), false);
  });
});

Deno.test("foldCommands() replays the first answer to a key, within a fold and after it", () => {
  checkLives(({ entries, outcomes }) => {
    const firsts = new Map(entries.map((entry) => [entry.idempotency?.keyHash, entry]));
    for (const each of outcomes) {
      if (each.outcome !== "replayed") continue;
      assertEquals(each.entry, firsts.get(each.entry.idempotency?.keyHash));
    }
  });
});

Deno.test("foldCommands() appends nothing when all that was accepted is asked once more", () => {
  fc.assert(
    fc.property(HISTORIES, (history) => {
      const { account, entries, outcomes } = live(history, [7]);
      const accepted = commandsOf(history).filter((_, place) =>
        outcomes[place]?.outcome === "accepted"
      );
      const again = foldCommands(load(account, entries), accepted);
      assertEquals(
        again.outcomes,
        entries.slice(1).map((entry) => ({ outcome: "replayed", entry, account })),
      );
      assertEquals([again.entries, again.account], [[], account]);
    }),
    RUNS,
  );
});

Deno.test("foldCommands() appends one entry a key, and the account remembers each key", () => {
  checkLives(({ account, entries }) => {
    const keys = entries.flatMap(({ idempotency }) => idempotency?.keyHash ?? []);
    assertEquals(new Set(keys).size, keys.length);
    assertEquals(account.recentKeys, { hashes: keys.map(shortKey), complete: true });
  });
});

Deno.test("proveAccount() finds no fault in any history", () => {
  checkLives(({ account, entries }) => {
    const proof = proveAccount(account);
    for (const entry of entries.toReversed()) proof.add(entry);
    assertEquals(proof.faults(), []);
  });
});

Deno.test("foldCommands() came to every end and every refusal in these histories", () => {
  const ends = new Set<string>();
  checkLives(({ entries, outcomes }) => {
    for (const { type } of entries) ends.add(type);
    for (const each of outcomes) {
      ends.add(each.outcome === "rejected" ? each.rejection.code : each.outcome);
    }
  });
  // The balance limit is a matter of tables: amounts here are small.
  assertEquals(
    [...ends].sort(),
    [
      ...ENTRY_TYPES,
      ...["accepted", "unchanged", "replayed", "key_reused", "insufficient_balance"],
      ...["payment_not_found", "already_refunded", "refund_exceeds_payment"],
      ...["refund_window_passed", "duplicate_card", "too_many_cards", "no_cards"],
      ...["card_not_found", "card_not_chargeable", "card_in_use", "too_many_open_top_ups"],
      "rate_limited",
    ].sort(),
  );
});
