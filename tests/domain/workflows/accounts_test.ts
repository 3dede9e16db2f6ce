import {
  assert,
  assertEquals,
  assertLess,
  assertLessOrEqual,
  assertNotEquals,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import type { Account } from "../../../domain/account.ts";
import type { AccountOpeningCommand } from "../../../domain/account_opening.ts";
import { UNCHANGED } from "../../../domain/decision.ts";
import {
  mayHaveSeen,
  NO_KEYS,
  type RecentKeys,
  shortHash,
  UNKNOWN_KEYS,
} from "../../../domain/idempotency.ts";
import { closingEntryId } from "../../../domain/derived_ids.ts";
import {
  COMMAND_DEADLINE_MILLISECONDS,
  COMMANDS_PER_FOLD,
  LOST_RACES_MAX,
  QUEUE_PER_ACCOUNT,
  RECENT_KEYS_PER_ACCOUNT,
  RETRY_PAUSE_MAX_MILLISECONDS,
} from "../../../domain/limits.ts";
import type { Kurus } from "../../../domain/money.ts";
import { decidePayment, type PaymentCommand } from "../../../domain/payment.ts";
import type { AccountCache } from "../../../domain/ports/account_cache.ts";
import type { OpeningOutcome, UpdateOutcome } from "../../../domain/ports/accounts.ts";
import { decideRefund } from "../../../domain/refund.ts";
import { createAccounts } from "../../../domain/workflows/accounts.ts";
import { createTestClock, settled } from "../../support/clock.ts";
import { commitTo, createCommands, keyed, paying, PERSON } from "../../support/commands.ts";
import { createGate, type Fault } from "../../support/faults.ts";
import { createMemoryStore, type Script, scriptStore } from "../../support/memory_store.ts";
import { createTestLog } from "../../support/logs.ts";

const ID = { filo: "hergele", userNo: "1" };
const KEY = "hergele/1";

interface BenchOptions {
  readonly balanceKurus?: number;
  readonly entriesPerSave?: number;
  /** Makes the cache over the account as it was opened. */
  readonly cache?: (opened: Account) => AccountCache;
}

/** Accounts over a scripted store that holds one account of 100.00; waiting moves the clock. */
async function createBench(script: Script = {}, options: BenchOptions = {}) {
  const commands = createCommands();
  const memory = createMemoryStore(options.entriesPerSave);
  const opening = commands.opening(ID, { balanceKurus: options.balanceKurus ?? 10_000 });
  await memory.accounts.insert(opening, PERSON);
  const scripted = scriptStore(memory, script);
  const clock = createTestClock();
  const pauses: number[] = [];
  const { log, lines } = createTestLog({ clock });
  let decisions = 0;
  const cache = options.cache?.(opening.account);
  const accounts = createAccounts({
    store: scripted.accounts,
    journal: scripted.journal,
    clock,
    log,
    pause: (milliseconds) => {
      pauses.push(milliseconds);
      clock.advance(milliseconds);
      return Promise.resolve();
    },
    ...(cache && { cache }),
  });
  return {
    accounts,
    calls: scripted.calls,
    clock,
    commands,
    lines,
    memory,
    opened: opening.account,
    pauses,
    decisions: () => decisions,
    entries: () => memory.stored.get(KEY)?.entries ?? [],
    balance: () => memory.stored.get(KEY)?.account.balanceKurus,
    pay: (amountKurus: number, more: Partial<PaymentCommand> = {}): Promise<UpdateOutcome> => {
      const command = commands.payment(amountKurus, more);
      return accounts.update({ account: ID, command }, ({ account }) => {
        decisions++;
        return decidePayment(account, command);
      });
    },
    /** What another process writes meanwhile, past the script. */
    payElsewhere: (amountKurus: number) =>
      commitTo(memory.accounts, ID, paying(commands.payment(amountKurus))),
  };
}

type Bench = Awaited<ReturnType<typeof createBench>>;

function outcomesOf(outcomes: readonly { readonly outcome: string }[]): string[] {
  return outcomes.map(({ outcome }) => outcome);
}

/** A cache that holds one account and writes down what is done with it. */
function createCache(first: Account | undefined, events: string[] = []): AccountCache {
  let kept = first;
  return {
    get: () => {
      events.push("get");
      return Promise.resolve(kept);
    },
    put: (account) => {
      events.push(`put ${account.head}`);
      kept = account;
      return Promise.resolve();
    },
    drop: () => {
      events.push("drop");
      kept = undefined;
      return Promise.resolve();
    },
  };
}

// One command

Deno.test("update() appends one entry and answers with it and the account after it", async () => {
  const bench = await createBench();
  const outcome = await bench.pay(1_000);
  assert(outcome.outcome === "accepted");
  assertEquals(outcome.account.balanceKurus, 9_000 as Kurus);
  assertEquals(outcome.account.head, outcome.entry.id);
  assertEquals(bench.entries().map(({ type }) => type), ["account_opened", "payment"]);
});

Deno.test("update() saves nothing for a refusal", async () => {
  const bench = await createBench();
  assertEquals(await bench.pay(10_001), {
    outcome: "rejected",
    rejection: {
      code: "insufficient_balance",
      balanceKurus: 10_000 as Kurus,
      availableKurus: 10_000 as Kurus,
      amountKurus: 10_001 as Kurus,
    },
  });
  assertEquals(bench.calls.save.length, 0);
});

Deno.test("update() says of an account that is not there that it is not", async () => {
  const bench = await createBench({ load: [(make) => (bench.memory.stored.clear(), make())] });
  assertEquals(await bench.pay(1), { outcome: "user_not_found" });
});

Deno.test("read() gives the stored account, and nothing for an unknown one", async () => {
  const bench = await createBench();
  assertEquals(await bench.accounts.read(ID), bench.opened);
  assertEquals(await bench.accounts.read({ ...ID, userNo: "2" }), undefined);
});

// Folding

/** Lets `more` gather behind a first payment whose save is held up, and then lets it go. */
async function foldBehindFirst(
  more: (bench: Bench) => readonly Promise<UpdateOutcome>[],
  options: BenchOptions = {},
) {
  const gate = createGate();
  const bench = await createBench({ save: [gate.fault] }, options);
  const first = bench.pay(1);
  await gate.reached;
  const waiting = more(bench);
  gate.open();
  assertEquals((await first).outcome, "accepted");
  return { bench, results: await Promise.allSettled(waiting) };
}

function valuesOf<T>(results: readonly PromiseSettledResult<T>[]): T[] {
  return results.map((result) => {
    if (result.status === "rejected") throw result.reason;
    return result.value;
  });
}

Deno.test("update() folds acceptances and refusals that wait into one save", async () => {
  const { bench, results } = await foldBehindFirst(({ accounts, commands, pay }) => [
    pay(4_000),
    pay(9_000),
    accounts.update({ account: ID, command: commands.next() }, () => UNCHANGED),
    pay(5_999),
    pay(1),
  ]);
  const outcomes = valuesOf(results);
  assertEquals(outcomesOf(outcomes), [
    "accepted",
    "rejected",
    "unchanged",
    "accepted",
    "rejected",
  ]);
  assertEquals(bench.calls.save.length, 2);
  assertEquals(bench.balance(), 0 as Kurus);
  assertEquals(bench.entries().map(({ seq }) => seq), [1, 2, 3, 4]);
});

Deno.test("update() answers the second of two equal keys in one fold with the first's entry", async () => {
  const { bench, results } = await foldBehindFirst(({ pay }) => [
    pay(1_000, { idempotency: keyed(7) }),
    pay(1_000, { idempotency: keyed(7) }),
    pay(2_000, { idempotency: keyed(7, "asked for more") }),
  ]);
  const [first, second, third] = valuesOf(results);
  assert(first?.outcome === "accepted" && second?.outcome === "replayed");
  assertEquals(second.entry, first.entry);
  assertEquals(third, { outcome: "key_reused" });
  assertEquals(bench.balance(), 8_999 as Kurus);
});

Deno.test("update() answers a key that is in the journal with its entry, however long ago", async () => {
  const bench = await createBench();
  const first = await bench.pay(1_000, { idempotency: keyed(7) });
  await bench.pay(2_000);
  const second = await bench.pay(1_000, { idempotency: keyed(7) });
  assert(first.outcome === "accepted" && second.outcome === "replayed");
  assertEquals(second.entry, first.entry);
  assertEquals(bench.balance(), 7_000 as Kurus);
});

Deno.test("update() lets a command that throws fail alone", async () => {
  const { bench, results } = await foldBehindFirst(({ accounts, commands, pay }) => [
    pay(1_000),
    accounts.update({ account: ID, command: commands.next() }, () => {
      throw new Error("a bug");
    }),
    pay(2_000),
  ]);
  const [before, thrown, after] = results;
  assertEquals(thrown?.status === "rejected" && String(thrown.reason), "Error: a bug");
  assertEquals(outcomesOf(valuesOf([before, after].filter((one) => one !== undefined))), [
    "accepted",
    "accepted",
  ]);
  assertEquals(bench.balance(), 6_999 as Kurus);
});

Deno.test("update() shows a rule the payments that were made and given back earlier in its fold", async () => {
  const { results } = await foldBehindFirst(({ accounts, commands, pay }) => {
    const older = commands.payment(3_000);
    const refund = () => {
      const command = { ...commands.next("ref"), paymentId: older.entryId };
      const payments = [older.entryId];
      return accounts.update(
        { account: ID, command, payments },
        (view) => decideRefund(view, command),
      );
    };
    const paid = accounts.update(
      { account: ID, command: older },
      ({ account }) => decidePayment(account, older),
    );
    return [paid, pay(1), refund(), refund()];
  });
  assertEquals(outcomesOf(valuesOf(results)), ["accepted", "accepted", "accepted", "rejected"]);
});

for (
  const [entriesPerSave, most] of [[3, 3], [COMMANDS_PER_FOLD * 2, COMMANDS_PER_FOLD]] as const
) {
  Deno.test(`update() puts at most ${most} entries into a save when a store takes ${entriesPerSave}`, async () => {
    const { bench, results } = await foldBehindFirst(
      ({ pay }) => Array.from({ length: most * 2 + 1 }, () => pay(1)),
      { entriesPerSave },
    );
    assertEquals(new Set(outcomesOf(valuesOf(results))), new Set(["accepted"]));
    const sizes = bench.calls.save.map(([, , entries]) => (entries as unknown[]).length);
    assertEquals(sizes, [1, most, most, 1]);
  });
}

Deno.test("update() lets no answer of a fold out before the fate of its save is known", async () => {
  const first = createGate();
  const second = createGate();
  const bench = await createBench({ save: [first.fault, second.fault] });
  const answered: string[] = [];
  const noting = (name: string, answer: Promise<UpdateOutcome>) =>
    answer.then(({ outcome }) => answered.push(`${name} ${outcome}`));
  const early = noting("first", bench.pay(1));
  await first.reached;
  await settled();
  assertEquals(answered, []);
  const { accounts, commands, pay } = bench;
  const late = [
    noting("payment", pay(5_000, { idempotency: keyed(1) })),
    noting("refusal", pay(5_000)),
    noting("replay", pay(5_000, { idempotency: keyed(1) })),
    noting("reuse", pay(1, { idempotency: keyed(1, "other") })),
    noting(
      "unchanged",
      accounts.update({ account: ID, command: commands.next() }, () => UNCHANGED),
    ),
  ];
  first.open();
  await early;
  await second.reached;
  await settled();
  assertEquals(answered, ["first accepted"]);
  second.open();
  await Promise.all(late);
  assertEquals(answered.slice(1), [
    "payment accepted",
    "refusal rejected",
    "replay replayed",
    "reuse key_reused",
    "unchanged unchanged",
  ]);
});

Deno.test("update() holds no other account up", async () => {
  const gate = createGate();
  const bench = await createBench({ save: [gate.fault] });
  const other = { ...ID, userNo: "2" };
  const { accounts, commands, memory } = bench;
  await memory.accounts.insert(commands.opening(other, { balanceKurus: 100 }), PERSON);
  const held = bench.pay(1);
  await gate.reached;
  const command = commands.payment(100);
  const outcome = await accounts.update(
    { account: other, command },
    ({ account }) => decidePayment(account, command),
  );
  assertEquals(outcome.outcome, "accepted");
  gate.open();
  await held;
});

// Lost races

Deno.test("update() decides again on the fresh account when another writer was first", async () => {
  const bench: Bench = await createBench({
    save: [async (call) => {
      await bench.payElsewhere(9_500);
      return await call();
    }],
  });
  assertEquals(await bench.pay(1_000), {
    outcome: "rejected",
    rejection: {
      code: "insufficient_balance",
      balanceKurus: 500 as Kurus,
      availableKurus: 500 as Kurus,
      amountKurus: 1_000 as Kurus,
    },
  });
  assertEquals([bench.decisions(), bench.balance()], [2, 500]);
});

Deno.test("update() finds a key that another process used in the race that it lost", async () => {
  const bench: Bench = await createBench({
    save: [async (call) => {
      const elsewhere = bench.commands.payment(1_000, { idempotency: keyed(7) });
      await commitTo(bench.memory.accounts, ID, paying(elsewhere));
      return await call();
    }],
  });
  const outcome = await bench.pay(1_000, { idempotency: keyed(7) });
  assertEquals(outcome.outcome, "replayed");
  assertEquals(bench.balance(), 9_000 as Kurus);
});

Deno.test("update() takes a database that was set back for no state that it knows", async () => {
  // The same number, balance and cards as at the decision: only the head tells.
  const bench: Bench = await createBench({
    save: [async (call) => {
      bench.memory.stored.clear();
      const opening = bench.commands.opening(ID, { balanceKurus: 10_000 });
      await bench.memory.accounts.insert(opening, PERSON);
      return await call();
    }],
  });
  assertEquals((await bench.pay(1_000)).outcome, "accepted");
  assertEquals(bench.decisions(), 2);
});

Deno.test("update() says that a user is gone whose account vanished on the way", async () => {
  const bench = await createBench({ save: [(make) => (bench.memory.stored.clear(), make())] });
  assertEquals(await bench.pay(1), { outcome: "user_not_found" });
});

Deno.test("update() is busy after too many lost races, and nothing happened", async () => {
  const bench = await createBench({ save: () => "conflict" });
  assertEquals(await bench.pay(1), { outcome: "busy" });
  assertEquals(bench.calls.save.length, LOST_RACES_MAX + 1);
  assertEquals(bench.entries().length, 1);
});

Deno.test("update() still wins the last race that it may lose", async () => {
  const bench = await createBench({ save: (call) => call < LOST_RACES_MAX ? "conflict" : "none" });
  assertEquals((await bench.pay(1)).outcome, "accepted");
});

Deno.test("update() is busy when a race is lost after its deadline", async () => {
  const bench: Bench = await createBench({
    save: [(_call) => {
      bench.clock.advance(COMMAND_DEADLINE_MILLISECONDS);
      return Promise.resolve("conflict");
    }],
  });
  assertEquals(await bench.pay(1), { outcome: "busy" });
  assertEquals(bench.calls.save.length, 1);
});

// Saves whose answer is lost

Deno.test("update() sees by its own entry that a save whose answer was lost has happened", async () => {
  const bench = await createBench({ save: ["fails_after"] });
  assertEquals((await bench.pay(1_000)).outcome, "accepted");
  assertEquals([bench.calls.save.length, bench.decisions()], [1, 1]);
  assertEquals(bench.balance(), 9_000 as Kurus);
});

Deno.test("update() repeats the identical save, never a new decision, when it has not happened", async () => {
  const bench = await createBench({ save: ["fails_before", "fails_before"] });
  assertEquals((await bench.pay(1_000)).outcome, "accepted");
  assertEquals(bench.decisions(), 1);
  const [first, second, third] = bench.calls.save;
  assertEquals(second, first);
  assertEquals(third, first);
  assertEquals(bench.balance(), 9_000 as Kurus);
});

Deno.test("update() finds its entry under those that followed before it could ask", async () => {
  const bench: Bench = await createBench({
    save: [async (call) => {
      await call();
      await bench.payElsewhere(9_000);
      throw new Error("the answer was lost");
    }],
  });
  assertEquals((await bench.pay(1_000)).outcome, "accepted");
  assertEquals([bench.calls.save.length, bench.decisions()], [1, 1]);
  assertEquals(bench.balance(), 0 as Kurus);
});

Deno.test("update() decides again when the head moved on without a save whose answer was lost", async () => {
  const bench: Bench = await createBench({
    save: [async () => {
      await bench.payElsewhere(9_500);
      throw new Error("no connection");
    }],
  });
  assertEquals((await bench.pay(1_000)).outcome, "rejected");
  assertEquals([bench.decisions(), bench.balance()], [2, 500]);
});

Deno.test("update() takes the conflict of a repeated save for no answer: the first may have arrived late", async () => {
  let late: (() => unknown) | undefined;
  const bench = await createBench({
    save: [
      (call) => {
        late = call;
        return Promise.reject(new Error("timed out"));
      },
      async (call) => {
        await late?.();
        return await call();
      },
    ],
  });
  assertEquals((await bench.pay(1_000)).outcome, "accepted");
  assertEquals([bench.calls.save.length, bench.decisions()], [2, 1]);
  assertEquals(bench.balance(), 9_000 as Kurus);
});

Deno.test("update() asks again when it cannot read what became of a save", async () => {
  const bench = await createBench({
    save: ["fails_after", "fails_before"],
    load: ["none", "fails_before", "fails_before"],
  });
  assertEquals((await bench.pay(1_000)).outcome, "accepted");
  assertEquals([bench.decisions(), bench.entries().length], [1, 2]);
});

Deno.test("update() asks again when it cannot look for its entry", async () => {
  const bench: Bench = await createBench({
    save: [async (call) => {
      await call();
      await bench.payElsewhere(1);
      throw new Error("the answer was lost");
    }],
    find: ["fails_before"],
  });
  assertEquals((await bench.pay(1_000)).outcome, "accepted");
  assertEquals([bench.decisions(), bench.balance()], [1, 8_999]);
});

Deno.test("update() pauses longer and longer between tries, up to a bound", async () => {
  const bench = await createBench({ save: (call) => call < 9 ? "fails_before" : "none" });
  assertEquals((await bench.pay(1)).outcome, "accepted");
  assertEquals(bench.pauses, [1, 2, 4, 8, 16, 32, 50, 50, 50]);
  assertEquals(Math.max(...bench.pauses), RETRY_PAUSE_MAX_MILLISECONDS);
});

Deno.test("update() leaves the outcome of all of a fold unknown when the deadline comes first", async () => {
  const gate = createGate();
  const bench = await createBench({ save: (call) => call === 0 ? gate.fault : "fails_before" });
  const start = bench.clock.now();
  const first = bench.pay(1);
  await gate.reached;
  const fold = [bench.pay(9_000), bench.pay(9_000)];
  gate.open();
  assertEquals((await first).outcome, "accepted");
  assertEquals(outcomesOf(await Promise.all(fold)), ["outcome_unknown", "outcome_unknown"]);
  const took = bench.clock.now() - start;
  assertLessOrEqual(took, COMMAND_DEADLINE_MILLISECONDS + RETRY_PAUSE_MAX_MILLISECONDS);
  assertLess(COMMAND_DEADLINE_MILLISECONDS - 1, took);
  assertEquals(bench.decisions(), 3);
});

Deno.test("update() goes on with the account after an outcome that stayed unknown", async () => {
  let isDown = true;
  const bench = await createBench({ save: () => isDown ? "fails_before" : "none" });
  const key = { idempotency: keyed(7) };
  assertEquals((await bench.pay(1_000, key)).outcome, "outcome_unknown");
  isDown = false;
  assertEquals((await bench.pay(1_000, key)).outcome, "accepted");
  assertEquals((await bench.pay(1_000, key)).outcome, "replayed");
  assertEquals(bench.balance(), 9_000 as Kurus);
});

// Too much to do

Deno.test("update() is busy when the account cannot be read, and says why in the log", async () => {
  const bench = await createBench({ load: ["fails_before"] });
  assertEquals(await bench.pay(1), { outcome: "busy" });
  assertEquals(bench.calls.save.length, 0);
  assert(bench.lines.some((line) => line.includes("load: no connection")));
  assertEquals((await bench.pay(1)).outcome, "accepted");
});

Deno.test("update() takes as many waiting commands as the bound says, and not one more", async () => {
  const gate = createGate();
  const bench = await createBench({ save: [gate.fault] });
  const first = bench.pay(1);
  await gate.reached;
  const waiting = Array.from({ length: QUEUE_PER_ACCOUNT }, () => bench.pay(1));
  assertEquals(await bench.pay(1), { outcome: "busy" });
  gate.open();
  const outcomes = outcomesOf(await Promise.all([first, ...waiting]));
  assertEquals(new Set(outcomes), new Set(["accepted"]));
  assertEquals(bench.balance(), 10_000 - QUEUE_PER_ACCOUNT - 1 as Kurus);
  assertEquals((await bench.pay(1)).outcome, "accepted");
});

Deno.test("update() is busy for those whose time passed while they waited, and nothing happened", async () => {
  const gate = createGate();
  const bench = await createBench({ save: [gate.fault] });
  const first = bench.pay(1);
  await gate.reached;
  const late = bench.pay(1);
  bench.clock.advance(1);
  const inTime = bench.pay(1);
  bench.clock.advance(COMMAND_DEADLINE_MILLISECONDS - 1);
  gate.open();
  assertEquals(outcomesOf(await Promise.all([first, late, inTime])), [
    "accepted",
    "busy",
    "accepted",
  ]);
  assertEquals([bench.entries().length, bench.decisions()], [3, 2]);
});

Deno.test("update() is busy, and saves nothing, when its account was read too late", async () => {
  const bench: Bench = await createBench({
    load: [(call) => {
      bench.clock.advance(COMMAND_DEADLINE_MILLISECONDS);
      return call();
    }],
  });
  assertEquals((await bench.pay(1)).outcome, "busy");
  assertEquals([bench.calls.load.length, bench.calls.save.length], [1, 0]);
});

Deno.test("update() asks nothing more when a save has failed too late", async () => {
  const bench: Bench = await createBench({
    save: [() => {
      bench.clock.advance(COMMAND_DEADLINE_MILLISECONDS);
      return Promise.reject(new Error("no answer"));
    }],
  });
  assertEquals((await bench.pay(1)).outcome, "outcome_unknown");
  assertEquals([bench.calls.load.length, bench.calls.save.length], [1, 1]);
});

// The cache

Deno.test("update() decides on the cached account without a read, because the save checks its head", async () => {
  const bench = await createBench({}, { cache: createCache });
  assertEquals((await bench.pay(1_000, { idempotency: keyed(7) })).outcome, "accepted");
  assertEquals([bench.calls.load.length, bench.calls.save.length], [0, 1]);
});

Deno.test("update() decides again on a fresh read when a cached account is behind", async () => {
  const bench = await createBench({}, { cache: createCache });
  await bench.payElsewhere(9_500);
  assertEquals((await bench.pay(1_000)).outcome, "rejected");
  assertEquals([bench.calls.load.length, bench.decisions()], [1, 2]);
  assertEquals(bench.balance(), 500 as Kurus);
});

Deno.test("update() takes a refusal again on a fresh read, because a cached account may be old", async () => {
  const events: string[] = [];
  const bench = await createBench({}, {
    cache: (opened) => createCache({ ...opened, balanceKurus: 0 as Kurus }, events),
  });
  assertEquals((await bench.pay(1_000)).outcome, "accepted");
  assertEquals([bench.calls.load.length, bench.decisions()], [1, 2]);
  assertEquals(events, ["get", `put ${bench.entries().at(-1)?.id}`]);
});

Deno.test("update() takes what changes nothing and what throws again on a fresh read as well", async () => {
  const bench = await createBench({}, {
    cache: (opened) => createCache({ ...opened, balanceKurus: 0 as Kurus }),
  });
  const { accounts, commands } = bench;
  const seen: number[] = [];
  const unchanged = await accounts.update({ account: ID, command: commands.next() }, (view) => {
    seen.push(view.account.balanceKurus);
    return UNCHANGED;
  });
  assert(unchanged.outcome === "unchanged");
  assertEquals(unchanged.account, bench.opened);
  await assertRejects(
    () =>
      accounts.update({ account: ID, command: commands.next() }, (view) => {
        seen.push(view.account.balanceKurus);
        throw new Error("a bug");
      }),
    Error,
    "a bug",
  );
  // The fresh read replaced what the cache held, and even that is not enough for such an answer.
  assertEquals(seen, [0, 10_000, 10_000, 10_000]);
});

const SEEN_KEYS: Readonly<Record<string, RecentKeys>> = {
  "holds the key": { hashes: [shortHash(keyed(7).keyHash)], others: "none" },
  "was read without its keys": UNKNOWN_KEYS,
};
for (const [what, recentKeys] of Object.entries(SEEN_KEYS)) {
  Deno.test(`update() does not use a cached account that ${what}`, async () => {
    const bench = await createBench({}, {
      cache: (opened) => createCache({ ...opened, recentKeys }),
    });
    assert(mayHaveSeen(recentKeys, keyed(7).keyHash));
    await bench.pay(1_000, { idempotency: keyed(7) });
    const [[, options] = []] = bench.calls.load;
    assertEquals(options, { keys: [keyed(7).keyHash], payments: [], topUps: [] });
    assertEquals(bench.decisions(), 1);
  });
}

/** A window that has forgotten keys, and none of the newest. */
const FULL_WINDOW: RecentKeys = {
  hashes: Array.from({ length: RECENT_KEYS_PER_ACCOUNT }, (_, place) => place),
  others: "stored",
};
const withFullWindow = (opened: Account) => createCache({ ...opened, recentKeys: FULL_WINDOW });

Deno.test("update() asks for an old key alone, after the cached account and before the save", async () => {
  const events: string[] = [];
  const noting = (event: string): Fault => (call) => {
    events.push(event);
    return call();
  };
  const bench = await createBench(
    { entriesOfOldKeys: [noting("ask")], save: [noting("save")] },
    { cache: (opened) => createCache({ ...opened, recentKeys: FULL_WINDOW }, events) },
  );
  const outcome = await bench.pay(1_000, { idempotency: keyed(7) });
  assert(outcome.outcome === "accepted");
  assertEquals(events, ["get", "ask", "save", `put ${outcome.entry.id}`]);
  assertEquals(bench.calls.entriesOfOldKeys, [[ID, [keyed(7).keyHash]]]);
  assertEquals([bench.calls.load.length, bench.decisions()], [0, 1]);
});

Deno.test("update() asks for no old key when a command brings none, nor when no key was forgotten", async () => {
  const keyless = await createBench({}, { cache: withFullWindow });
  assertEquals((await keyless.pay(1)).outcome, "accepted");
  const complete = await createBench({}, { cache: createCache });
  assertEquals((await complete.pay(1, { idempotency: keyed(7) })).outcome, "accepted");
  assertEquals(
    [keyless.calls.entriesOfOldKeys, complete.calls.entriesOfOldKeys],
    [[], []],
  );
});

Deno.test("update() asks for all old keys of a fold at once", async () => {
  const gate = createGate();
  const bench = await createBench({ save: [gate.fault] }, { cache: withFullWindow });
  const first = bench.pay(1);
  await gate.reached;
  const others = [7, 8, 9].map((place) => bench.pay(1, { idempotency: keyed(place) }));
  gate.open();
  assertEquals(outcomesOf(await Promise.all([first, ...others])), Array(4).fill("accepted"));
  const keys = [7, 8, 9].map((place) => keyed(place).keyHash);
  assertEquals(bench.calls.entriesOfOldKeys, [[ID, keys]]);
  assertEquals([bench.calls.load.length, bench.calls.save.length], [0, 2]);
});

for (
  const [what, fingerprint, expected] of [
    ["the first answer", "asked", "replayed"],
    ["that it asked for something else", "another", "key_reused"],
  ] as const
) {
  Deno.test(`update() tells an old key ${what}, from a fresh read`, async () => {
    const bench = await createBench({}, { cache: withFullWindow });
    const paid = bench.commands.payment(1_000, { idempotency: keyed(7) });
    await commitTo(bench.memory.accounts, ID, paying(paid));
    const outcome = await bench.pay(1_000, { idempotency: keyed(7, fingerprint) });
    assertEquals(outcome.outcome, expected);
    assertEquals([bench.calls.load.length, bench.calls.save.length], [1, 0]);
    assertEquals(bench.balance(), 9_000 as Kurus);
  });
}

Deno.test("update() pays once when a key is used elsewhere after the cached head", async () => {
  // The entry is in the document only, where a question for old keys does not look.
  const notThere = () => Promise.resolve(new Map());
  const bench = await createBench({ entriesOfOldKeys: [notThere] }, { cache: withFullWindow });
  const elsewhere = bench.commands.payment(1_000, { idempotency: keyed(7) });
  await commitTo(bench.memory.accounts, ID, paying(elsewhere));
  assertEquals((await bench.pay(1_000, { idempotency: keyed(7) })).outcome, "replayed");
  assertEquals([bench.calls.save.length, bench.calls.load.length], [1, 1]);
  assertEquals(bench.balance(), 9_000 as Kurus);
});

Deno.test("update() is busy, and pays nothing, when nobody says whether an old key is new", async () => {
  const bench = await createBench({ entriesOfOldKeys: ["fails_before"] }, {
    cache: withFullWindow,
  });
  assertEquals((await bench.pay(1, { idempotency: keyed(7) })).outcome, "busy");
  assertEquals([bench.calls.load.length, bench.calls.save.length], [0, 0]);
});

Deno.test("update() finds the key that a cached account has not heard of yet", async () => {
  const bench = await createBench({}, { cache: createCache });
  const elsewhere = bench.commands.payment(1_000, { idempotency: keyed(7) });
  await commitTo(bench.memory.accounts, ID, paying(elsewhere));
  const outcome = await bench.pay(1_000, { idempotency: keyed(7) });
  assertEquals(outcome.outcome, "replayed");
  assertEquals(bench.balance(), 9_000 as Kurus);
});

Deno.test("update() does not use a cached account for a command that names older payments", async () => {
  const events: string[] = [];
  const bench = await createBench({}, { cache: (opened) => createCache(opened, events) });
  const paid = bench.commands.payment(1_000);
  await commitTo(bench.memory.accounts, ID, paying(paid));
  const command = { ...bench.commands.next("ref"), paymentId: paid.entryId };
  const outcome = await bench.accounts.update(
    { account: ID, command, payments: [paid.entryId] },
    (view) => decideRefund(view, command),
  );
  assertEquals(outcome.outcome, "accepted");
  assertEquals(events, [`put ${command.entryId}`]);
});

Deno.test("update() does not use a cached account for a command that names top-ups", async () => {
  const events: string[] = [];
  const bench = await createBench({}, { cache: (opened) => createCache(opened, events) });
  await commitTo(bench.memory.accounts, ID, paying(bench.commands.payment(1_000)));
  const command = bench.commands.payment(1);
  const outcome = await bench.accounts.update(
    { account: ID, command, topUps: ["top_1"] },
    ({ account }) => decidePayment(account, command),
  );
  assertEquals(outcome.outcome, "accepted");
  assertEquals(events, [`put ${command.entryId}`]);
});

Deno.test("update() caches an account only after the save that made it", async () => {
  const gate = createGate();
  const events: string[] = [];
  const bench = await createBench({ save: [gate.fault] }, {
    cache: (opened) => createCache(opened, events),
  });
  const paid = bench.pay(1);
  await gate.reached;
  await settled();
  assertEquals(events, ["get"]);
  gate.open();
  const outcome = await paid;
  assert(outcome.outcome === "accepted");
  assertEquals(events, ["get", `put ${outcome.entry.id}`]);
});

Deno.test("update() drops the cached account when a race was lost or a save stayed unclear", async () => {
  const lost: string[] = [];
  const loser = await createBench({ save: ["conflict"] }, {
    cache: (opened) => createCache(opened, lost),
  });
  await loser.pay(1);
  assertEquals(lost, ["get", "drop", `put ${loser.entries().at(-1)?.id}`]);

  const unclear: string[] = [];
  const unsure = await createBench({ save: () => "fails_before" }, {
    cache: (opened) => createCache(opened, unclear),
  });
  assertEquals((await unsure.pay(1)).outcome, "outcome_unknown");
  assertEquals(unclear, ["get", "drop"]);
});

Deno.test("update() caches the account that it read when nothing was saved", async () => {
  const events: string[] = [];
  const bench = await createBench({}, { cache: () => createCache(undefined, events) });
  assertEquals((await bench.pay(10_001)).outcome, "rejected");
  assertEquals(events, ["get", `put ${bench.opened.head}`]);
  // Neither the refusal nor the payment after it asks the store for what it has just told.
  assertEquals((await bench.pay(10_000)).outcome, "accepted");
  assertEquals(bench.calls.load.length, 1);
});

Deno.test("update() waits for no cache to take in or drop an account", async () => {
  const never = () => new Promise<never>(() => {});
  const bench = await createBench({ save: ["none", "conflict"] }, {
    cache: () => ({ get: () => Promise.resolve(undefined), put: never, drop: never }),
  });
  assertEquals((await bench.pay(1)).outcome, "accepted");
  assertEquals((await bench.pay(1)).outcome, "accepted");
  assertEquals((await bench.pay(10_000)).outcome, "rejected");
});

Deno.test("update() does not cache an account whose head could come again", async () => {
  const events: string[] = [];
  const bench = await createBench({}, { cache: () => createCache(undefined, events) });
  const closing = closingEntryId("top_0001");
  assertEquals((await bench.pay(1, { entryId: closing })).outcome, "accepted");
  assertEquals(events, ["get", "drop"]);
  // Read again, it is still the same head.
  assertEquals((await bench.pay(10_000)).outcome, "rejected");
  assertEquals(events, ["get", "drop", "get", "drop"]);
});

Deno.test("update() does not mistake a database that was set back for a cached account", async () => {
  const bench = await createBench({}, { cache: () => createCache(undefined) });
  const before = bench.memory.stored.get(KEY);
  assert(before !== undefined);
  const closing = closingEntryId("top_0001");
  await bench.pay(1_000, { entryId: closing });
  // The same entry id on another history: a top-up that is closed again after a restore.
  bench.memory.stored.set(KEY, before);
  await bench.payElsewhere(5_000);
  await commitTo(
    bench.memory.accounts,
    ID,
    paying(bench.commands.payment(1_000, { entryId: closing })),
  );
  const outcome = await bench.pay(1);
  assert(outcome.outcome === "accepted");
  assertEquals([outcome.account.balanceKurus, outcome.account.seq], [3_999, 4]);
});

Deno.test("update() does without a cache that cannot be reached", async () => {
  const unreachable = () => Promise.reject(new Error("no connection to the cache"));
  const bench = await createBench({ save: ["none", "conflict"] }, {
    cache: () => ({ get: unreachable, put: unreachable, drop: unreachable }),
  });
  assertEquals((await bench.pay(1)).outcome, "accepted");
  assertEquals((await bench.pay(1)).outcome, "accepted");
  assertEquals(bench.balance(), 9_998 as Kurus);
});

// Opening

const NEW_ID = { filo: "hergele", userNo: "2" };

function openingCommand(
  bench: Bench,
  more: Partial<AccountOpeningCommand> = {},
): AccountOpeningCommand {
  return {
    ...bench.commands.next(),
    account: NEW_ID,
    balanceKurus: 500 as Kurus,
    cards: [],
    ...more,
  };
}

function openWith(
  bench: Bench,
  more: Partial<AccountOpeningCommand> = {},
): Promise<OpeningOutcome> {
  return bench.accounts.open(openingCommand(bench, more), PERSON);
}

Deno.test("open() opens an account with one entry", async () => {
  const bench = await createBench();
  const outcome = await openWith(bench);
  assert(outcome.outcome === "accepted");
  const opened = await bench.accounts.read(NEW_ID);
  assertEquals([opened?.head, opened?.balanceKurus, opened?.seq], [outcome.entry.id, 500, 1]);
  assertEquals(opened?.recentKeys, NO_KEYS);
});

Deno.test("open() says that a user exists", async () => {
  const bench = await createBench();
  assertEquals(await openWith(bench, { account: ID }), { outcome: "user_exists" });
  assertEquals(bench.memory.stored.get(KEY)?.account, bench.opened);
});

Deno.test("open() lets exactly one of many open the same account", async () => {
  const bench = await createBench();
  const outcomes = await Promise.all(Array.from({ length: 20 }, () => openWith(bench)));
  assertEquals(outcomesOf(outcomes).filter((outcome) => outcome === "accepted").length, 1);
  assertEquals(outcomesOf(outcomes).filter((outcome) => outcome === "user_exists").length, 19);
});

Deno.test("open() knows its own account whose answer was lost, also when it has moved on", async () => {
  const bench: Bench = await createBench({
    insert: ["fails_after", async (call) => {
      await call();
      await commitTo(bench.memory.accounts, third, paying(bench.commands.payment(1)));
      throw new Error("the answer was lost");
    }],
  });
  const third = { ...ID, userNo: "3" };
  assertEquals((await openWith(bench)).outcome, "accepted");
  assertEquals((await openWith(bench, { account: third })).outcome, "accepted");
});

Deno.test("open() tries again when nothing happened, with the same entry", async () => {
  const bench = await createBench({ insert: ["fails_before", "fails_before"] });
  assertEquals((await openWith(bench)).outcome, "accepted");
  const [first, second, third] = bench.calls.insert.map(([opening]) => opening);
  assertEquals(bench.calls.insert.length, 3);
  assertStrictEquals(second, first);
  assertStrictEquals(third, first);
});

Deno.test("open() answers a repeated key with the first entry", async () => {
  const bench = await createBench();
  const first = await openWith(bench, { idempotency: keyed(7) });
  await commitTo(bench.memory.accounts, NEW_ID, paying(bench.commands.payment(1)));
  const second = await openWith(bench, { idempotency: keyed(7) });
  assert(first.outcome === "accepted" && second.outcome === "replayed");
  assertEquals(second.entry, first.entry);
});

Deno.test("open() refuses a key that once asked for something else", async () => {
  const bench = await createBench();
  await openWith(bench, { idempotency: keyed(7) });
  const outcome = await openWith(bench, { idempotency: keyed(7, "asked for other things") });
  assertEquals(outcome, { outcome: "key_reused" });
  assertEquals((await openWith(bench, { idempotency: keyed(8) })).outcome, "user_exists");
});

Deno.test("open() asks again when the account that exists cannot be read", async () => {
  const bench = await createBench({ load: ["fails_before"], find: ["fails_before"] });
  assertEquals(await openWith(bench, { account: ID }), { outcome: "user_exists" });
  assertNotEquals(bench.pauses, []);
});

Deno.test("open() leaves the outcome unknown when the deadline comes first", async () => {
  const bench = await createBench({ insert: () => "fails_before" });
  const start = bench.clock.now();
  assertEquals(await openWith(bench), { outcome: "outcome_unknown" });
  const took = bench.clock.now() - start;
  assertLess(COMMAND_DEADLINE_MILLISECONDS - 1, took);
  assertLessOrEqual(took, COMMAND_DEADLINE_MILLISECONDS + RETRY_PAUSE_MAX_MILLISECONDS);
});
