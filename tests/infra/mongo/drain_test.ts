import { assertEquals, assertRejects } from "@std/assert";
import type { Collection } from "mongodb";
import type { Account } from "../../../domain/account.ts";
import type { AccountStore } from "../../../domain/ports/account_store.ts";
import { StoreInconsistentError } from "../../../domain/ports/errors.ts";
import type { Log } from "../../../domain/ports/log.ts";
import {
  createMongoAccountStore,
  ENTRIES_PER_DOCUMENT,
} from "../../../infra/mongo/account_store.ts";
import type { AccountDocument, UserDocument } from "../../../infra/mongo/account_documents.ts";
import { type LedgerDocument, ledgerId } from "../../../infra/mongo/entry_documents.ts";
import { createDrain, type Drain } from "../../../infra/mongo/drain.ts";
import { createLedgerGuard } from "../../../infra/mongo/ledger_guard.ts";
import { createMongoJournal } from "../../../infra/mongo/journal.ts";
import type { MongoStore } from "../../../infra/mongo/store.ts";
import { createCommands, decideAll, paying, PERSON } from "../../support/commands.ts";
import { NOW } from "../../support/clock.ts";
import { mongoUri, withMongoStore } from "../../support/mongo_store.ts";
import { intercept, meet } from "../../support/faults.ts";

const ID = { filo: "hergele", userNo: "1" };
const KEY = "hergele/1";

/** The parts of a MongoDB store, so that a test can come between them. */
interface Parts {
  readonly users: Collection<AccountDocument>;
  readonly ledger: Collection<LedgerDocument>;
  readonly people: Collection<UserDocument>;
  readonly lines: string[];
  readonly log: Log;
}

function parts({ database }: MongoStore): Parts {
  const lines: string[] = [];
  const note = (event: string) => void lines.push(event);
  return {
    users: database.collection<AccountDocument>("users"),
    people: database.collection<UserDocument>("users"),
    ledger: database.collection<LedgerDocument>("ledger"),
    lines,
    log: { debug: note, info: note, warn: note, error: note },
  };
}

/** Registers a test on MongoDB; the contract suite's one line says when there is none. */
function mongoTest(name: string, body: (parts: Parts) => Promise<void>): void {
  const ignore = mongoUri === undefined;
  Deno.test({ name, ignore }, () => withMongoStore((store) => body(parts(store))));
}

/** A drain that moves nothing by itself. */
const noDrain: Drain = {
  move: () => Promise.resolve(),
  moveWaiting: () => Promise.resolve(),
  isStopped: () => false,
  start: () => {},
  settled: () => Promise.resolve(),
};

/** Opens the account and pays `payments` times, each payment a save of its own. */
async function openAndPay(
  { users, people, ledger, log }: Parts,
  payments: number,
  drain: Drain = noDrain,
): Promise<{ account: Account; pay: () => ReturnType<AccountStore["save"]> }> {
  const journal = createMongoJournal({ users, ledger });
  const guard = createLedgerGuard({ users, ledger });
  const store = createMongoAccountStore({ users: people, journal, drain, guard, log });
  const commands = createCommands();
  const opening = commands.opening(ID, { balanceKurus: 1_000_000 });
  await store.insert(opening, PERSON);
  let account: Account = opening.account;
  const pay = async () => {
    const { account: next, entries } = decideAll(account, [paying(commands.payment(1))]);
    const result = await store.save(next, account.head, entries);
    if (result === "saved") account = next;
    return result;
  };
  for (let count = 0; count < payments; count++) assertEquals(await pay(), "saved");
  return { account, pay };
}

async function seqsInDocument(users: Collection<AccountDocument>): Promise<number[]> {
  const document = await users.findOne({ _id: KEY });
  return document?.journal.map(({ seq }) => seq) ?? [];
}

const upTo = (last: number) => Array.from({ length: last }, (_, place) => place + 1);

/** A collection that does something right after the first read of either was answered. */
function betweenReads(
  { users, ledger }: Parts,
  act: () => Promise<void>,
): Pick<Parts, "users" | "ledger"> {
  let acted = false;
  const once = async (): Promise<void> => {
    if (acted) return;
    acted = true;
    await act();
  };
  return {
    users: intercept(users, {
      findOne: async ({ make }) => {
        const found = await make();
        await once();
        return found;
      },
    }),
    ledger,
  };
}

mongoTest(
  "move() takes entries to the ledger and leaves all that a decision reads",
  async (own) => {
    const drain = createDrain(own);
    const { pay } = await openAndPay(own, 3);
    const projection = { journal: 0, undrainedSince: 0 };
    const before = await own.users.findOne({ _id: KEY }, { projection });
    await drain.move(KEY);
    assertEquals(await seqsInDocument(own.users), []);
    assertEquals(await own.users.findOne({ _id: KEY }, { projection }), before);
    const kept = await own.ledger.find().sort({ _id: 1 }).toArray();
    assertEquals(kept.map(({ _id }) => _id), upTo(4).map((seq) => ledgerId(KEY, seq)));
    assertEquals(await pay(), "saved");
  },
);

