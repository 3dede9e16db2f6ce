import { assert, assertEquals } from "@std/assert";
import type { Account, AccountId } from "../../../domain/account.ts";
import { UNKNOWN_KEYS } from "../../../domain/idempotency.ts";
import type { JournalEntry } from "../../../domain/journal.ts";
import { REDIS_BACK_OFF_MILLISECONDS } from "../../../infra/redis/connection.ts";
import type { Kurus } from "../../../domain/money.ts";
import { decidePayment, type PaymentCommand } from "../../../domain/payment.ts";
import type { AccountCache } from "../../../domain/ports/account_cache.ts";
import type { Accounts, UpdateOutcome } from "../../../domain/ports/accounts.ts";
import type { AccountStore } from "../../../domain/ports/account_store.ts";
import type { Journal } from "../../../domain/ports/journal.ts";
import { decideRefund } from "../../../domain/refund.ts";
import { createAccounts } from "../../../domain/workflows/accounts.ts";
import { createLayeredAccountCache } from "../../../infra/memory/layered_account_cache.ts";
import { createMemoryAccountCache } from "../../../infra/memory/account_cache.ts";
import { createRedisAccountCache } from "../../../infra/redis/account_cache.ts";
import {
  fromSnapshot,
  type SnapshotOwner,
  toSnapshot,
  toSnapshotKey,
} from "../../../infra/redis/account_snapshot.ts";
import { openSqliteStore } from "../../../infra/sqlite/store.ts";
import { createTestClock } from "../../support/clock.ts";
import { type Commands, createCommands, keyed, PERSON } from "../../support/commands.ts";
import { createMemoryStore } from "../../support/memory_store.ts";
import { withRedisConnection } from "../../support/redis.ts";
import {
  createMapRedis,
  type RedisCommand,
  type ScriptedUpstash,
  type UpstashScript,
  withoutUpstash,
  withUpstash,
} from "../../support/scripted_upstash.ts";
import { SILENT } from "../../support/logs.ts";
import { intercept } from "../../support/faults.ts";

const A: AccountId = { filo: "hergele", userNo: "1" };
const B: AccountId = { filo: "hergele", userNo: "2" };
const OWNER: SnapshotOwner = { databaseId: "database", sealingKey: new Uint8Array(32).fill(3) };
const log = SILENT;

interface Ledger {
  readonly accounts: AccountStore;
  readonly journal: Pick<Journal, "find" | "list">;
}

/** What a story came to: every answer, and all that is in the journals afterwards. */
interface Story {
  readonly outcomes: readonly UpdateOutcome[];
  readonly entries: readonly (readonly JournalEntry[])[];
}

interface Telling {
  readonly ledger: Ledger;
  readonly cache?: AccountCache;
  /** Runs after each step. */
  readonly afterStep?: () => Promise<void>;
}

/** Two processes on two accounts; only the first has the cache, so it is often behind. */
async function tell({ ledger, cache, afterStep }: Telling): Promise<Story> {
  const commands = createCommands();
  await ledger.accounts.insert(commands.opening(A, { balanceKurus: 1_000 }), PERSON);
  await ledger.accounts.insert(commands.opening(B, { balanceKurus: 500 }), PERSON);
  const here = createProcess(ledger, { commands, ...(cache && { cache }) });
  const elsewhere = createProcess(ledger, { commands });
  const steps = [
    () => here.pay(A, 900),
    // The first process still knows a balance of 100.
    () => elsewhere.refundNewest(A),
    () => here.pay(A, 500),
    // And now one of 500.
    () => elsewhere.pay(A, 450),
    () => here.pay(A, 100),
    () => here.pay(A, 10, withKey(1)),
    () => here.pay(A, 10, withKey(1)),
    () => elsewhere.pay(A, 5, withKey(2)),
    () => here.pay(A, 5, withKey(2)),
    () => here.pay(A, 6, withKey(1, "asked for more")),
    () => here.pay(B, 400),
    () => here.pay(B, 200),
    () => here.refundNewest(B),
    () => here.pay(B, 500),
    () => here.pay({ ...A, userNo: "unknown" }, 1),
  ];
  const outcomes: UpdateOutcome[] = [];
  for (const step of steps) {
    outcomes.push(await step());
    await afterStep?.();
  }
  // The one at the front goes alone, the others are folded behind it.
  outcomes.push(...await Promise.all([1, 2, 3, 90, 4].map((amount) => here.pay(A, amount))));
  const entries = [A, B].map(async (id) => (await ledger.journal.list(id, { limit: 100 })).entries);
  return { outcomes: outcomes.map(withoutWindow), entries: await Promise.all(entries) };
}

