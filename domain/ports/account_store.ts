import type { Account, AccountId, Instant } from "../account.ts";
import type { Accepted } from "../decision.ts";
import type { EntriesByKey, LoadedAccount } from "../fold.ts";
import type { EntryOf, JournalEntry } from "../journal.ts";
import type { NewPerson } from "./accounts.ts";

/** What {@linkcode AccountStore.load} gives in addition to the account. */
export interface LoadOptions {
  /** Hashes of keys: give the entries that they appended, and with the account the window of its keys. */
  readonly keys?: readonly string[];
  /** Ids of payments to load, with how much of each is refunded. */
  readonly payments?: readonly string[];
  /** Ids of credited top-ups to load, with how much of each went back to its card or is on its way. */
  readonly topUps?: readonly string[];
}

/** Accounts and their journals, with compare-and-swap on `head`. Each database implements it. */
export interface AccountStore {
  /** How many entries one save may append. */
  readonly entriesPerSave: number;
  /** False if the account already exists. */
  insert(opening: Accepted<EntryOf<"account_opened">>, person: NewPerson): Promise<boolean>;
  load(id: AccountId, options?: LoadOptions): Promise<LoadedAccount | undefined>;
  /**
   * The entries that keys appended, for keys that are not in an account's window whose other keys are
   * `stored`. The entry of a more recent key may be missing here; `load` finds it. A store without this
   * function finds such keys while it saves, and an entry with one of them is then a `conflict`.
   */
  readonly entriesOfOldKeys?: (id: AccountId, keys: readonly string[]) => Promise<EntriesByKey>;
  /**
   * Stores `next` and its new entries, all or nothing, if the stored head is still `expectedHead`.
   * `filed`: saved, and from now on every key of `next` is found as an old one. `full`: the journal
   * has no room at the moment; nothing happened. A rejected promise leaves open whether it happened.
   */
  save(
    next: Account,
    expectedHead: string,
    entries: readonly JournalEntry[],
  ): Promise<"saved" | "filed" | "conflict" | "full">;
  /** Accounts in a stable order, those after the one given. */
  list(
    options: { readonly limit: number; readonly after?: AccountId },
  ): Promise<readonly AccountId[]>;
  /** Open top-ups that started outside `except`, oldest first. The next page starts `after` the last one. */
  openTopUps(
    except: Interval,
    limit: number,
    after?: OpenTopUpAddress,
  ): Promise<readonly OpenTopUpAddress[]>;
  /** Card refunds that started outside `except` and that no entry has ended, oldest first. */
  openCardRefunds(
    except: Interval,
    limit: number,
    after?: OpenCardRefundAddress,
  ): Promise<readonly OpenCardRefundAddress[]>;
  /** Holds that have expired by `now` and that no entry has ended, oldest first. */
  expiredHolds(now: Instant, limit: number, after?: HoldAddress): Promise<readonly HoldAddress[]>;
}

export interface HoldAddress {
  readonly account: AccountId;
  readonly holdId: string;
  readonly expiresAt: Instant;
}

/** The time between two instants, both excluded. */
export interface Interval {
  readonly from: Instant;
  readonly to: Instant;
}

export interface OpenTopUpAddress {
  readonly account: AccountId;
  readonly topUpId: string;
  readonly startedAt: Instant;
}

export interface OpenCardRefundAddress {
  readonly account: AccountId;
  readonly cardRefundId: string;
  readonly startedAt: Instant;
}