mongoTest("move() keeps entries that come while it copies", async (own) => {
  const { pay } = await openAndPay(own, 3);
  const ledger = intercept(own.ledger, {
    bulkWrite: async ({ make }) => {
      const result = await make();
      assertEquals(await pay(), "saved");
      return result;
    },
  });
  await createDrain({ ...own, ledger }).move(KEY);
  assertEquals(await seqsInDocument(own.users), [5]);
});

mongoTest("move() takes nothing out of the document when the copy fails", async (own) => {
  await openAndPay(own, 3);
  const ledger = intercept(own.ledger, { bulkWrite: (call) => meet(call, "fails_before") });
  await assertRejects(() => createDrain({ ...own, ledger }).move(KEY), Error, "no connection");
  assertEquals(await seqsInDocument(own.users), upTo(4));
});

mongoTest("move() goes on where one before it was cut short", async (own) => {
  await openAndPay(own, 3);
  const users = intercept(own.users, { updateOne: (call) => meet(call, "fails_before") });
  await assertRejects(() => createDrain({ ...own, users }).move(KEY), Error, "no connection");
  await createDrain(own).move(KEY);
  assertEquals([await seqsInDocument(own.users), await own.ledger.countDocuments()], [[], 4]);
});

mongoTest(
  "move() stops and says so when the ledger has another entry of that number",
  async (own) => {
    await openAndPay(own, 3);
    const document = await own.users.findOne({ _id: KEY });
    const [first] = document?.journal ?? [];
    if (first === undefined) throw new Error("the document has entries");
    await own.ledger.insertOne({
      ...first,
      _id: ledgerId(KEY, 2),
      account: KEY,
      filo: ID.filo,
      hash: "",
      id: "pay_OTHER",
    });
    const drain = createDrain(own);
    await assertRejects(() => drain.move(KEY), Error, "another entry");
    assertEquals(await seqsInDocument(own.users), upTo(4));
    drain.start(KEY);
    await drain.settled();
    await Promise.resolve();
    assertEquals(own.lines.includes("store_inconsistent"), true);
    assertEquals([drain.isStopped(KEY), drain.isStopped("hergele/2")], [true, false]);
    await own.ledger.deleteMany({ id: "pay_OTHER" });
    await drain.move(KEY);
    assertEquals(drain.isStopped(KEY), false);
  },
);

mongoTest("move() stops and says so when the entry before has no hash", async (own) => {
  const drain = createDrain(own);
  const { pay } = await openAndPay(own, 3);
  await drain.move(KEY);
  await pay();
  const _id = ledgerId(KEY, 4);
  const before = await own.ledger.findOne({ _id });
  for (const damage of [{ $unset: { hash: 1 } } as const, { $set: { hash: "" } }]) {
    await own.ledger.updateOne({ _id }, damage);
    await assertRejects(() => drain.move(KEY), StoreInconsistentError, "no hash");
    assertEquals([drain.isStopped(KEY), await seqsInDocument(own.users)], [true, [5]]);
  }
  drain.start(KEY);
  await drain.settled();
  await Promise.resolve();
  assertEquals(own.lines.includes("store_inconsistent"), true);
  await own.ledger.updateOne({ _id }, { $set: { hash: before?.hash ?? "" } });
  await drain.move(KEY);
  assertEquals([drain.isStopped(KEY), await seqsInDocument(own.users)], [false, []]);
});

mongoTest("list() misses no entry that leaves the document between its two reads", async (own) => {
  await openAndPay(own, 9);
  const journal = createMongoJournal(betweenReads(own, () => createDrain(own).move(KEY)));
  const { entries } = await journal.list(ID, { limit: 100 });
  assertEquals(entries.map(({ seq }) => seq), upTo(10).reverse());
});

mongoTest("find() finds an entry that leaves the document between its two reads", async (own) => {
  await openAndPay(own, 1);
  const document = await own.users.findOne({ _id: KEY });
  const id = document?.journal.at(-1)?.id ?? "";
  const journal = createMongoJournal(betweenReads(own, () => createDrain(own).move(KEY)));
  assertEquals((await journal.find(ID, id))?.id, id);
});

mongoTest("save() never holds more entries than the document has room for", async (own) => {
  const { pay } = await openAndPay(own, ENTRIES_PER_DOCUMENT - 1);
  assertEquals((await seqsInDocument(own.users)).length, ENTRIES_PER_DOCUMENT);
  assertEquals(await pay(), "full", "this drain moves nothing");
  assertEquals((await seqsInDocument(own.users)).length, ENTRIES_PER_DOCUMENT);
});

