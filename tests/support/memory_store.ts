import {
  type Account,
  type AccountId,
  accountKey,
  type CreditedTopUp,
  type PaymentState,
} from "../../domain/account.ts";
import type { EntriesByKey } from "../../domain/fold.ts";
import { topUpAfter } from "../../domain/credited_top_up.ts";
import type { JournalEntry } from "../../domain/journal.ts";
import { paymentAfter } from "../../domain/payment_state.ts";
import { COMMANDS_PER_FOLD, PAGE_SCAN_MAX } from "../../domain/limits.ts";
import { NO_MONEY } from "../../domain/money.ts";
import type {
  AccountStore,
  HoldAddress,
  OpenCardRefundAddress,
  OpenTopUpAddress,
} from "../../domain/ports/account_store.ts";
import type { Journal, JournalListOptions, JournalPage } from "../../domain/ports/journal.ts";
import type { AccountView } from "../../domain/refund.ts";
import { type Call, type Fault, intercept, meet } from "./faults.ts";

interface Stored {
  readonly account: Account;
  readonly entries: readonly JournalEntry[];
}

/** Accounts and journals in a map: small enough to be right by looking at it. */
export interface MemoryStore {
  readonly accounts: Required<AccountStore>;
  readonly journal: Journal;
  /** Everything stored, by account. A test may put an older state back, or empty it. */
  readonly stored: Map<string, Stored>;
}

export function createMemoryStore(entriesPerSave: number = COMMANDS_PER_FOLD): MemoryStore {
  const stored = new Map<string, Stored>();
  const entriesOf = (id: AccountId): readonly JournalEntry[] =>
    stored.get(accountKey(id))?.entries ?? [];
  const accounts: Required<AccountStore> = {
    entriesPerSave,
    insert: ({ account, entry }) => {
      const key = accountKey(account.id);
      if (stored.has(key)) return Promise.resolve(false);
      stored.set(key, { account, entries: [entry] });
      return Promise.resolve(true);
    },
    load: (id, { keys = [], payments = [], topUps = [] } = {}) => {
      const found = stored.get(accountKey(id));
      if (found === undefined) return Promise.resolve(undefined);
      const { account, entries } = found;
      return Promise.resolve({
        account,
        entriesByKey: entriesByKey(entries, keys),
        payments: new Map([...paymentsOf(entries)].filter(([id]) => payments.includes(id))),
        topUps: new Map([...topUpsOf(entries)].filter(([id]) => topUps.includes(id))),
      });
    },
    entriesOfOldKeys: (id, keys) => Promise.resolve(entriesByKey(entriesOf(id), keys)),
    save: (next, expectedHead, entries) =>
      new Promise((resolve) => {
        // What can be written nowhere throws here as well.
        JSON.stringify(entries);
        const key = accountKey(next.id);
        const found = stored.get(key);
        if (found?.account.head !== expectedHead) return resolve("conflict");
        stored.set(key, { account: next, entries: [...found.entries, ...entries] });
        resolve("saved");
      }),
    list: ({ limit, after }) => {
      const from = after ? accountKey(after) : "";
      const keys = [...stored.keys()].filter((key) => key > from).toSorted().slice(0, limit);
      return Promise.resolve(keys.flatMap((key) => stored.get(key)?.account.id ?? []));
    },
    openTopUps: ({ from: young, to }, limit, after) => {
      const open = [...stored.values()].flatMap(({ account: { id, openTopUps } }) =>
        openTopUps.map(({ topUpId, startedAt }) => ({ account: id, topUpId, startedAt }))
      );
      const due = open.filter(({ startedAt }) => startedAt <= young || startedAt >= to).sort(
        byStart,
      );
      const from = after === undefined ? due : due.filter((one) => byStart(one, after) > 0);
      return Promise.resolve(from.slice(0, limit));
    },
    openCardRefunds: ({ from: young, to }, limit, after) => {
      const due = [...stored.values()].flatMap(({ account: { id, openCardRefunds } }) =>
        openCardRefunds.filter(({ startedAt }) => startedAt <= young || startedAt >= to)
          .map(({ cardRefundId, startedAt }) => ({ account: id, cardRefundId, startedAt }))
      ).sort(byRefundStart);
      const from = after === undefined ? due : due.filter((one) => byRefundStart(one, after) > 0);
      return Promise.resolve(from.slice(0, limit));
    },
    expiredHolds: (now, limit, after) => {
      const due = [...stored.values()].flatMap(({ account: { id, openHolds } }) =>
        openHolds.filter(({ expiresAt }) => expiresAt <= now)
          .map(({ holdId, expiresAt }) => ({ account: id, holdId, expiresAt }))
      ).sort(byExpiry);
      const from = after === undefined ? due : due.filter((one) => byExpiry(one, after) > 0);
      return Promise.resolve(from.slice(0, limit));
    },
  };
  const journal: Journal = {
    list: (id, options) => Promise.resolve(pageOf(entriesOf(id), options)),
    find: (id, entryId) => Promise.resolve(entriesOf(id).find((entry) => entry.id === entryId)),
    ownerOf: (entryId) =>
      Promise.resolve(
        [...stored.values()].find(({ account }) =>
          entriesOf(account.id).some(({ id }) => id === entryId)
        )?.account.id,
      ),
    findPayment: (id, paymentId) => {
      const entries = entriesOf(id);
      const entry = entries.find(({ id }) => id === paymentId);
      if (entry?.type !== "payment") return Promise.resolve(undefined);
      const refundedKurus = paymentsOf(entries).get(paymentId)?.refundedKurus ?? NO_MONEY;
      return Promise.resolve({ entry, refundedKurus });
    },
  };
  return { accounts, journal, stored };
}

