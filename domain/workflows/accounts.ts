import { type Account, type AccountId, accountKey } from "../account.ts";
import type { AccountOpeningCommand } from "../account_opening.ts";
import type { Command, Decision } from "../decision.ts";
import { type Fold, foldCommands, type LoadedAccount } from "../fold.ts";
import { STORED_KEYS } from "../idempotency.ts";
import type { JournalEntry } from "../journal.ts";
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
import type { AccountStore } from "../ports/account_store.ts";
import { StoreInconsistentError } from "../ports/errors.ts";
import type { Eventually } from "../ports/eventually.ts";
import type { AccountView } from "../refund.ts";
import type { Rejection } from "../rejection.ts";
import { answerAll, answerFold, type Batch, type Pending, toBatch } from "./account_batches.ts";
import { commitOpening, findOpening } from "./account_openings.ts";
import { saveFold, type SavingPorts } from "./account_saves.ts";
import { type CachedAccounts, createCachedAccounts } from "./cached_accounts.ts";
import { pauseMilliseconds } from "./retry_pause.ts";

/** What the one implementation of {@linkcode Accounts} stands on. */
interface AccountsOptions extends SavingPorts {
  readonly store: AccountStore;
  readonly cache?: AccountCache;
}

/** A batch decided on an account, or the answer to all of it if there is no account to decide on. */
type Decided = { readonly base: LoadedAccount; readonly fold: Fold } | "busy" | "user_not_found";

/**
 * Creates accounts over a store with compare-and-swap. Each process has one writer per account:
 * commands that arrive during a save wait, and are then folded into the next one.
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
    const asked = { keys: [], payments: [], topUps: [] };
    const atHand = await this.#cached?.base(id, asked);
    if (atHand) return atHand.account;
    // Read as for a command, because the next one may be decided on it.
    const loaded = await this.#options.store.load(id, asked);
    if (loaded) this.#cached?.remember(loaded.account);
    return loaded?.account;
  }

  update<Entry extends JournalEntry, Refusal extends Rejection>(
    { account: id, command, payments = [], topUps = [] }: AccountCommand,
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
      this.#options.observer?.waiting(1);
      const pending = { command, decide, payments, topUps, deadline, settle, fail: reject };
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

  /** Commits what waits, batch by batch, until the queue is empty. */
  async #work(id: AccountId, key: string, queue: Pending[]): Promise<void> {
    const batchSize = Math.min(COMMANDS_PER_FOLD, this.#options.store.entriesPerSave);
    while (queue.length > 0) {
      const batch = queue.splice(0, batchSize);
      this.#options.observer?.waiting(-batch.length);
      try {
        const inTime = this.#inTime(batch);
        if (inTime.length > 0) await this.#commit(toBatch(id, inTime));
      } catch (error) {
        // An alarm: no command of this account is carried out until an operator has looked.
        if (error instanceof StoreInconsistentError) {
          this.#options.log.error("store_inconsistent", { account: key, error });
          this.#cached?.forget(id);
        }
        for (const pending of batch) pending.fail(error);
      }
    }
    this.#queues.delete(key);
  }

  /** Those that still have time. The others are answered `busy`, because nothing happened. */
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
  async #commit(batch: Batch): Promise<void> {
    const atHand = this.#baseAtHand(batch);
    const cached = atHand instanceof Promise ? await atHand : atHand;
    const decided = decideOnCached(batch, cached) ?? await this.#decideFresh(batch);
    const end = await this.#saveOrAnswer(batch, decided);
    if (end === "lost_race") await this.#decideAgain(batch);
  }

  /** Takes the decision again on the account as another writer left it, until no race is lost. */
  async #decideAgain(batch: Batch): Promise<void> {
    for (let lostRaces = 1; lostRaces <= LOST_RACES_MAX && !this.#isLate(batch); lostRaces++) {
      await this.#options.pause(pauseMilliseconds(lostRaces - 1));
      const end = await this.#saveOrAnswer(batch, await this.#decideFresh(batch));
      if (end === "answered") return;
    }
    answerAll(batch, "busy");
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
    if (typeof decided === "string") return answerAll(batch, decided);
    const { base, fold } = decided;
    if (fold.entries.length === 0) {
      this.#cached?.remember(base.account);
      return answerFold(batch, fold);
    }
    // Read too late: a command's time may be exceeded by one call, not by several.
    if (this.#isLate(batch)) return answerAll(batch, "busy");
    const terms = { expectedHead: base.account.head, deadline: batch.deadline };
    const fate = await saveFold(this.#options, fold, terms);
    if (fate === "saved" || fate === "filed") {
      const { account } = fold;
      this.#cached?.remember(fate === "saved" ? account : { ...account, recentKeys: STORED_KEYS });
      return answerFold(batch, fold);
    }
    this.#cached?.forget(batch.id);
    if (fate === "conflict") return "lost_race";
    return answerAll(batch, fate === "unknown" ? "outcome_unknown" : "busy");
  }

  #isLate({ deadline }: Batch): boolean {
    return this.#options.clock.now() >= deadline;
  }

  /** What a read gives, or `unreadable`: a store that cannot be read is no reason to guess. */
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
}

/** The decision on the cached account; undefined if only the store's own account will do. */
function decideOnCached(
  { pending }: Batch,
  base: LoadedAccount | "unreadable" | undefined,
): Decided | undefined {
  if (base === "unreadable") return "busy";
  if (base === undefined) return undefined;
  const fold = foldCommands(base, pending);
  // A refusal may rest on an old state.
  const needsFresh = fold.entries.length === 0 || mayRefuseOldKey(base, pending, fold);
  return needsFresh ? undefined : { base, fold };
}

/**
 * Whether a command that is not accepted may have been accepted long ago, under the same key: a save
 * finds the older keys of its entries alone.
 */
function mayRefuseOldKey(
  { account: { recentKeys } }: LoadedAccount,
  pending: Batch["pending"],
  { outcomes }: Fold,
): boolean {
  return recentKeys.others === "stored" && pending.some(({ command: { idempotency } }, place) => {
    const outcome = outcomes[place];
    return idempotency !== undefined && outcome !== undefined && !("entry" in outcome);
  });
}
