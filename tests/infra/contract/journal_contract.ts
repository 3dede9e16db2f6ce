import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import type { Account, AccountId } from "../../../domain/account.ts";
import type { EntryType, JournalEntry } from "../../../domain/journal.ts";
import { PAGE_SCAN_MAX } from "../../../domain/limits.ts";
import type { Kurus } from "../../../domain/money.ts";
import type { Journal, JournalListOptions } from "../../../domain/ports/journal.ts";
import { decideRefund } from "../../../domain/refund.ts";
import {
  type Commands,
  commitTo,
  createCommands,
  keyed,
  paying,
  PERSON,
} from "../../support/commands.ts";
import type { LedgerStore, WithStore } from "./contract_store.ts";

const ID: AccountId = { filo: "hergele", userNo: "1" };
const OTHER: AccountId = { filo: "hergele", userNo: "2" };

/** Opens both accounts, and writes so many payments into each, in turns. */
async function fill({ accounts }: LedgerStore, commands: Commands, count: number): Promise<void> {
  for (const id of [ID, OTHER]) {
    await accounts.insert(commands.opening(id, { balanceKurus: count }), PERSON);
  }
  for (let left = count; left > 0; left -= accounts.entriesPerSave) {
    const size = Math.min(left, accounts.entriesPerSave);
    for (const id of [ID, OTHER]) {
      const payments = Array.from({ length: size }, () => paying(commands.payment(1)));
      await commitTo(accounts, id, ...payments);
    }
  }
}

function seqsOf(entries: readonly JournalEntry[]): number[] {
  return entries.map(({ seq }) => seq);
}

/** Follows the cursor to the end; gives the pages. */
async function pagesOf(
  journal: Journal,
  options: JournalListOptions,
): Promise<(readonly JournalEntry[])[]> {
  const pages: (readonly JournalEntry[])[] = [];
  for (let beforeSeq = options.beforeSeq;;) {
    const page = await journal.list(ID, {
      ...options,
      ...(beforeSeq !== undefined && { beforeSeq }),
    });
    pages.push(page.entries);
    if (page.nextBeforeSeq === undefined) return pages;
    beforeSeq = page.nextBeforeSeq;
  }
}

