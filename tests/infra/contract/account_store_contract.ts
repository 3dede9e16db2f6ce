import { assert, assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import type { Account, AccountId, Card } from "../../../domain/account.ts";
import { CardNumber } from "../../../domain/card_number.ts";
import {
  type CardRefundEndCommand,
  decideCardRefund,
  decideCardRefundFailure,
} from "../../../domain/card_refund.ts";
import { decideCardRegistration, newCard } from "../../../domain/card_registration.ts";
import { closingEntryId } from "../../../domain/derived_ids.ts";
import type { Command, Decision } from "../../../domain/decision.ts";
import { createUnopened, evolve } from "../../../domain/evolve.ts";
import { foldCommands } from "../../../domain/fold.ts";
import { mayHaveSeen, NO_KEYS } from "../../../domain/idempotency.ts";
import { RECENT_KEYS_PER_ACCOUNT } from "../../../domain/limits.ts";
import type { Kurus } from "../../../domain/money.ts";
import type { AccountStore } from "../../../domain/ports/account_store.ts";
import { decideRefund } from "../../../domain/refund.ts";
import {
  decideTopUp,
  decideTopUpAction,
  decideTopUpCredit,
  decideTopUpFailure,
} from "../../../domain/top_up.ts";
import {
  type Commands,
  commitTo,
  createCommands,
  decideAll,
  keyed,
  paying,
  PERSON,
} from "../../support/commands.ts";
import { commandsOf, HISTORIES, openingOf } from "../../support/histories.ts";
import { faultsOf } from "../../support/journal_proof.ts";
import type { LedgerStore, WithStore } from "./contract_store.ts";

const CHARGED = { gateway: "sandbox", providerRef: "charge" };

const ID: AccountId = { filo: "hergele", userNo: "1" };

/** Which keys it remembers itself is a store's own affair; everything else has to come back. */
function comparable(account: Account | undefined): Account | undefined {
  return account && { ...account, recentKeys: NO_KEYS };
}

async function openIn(
  { accounts }: LedgerStore,
  commands: Commands,
  { id = ID, balanceKurus = 10_000, cards = [] as readonly Card[] } = {},
): Promise<Account> {
  const opening = commands.opening(id, { balanceKurus, cards });
  assertEquals(await accounts.insert(opening, PERSON), true);
  return opening.account;
}

async function loadedAccount(accounts: AccountStore, id: AccountId = ID): Promise<Account> {
  const loaded = await accounts.load(id);
  assert(loaded);
  return loaded.account;
}

function someCard(commands: Commands): Card {
  const facts = CardNumber.parse("4242424242424242")?.facts;
  assert(facts);
  const { entryId: cardId, at } = commands.next("card");
  return newCard({ cardId, fingerprint: cardId, facts, at });
}

/** What every {@linkcode AccountStore} has to do. */
export function accountStoreContract(name: string, withStore: WithStore<LedgerStore>): void {
  const test = (what: string, body: (store: LedgerStore, commands: Commands) => Promise<void>) =>
    Deno.test(`${name}: ${what}`, () => withStore((store) => body(store, createCommands())));

  test(
    "insert() keeps an account as it was opened, and load() gives it",
    async (store, commands) => {
      const card = someCard(commands);
      const opened = await openIn(store, commands, { cards: [card] });
      const loaded = await store.accounts.load(ID);
      assertEquals(comparable(loaded?.account), comparable(opened));
      assertEquals([loaded?.entriesByKey, loaded?.payments], [new Map(), new Map()]);
    },
  );

  test(
    "save() keeps, through any history, the account that evolve() makes of its entries",
    async ({ accounts, journal }) => {
      let lives = 0;
      await fc.assert(
        fc.asyncProperty(HISTORIES, async (history) => {
          const life = `life-${lives++}`;
          const id = { filo: "hergele", userNo: life };
          const opening = openingOf(history, { account: id, entryId: life });
          await accounts.insert(opening, PERSON);
          const waiting = commandsOf(history, `${life}-`);
          while (waiting.length > 0) {
            const batch = waiting.splice(0, 7);
            const keys = batch.flatMap(({ command }) => command.idempotency?.keyHash ?? []);
            const payments = batch.flatMap(({ payments = [] }) => payments);
            const topUps = batch.flatMap(({ topUps = [] }) => topUps);
            const base = await accounts.load(id, { keys, payments, topUps });
            assert(base);
            const { account, entries } = foldCommands(base, batch);
            if (entries.length === 0) continue;
            const saved = await accounts.save(account, base.account.head, entries);
            assert(saved === "saved" || saved === "filed");
          }
          const { entries } = await journal.list(id, { limit: 100 });
          const replayed = entries.toReversed().reduce(evolve, createUnopened(id));
          // A store may read the window only when a key is asked for.
          const stored = (await accounts.load(id, { keys: [keyed(1).keyHash] }))?.account;
          assert(stored);
          assertEquals(comparable(stored), comparable(replayed));
          let balance = 0;
          for (const entry of entries.toReversed()) {
            const { deltaKurus, balanceAfterKurus, heldAfterKurus = 0 } = entry;
            balance += deltaKurus;
            assertEquals<number>(balanceAfterKurus, balance);
            assert(0 <= heldAfterKurus && heldAfterKurus <= balance, entry.id);
          }
          assertEquals<number>(stored.balanceKurus, balance);
          const account = { ...stored, recentKeys: replayed.recentKeys };
          assertEquals(faultsOf(account, entries.toReversed()), []);
          const { others } = stored.recentKeys;
          assertNotEquals(others, "unknown");
          if (others === "none") assertEquals(stored.recentKeys, replayed.recentKeys);
        }),
        { seed: 20260101, numRuns: 25 },
      );
    },
  );

  test("insert() says that an account exists, and leaves it alone", async (store, commands) => {
    const opened = await openIn(store, commands);
    const again = commands.opening(ID, { balanceKurus: 77_777 });
    assertEquals(await store.accounts.insert(again, PERSON), false);
    assertEquals(comparable(await loadedAccount(store.accounts)), comparable(opened));
    assertEquals(await store.journal.find(ID, again.entry.id), undefined);
  });

  test(
    "insert() lets exactly one of many at one moment open an account",
    async (store, commands) => {
      const openings = Array.from({ length: 20 }, () => commands.opening(ID));
      const results = await Promise.all(
        openings.map((opening) => store.accounts.insert(opening, PERSON)),
      );
      assertEquals(results.filter(Boolean).length, 1);
      const { head } = await loadedAccount(store.accounts);
      assertEquals(head, openings[results.indexOf(true)]?.entry.id);
    },
  );

  test(
    "load() gives nothing for an unknown user, nor for one of another fleet",
    async (store, commands) => {
      await openIn(store, commands);
      assertEquals(await store.accounts.load({ ...ID, userNo: "2" }), undefined);
      assertEquals(await store.accounts.load({ ...ID, filo: "baska" }), undefined);
    },
  );

  test("save() keeps everything that a decision changed", async (store, commands) => {
    await openIn(store, commands);
    const card = someCard(commands);
    const registration = { ...commands.next(), ...card, facts: card };
    const topUp = { ...commands.next("top"), amountKurus: 2_500 as Kurus, gateway: "sandbox" };
    const saved = await commitTo(
      store.accounts,
      ID,
      (account) => decideCardRegistration(account, registration),
      (account) => decideTopUp(account, topUp),
      (account) =>
        decideTopUpAction(account, {
          ...commands.next("tua"),
          topUpId: topUp.entryId,
          gateway: "sandbox",
          providerRef: "ref_1",
          expiresAt: topUp.at + 1_000,
        }),
      paying(commands.payment(100, { orderId: "order 1", description: "a ride, ü" })),
      (account) =>
        decideRefund({ account, payments: new Map(), topUps: new Map() }, commands.next("ref")),
      paying(commands.payment(300)),
    );
    assertEquals(comparable(await loadedAccount(store.accounts)), comparable(saved));
  });

  test("save() keeps the last payment and what is given back of it", async (store, commands) => {
    await openIn(store, commands);
    await commitTo(store.accounts, ID, paying(commands.payment(300)));
    const refund = { ...commands.next("ref"), amountKurus: 120 as Kurus };
    const saved = await commitTo(
      store.accounts,
      ID,
      (account) => decideRefund({ account, payments: new Map(), topUps: new Map() }, refund),
    );
    assertEquals((await loadedAccount(store.accounts)).lastPayment, saved.lastPayment);
    assertEquals(saved.lastPayment?.refundedKurus, 120 as Kurus);
  });

  test(
    "save() is a conflict when the head is another, and stores nothing",
    async (store, commands) => {
      const opened = await openIn(store, commands);
      const first = decideAll(opened, [paying(commands.payment(100))]);
      const second = decideAll(opened, [paying(commands.payment(200))]);
      const { accounts, journal } = store;
      assertEquals(await accounts.save(first.account, opened.head, first.entries), "saved");
      assertEquals(await accounts.save(second.account, opened.head, second.entries), "conflict");
      assertEquals(comparable(await loadedAccount(accounts)), comparable(first.account));
      assertEquals((await journal.list(ID, { limit: 10 })).entries.length, 2);
    },
  );

  test("save() of the same twice is saved once", async (store, commands) => {
    const opened = await openIn(store, commands);
    const next = decideAll(opened, [paying(commands.payment(100))]);
    const save = () => store.accounts.save(next.account, opened.head, next.entries);
    assertEquals([await save(), await save()], ["saved", "conflict"]);
    assertEquals((await store.journal.list(ID, { limit: 10 })).entries.length, 2);
  });

  test("save() is a conflict for an account that is not there", async (store, commands) => {
    const { account, entry } = commands.opening(ID);
    assertEquals(await store.accounts.save(account, entry.id, []), "conflict");
    assertEquals(await store.accounts.load(ID), undefined);
  });

  test(
    "save() looks at the head alone: an equal number of entries is not enough",
    async (store, commands) => {
      const opened = await openIn(store, commands);
      const lookalike = commands.opening(ID, { balanceKurus: 10_000 }).account;
      const next = decideAll(lookalike, [paying(commands.payment(100))]);
      assertNotEquals(lookalike.head, opened.head);
      assertEquals(
        await store.accounts.save(next.account, lookalike.head, next.entries),
        "conflict",
      );
    },
  );

  test(
    "save() lets exactly one of 200 at one moment follow the same head",
    async (store, commands) => {
      const opened = await openIn(store, commands);
      const rivals = Array.from(
        { length: 200 },
        () => decideAll(opened, [paying(commands.payment(10_000))]),
      );
      const results = await Promise.all(
        rivals.map(({ account, entries }) => store.accounts.save(account, opened.head, entries)),
      );
      assertEquals(results.filter((result) => result === "saved").length, 1);
      const winner = rivals[results.indexOf("saved")];
      assertEquals(
        comparable(await loadedAccount(store.accounts)),
        comparable(winner?.account),
      );
      const { entries } = await store.journal.list(ID, { limit: 100 });
      assertEquals(entries, [...winner?.entries ?? [], ...entries.slice(1)]);
      assertEquals(entries.length, 2);
    },
  );

  test("save() of many accounts at one moment keeps them apart", async (store, commands) => {
    const ids = Array.from({ length: 30 }, (_, place) => ({ ...ID, userNo: `u${place}` }));
    const opened = await Promise.all(ids.map((id) => openIn(store, commands, { id })));
    await Promise.all(opened.map((account, place) => {
      const next = decideAll(account, [paying(commands.payment(place + 1))]);
      return store.accounts.save(next.account, account.head, next.entries);
    }));
    const balances = await Promise.all(
      ids.map(async (id) => (await loadedAccount(store.accounts, id)).balanceKurus),
    );
    assertEquals(balances, ids.map((_, place) => 10_000 - place - 1 as Kurus));
  });

  test("save() stores all entries of a full save, in order", async (store, commands) => {
    const opened = await openIn(store, commands);
    const { entriesPerSave } = store.accounts;
    const decisions = Array.from({ length: entriesPerSave }, () => paying(commands.payment(1)));
    const next = decideAll(opened, decisions);
    assertEquals(await store.accounts.save(next.account, opened.head, next.entries), "saved");
    const { entries } = await store.journal.list(ID, { limit: entriesPerSave + 1 });
    assertEquals(entries.toReversed().slice(1), [...next.entries]);
  });

  test(
    "save() that cannot store one entry stores none, and not the account",
    async (store, commands) => {
      const opened = await openIn(store, commands);
      const endless: { self?: unknown } = {};
      endless.self = endless;
      const broken = decideAll(opened, [
        paying(commands.payment(100)),
        // Not even a bug may leave half a save behind: this can be written nowhere.
        paying({ ...commands.payment(100), description: endless as unknown as string }),
      ]);
      const { accounts, journal } = store;
      await assertRejects(() => accounts.save(broken.account, opened.head, broken.entries));
      assertEquals(comparable(await loadedAccount(accounts)), comparable(opened));
      assertEquals((await journal.list(ID, { limit: 10 })).entries.length, 1);
      assertEquals(await journal.find(ID, broken.entries[0]?.id ?? ""), undefined);
    },
  );

  test(
    "load() gives the entries that keys appended, and none for keys that are new",
    async (store, commands) => {
      await openIn(store, commands);
      const [first, second] = [
        commands.payment(1, { idempotency: keyed(1) }),
        commands.payment(2, { idempotency: keyed(2) }),
      ];
      const saved = await commitTo(
        store.accounts,
        ID,
        paying(first),
        paying(second),
        paying(commands.payment(3)),
      );
      const keys = [keyed(2).keyHash, keyed(1).keyHash, keyed(3).keyHash];
      const loaded = await store.accounts.load(ID, { keys });
      assert(loaded);
      const ids = [...loaded.entriesByKey].map(([key, { id }]) => [key, id]).toSorted();
      assertEquals(ids, [[keyed(1).keyHash, first.entryId], [keyed(2).keyHash, second.entryId]]);
      assertEquals(loaded.entriesByKey.get(keyed(2).keyHash)?.idempotency, keyed(2));
      assertEquals(loaded.account.head, saved.head);
      for (const { keyHash } of [keyed(1), keyed(2)]) {
        assertEquals(mayHaveSeen(loaded.account.recentKeys, keyHash), true);
      }
    },
  );

  test(
    "load() tells keys apart that differ in their last character only",
    async (store, commands) => {
      await openIn(store, commands);
      const paid = commands.payment(1, { idempotency: keyed(1) });
      await commitTo(store.accounts, ID, paying(paid));
      // keyed() fills up with zeros from the left, so both begin with the same 31 characters.
      const loaded = await store.accounts.load(ID, { keys: [keyed(2).keyHash] });
      assertEquals(loaded?.entriesByKey.size, 0);
    },
  );

  test(
    "keys that have left the window are found when they are asked for, or by the save",
    async (store, commands) => {
      await openIn(store, commands);
      const other = { ...ID, userNo: "2" };
      await openIn(store, commands, { id: other });
      const payments = Array.from(
        { length: RECENT_KEYS_PER_ACCOUNT + 2 },
        (_, place) => commands.payment(1, { idempotency: keyed(place) }),
      );
      const { entriesPerSave, entriesOfOldKeys } = store.accounts;
      for (let from = 0; from < payments.length; from += entriesPerSave) {
        await commitTo(
          store.accounts,
          ID,
          ...payments.slice(from, from + entriesPerSave).map(paying),
        );
      }
      const old = [keyed(0), keyed(1)].map(({ keyHash }) => keyHash);
      const neverUsed = keyed(payments.length);
      if (entriesOfOldKeys === undefined) {
        const again = (place: number) => paying(commands.payment(1, { idempotency: keyed(place) }));
        const saveOn = async (id: AccountId, place: number) => {
          const account = await loadedAccount(store.accounts, id);
          const next = decideAll(account, [again(place)]);
          return await store.accounts.save(next.account, account.head, next.entries);
        };
        for (const place of [0, 1]) assertEquals(await saveOn(ID, place), "conflict");
        assertEquals(await saveOn(ID, payments.length), "saved");
        assertEquals(await saveOn(other, 0), "saved");
        return;
      }
      const found = await entriesOfOldKeys(ID, [...old, neverUsed.keyHash]);
      assertEquals([...found.keys()].toSorted(), old);
      assertEquals(
        old.map((key) => found.get(key)?.id),
        payments.slice(0, 2).map(({ entryId }) => entryId),
      );
      assertEquals(found.get(keyed(1).keyHash)?.idempotency, keyed(1));
      assertEquals(await entriesOfOldKeys(other, old), new Map());
      const unknown = { ...ID, userNo: "3" };
      assertEquals(await entriesOfOldKeys(unknown, old), new Map());
    },
  );

  test("load() finds the key of an opening", async ({ accounts }, commands) => {
    const opening = commands.opening(ID, { idempotency: keyed(1) });
    await accounts.insert(opening, PERSON);
    const loaded = await accounts.load(ID, { keys: [keyed(1).keyHash] });
    assertEquals(loaded?.entriesByKey.get(keyed(1).keyHash), opening.entry);
  });

  test("load() finds no key and no payment of another account", async (store, commands) => {
    const other = { ...ID, userNo: "2" };
    await openIn(store, commands);
    await openIn(store, commands, { id: other });
    const paid = commands.payment(1, { idempotency: keyed(1) });
    await commitTo(store.accounts, other, paying(paid));
    const asked = { keys: [keyed(1).keyHash], payments: [paid.entryId] };
    const loaded = await store.accounts.load(ID, asked);
    assertEquals([loaded?.entriesByKey.size, loaded?.payments.size], [0, 0]);
    const own = await store.accounts.load(other, asked);
    assertEquals([own?.entriesByKey.size, own?.payments.size], [1, 1]);
  });

  test("load() gives payments with all that was given back of them", async (store, commands) => {
    await openIn(store, commands);
    const [older, newer] = [commands.payment(1_000), commands.payment(500)];
    await commitTo(store.accounts, ID, paying(older), paying(newer));
    for (const amountKurus of [300, 200] as Kurus[]) {
      const payments = (await store.accounts.load(ID, { payments: [older.entryId] }))?.payments;
      assert(payments);
      const refund = { ...commands.next("ref"), paymentId: older.entryId, amountKurus };
      const decide = (account: Account): Decision =>
        decideRefund({ account, payments, topUps: new Map() }, refund);
      await commitTo(store.accounts, ID, decide);
    }
    const asked = { payments: [older.entryId, newer.entryId, "pay_unknown"] };
    const loaded = await store.accounts.load(ID, asked);
    assert(loaded);
    assertEquals([...loaded.payments.keys()].toSorted(), [older.entryId, newer.entryId]);
    assertEquals(loaded.payments.get(older.entryId), {
      paymentId: older.entryId,
      amountKurus: 1_000 as Kurus,
      refundedKurus: 500 as Kurus,
      at: older.at,
    });
    assertEquals(loaded.payments.get(newer.entryId)?.refundedKurus, 0 as Kurus);
  });

  test("load() takes no entry but a payment for a payment", async (store, commands) => {
    const { head } = await openIn(store, commands);
    const loaded = await store.accounts.load(ID, { payments: [head] });
    assertEquals(loaded?.payments.size, 0);
  });

  test("openTopUps() lists open ones, the oldest first, page by page", async (store, commands) => {
    const ids = Array.from({ length: 3 }, (_, place) => ({ ...ID, userNo: `u${place}` }));
    for (const id of ids) await openIn(store, commands, { id, cards: [someCard(commands)] });
    const at = commands.next().at + 1_000;
    const started = [];
    // Two of them start at the same moment, and no account's start in a row.
    for (const [place, offset] of [5, 3, 4, 3, 1].entries()) {
      const id = ids[place % ids.length] ?? ID;
      const amountKurus = 100 as Kurus;
      const topUp = { ...commands.next("top"), at: at + offset, amountKurus, gateway: "sandbox" };
      await commitTo(store.accounts, id, (account) => decideTopUp(account, topUp));
      started.push({ account: id, topUpId: topUp.entryId, startedAt: topUp.at });
    }
    const [five, threeFirst, four, threeThen, one] = started;
    assert(five && threeFirst && four && threeThen && one);
    const { accounts } = store;
    const all = [one, threeFirst, threeThen, four, five];
    const from = (offset: number, to = offset) => ({ from: at + offset, to: at + to });
    assertEquals(await accounts.openTopUps(from(9), 10), all);
    assertEquals(await accounts.openTopUps(from(4, 100), 10), [one, threeFirst, threeThen, four]);
    assertEquals(await accounts.openTopUps(from(3), 2), [one, threeFirst]);
    assertEquals(await accounts.openTopUps(from(3), 2, threeFirst), [threeThen, four]);
    assertEquals(await accounts.openTopUps(from(3), 2, five), []);
    // Those that a clock ahead of this one started are asked for with the oldest.
    assertEquals(await accounts.openTopUps(from(1, 5), 10), [one, five]);
    assertEquals(await accounts.openTopUps(from(0, 100), 10), []);
  });

  test("openTopUps() forgets those that are closed", async (store, commands) => {
    await openIn(store, commands, { cards: [someCard(commands)] });
    const [credited, failed, open] = ["top", "top", "top"].map((prefix) => ({
      ...commands.next(prefix),
      amountKurus: 100 as Kurus,
      gateway: "sandbox",
    }));
    assert(credited && failed && open);
    const later = open.at + 1_000;
    for (const topUp of [credited, failed, open]) {
      await commitTo(store.accounts, ID, (account) => decideTopUp(account, topUp));
    }
    const closing = ({ entryId: topUpId }: { entryId: string }) => ({
      ...commands.next("tuc"),
      topUpId,
      ...CHARGED,
    });
    await commitTo(store.accounts, ID, (account) => decideTopUpCredit(account, closing(credited)));
    await commitTo(
      store.accounts,
      ID,
      (account) => decideTopUpFailure(account, { ...closing(failed), reason: "declined" }),
    );
    assertEquals(await store.accounts.openTopUps({ from: later, to: later }, 10), [
      { account: ID, topUpId: open.entryId, startedAt: open.at },
    ]);
  });

  /** Credits a top-up of that amount, and gives its id. */
  const credit = async (store: LedgerStore, commands: Commands, amountKurus: number) => {
    const topUp = {
      ...commands.next("top"),
      amountKurus: amountKurus as Kurus,
      gateway: "sandbox",
    };
    const { entryId: topUpId } = topUp;
    const closing = { ...commands.next(), entryId: closingEntryId(topUpId), topUpId, ...CHARGED };
    await commitTo(store.accounts, ID, (account) => decideTopUp(account, topUp));
    await commitTo(store.accounts, ID, (account) => decideTopUpCredit(account, closing));
    return topUpId;
  };

  /** Takes what goes back to a card from the balance. */
  const giveBack = async (
    { accounts }: LedgerStore,
    refund: Command & { readonly topUpId: string; readonly amountKurus: Kurus },
  ) => {
    const view = await accounts.load(ID, { topUps: [refund.topUpId] });
    assert(view);
    const termsOf = () => ({ givesBackParts: true, giveBackWithinDays: 365 });
    await commitTo(
      accounts,
      ID,
      (account) => decideCardRefund({ ...view, account }, { ...refund, termsOf }),
    );
  };

  const endInVain = async ({ accounts }: LedgerStore, ending: CardRefundEndCommand) => {
    const { openCardRefunds } = await loadedAccount(accounts);
    const view = await accounts.load(ID, { topUps: openCardRefunds.map(({ topUpId }) => topUpId) });
    assert(view);
    await commitTo(
      accounts,
      ID,
      (account) => decideCardRefundFailure({ ...view, account }, ending),
    );
  };

  test("load() gives credited top-ups with all that went back of them", async (store, commands) => {
    await openIn(store, commands, { cards: [someCard(commands)] });
    const older = await credit(store, commands, 1_000);
    const newer = await credit(store, commands, 500);
    const part = (amountKurus: number) => ({
      ...commands.next("crf"),
      topUpId: older,
      amountKurus: amountKurus as Kurus,
    });
    const [first, second] = [part(300), part(200)];
    await giveBack(store, first);
    await giveBack(store, second);
    const asked = { topUps: [older, newer, "top_unknown", "pay_unknown"] };
    const loaded = await store.accounts.load(ID, asked);
    assert(loaded);
    assertEquals([...loaded.topUps.keys()].toSorted(), [older, newer].toSorted());
    const closed = await store.journal.find(ID, closingEntryId(older));
    assertEquals(loaded.topUps.get(older), {
      topUpId: older,
      amountKurus: 1_000 as Kurus,
      refundedKurus: 500 as Kurus,
      at: closed?.at ?? 0,
      ...CHARGED,
    });
    assertEquals(loaded.topUps.get(newer)?.refundedKurus, 0 as Kurus);
    await endInVain(store, { ...commands.next("crfe"), cardRefundId: second.entryId });
    const after = await store.accounts.load(ID, asked);
    assertEquals(after?.topUps.get(older)?.refundedKurus, 300 as Kurus);
  });

  test(
    "load() finds no top-up of another account, and none that is open",
    async (store, commands) => {
      const other = { ...ID, userNo: "2" };
      await openIn(store, commands, { cards: [someCard(commands)] });
      await openIn(store, commands, { id: other });
      const credited = await credit(store, commands, 100);
      const open = { ...commands.next("top"), amountKurus: 100 as Kurus, gateway: "sandbox" };
      await commitTo(store.accounts, ID, (account) => decideTopUp(account, open));
      const topUps = [credited, open.entryId];
      assertEquals((await store.accounts.load(other, { topUps }))?.topUps.size, 0);
      assertEquals([...(await store.accounts.load(ID, { topUps }))?.topUps.keys() ?? []], [
        credited,
      ]);
    },
  );

  test(
    "openCardRefunds() lists those that have not ended, the oldest first",
    async (store, commands) => {
      await openIn(store, commands, { cards: [someCard(commands)] });
      const topUpId = await credit(store, commands, 1_000);
      const at = commands.next().at + 1_000;
      const refunds = [5, 3, 4].map((offset) => ({
        ...commands.next("crf"),
        at: at + offset,
        topUpId,
        amountKurus: 100 as Kurus,
      }));
      for (const refund of refunds) await giveBack(store, refund);
      const [five, three, four] = refunds.map(({ entryId: cardRefundId, at: startedAt }) => ({
        account: ID,
        cardRefundId,
        startedAt,
      }));
      assert(five && three && four);
      const { accounts } = store;
      const from = (offset: number, to = offset) => ({ from: at + offset, to: at + to });
      assertEquals(await accounts.openCardRefunds(from(9), 10), [three, four, five]);
      assertEquals(await accounts.openCardRefunds(from(9), 2), [three, four]);
      assertEquals(await accounts.openCardRefunds(from(9), 2, four), [five]);
      assertEquals(await accounts.openCardRefunds(from(3, 5), 10), [three, five]);
      assertEquals(await accounts.openCardRefunds(from(2, 100), 10), []);
      await endInVain(store, { ...commands.next("crfe"), cardRefundId: three.cardRefundId });
      assertEquals(await accounts.openCardRefunds(from(9), 10), [four, five]);
    },
  );

  test("list() gives every account once, page by page", async (store, commands) => {
    const ids = ["b/1", "a/2", "a/1", "b/10", "a-b/1"].map((key) => {
      const [filo = "", userNo = ""] = key.split("/");
      return { filo, userNo };
    });
    for (const id of ids) await openIn(store, commands, { id });
    const found: AccountId[] = [];
    let after: AccountId | undefined;
    do {
      const page = await store.accounts.list({ limit: 2, ...(after && { after }) });
      found.push(...page);
      after = page.at(-1);
    } while (after !== undefined);
    const names = (list: readonly AccountId[]) =>
      list.map(({ filo, userNo }) => `${filo}/${userNo}`).toSorted();
    assertEquals(names(found), names(ids));
  });
}
