import { type Account, type AccountId, accountKey, type Instant } from "../account.ts";
import type { AccountOpeningCommand } from "../account_opening.ts";
import type { Command, Decision } from "../decision.ts";
import { type Fold, foldCommands, type LoadedAccount, type WaitingCommand } from "../fold.ts";
import { STORED_KEYS } from "../idempotency.ts";
import { isDerivedEntryId, type JournalEntry } from "../journal.ts";
import {
  COMMAND_DEADLINE_MILLISECONDS,
  COMMANDS_PER_FOLD,
  LOST_RACES_MAX,
  QUEUE_PER_ACCOUNT,
} from "../limits.ts";
import type { AccountCache } from "../ports/account_cache.ts";
import type {
  AccountCommand,
  Accounts,
  NewPerson,
  OpeningOutcome,
  UpdateOutcome,
} from "../ports/accounts.ts";
import type { AccountStore, LoadOptions } from "../ports/account_store.ts";
import type { Clock } from "../ports/clock.ts";
import type { Eventually } from "../ports/eventually.ts";
import type { Journal } from "../ports/journal.ts";
import type { Log } from "../ports/log.ts";
import { StoreInconsistentError } from "../ports/errors.ts";
import type { AccountView } from "../refund.ts";
import type { Rejection } from "../rejection.ts";
import { commitOpening, findOpening } from "./account_openings.ts";
import { type CachedAccounts, createCachedAccounts } from "./cached_accounts.ts";
import { pauseMilliseconds } from "./retry_pause.ts";

/** What the one implementation of {@linkcode Accounts} stands on. */
export interface AccountsOptions {
  readonly store: AccountStore;
  readonly journal: Pick<Journal, "find">;
  readonly clock: Clock;
  readonly log: Log;
  /** Waits between two tries. */
  readonly pause: (milliseconds: number) => Promise<void>;
  readonly cache?: AccountCache;
}

/** A command in the queue of its account, and how to answer the request that brought it. */
interface Pending extends WaitingCommand {
  readonly payments: readonly string[];
  readonly deadline: Instant;
  readonly settle: (outcome: UpdateOutcome) => void;
  readonly fail: (error: unknown) => void;
}

/** Commands of one account that are decided and saved together. */
interface Batch {
  readonly id: AccountId;
  readonly pending: readonly Pending[];
  readonly asked: Required<LoadOptions>;
  readonly deadline: Instant;
}

/** A batch decided on an account, or what all of it hears because there is no account to decide on. */
type Decided = { readonly base: LoadedAccount; readonly fold: Fold } | "busy" | "user_not_found";

/** How a save ended when nothing is left unclear, or `unknown` when the deadline came first. */
type Fate = "saved" | "filed" | "conflict" | "full" | "unknown";

/**
 * Accounts over a store with compare-and-swap. Each process has one writer per account: commands
 * that arrive while a save is on its way wait, and are then folded into one save.
 */
export function createAccounts(options: AccountsOptions): Accounts {
  return new QueuedAccounts(options);
}

class QueuedAccounts implements Accounts {
  readonly #options: AccountsOptions;
  readonly #cached: CachedAccounts | undefined;
  readonly #queues = new Map<string, Pending[]>();

  constructor(options: AccountsOptions) {
    const { cache, store, log } = options;
    this.#options = options;
    this.#cached = cache && createCachedAccounts({ cache, store, log });
  }