interface ProcessOptions {
  readonly commands: Commands;
  readonly cache?: AccountCache;
}

function createProcess({ accounts: store, journal }: Ledger, { commands, cache }: ProcessOptions) {
  const pause = () => Promise.resolve();
  const clock = createTestClock();
  const accounts: Accounts = createAccounts({
    store,
    journal,
    clock,
    log,
    pause,
    ...(cache && { cache }),
  });
  return {
    pay: (account: AccountId, amountKurus: number, more: Partial<PaymentCommand> = {}) => {
      const command = commands.payment(amountKurus, more);
      return accounts.update({ account, command }, (view) => decidePayment(view.account, command));
    },
    refundNewest: (account: AccountId) => {
      const command = commands.next("ref");
      return accounts.update({ account, command }, (view) => decideRefund(view, command));
    },
  };
}

/** A key whose hash differs from the others' in its first characters, as hashes do. */
function withKey(place: number, fingerprint?: string): Partial<PaymentCommand> {
  return { idempotency: { ...keyed(place, fingerprint), keyHash: `${place}`.repeat(32) } };
}

/** Which keys an account remembers in addition to the ledger is no part of an answer. */
function withoutWindow(outcome: UpdateOutcome): UpdateOutcome {
  if (!("account" in outcome)) return outcome;
  return { ...outcome, account: { ...outcome.account, recentKeys: UNKNOWN_KEYS } };
}

/** Keeps nothing near, so that every command asks Redis. */
function farCache({ redis }: Pick<ScriptedUpstash, "redis">, owner = OWNER) {
  const near = createMemoryAccountCache({ accounts: 0, keys: 0 });
  return createLayeredAccountCache({ near, far: createRedisAccountCache(redis, owner), log });
}

/** A Redis that answers a question for a snapshot as it likes, given what it was last told. */
function lying(
  lie: (id: AccountId, account: Account, other: Account | undefined) => string | undefined,
): UpstashScript {
  const { script, values } = createMapRedis();
  const read = (id: AccountId) =>
    fromSnapshot(OWNER, { id, text: values.get(toSnapshotKey(OWNER, id)) });
  return (command) => {
    const id = [A, B].find((id) => command[1] === toSnapshotKey(OWNER, id));
    const account = command[0] === "get" && id && read(id);
    if (!account) return script(command);
    return { result: lie(id, account, read(id === A ? B : A)) ?? null };
  };
}

/** A Redis that gives the first snapshot that it ever had of an account, and drops none. */
function firstForever(): UpstashScript {
  const first = new Map<string, string>();
  return ([name, ...args]: RedisCommand) => {
    if (name === "get") return { result: first.get(args[0] ?? "") ?? null };
    const [_script, _count, key = "", _seq, snapshot] = args;
    if (snapshot !== undefined && !first.has(key)) first.set(key, snapshot);
    return { result: 1 };
  };
}

function emptied(): UpstashScript {
  const { script, values } = createMapRedis();
  return (command) => {
    values.clear();
    return script(command);
  };
}

const rich = { balanceKurus: 900_000 as Kurus };
const resealed = (account: Account, owner: Partial<SnapshotOwner> = {}) =>
  toSnapshot({ ...OWNER, ...owner }, account);

const SCRIPTS: Readonly<Record<string, () => UpstashScript>> = {
  "does as it should": () => createMapRedis().script,
  "is emptied all the time": emptied,
  "gives the oldest that it ever had": firstForever,
  "gives what another database has at the same head": () =>
    lying((_id, account) => resealed({ ...account, ...rich }, { databaseId: "another" })),
  "gives what a copy of this database went on to": () =>
    lying((_id, account) => resealed({ ...account, ...rich, head: `${account.head}_of_the_copy` })),
  "gives a poorer copy of this database": () =>
    lying((_id, account) =>
      resealed({ ...account, balanceKurus: 0 as Kurus, head: `${account.head}_of_the_copy` })
    ),
  "gives another user's account": () =>
    lying((_id, account, other) => other && resealed({ ...other, ...rich, head: account.head })),
  "was written to by somebody without the key": () =>
    lying((_id, account) =>
      resealed({ ...account, ...rich }, { sealingKey: new Uint8Array(32).fill(9) })
    ),
  "gives a balance that was changed": () =>
    lying((_id, account) =>
      resealed(account)?.replace(/"balanceKurus":\d+/, '"balanceKurus":900000')
    ),
  "gives half of what it has": () => lying((_id, account) => resealed(account)?.slice(0, 400)),
  "gives garbage": () => () => ({ result: "garbage" }),
  "gives lists": () => () => ({ result: ["garbage"] }),
  "answers with errors": () => () => Response.json({ error: "ERR" }, { status: 500 }),
  "refuses the token": () => () => Response.json({ error: "Unauthorized" }, { status: 401 }),
  "answers with a page": () => () => new Response("<html>", { status: 200 }),
};

