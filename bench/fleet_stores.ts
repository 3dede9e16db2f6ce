/**
 * Stores with a year of payments of three fleets, for what a fleet reads of it.
 *
 * @module
 */

import { DatabaseSync } from "node:sqlite";
import { type Account, accountKey } from "../domain/account.ts";
import { openAccount } from "../domain/account_opening.ts";
import type { Accepted } from "../domain/decision.ts";
import { CHAIN_START } from "../domain/entry_chain.ts";
import { DAY_MILLISECONDS } from "../domain/limits.ts";
import { kurus } from "../domain/money.ts";
import { decidePayment } from "../domain/payment.ts";
import type { NewPerson } from "../domain/ports/accounts.ts";
import {
  type LedgerDocument,
  toEntryDocument,
  toLedgerDocument,
} from "../infra/mongo/entry_documents.ts";
import { createIndexes } from "../infra/mongo/indexes.ts";
import type { MongoStore } from "../infra/mongo/store.ts";

export const FLEETS = ["first", "second", "third"];
export const DAYS = 365;
export const START = Date.UTC(2025, 0, 1);
const USERS = 10_000;
const OPENING_KURUS = 1_000_000;
const PAYMENT_KURUS = 10;
const DOCUMENTS_AT_ONCE = 1_000;

function timeOf(row: number, rows: number): number {
  return START + Math.floor(row / rows * DAYS * DAY_MILLISECONDS);
}

function fleetOf(user: number): string {
  return FLEETS[user % FLEETS.length] ?? "";
}

/** Writes so many payments of all users in turns, spread over a year, straight into the tables. */
export function fillSqlite(path: string, entries: number): void {
  const database = new DatabaseSync(path);
  database.exec("PRAGMA synchronous = OFF; BEGIN");
  const insertAccount = database.prepare("INSERT INTO accounts VALUES (?, ?, ?)");
  const insertHead = database.prepare("INSERT INTO heads VALUES (?, ?, ?, 0)");
  const insertEntry = database.prepare(
    `INSERT INTO journal (entry_no, prev, entry_id, account_no, seq, type, amount, delta,
      balance_after, at, facts) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const state = JSON.stringify({
    status: "active",
    openHolds: [],
    cards: [],
    selectedCardId: null,
    openTopUps: [],
    openCardRefunds: [],
    grantedKurus: 0,
    spentGrantsKurus: 0,
    cardSavesAt: [],
    declinesAt: [],
  });
  for (let user = 1; user <= USERS; user++) {
    insertAccount.run(user, `${fleetOf(user)}/${user}`, state);
  }
  const last = new Map<number, { readonly row: number; readonly seq: number }>();
  for (let row = 1; row <= entries; row++) {
    const user = (row - 1) % USERS + 1;
    const { row: prev, seq } = last.get(user) ?? { row: 0, seq: 0 };
    const at = timeOf(row, entries);
    const isFirst = seq === 0;
    const facts = isFirst
      ? { requestId: `request-${row}`, by: "fleet", cards: [] }
      : { requestId: `request-${row}`, by: "fleet", orderId: `ride-${row}`, description: "A ride" };
    insertEntry.run(
      ...[row, prev, `${isFirst ? "ent" : "pay"}_${String(row).padStart(26, "0")}`, user, seq + 1],
      ...[isFirst ? "account_opened" : "payment", isFirst ? OPENING_KURUS : PAYMENT_KURUS],
      ...[isFirst ? OPENING_KURUS : -PAYMENT_KURUS, OPENING_KURUS - seq * PAYMENT_KURUS, at],
      JSON.stringify(facts),
    );
    last.set(user, { row, seq: seq + 1 });
  }
  for (const [user, { row, seq }] of last) insertHead.run(user, row, seq > 1 ? row : null);
  database.exec("COMMIT");
  database.close();
}

/** An account, and the hash of its last entry. */
interface Chained {
  readonly account: Account;
  readonly hash: string;
}

/** Writes as many to MongoDB, as Kese decides and chains them, of fewer users: each is opened by the store. */
export async function fillMongo(
  { database, accounts, moveWaiting }: MongoStore,
  { users, entries }: { readonly users: number; readonly entries: number },
): Promise<void> {
  await createIndexes(database);
  const ledger = database.collection<LedgerDocument>("ledger");
  const last = new Map<number, Chained>();
  const chain = ({ account, entry }: Accepted, previous: string): LedgerDocument =>
    toLedgerDocument(accountKey(account.id), toEntryDocument(entry), previous);
  const commandOf = (row: number) => {
    const entryId = `${row > users ? "pay" : "ent"}_${String(row).padStart(26, "0")}`;
    return { entryId, at: timeOf(row, entries), requestId: `request-${row}`, by: "fleet" } as const;
  };
  for (let user = 1; user <= users; user++) {
    const opened = openAccount({
      ...commandOf(user),
      account: { filo: fleetOf(user), userNo: String(user) },
      balanceKurus: kurus(OPENING_KURUS),
      cards: [],
    });
    await accounts.insert(opened, PERSON);
    last.set(user, { account: opened.account, hash: chain(opened, CHAIN_START).hash });
  }
  await moveWaiting?.(Date.now());
  let documents: LedgerDocument[] = [];
  for (let row = users + 1; row <= entries; row++) {
    const user = (row - 1) % users + 1;
    const before = last.get(user);
    if (before === undefined) throw new Error(`Cannot fill: user ${user} was not opened`);
    const command = { ...commandOf(row), amountKurus: kurus(PAYMENT_KURUS) };
    const told = { orderId: `ride-${row}`, description: "A ride" };
    const paid = decidePayment(before.account, { ...command, ...told });
    if (paid.outcome !== "accepted") throw new Error(`Cannot fill: ${paid.outcome}`);
    const document = chain(paid, before.hash);
    last.set(user, { account: paid.account, hash: document.hash });
    documents.push(document);
    if (documents.length < DOCUMENTS_AT_ONCE && row < entries) continue;
    await ledger.insertMany(documents);
    documents = [];
  }
}

const PERSON: NewPerson = {
  profile: {
    name: "A",
    surname: "B",
    birthDate: "1990-01-01",
    phoneNumber: "+905321234567",
    email: "a@example.com",
  },
  authCodeHash: "none",
};
