import type { Account } from "./account.ts";
import { heldKurus } from "./available.ts";
import { grantedAgainKurus } from "./granted.ts";
import type { JournalEntry } from "./journal.ts";
import { deltaOf } from "./entry_traits.ts";
import { add, formatAmount, type Kurus, NO_MONEY } from "./money.ts";

/** Where an entry does not follow from the account before it, in its amounts and in what it refers to. */
export function* findEntryFaults(state: Account, entry: JournalEntry): Generator<string> {
  yield* findAmountFaults(state, entry);
  yield* findClosingFaults(state, entry);
  yield* findHoldFaults(state, entry);
  yield* findGrantFaults(state, entry);
  yield* findCardRefundFaults(state, entry);
}

export function* findOrderFaults(state: Account, entry: JournalEntry): Generator<string> {
  const expected = state.seq + 1;
  if (entry.seq < expected) yield `is there twice`;
  else if (entry.seq > expected) {
    yield expected === entry.seq - 1
      ? `entry ${expected} before it is missing`
      : `entries ${expected} to ${entry.seq - 1} before it are missing`;
  }
  if ((entry.type === "account_opened") !== (entry.seq === 1)) {
    yield "an account is opened by its first entry and by no other";
  }
}

function* findAmountFaults(state: Account, entry: JournalEntry): Generator<string> {
  const { amountKurus, deltaKurus, balanceAfterKurus } = entry;
  const delta = deltaOf(entry);
  if (!isAmount(amountKurus)) yield `its amount is ${amountKurus}`;
  if (deltaKurus !== delta) yield `its delta is ${showAny(deltaKurus)}, must be ${showAny(delta)}`;
  const balance = addAny(state.balanceKurus, deltaKurus);
  if (balanceAfterKurus !== balance) {
    yield `its balance after is ${showAny(balanceAfterKurus)}, must be ${showAny(balance)}`;
  }
}

/** The entry that closes a top-up must be of an open one, with its amount and its card. */
function* findClosingFaults(state: Account, entry: JournalEntry): Generator<string> {
  if (entry.type !== "top_up_credited" && entry.type !== "top_up_failed") return;
  const open = state.openTopUps.find(({ topUpId }) => topUpId === entry.topUpId);
  if (open === undefined) return yield `closes ${entry.topUpId}, which is not open`;
  if (open.amountKurus !== entry.amountKurus) {
    yield `is of ${showAny(entry.amountKurus)}, its top-up of ${showAny(open.amountKurus)}`;
  }
  if (open.cardId !== entry.card.cardId) {
    yield `is from ${entry.card.cardId}, its top-up from ${open.cardId}`;
  }
}

/** How much of a refund counts as granted again follows from the account before it. */
function* findGrantFaults(state: Account, entry: JournalEntry): Generator<string> {
  if (entry.type !== "refund") return;
  const { grantedKurus = NO_MONEY } = entry;
  const right = grantedAgainKurus(state, entry.amountKurus);
  if (grantedKurus !== right) {
    yield `says that ${showAny(grantedKurus)} of it is granted again, must be ${showAny(right)}`;
  }
}

/** What ends a card refund ends an open one, for its amount and of its top-up. */
function* findCardRefundFaults(state: Account, entry: JournalEntry): Generator<string> {
  if (entry.type !== "card_refund_completed" && entry.type !== "card_refund_failed") return;
  const open = state.openCardRefunds.find((one) => one.cardRefundId === entry.cardRefundId);
  if (open === undefined) return yield `ends ${entry.cardRefundId}, which is not open`;
  if (open.amountKurus !== entry.amountKurus) {
    yield `is of ${showAny(entry.amountKurus)}, its card refund of ${showAny(open.amountKurus)}`;
  }
  if (open.topUpId !== entry.topUpId) {
    yield `is of ${entry.topUpId}, its card refund of ${open.topUpId}`;
  }
}

/** The entry that ends a hold must be of an open one, with its amount; only a payment may be of another. */
function* findHoldFaults(state: Account, entry: JournalEntry): Generator<string> {
  const isEnd = entry.type === "hold_released" || entry.type === "hold_expired" ||
    (entry.type === "payment" && entry.holdId !== undefined);
  if (!isEnd) return;
  const open = state.openHolds.find(({ holdId }) => holdId === entry.holdId);
  if (open === undefined) return yield `ends ${entry.holdId}, which is not open`;
  if (entry.type !== "payment" && open.amountKurus !== entry.amountKurus) {
    yield `is of ${showAny(entry.amountKurus)}, its hold of ${showAny(open.amountKurus)}`;
  }
}

export function* findHeldFaults(after: Account, entry: JournalEntry): Generator<string> {
  const { heldAfterKurus = NO_MONEY } = entry;
  const held = heldKurus(after, entry.at);
  if (heldAfterKurus !== held) {
    yield `says ${showAny(heldAfterKurus)} is held after it, must be ${showAny(held)}`;
  }
}

function isAmount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

/** Adds amounts. What something other than Kese changed may be no amount at all. */
export function addAny(first: Kurus, second: Kurus): Kurus {
  return Number.isSafeInteger(first + second) ? add(first, second) : NO_MONEY;
}

export function showAny(amount: Kurus): string {
  return Number.isSafeInteger(amount) ? formatAmount(amount) : String(amount);
}