const LEDGERS: Readonly<Record<string, () => Ledger & { close(): Promise<void> }>> = {
  "SQLite": () => openSqliteStore(":memory:"),
  // Unlike SQLite, it remembers keys on the account, so that keyed commands ask the cache as well.
  "Map": () => ({ ...createMemoryStore(), close: () => Promise.resolve() }),
};

for (const [name, openLedger] of Object.entries(LEDGERS)) {
  const tellWith = async (telling: Omit<Telling, "ledger">): Promise<Story> => {
    const ledger = openLedger();
    try {
      return await tell({ ledger, ...telling });
    } finally {
      await ledger.close();
    }
  };

  Deno.test(`${name}: without a cache, the story holds every kind of answer`, async () => {
    const { outcomes } = await tellWith({});
    assertEquals(outcomes.map(({ outcome }) => outcome), [
      ..."accepted accepted accepted accepted rejected accepted replayed".split(" "),
      ..."accepted replayed key_reused accepted rejected accepted accepted".split(" "),
      ..."user_not_found accepted accepted accepted rejected accepted".split(" "),
    ]);
  });

  for (const [what, script] of Object.entries(SCRIPTS)) {
    Deno.test(`${name}: no outcome changes when Redis ${what}`, () =>
      withUpstash(script(), async (upstash) => {
        const cache = farCache(upstash);
        const afterStep = async () => {
          await cache.settled();
          upstash.clock.advance(REDIS_BACK_OFF_MILLISECONDS);
        };
        assertEquals(await tellWith({ cache, afterStep }), await tellWith({}));
        await cache.settled();
        assert(upstash.commands.filter(([command]) => command === "get").length > 5);
      }));
  }

  // Time passes for real here, so this Redis is asked once and then left alone.
  Deno.test(`${name}: no outcome changes when Redis does not answer`, () =>
    withUpstash(() => "none", async (upstash) => {
      const cache = farCache(upstash);
      assertEquals(await tellWith({ cache, afterStep: cache.settled }), await tellWith({}));
      assertEquals(upstash.commands.length, 1);
    }));

  Deno.test(`${name}: no outcome changes when there is no Redis`, () =>
    withoutUpstash(async (upstash) => {
      const cache = farCache(upstash);
      const afterStep = async () => {
        await cache.settled();
        upstash.clock.advance(REDIS_BACK_OFF_MILLISECONDS);
      };
      assertEquals(await tellWith({ cache, afterStep }), await tellWith({}));
      await cache.settled();
    }));

  withRedisConnection(`${name}: no outcome changes with Redis itself`, async (connected) => {
    const { databaseId, redis } = connected;
    const cache = farCache({ redis }, { ...OWNER, databaseId });
    assertEquals(await tellWith({ cache, afterStep: cache.settled }), await tellWith({}));
    await cache.settled();
  });

  withRedisConnection(
    `${name}: no outcome changes when writes to Redis lag behind`,
    async (connected) => {
      const { databaseId, redis } = connected;
      const near = createMemoryAccountCache();
      const far = createRedisAccountCache(redis, { ...OWNER, databaseId });
      const cache = createLayeredAccountCache({ near, far, log });
      assertEquals(await tellWith({ cache }), await tellWith({}));
      await cache.settled();
    },
  );
}

Deno.test("Map: a process that has the account from Redis pays without a read", () =>
  withUpstash(createMapRedis().script, async (upstash) => {
    const { accounts, journal } = createMemoryStore();
    let loads = 0;
    const counted = intercept(accounts, {
      load: ({ make }) => {
        loads++;
        return make();
      },
    });
    const commands = createCommands();
    await accounts.insert(commands.opening(A, { balanceKurus: 1_000 }), PERSON);
    const caches = [farCache(upstash), farCache(upstash)];
    for (const cache of caches) {
      const process = createProcess({ accounts: counted, journal }, { commands, cache });
      const outcome = await process.pay(A, 10, withKey(caches.indexOf(cache)));
      assertEquals(outcome.outcome, "accepted");
      await cache.settled();
    }
    assertEquals(loads, 1);
  }));