  async read(id: AccountId): Promise<Account | undefined> {
    return (await this.#options.store.load(id))?.account;
  }

  async peek(id: AccountId): Promise<Account | undefined> {
    const asked = { keys: [], payments: [] };
    const atHand = await this.#cached?.base(id, asked);
    if (atHand) return atHand.account;
    // Read as for a command, because the next one may be decided on it.
    const loaded = await this.#options.store.load(id, asked);
    if (loaded) this.#cached?.remember(loaded.account);
    return loaded?.account;
  }

  update<Entry extends JournalEntry, Refusal extends Rejection>(
    { account: id, command, payments = [] }: AccountCommand,
    decide: (view: AccountView) => Decision<Entry, Refusal>,
  ): Promise<UpdateOutcome<Entry, Refusal>> {
    const key = accountKey(id);
    const waiting = this.#queues.get(key);
    if (waiting && waiting.length >= QUEUE_PER_ACCOUNT) {
      return Promise.resolve({ outcome: "busy" });
    }
    const deadline = this.#options.clock.now() + COMMAND_DEADLINE_MILLISECONDS;
    return new Promise((resolve, reject) => {
      // Outcomes carry the entries and refusals of this command's own rule.
      const settle = resolve as (outcome: UpdateOutcome) => void;
      const pending = { command, decide, payments, deadline, settle, fail: reject };
      if (waiting) return void waiting.push(pending);
      const queue: Pending[] = [pending];
      this.#queues.set(key, queue);
      void this.#work(id, key, queue);
    });
  }

  open(command: AccountOpeningCommand, person: NewPerson): Promise<OpeningOutcome> {
    return commitOpening(this.#options, command, person);
  }

  findOpening(
    command: Command & { readonly account: AccountId },
  ): Promise<OpeningOutcome | undefined> {
    return findOpening(this.#options, command);
  }

  /** Takes what waits, batch by batch, until nothing does. */
  async #work(id: AccountId, key: string, queue: Pending[]): Promise<void> {
    const batchSize = Math.min(COMMANDS_PER_FOLD, this.#options.store.entriesPerSave);
    while (queue.length > 0) {
      const batch = queue.splice(0, batchSize);
      try {
        await this.#commit(id, this.#inTime(batch));
      } catch (error) {
        // An alarm: no command of this account is answered until somebody has looked.
        if (error instanceof StoreInconsistentError) {
          this.#options.log.error("store_inconsistent", { account: key, error });
          this.#cached?.forget(id);
        }
        for (const pending of batch) pending.fail(error);
      }
    }
    this.#queues.delete(key);
  }

  /** Those that still have time; the others hear that nothing happened. */
  #inTime(batch: readonly Pending[]): readonly Pending[] {
    const now = this.#options.clock.now();
    if (batch.every(({ deadline }) => now < deadline)) return batch;
    return batch.filter((pending) => {
      if (now < pending.deadline) return true;
      pending.settle({ outcome: "busy" });
      return false;
    });
  }

  /** Decides a batch on the account, saves it, and answers only when its fate is known. */
  async #commit(id: AccountId, pending: readonly Pending[]): Promise<void> {
    if (pending.length === 0) return;
    const batch = { id, pending, asked: askedBy(pending), deadline: latest(pending) };
    const atHand = this.#baseAtHand(batch);
    const cached = atHand instanceof Promise ? await atHand : atHand;
    const decided = decideOnCached(batch, cached) ?? await this.#decideFresh(batch);
    let end = await this.#saveOrAnswer(batch, decided);
    for (let lostRaces = 0; end === "lost_race"; lostRaces++) {
      if (this.#isLate(batch)) return void answerAll(pending, "busy");
      await this.#options.pause(pauseMilliseconds(lostRaces));
      if (lostRaces === LOST_RACES_MAX) return void answerAll(pending, "busy");
      end = await this.#saveOrAnswer(batch, await this.#decideFresh(batch));
    }
  }

  #baseAtHand({ id, asked }: Batch): Eventually<LoadedAccount | "unreadable" | undefined> {
    const cached = this.#cached;
    return cached && this.#readable(() => cached.base(id, asked));
  }

  /** Decides on the store's own account, which confirms refusals too. */
  async #decideFresh(batch: Batch): Promise<Decided> {
    const base = await this.#readable(() => this.#options.store.load(batch.id, batch.asked));
    if (base === "unreadable") return "busy";
    if (base === undefined) return "user_not_found";
    return { base, fold: foldCommands(base, batch.pending) };
  }

  /** Saves what was accepted and answers; after a lost race the batch has to be decided again. */
  async #saveOrAnswer(batch: Batch, decided: Decided): Promise<"answered" | "lost_race"> {
    const { id, pending, deadline } = batch;
    if (typeof decided === "string") return answerAll(pending, decided);
    const { base, fold } = decided;
    if (fold.entries.length === 0) {
      this.#cached?.remember(base.account);
      return answerFold(pending, fold);
    }
    // What was read too late is not saved: the time of a command ends with a call, not with several.
    if (this.#isLate(batch)) return answerAll(pending, "busy");
    const fate = await this.#save(fold, { expectedHead: base.account.head, deadline });
    if (fate === "saved" || fate === "filed") {
      const { account } = fold;
      this.#cached?.remember(fate === "saved" ? account : { ...account, recentKeys: STORED_KEYS });
      return answerFold(pending, fold);
    }
    this.#cached?.forget(id);
    if (fate === "conflict") return "lost_race";
    return answerAll(pending, fate === "unknown" ? "outcome_unknown" : "busy");
  }

