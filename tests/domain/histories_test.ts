import { assert, assertEquals, assertNotEquals } from "@std/assert";
import fc from "fast-check";
import type { Account, CreditedTopUp, PaymentState } from "../../domain/account.ts";
import { createUnopened, evolve } from "../../domain/evolve.ts";
import { foldCommands, type FoldedOutcome, type LoadedAccount } from "../../domain/fold.ts";
import { shortHash } from "../../domain/idempotency.ts";
import type { JournalEntry } from "../../domain/journal.ts";
import { ENTRY_TYPES } from "../../domain/entry_traits.ts";
import { kurus } from "../../domain/money.ts";
import { ACCOUNT_ID } from "../support/account.ts";
import { HOUR } from "../support/clock.ts";
import { faultsOf } from "../support/journal_proof.ts";
import { commandsOf, HISTORIES, type History, openingOf, STEPS } from "../support/histories.ts";

// What the rules promise has to hold after every command of a history.
const RUNS = { seed: 20260101, numRuns: 150 };

interface Life {
  readonly account: Account;
  readonly entries: readonly JournalEntry[];
  readonly outcomes: readonly FoldedOutcome[];
}

/** Lives a history in folds of the given sizes, each on what a store would give after the last. */
function live(history: History, sizes: readonly number[]): Life {
  const { account: opened, entry } = openingOf(history);
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
    topUps: new Map(topUpsOf(entries).map((topUp) => [topUp.topUpId, topUp])),
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

/** Credited top-ups, with what was taken for their cards and not put back. */
function topUpsOf(entries: readonly JournalEntry[]): CreditedTopUp[] {
  return entries.filter((entry) => entry.type === "top_up_credited").map((credited) => {
    const { topUpId, amountKurus, at, gateway, providerRef } = credited;
    const moved = entries.filter((entry) =>
      (entry.type === "card_refund_started" || entry.type === "card_refund_failed") &&
      entry.topUpId === topUpId
    );
    const refundedKurus = kurus(-sum(moved, "deltaKurus") + 0);
    return { topUpId, amountKurus, at, gateway, providerRef, refundedKurus };
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
    card_refund_started: -1,
    card_refund_failed: 1,
  };
  checkLives(({ entries }) => {
    for (const { type, amountKurus, deltaKurus, ...facts } of entries) {
      const direction = "direction" in facts && facts.direction === "credit" ? 1 : -1;
      const sign = type === "adjustment" ? direction : signs[type] ?? 0;
      assertEquals<number>(deltaKurus, sign * amountKurus + 0);
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
    const closed = entries.flatMap((entry) =>
      entry.type === "top_up_credited" || entry.type === "top_up_failed" ? [entry.topUpId] : []
    );
    assertEquals(new Set(closed).size, closed.length);
    const open = entries.filter(({ id, type }) =>
      type === "top_up_started" && !closed.includes(id)
    );
    assertEquals(account.openTopUps.map(({ topUpId }) => topUpId), open.map(({ id }) => id));
    assert(open.length <= 10);
  });
});

Deno.test("foldCommands() never gives more of a top-up back than it was, nor more than cards brought", () => {
  checkLives(({ account, entries }) => {
    for (const { amountKurus, refundedKurus } of topUpsOf(entries)) {
      assert(refundedKurus >= 0 && refundedKurus <= amountKurus);
    }
    for (const [place, entry] of entries.entries()) {
      if (entry.type !== "card_refund_started" && entry.type !== "card_refund_failed") continue;
      const soFar = topUpsOf(entries.slice(0, place + 1));
      const topUp = soFar.find(({ topUpId }) => topUpId === entry.topUpId);
      assertEquals(entry.refundedKurus, topUp?.refundedKurus);
    }
    const ended = entries.flatMap((entry) => "cardRefundId" in entry ? [entry.cardRefundId] : []);
    assertEquals(new Set(ended).size, ended.length);
    const open = entries.filter(({ id, type }) =>
      type === "card_refund_started" && !ended.includes(id)
    );
    assertEquals(account.openCardRefunds.map((one) => one.cardRefundId), open.map(({ id }) => id));
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
    assertEquals(account.recentKeys, { hashes: keys.map(shortHash), others: "none" });
  });
});

Deno.test("decideHold() holds in no history more than the balance, or counts a hold twice", () => {
  checkLives(({ account, entries }) => {
    const held = new Map<string, number>();
    for (const entry of entries) {
      if (entry.type === "hold_placed") held.set(entry.id, entry.amountKurus);
      if ("holdId" in entry && entry.holdId !== undefined) {
        assertEquals(held.delete(entry.holdId), true, `${entry.holdId} ends once`);
      }
      const { balanceAfterKurus, heldAfterKurus = 0 } = entry;
      assert(balanceAfterKurus >= heldAfterKurus, entry.id);
      // What has expired and is not yet ended is no longer held.
      assert(heldAfterKurus <= [...held.values()].reduce((sum, one) => sum + one, 0), entry.id);
    }
    assertEquals(account.openHolds.map(({ holdId }) => holdId), [...held.keys()]);
  });
});

Deno.test("decideHoldCapture() forgets in no history what a captured hold was for", () => {
  let captures = 0;
  checkLives(({ entries }) => {
    for (const entry of entries) {
      if (entry.type !== "payment" || entry.holdId === undefined) continue;
      captures++;
      const ride = { orderId: `ride of ${entry.holdId}`, description: "Moda" };
      assertEquals({ orderId: entry.orderId, description: entry.description }, ride);
    }
  });
  assert(captures > 0);
});

Deno.test("evolve() makes of the entries from the first on the account that the rules left", () => {
  checkLives(({ account, entries }) => {
    assertEquals(entries.reduce(evolve, createUnopened(ACCOUNT_ID)), account);
  });
});

Deno.test("proveAccount() finds no fault in any history, and one in any that lacks an entry", () => {
  checkLives(({ account, entries }) => {
    assertEquals(faultsOf(account, entries), []);
    for (const place of [0, entries.length >> 1, entries.length - 1]) {
      assertNotEquals(faultsOf(account, entries.toSpliced(place, 1)), []);
    }
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
      ...["rate_limited", "too_many_holds", "hold_not_found", "hold_closed"],
      ...["top_up_not_found", "nothing_to_refund", "refund_exceeds_top_up"],
      ...["too_many_open_card_refunds"],
      // Two more have the names of entries that are there: account_frozen and account_closed.
      ...["account_not_frozen", "account_not_closed", "account_not_empty"],
    ].sort(),
  );
});
