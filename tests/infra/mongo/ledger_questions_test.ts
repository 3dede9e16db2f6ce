import { assert, assertEquals } from "@std/assert";
import type { Collection, Filter } from "mongodb";
import type { AccountDocument } from "../../../infra/mongo/account_documents.ts";
import {
  entriesOf,
  type EntryDocument,
  type LedgerDocument,
  ledgerId,
} from "../../../infra/mongo/entry_documents.ts";
import type { Kurus } from "../../../domain/money.ts";
import { UNKNOWN_KEYS } from "../../../domain/idempotency.ts";
import { createMongoJournal, type MongoJournal } from "../../../infra/mongo/journal.ts";
import { mongoUri, withMongoStore } from "../../support/mongo_store.ts";
import { type Call, intercept } from "../../support/faults.ts";

const ID = { filo: "hergele", userNo: "1" };
const KEY = "hergele/1";
const DOCUMENT = { _id: KEY, recentKeys: UNKNOWN_KEYS };

const QUESTIONS: Readonly<Record<string, (journal: MongoJournal) => Promise<unknown>>> = {
  "find()": (journal) => journal.find(ID, "pay_1"),
  "findPayment()": (journal) => journal.findPayment(ID, "pay_1"),
  "payments()": (journal) => journal.payments(DOCUMENT, ["pay_1"]),
  "entriesByKey()": (journal) => journal.entriesByKey(DOCUMENT, ["key"]),
  "ledgerEntriesByKey()": (journal) => journal.ledgerEntriesByKey(KEY, ["key"]),
};

for (const [name, ask] of Object.entries(QUESTIONS)) {
  Deno.test({
    name: `${name} names the account's range of _id, by which the ledger is sharded`,
    ignore: mongoUri === undefined,
    fn: () =>
      withMongoStore(async ({ database }) => {
        const users = database.collection<AccountDocument>("users");
        await users.insertOne({ _id: KEY, seq: 1, journal: [] } as unknown as AccountDocument);
        const filters: Filter<LedgerDocument>[] = [];
        const note = ({ args: [filter], make }: Call) => {
          filters.push(filter as Filter<LedgerDocument>);
          return make();
        };
        const collection = database.collection<LedgerDocument>("ledger");
        const ledger = intercept(collection, { find: note, findOne: note });
        await ask(createMongoJournal({ users, ledger }));
        assertEquals(filters.map(({ _id }) => _id), [entriesOf(KEY)]);
      }),
  });
}

Deno.test("entriesOf() holds each entry of its account and none of another's", () => {
  const { $gt, $lt } = entriesOf(KEY);
  const isIn = (account: string, seq: number) => {
    const id = ledgerId(account, seq);
    return id > $gt && id < $lt;
  };
  for (const seq of [1, 999_999_999_999]) assert(isIn(KEY, seq));
  for (const userNo of ["0", "10", "1-", "1_", "1a", "2", "12"]) {
    for (const seq of [1, 999_999_999_999]) assert(!isIn(`hergele/${userNo}`, seq), userNo);
  }
});

Deno.test({
  name: "find() gives no account the entry of another",
  ignore: mongoUri === undefined,
  fn: () =>
    withMongoStore(async ({ database }) => {
      const users = database.collection<AccountDocument>("users");
      const ledger = database.collection<LedgerDocument>("ledger");
      await users.insertOne({ _id: KEY, seq: 1, journal: [] } as unknown as AccountDocument);
      const entry = { id: "pay_1", type: "payment", seq: 1 } as unknown as EntryDocument;
      for (const account of ["hergele/10", "hergele/0", "baska/1"]) {
        const [filo = ""] = account.split("/");
        await ledger.insertOne({ ...entry, _id: ledgerId(account, 1), account, filo, hash: "" });
      }
      const journal = createMongoJournal({ users, ledger });
      assertEquals(await journal.find(ID, "pay_1"), undefined);
      assertEquals(await journal.findPayment(ID, "pay_1"), undefined);
    }),
});

Deno.test("payments() takes refunds in the order of their numbers, in whatever order the ledger gives them", async () => {
  const at = new Date(0);
  const sums = { amountKurus: 300, deltaKurus: 0, balanceAfterKurus: 0 };
  const refundOf = { type: "refund", paymentId: "pay_1", refundOf: `${KEY}/pay_1` } as const;
  const entries: LedgerDocument[] = [
    { id: "ref_2", seq: 4, refundedKurus: 200, ...refundOf },
    { id: "pay_1", seq: 2, type: "payment" as const },
    { id: "ref_1", seq: 3, refundedKurus: 100, ...refundOf },
  ].map((entry) => ({
    _id: ledgerId(KEY, entry.seq),
    account: KEY,
    filo: ID.filo,
    hash: "",
    at,
    ...sums,
    ...entry,
  }));
  const cursor = { toArray: () => Promise.resolve(entries) };
  const ledger = { find: () => cursor } as unknown as Collection<LedgerDocument>;
  const users = {} as Collection<AccountDocument>;
  const payments = await createMongoJournal({ users, ledger }).payments(DOCUMENT, ["pay_1"]);
  assertEquals(payments.get("pay_1")?.refundedKurus, 200 as Kurus);
});