  #isLate({ deadline }: Batch): boolean {
    return this.#options.clock.now() >= deadline;
  }

  /** What a read gives; a store that cannot be read is no reason to guess. */
  #readable<T>(read: () => Eventually<T>): Eventually<T | "unreadable"> {
    const unreadable = (error: unknown): "unreadable" => {
      if (error instanceof StoreInconsistentError) throw error;
      this.#options.log.error("account_unreadable", { error });
      return "unreadable";
    };
    try {
      const value = read();
      return value instanceof Promise ? value.catch(unreadable) : value;
    } catch (error) {
      return unreadable(error);
    }
  }

  /** Saves, and when the answer is lost finds out; repeats the identical save, never a new decision. */
  async #save(
    fold: Fold,
    { expectedHead, deadline }: { readonly expectedHead: string; readonly deadline: Instant },
  ): Promise<Fate> {
    const { clock, log, pause, store } = this.#options;
    for (let attempt = 0;; attempt++) {
      try {
        const result = await store.save(fold.account, expectedHead, fold.entries);
        if (result === "saved" || result === "filed" || attempt === 0) return result;
      } catch (error) {
        if (error instanceof StoreInconsistentError) throw error;
        log.warn("account_save_unclear", { error });
      }
      if (clock.now() >= deadline) return "unknown";
      const fate = await this.#fateOf(fold, expectedHead);
      if (fate !== "unknown") return fate;
      if (clock.now() >= deadline) return "unknown";
      await pause(pauseMilliseconds(attempt));
    }
  }

  /** Whether a save whose answer was lost has happened: its entries tell, and nothing else. */
  async #fateOf(fold: Fold, expectedHead: string): Promise<Fate> {
    const { id, head } = fold.account;
    try {
      const account = await this.read(id);
      if (account?.head === head && !isDerivedEntryId(head)) return "saved";
      if (account?.head === expectedHead) return "unknown";
      const found = await this.#options.journal.find(id, head);
      return found && isSameEntry(found, fold.entries.at(-1)) ? "saved" : "conflict";
    } catch (error) {
      this.#options.log.warn("account_unreadable", { error });
      return "unknown";
    }
  }
}

/** The keys and payments that the commands ask for. */
function askedBy(batch: readonly Pending[]): Required<LoadOptions> {
  const keys: string[] = [];
  const payments: string[] = [];
  for (const { command: { idempotency }, payments: asked } of batch) {
    if (idempotency) keys.push(idempotency.keyHash);
    payments.push(...asked);
  }
  return { keys, payments };
}

function latest(batch: readonly Pending[]): Instant {
  return batch.reduce((latest, { deadline }) => Math.max(latest, deadline), -Infinity);
}

/** The decision on the cached account; undefined where only the store's own account will do. */
function decideOnCached(
  { pending }: Batch,
  base: LoadedAccount | "unreadable" | undefined,
): Decided | undefined {
  if (base === "unreadable") return "busy";
  if (base === undefined) return undefined;
  const fold = foldCommands(base, pending);
  // A refusal may rest on an old state.
  return fold.entries.length === 0 ? undefined : { base, fold };
}

/** An id that follows from another entry's may have been used by another writer, for another entry. */
function isSameEntry(found: JournalEntry, own: JournalEntry | undefined): boolean {
  return found.type === own?.type && found.seq === own.seq && found.at === own.at &&
    found.requestId === own.requestId && found.balanceAfterKurus === own.balanceAfterKurus;
}

function answerAll(
  pending: readonly Pending[],
  outcome: "busy" | "user_not_found" | "outcome_unknown",
): "answered" {
  for (const { settle } of pending) settle({ outcome });
  return "answered";
}

function answerFold(pending: readonly Pending[], { outcomes }: Fold): "answered" {
  pending.forEach(({ settle, fail }, place) => {
    const outcome = outcomes[place];
    if (outcome === undefined) return fail(new Error("Cannot answer: the fold has no outcome"));
    if (outcome.outcome === "threw") return fail(outcome.error);
    settle(outcome);
  });
  return "answered";
}