function entriesByKey(entries: readonly JournalEntry[], keys: readonly string[]): EntriesByKey {
  const keyOf = (entry: JournalEntry): string => entry.idempotency?.keyHash ?? "";
  return new Map(
    entries.flatMap((entry) => keys.includes(keyOf(entry)) ? [[keyOf(entry), entry]] : []),
  );
}

function byStart(first: OpenTopUpAddress, second: OpenTopUpAddress): number {
  const { startedAt, topUpId } = second;
  if (first.startedAt !== startedAt) return first.startedAt - startedAt;
  return first.topUpId === topUpId ? 0 : first.topUpId < topUpId ? -1 : 1;
}

function byRefundStart(first: OpenCardRefundAddress, second: OpenCardRefundAddress): number {
  return first.startedAt - second.startedAt ||
    (first.cardRefundId < second.cardRefundId ? -1 : +(first.cardRefundId > second.cardRefundId));
}

function byExpiry(first: HoldAddress, second: HoldAddress): number {
  return first.expiresAt - second.expiresAt ||
    (first.holdId < second.holdId ? -1 : +(first.holdId > second.holdId));
}

function paymentsOf(entries: readonly JournalEntry[]): AccountView["payments"] {
  const payments = new Map<string, PaymentState>();
  for (const entry of entries) {
    const payment = paymentAfter(entry, payments);
    if (payment) payments.set(payment.paymentId, payment);
  }
  return payments;
}

function topUpsOf(entries: readonly JournalEntry[]): AccountView["topUps"] {
  const topUps = new Map<string, CreditedTopUp>();
  for (const entry of entries) {
    const topUp = topUpAfter(entry, topUps);
    if (topUp) topUps.set(topUp.topUpId, topUp);
  }
  return topUps;
}

function pageOf(
  entries: readonly JournalEntry[],
  { limit, beforeSeq = Infinity, types, orderId }: JournalListOptions,
): JournalPage {
  const older = entries.filter(({ seq }) => seq < beforeSeq).toReversed().slice(0, PAGE_SCAN_MAX);
  const fitting = older.filter(({ type }) => types === undefined || types.includes(type))
    .filter((entry) =>
      orderId === undefined || entry.type === "payment" && entry.orderId === orderId
    );
  const shown = fitting.slice(0, limit);
  const last = shown.length === limit ? shown.at(-1) : older.at(-1);
  return { entries: shown, ...(last && last.seq > 1 && { nextBeforeSeq: last.seq }) };
}

type Method = "insert" | "load" | "entriesOfOldKeys" | "save" | "find";

/** By method, what happens to its first call, its second …; a function decides about all of them. */
export type Script = Partial<
  Readonly<Record<Method, readonly Fault[] | ((call: number) => Fault)>>
>;

export interface ScriptedStore extends Pick<MemoryStore, "accounts" | "journal"> {
  /** The arguments of every call, in order. */
  readonly calls: Readonly<Record<Method, (readonly unknown[])[]>>;
}

/** A store whose calls meet with what a script says. */
export function scriptStore({ accounts, journal }: MemoryStore, script: Script): ScriptedStore {
  const calls: ScriptedStore["calls"] = {
    insert: [],
    load: [],
    entriesOfOldKeys: [],
    save: [],
    find: [],
  };
  const follow = (call: Call): Promise<unknown> => {
    const method = call.method as Method;
    const place = calls[method].push(call.args) - 1;
    const plan = script[method] ?? [];
    return meet(call, (typeof plan === "function" ? plan(place) : plan[place]) ?? "none");
  };
  return {
    calls,
    accounts: intercept(accounts, {
      insert: follow,
      load: follow,
      entriesOfOldKeys: follow,
      save: follow,
    }),
    journal: intercept(journal, { find: follow }),
  };
}
