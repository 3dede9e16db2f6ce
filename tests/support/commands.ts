import type { Account, AccountId, Card } from "../../domain/account.ts";
import { openAccount } from "../../domain/account_opening.ts";
import type { Accepted, Command, Decision } from "../../domain/decision.ts";
import type { EntryOf, JournalEntry } from "../../domain/journal.ts";
import type { Kurus } from "../../domain/money.ts";
import { decidePayment, type PaymentCommand } from "../../domain/payment.ts";
import type { AccountStore } from "../../domain/ports/account_store.ts";
import type { NewPerson } from "../../domain/ports/accounts.ts";
import { NOW } from "./clock.ts";

export const PERSON: NewPerson = {
  profile: {
    name: "John",
    surname: "Doe",
    birthDate: "1990-01-01",
    phoneNumber: "555-5555",
    email: "john.doe@example.com",
  },
  authCodeHash: "pbkdf2-sha256$1$c2FsdA==$aGFzaA==",
};

/** Commands with ids and times of their own, in order: `pay_0001`, `pay_0002` … */
export interface Commands {
  next(prefix?: string): Command;
  payment(amountKurus: number, more?: Partial<PaymentCommand>): PaymentCommand;
  opening(id: AccountId, more?: OpeningOptions): Accepted<EntryOf<"account_opened">>;
}

export interface OpeningOptions {
  readonly balanceKurus?: number;
  readonly cards?: readonly Card[];
  readonly idempotency?: NonNullable<Command["idempotency"]>;
}

export function createCommands(): Commands {
  let count = 0;
  const next = (prefix = "ent"): Command => {
    const place = String(++count).padStart(4, "0");
    const at = NOW + count;
    return { entryId: `${prefix}_${place}`, at, requestId: `req-${place}`, by: "fleet" };
  };
  return {
    next,
    payment: (amountKurus, more = {}) => ({
      ...next("pay"),
      amountKurus: amountKurus as Kurus,
      ...more,
    }),
    opening: (account, { balanceKurus = 0, cards = [], ...more } = {}) =>
      openAccount({ ...next(), account, balanceKurus: balanceKurus as Kurus, cards, ...more }),
  };
}

/** The account and entries after decisions, each of which must accept. */
export function decideAll(
  account: Account,
  decisions: readonly ((account: Account) => Decision)[],
): { readonly account: Account; readonly entries: readonly JournalEntry[] } {
  const entries: JournalEntry[] = [];
  for (const decide of decisions) {
    const decision = decide(account);
    if (decision.outcome !== "accepted") {
      throw new Error(`Cannot go on: a decision is ${JSON.stringify(decision)}`);
    }
    ({ account } = decision);
    entries.push(decision.entry);
  }
  return { account, entries };
}

/** Saves decisions on an account as it is stored now; fails the test when that fails. */
export async function commitTo(
  store: AccountStore,
  id: AccountId,
  ...decisions: readonly ((account: Account) => Decision)[]
): Promise<Account> {
  const loaded = await store.load(id);
  if (loaded === undefined) throw new Error(`Cannot find the account of user ${id.userNo}`);
  const { account, entries } = decideAll(loaded.account, decisions);
  const result = await store.save(account, loaded.account.head, entries);
  if (result !== "saved" && result !== "filed") {
    throw new Error(`Cannot save: the store says ${result}`);
  }
  return account;
}

export function paying(command: PaymentCommand): (account: Account) => Decision {
  return (account) => decidePayment(account, command);
}

/** What a key brings: its hash (hex, as every store may rely on) and what was asked for. */
export function keyed(
  place: number,
  fingerprint = "asked",
): NonNullable<Command["idempotency"]> {
  return {
    keyHash: place.toString(16).padStart(4, "0").padEnd(32, "0"),
    fingerprint,
    language: "tr",
  };
}