/** What every {@linkcode Journal} has to do. */
export function journalContract(name: string, withStore: WithStore<LedgerStore>): void {
  const test = (what: string, body: (store: LedgerStore, commands: Commands) => Promise<void>) =>
    Deno.test(`${name}: ${what}`, () => withStore((store) => body(store, createCommands())));

  test("list() gives every field of an entry as it was saved", async (store, commands) => {
    const opening = commands.opening(ID, { balanceKurus: 1_000, idempotency: keyed(1) });
    await store.accounts.insert(opening, PERSON);
    const paid = commands.payment(300, {
      orderId: "order 1",
      description: "a ride, ü 🛴",
      idempotency: keyed(2, "asked"),
    });
    await commitTo(store.accounts, ID, paying(paid));
    const refund = { ...commands.next("ref"), reason: "kilit açılmadı" };
    await commitTo(
      store.accounts,
      ID,
      (account) => decideRefund({ account, payments: new Map(), topUps: new Map() }, refund),
    );
    const { entries, nextBeforeSeq } = await store.journal.list(ID, { limit: 10 });
    assertEquals(nextBeforeSeq, undefined);
    const { entryId: id, at, requestId, amountKurus, orderId, description, idempotency } = paid;
    assert(orderId && description && idempotency);
    assertEquals(entries, [
      {
        type: "refund",
        paymentId: id,
        refundedKurus: amountKurus,
        reason: refund.reason,
        id: refund.entryId,
        seq: 3,
        at: refund.at,
        requestId: refund.requestId,
        by: "fleet",
        amountKurus,
        deltaKurus: amountKurus,
        balanceAfterKurus: 1_000 as Kurus,
      },
      {
        type: "payment",
        id,
        seq: 2,
        at,
        requestId,
        by: "fleet",
        amountKurus,
        deltaKurus: -300 as Kurus,
        balanceAfterKurus: 700 as Kurus,
        orderId,
        description,
        idempotency,
      },
      opening.entry,
    ]);
  });

  test("list() gives nothing for an unknown account", async ({ journal }) => {
    assertEquals(await journal.list(ID, { limit: 10 }), { entries: [] });
  });

  for (const limit of [1, 2, 3, 4, 5, 6, 100]) {
    test(`list() gives pages of ${limit} without a gap or a double`, async (store, commands) => {
      await fill(store, commands, 4);
      const pages = await pagesOf(store.journal, { limit });
      assertEquals(seqsOf(pages.flat()), [5, 4, 3, 2, 1]);
      for (const page of pages) assertLessOrEqual(page.length, limit);
      assertEquals(pages.length, Math.ceil(5 / limit));
    });
  }

  const starts: readonly (readonly [number, number[]])[] = [
    [6, [5, 4]],
    [1_000_000, [5, 4]],
    [4, [3, 2]],
    [2, [1]],
    [1, []],
  ];
  for (const [beforeSeq, expected] of starts) {
    test(
      `list() before ${beforeSeq} begins with ${expected[0] ?? "nothing"}`,
      async (store, commands) => {
        await fill(store, commands, 4);
        const page = await store.journal.list(ID, { limit: 2, beforeSeq });
        assertEquals(seqsOf(page.entries), expected);
      },
    );
  }

  test("list() misses and doubles nothing while entries are written", async (store, commands) => {
    await fill(store, commands, 30);
    const seen: number[] = [];
    let beforeSeq: number | undefined;
    do {
      const page = await store.journal.list(ID, { limit: 4, ...(beforeSeq && { beforeSeq }) });
      seen.push(...seqsOf(page.entries));
      beforeSeq = page.nextBeforeSeq;
      // Gives a payment back, and another: two new entries before the next page.
      await commitTo(
        store.accounts,
        ID,
        (account) =>
          decideRefund({ account, payments: new Map(), topUps: new Map() }, commands.next("ref")),
        paying(commands.payment(1)),
      );
    } while (beforeSeq !== undefined);
    assertEquals(seen, Array.from({ length: 31 }, (_, place) => 31 - place));
  });

  test(
    "list() gives the asked types alone, and the cursor goes on past the others",
    async (store, commands) => {
      await fill(store, commands, 5);
      const refunding = (account: Account) =>
        decideRefund({ account, payments: new Map(), topUps: new Map() }, commands.next("ref"));
      await commitTo(store.accounts, ID, refunding, paying(commands.payment(1)), refunding);
      const only = (types: readonly EntryType[], limit: number) =>
        pagesOf(store.journal, { limit, types });
      assertEquals(seqsOf((await only(["refund"], 1)).flat()), [9, 7]);
      assertEquals(seqsOf((await only(["account_opened"], 5)).flat()), [1]);
      assertEquals(seqsOf((await only(["refund", "account_opened"], 2)).flat()), [9, 7, 1]);
      assertEquals(seqsOf((await only(["card_saved"], 3)).flat()), []);
    },
  );

  test("list() gives the payments of an order alone, newest first", async (store, commands) => {
    for (const id of [ID, OTHER]) {
      await store.accounts.insert(commands.opening(id, { balanceKurus: 50 }), PERSON);
    }
    const of = (orderId: string) => paying(commands.payment(1, { orderId }));
    await commitTo(store.accounts, ID, of("a"));
    // Long enough that a part of it has left an account's document.
    for (let left = 20; left > 0; left--) {
      await commitTo(store.accounts, ID, paying(commands.payment(1)));
    }
    await commitTo(store.accounts, ID, of("b"), of("a"));
    await commitTo(store.accounts, OTHER, of("a"));
    const ofOrder = async (orderId: string) =>
      seqsOf((await pagesOf(store.journal, { limit: 1, types: ["payment"], orderId })).flat());
    assertEquals([await ofOrder("a"), await ofOrder("b"), await ofOrder("c")], [[24, 2], [23], []]);
  });

  test(
    "list() looks at no more entries for one page than the bound, and goes on behind them",
    async (store, commands) => {
      await fill(store, commands, PAGE_SCAN_MAX + 5);
      const last = PAGE_SCAN_MAX + 6;
      const types = ["account_opened"] as const;
      const first = await store.journal.list(ID, { limit: 1, types });
      assertEquals(first, { entries: [], nextBeforeSeq: last - PAGE_SCAN_MAX + 1 });
      const second = await store.journal.list(ID, {
        limit: 1,
        types,
        beforeSeq: last - PAGE_SCAN_MAX + 1,
      });
      assertEquals([seqsOf(second.entries), second.nextBeforeSeq], [[1], undefined]);
    },
  );

  test("list() reaches every entry of a long journal from any cursor", async (store, commands) => {
    await fill(store, commands, 300);
    for (const beforeSeq of [2, 3, 17, 64, 65, 128, 129, 255, 256, 257, 300, 301, 302]) {
      const page = await store.journal.list(ID, { limit: 3, beforeSeq });
      const expected = [beforeSeq - 1, beforeSeq - 2, beforeSeq - 3].filter((seq) => seq > 0);
      assertEquals(seqsOf(page.entries), expected);
    }
  });

  test("find() gives an entry of the account, and none of another's", async (store, commands) => {
    await fill(store, commands, 3);
    const { entries: [own] } = await store.journal.list(ID, { limit: 1 });
    const { entries: [others] } = await store.journal.list(OTHER, { limit: 1 });
    assert(own && others);
    const { journal } = store;
    assertEquals(await journal.find(ID, own.id), own);
    assertEquals(await journal.find(ID, others.id), undefined);
    assertEquals(await journal.find(OTHER, others.id), others);
    assertEquals(await journal.find(ID, "pay_unknown"), undefined);
    assertEquals(await journal.find({ ...ID, userNo: "3" }, own.id), undefined);
    assertEquals(await journal.find({ ...ID, filo: "baska" }, own.id), undefined);
  });

  test("ownerOf() says whose entry it is, moved to the ledger or not", async (store, commands) => {
    const { journal, accounts: { entriesPerSave } } = store;
    assertEquals(await journal.ownerOf("pay_unknown"), undefined);
    await fill(store, commands, 2 * entriesPerSave);
    for (const id of [ID, OTHER]) {
      const { entries } = await journal.list(id, { limit: 3 * entriesPerSave });
      for (const entry of [entries[0], entries.at(-1)]) {
        assert(entry);
        assertEquals(await journal.ownerOf(entry.id), id);
      }
    }
  });

  test("findPayment() gives a payment with what is given back of it", async (store, commands) => {
    await fill(store, commands, 3);
    const paid = commands.payment(1);
    const refund = commands.next("ref");
    const refundOfIt = (account: Account) =>
      decideRefund({ account, payments: new Map(), topUps: new Map() }, refund);
    const { entries: [before] } = await store.journal.list(ID, { limit: 1 });
    assert(before?.type === "payment");
    assertEquals(await store.journal.findPayment(ID, before.id), {
      entry: before,
      refundedKurus: 0 as Kurus,
    });
    await commitTo(store.accounts, ID, refundOfIt, paying(paid));
    assertEquals(await store.journal.findPayment(ID, before.id), {
      entry: before,
      refundedKurus: 1 as Kurus,
    });
  });

  test(
    "findPayment() gives no other entry and none of another account",
    async (store, commands) => {
      await fill(store, commands, 1);
      const { entries: [paid, opened] } = await store.journal.list(ID, { limit: 2 });
      assert(paid && opened);
      assertEquals(await store.journal.findPayment(ID, opened.id), undefined);
      assertEquals(await store.journal.findPayment(OTHER, paid.id), undefined);
      assertEquals(await store.journal.findPayment(ID, "pay_unknown"), undefined);
    },
  );
}
