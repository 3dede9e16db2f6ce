import type { Account, PaymentState } from "./account.ts";
import { type EntryOf, type JournalEntry, paymentState } from "./journal.ts";
import { add, formatAmount, type Kurus, negative, NO_MONEY } from "./money.ts";

/** Holds an account against its journal, entry by entry. */
export interface AccountProof {
  /** Takes the next older entry; the first is the newest. */
  add(entry: JournalEntry): void;
  /** What does not add up, once every entry was taken; empty when all does. */
  faults(): readonly string[];
}

/**
 * Proves that an account follows from its entries: they are numbered from 1 without a gap, each
 * balance is the one before it plus its delta, the last is the account's own, no payment is refunded
 * beyond its amount, the newest is the account's last, and the open top-ups are those that were
 * started and not closed.
 */
export function proveAccount(account: Account): AccountProof {
  const faults: string[] = [];
  const refunds = createRefundProof(account);
  const topUps = createTopUpProof(account);
  let seq = account.seq;
  let balanceKurus: Kurus = account.balanceKurus;

  function check(holds: boolean, fault: string): void {
    if (!holds) faults.push(fault);
  }

  return {
    add: (entry) => {
      if (seq === account.seq) check(entry.id === account.head, `head is not entry ${entry.seq}`);
      check(entry.seq === seq, `entry ${seq} is missing`);
      check(
        entry.balanceAfterKurus === balanceKurus,
        `balance after entry ${entry.seq} is ${formatAmount(entry.balanceAfterKurus)}, must be ${
          formatAmount(balanceKurus)
        }`,
      );
      // Each later entry is held against this one, so one wrong entry is one fault.
      seq = entry.seq - 1;
      balanceKurus = add(entry.balanceAfterKurus, negative(entry.deltaKurus));
      faults.push(...refunds.add(entry));
      topUps.add(entry);
    },
    faults: () => {
      const ends = seq === 0 && balanceKurus === NO_MONEY;
      const start = ends ? [] : [`entries begin at ${seq + 1} with ${formatAmount(balanceKurus)}`];
      return [...faults, ...start, ...refunds.faults(), ...topUps.faults()];
    },
  };
}

/** From the newest entry on, refunds come before the payment that they are of. */
function createRefundProof({ lastPayment }: Account) {
  const refunded = new Map<string, Kurus>();
  let newest: PaymentState | null = null;

  function addPayment(payment: EntryOf<"payment">): string[] {
    const refundedKurus = refunded.get(payment.id) ?? NO_MONEY;
    refunded.delete(payment.id);
    newest ??= { ...paymentState(payment), refundedKurus };
    if (refundedKurus <= payment.amountKurus) return [];
    return [`payment ${payment.id} is refunded beyond its amount`];
  }

  return {
    add: (entry: JournalEntry): string[] => {
      if (entry.type === "refund") {
        const sum = add(refunded.get(entry.paymentId) ?? NO_MONEY, entry.amountKurus);
        refunded.set(entry.paymentId, sum);
      }
      return entry.type === "payment" ? addPayment(entry) : [];
    },
    faults: (): string[] => [
      ...(isSamePayment(newest, lastPayment)
        ? []
        : [`last payment is ${shown(lastPayment)}, must be ${shown(newest)}`]),
      ...[...refunded.keys()].map((id) => `refunded payment ${id} does not exist`),
    ],
  };
}

function isSamePayment(first: PaymentState | null, second: PaymentState | null): boolean {
  if (first === null || second === null) return first === second;
  return first.paymentId === second.paymentId && first.amountKurus === second.amountKurus &&
    first.refundedKurus === second.refundedKurus && first.at === second.at;
}

function shown(payment: PaymentState | null): string {
  if (payment === null) return "none";
  const { paymentId, amountKurus, refundedKurus } = payment;
  return `${paymentId} of ${formatAmount(amountKurus)} with ${
    formatAmount(refundedKurus)
  } refunded`;
}

/** From the newest entry on, a top-up's closing comes before its start. */
function createTopUpProof({ openTopUps }: Account) {
  const closed = new Set<string>();
  const open = new Set(openTopUps.map(({ topUpId }) => topUpId));
  const faults: string[] = [];
  return {
    add: (entry: JournalEntry): void => {
      if (entry.type === "top_up_credited" || entry.type === "top_up_failed") {
        if (closed.has(entry.topUpId)) faults.push(`top-up ${entry.topUpId} is closed twice`);
        closed.add(entry.topUpId);
      }
      if (entry.type !== "top_up_started") return;
      const isOpen = open.delete(entry.id);
      if (isOpen === closed.has(entry.id)) {
        faults.push(`top-up ${entry.id} is neither open nor closed`);
      }
      closed.delete(entry.id);
    },
    faults: (): string[] => [
      ...faults,
      ...[...open].map((id) => `open top-up ${id} was never started`),
      ...[...closed].map((id) => `closed top-up ${id} was never started`),
    ],
  };
}
