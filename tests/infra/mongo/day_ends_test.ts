import { assertEquals } from "@std/assert";
import type { AccountId } from "../../../domain/account.ts";
import { CHAIN_START } from "../../../domain/entry_chain.ts";
import { createMongoDayEnds, type DayEndDocument } from "../../../infra/mongo/day_ends.ts";
import type { UserDocument } from "../../../infra/mongo/account_documents.ts";
import { type LedgerDocument, toLedgerDocument } from "../../../infra/mongo/entry_documents.ts";
import type { MongoStore } from "../../../infra/mongo/store.ts";
import { DAY, NOW } from "../../support/clock.ts";
import { type Commands, commitTo, createCommands, paying, PERSON } from "../../support/commands.ts";
import { openFreshMongoStore } from "../../support/mongo_store.ts";
import { withMongo } from "../../support/services.ts";

const FILO = "hergele";
const ID: AccountId = { filo: FILO, userNo: "1" };
const TODAY = { from: NOW, to: NOW + DAY };

/** Opens an account with 100.00 and pays from it. */
async function pay(
  { accounts }: MongoStore,
  commands: Commands,
  { id = ID, payments }: { readonly id?: AccountId; readonly payments: number },
): Promise<void> {
  await accounts.insert(commands.opening(id, { balanceKurus: 10_000 }), PERSON);
  for (let count = 0; count < payments; count++) {
    await commitTo(accounts, id, paying(commands.payment(1)));
  }
}

function onMongo(name: string, test: (store: MongoStore) => Promise<void>): void {
  withMongo(`createMongoDayEnds() ${name}`, async () => {
    const store = await openFreshMongoStore();
    try {
      await test(store);
    } finally {
      await store.close();
    }
  });
}

function collectionsOf({ database }: MongoStore) {
  return {
    users: database.collection<UserDocument>("users"),
    ledger: database.collection<LedgerDocument>("ledger"),
    dayEnds: database.collection<DayEndDocument>("day_ends"),
  };
}

async function counted({ dayEnds }: MongoStore): Promise<readonly [payments: number, boolean]> {
  const { tallies, isSettled } = await dayEnds.tally(FILO, TODAY);
  return [tallies.find(({ type }) => type === "payment")?.count ?? 0, isSettled];
}

onMongo("counts an entry once, wherever its way to the ledger was broken off", async (store) => {
  const commands = createCommands();
  await pay(store, commands, { payments: 3 });
  assertEquals(await counted(store), [3, false]);
  const { users, ledger } = collectionsOf(store);
  const document = await users.findOne({ _id: "hergele/1" });
  let previous = CHAIN_START;
  for (const entry of document?.journal ?? []) {
    const copy = toLedgerDocument("hergele/1", entry, previous);
    previous = copy.hash;
    await ledger.insertOne(copy);
    // In both places, or already in the ledger and still in the document.
    assertEquals(await counted(store), [3, false]);
  }
  await store.moveWaiting?.(NOW + DAY);
  assertEquals(await counted(store), [3, true]);
});

onMongo("is settled for a day although later entries wait", async (store) => {
  const commands = createCommands();
  await pay(store, commands, { payments: 1 });
  await store.moveWaiting?.(NOW + DAY);
  await commitTo(store.accounts, ID, paying(commands.payment(1, { at: TODAY.to })));
  assertEquals(await counted(store), [1, true]);
  await commitTo(store.accounts, ID, paying(commands.payment(1, { at: TODAY.to - 1 })));
  assertEquals(await counted(store), [2, false]);
});

onMongo("comes to the same in parts as at once", async (store) => {
  const commands = createCommands();
  for (const userNo of ["1", "2", "3"]) {
    await pay(store, commands, { id: { ...ID, userNo }, payments: 9 });
  }
  await pay(store, commands, { id: { filo: "baska", userNo: "1" }, payments: 9 });
  await store.moveWaiting?.(NOW + DAY);
  await commitTo(store.accounts, ID, paying(commands.payment(5)));
  const whole = await store.dayEnds.tally(FILO, TODAY);
  const parts = { ...collectionsOf(store), limited: <Port>(port: Port) => port };
  for (const entriesAtOnce of [1, 4, 29, 30, 31]) {
    const inParts = createMongoDayEnds({ ...parts, entriesAtOnce });
    assertEquals(await inParts.tally(FILO, TODAY), whole, `${entriesAtOnce} at once`);
  }
});
