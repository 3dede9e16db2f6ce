import { assertEquals, assertLess } from "@std/assert";
import type { Account } from "../../../domain/account.ts";
import { shortHash } from "../../../domain/idempotency.ts";
import { RECENT_KEYS_PER_ACCOUNT, RECENT_KEYS_SLACK } from "../../../domain/limits.ts";
import {
  createMongoAccountStore,
  ENTRIES_PER_DOCUMENT,
} from "../../../infra/mongo/account_store.ts";
import type { AccountDocument, UserDocument } from "../../../infra/mongo/account_documents.ts";
import type { LedgerDocument } from "../../../infra/mongo/entry_documents.ts";
import { createDrain } from "../../../infra/mongo/drain.ts";
import { createLedgerGuard } from "../../../infra/mongo/ledger_guard.ts";
import { createMongoJournal } from "../../../infra/mongo/journal.ts";
import { createCommands, decideAll, keyed, paying, PERSON } from "../../support/commands.ts";
import { mongoUri, withMongoStore } from "../../support/mongo_store.ts";
import { SILENT } from "../../support/logs.ts";
import { intercept } from "../../support/faults.ts";

const ID = { filo: "hergele", userNo: "1" };
const KEYS_MAX = RECENT_KEYS_PER_ACCOUNT + RECENT_KEYS_SLACK;

/** An account whose payments all bring a key: the first `keyed(1)`, the next `keyed(2)` … */
interface KeyedAccount {
  /** Saves so many payments at once, and says whether the update cut the window. */
  pay(payments?: number): Promise<"cut" | "appended">;
  /** The window as it is stored, and as the process has it. */
  windows(): Promise<readonly (readonly number[])[]>;
}

function mongoTest(name: string, test: (account: KeyedAccount) => Promise<void>): void {
  const ignore = mongoUri === undefined;
  Deno.test({ name, ignore }, () =>
    withMongoStore(async ({ database }) => {
      const users = database.collection<AccountDocument>("users");
      const ledger = database.collection<LedgerDocument>("ledger");
      const log = SILENT;
      const drain = createDrain({ users, ledger, log });
      let update: unknown;
      const store = createMongoAccountStore({
        users: intercept(database.collection<UserDocument>("users"), {
          updateOne: ({ args, make }) => {
            [, update] = args;
            return make();
          },
        }),
        journal: createMongoJournal({ users, ledger }),
        drain,
        guard: createLedgerGuard({ users, ledger }),
        log,
      });
      const commands = createCommands();
      const opening = commands.opening(ID, { balanceKurus: 1_000_000 });
      await store.insert(opening, PERSON);
      let account: Account = opening.account;
      let keys = 0;
      await test({
        pay: async (payments = 1) => {
          const next = decideAll(
            account,
            Array.from(
              { length: payments },
              () => paying(commands.payment(1, { idempotency: keyed(++keys) })),
            ),
          );
          assertEquals(await store.save(next.account, account.head, next.entries), "saved");
          ({ account } = next);
          return JSON.stringify(update).includes('"$slice"') ? "cut" : "appended";
        },
        windows: async () => {
          const stored = await users.findOne({ _id: "hergele/1" });
          return [stored?.recentKeys ?? [], account.recentKeys.hashes];
        },
      });
      await drain.settled();
    }));
}

/** The short hashes of the keys from the first to the last. */
function hashesOf(first: number, last: number): number[] {
  return Array.from(
    { length: last - first + 1 },
    (_, place) => shortHash(keyed(first + place).keyHash),
  );
}

mongoTest(
  "save() cuts the window once for each slack, and keeps the newest 1,000",
  async (account) => {
    for (let saved = 0; saved < RECENT_KEYS_PER_ACCOUNT; saved += 100) {
      assertEquals(await account.pay(100), "appended");
    }
    for (let saved = RECENT_KEYS_PER_ACCOUNT; saved < KEYS_MAX; saved++) {
      assertEquals(await account.pay(), "appended");
    }
    const all = hashesOf(1, KEYS_MAX);
    assertEquals(await account.windows(), [all, all]);
    assertEquals(await account.pay(), "cut");
    const newest = hashesOf(KEYS_MAX + 2 - RECENT_KEYS_PER_ACCOUNT, KEYS_MAX + 1);
    assertEquals(await account.windows(), [newest, newest]);
    for (let saved = 0; saved < RECENT_KEYS_SLACK; saved++) {
      assertEquals(await account.pay(), "appended");
    }
    assertEquals(await account.pay(), "cut");
  },
);

mongoTest(
  "save() of many keys at once keeps the newest 1,000 and no more than the slack",
  async (account) => {
    const ends: string[] = [];
    for (let saves = 1; saves <= 24; saves++) {
      ends.push(await account.pay(100));
      const newest = hashesOf(Math.max(1, saves * 100 + 1 - RECENT_KEYS_PER_ACCOUNT), saves * 100);
      for (const window of await account.windows()) {
        assertEquals(window.slice(-newest.length), newest);
        assertLess(window.length, KEYS_MAX + 1);
      }
    }
    assertEquals(ends.slice(0, 12), [...Array(11).fill("appended"), "cut"]);
    assertEquals(ends.slice(12).includes("appended"), true);
  },
);

Deno.test("save() has no room in a document for an entry whose key has left the window", () => {
  // entriesOfOldKeys() asks the ledger alone, because of this.
  assertLess(ENTRIES_PER_DOCUMENT, RECENT_KEYS_PER_ACCOUNT);
});