mongoTest("save() is full, and changes nothing, while its drain is stopped", async (own) => {
  const stopped: Drain = { ...noDrain, move: () => Promise.reject(new Error("another entry")) };
  const { pay } = await openAndPay(own, ENTRIES_PER_DOCUMENT - 1, stopped);
  const before = await own.users.findOne({ _id: KEY });
  assertEquals(await pay(), "full");
  assertEquals(await own.users.findOne({ _id: KEY }), before);
  assertEquals(own.lines, ["ledger_drain_stopped"]);
});

mongoTest("save() has room again after the drain that it begins itself", async (own) => {
  let moves = 0;
  const drain = createDrain(own);
  const counting: Drain = {
    ...noDrain,
    move: (account) => {
      moves++;
      return drain.move(account);
    },
  };
  await openAndPay(own, ENTRIES_PER_DOCUMENT, counting);
  assertEquals([moves, await seqsInDocument(own.users)], [1, [ENTRIES_PER_DOCUMENT + 1]]);
});

mongoTest("save() begins a drain long before a document is full", async (own) => {
  const drain = createDrain(own);
  await openAndPay(own, ENTRIES_PER_DOCUMENT * 2, drain);
  await drain.settled();
  const left = await seqsInDocument(own.users);
  assertEquals(left.length + await own.ledger.countDocuments(), ENTRIES_PER_DOCUMENT * 2 + 1);
  assertEquals(left.length < ENTRIES_PER_DOCUMENT, true);
});

/** When the document says that its oldest waiting entry is from, counted from the test's first. */
async function waitingSince(users: Collection<AccountDocument>): Promise<number | undefined> {
  const document = await users.findOne({ _id: KEY });
  return document?.undrainedSince && document.undrainedSince.getTime() - NOW;
}

mongoTest(
  "save() says since when entries wait, and a move that takes all says that none does",
  async (own) => {
    const drain = createDrain(own);
    const { pay } = await openAndPay(own, 2);
    assertEquals(await waitingSince(own.users), 1, "the opening is the first command");
    await drain.move(KEY);
    assertEquals(await waitingSince(own.users), undefined);
    await pay();
    assertEquals(await waitingSince(own.users), 4);
  },
);

mongoTest(
  "move() leaves the account among those that wait when a save came between",
  async (own) => {
    const late: { pay(): Promise<unknown> } = { pay: () => Promise.resolve() };
    const users = intercept(own.users, {
      updateOne: async ({ make }) => {
        await late.pay();
        return await make();
      },
    });
    const { pay } = await openAndPay(own, 2);
    late.pay = async () => {
      late.pay = () => Promise.resolve();
      await pay();
    };
    await createDrain({ ...own, users }).move(KEY);
    assertEquals(await seqsInDocument(own.users), [4]);
    assertEquals(await waitingSince(own.users), 1, "too early is only looked at in vain");
  },
);

mongoTest("moveWaiting() moves what has waited long enough, and nothing else", async (own) => {
  const drain = createDrain(own);
  await openAndPay(own, 2);
  await drain.moveWaiting(NOW);
  assertEquals(await seqsInDocument(own.users), [1, 2, 3]);
  await drain.moveWaiting(NOW + 1);
  assertEquals([await seqsInDocument(own.users), await waitingSince(own.users)], [[], undefined]);
  assertEquals(await own.ledger.countDocuments({ filo: ID.filo }), 3);
});

mongoTest("moveWaiting() goes on after an account that it cannot move", async (own) => {
  await openAndPay(own, 1);
  const second = await own.users.findOne({ _id: KEY });
  if (second === null) throw new Error("the account is there");
  await own.users.insertOne({ ...second, _id: "hergele/0", undrainedSince: new Date(NOW) });
  const users = intercept(own.users, {
    findOne: ({ args: [filter], make }) => {
      const isBroken = (filter as { _id: string })._id === "hergele/0";
      return isBroken ? Promise.reject(new Error("unreadable")) : make();
    },
  });
  await createDrain({ ...own, users }).moveWaiting(NOW + 1);
  assertEquals([await seqsInDocument(own.users), own.lines], [[], ["ledger_drain_stopped"]]);
});

mongoTest("insert() and save() keep sums as Int64", async (own) => {
  await openAndPay(own, 1);
  const raw = await own.users.findOne({ _id: KEY }, { promoteLongs: false });
  const types = [raw?.balance, raw?.lastPayment?.amountKurus, raw?.journal[1]?.deltaKurus];
  assertEquals(types.map((sum) => (sum as { _bsontype?: string })._bsontype), [
    "Long",
    "Long",
    "Long",
  ]);
});
