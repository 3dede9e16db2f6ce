import type { Account, AccountId } from "../account.ts";
import type { AccountOpeningCommand } from "../account_opening.ts";
import type { Profile } from "../auth.ts";
import type { Command, Decision } from "../decision.ts";
import type { EntryOf, JournalEntry } from "../journal.ts";
import type { AccountView } from "../refund.ts";
import type { Rejection } from "../rejection.ts";

/** A command on one account, with the older payments and the top-ups that its rule needs. */
export interface AccountCommand {
  readonly account: AccountId;
  readonly command: Command;
  readonly payments?: readonly string[];
  readonly topUps?: readonly string[];
}

/** How an update ended. After `busy` nothing has happened; after `outcome_unknown` it may have. */
export type UpdateOutcome<
  Entry extends JournalEntry = JournalEntry,
  Refusal extends Rejection = Rejection,
> =
  | { readonly outcome: "accepted" | "replayed"; readonly entry: Entry; readonly account: Account }
  | { readonly outcome: "unchanged"; readonly account: Account }
  | { readonly outcome: "rejected"; readonly rejection: Refusal }
  | { readonly outcome: "key_reused" | "user_not_found" | "busy" | "outcome_unknown" };

/** How opening an account ended. */
export type OpeningOutcome =
  | { readonly outcome: "accepted" | "replayed"; readonly entry: EntryOf<"account_opened"> }
  | { readonly outcome: "user_exists" | "key_reused" | "outcome_unknown" };

/** Accounts, for callers who need not care about races between writers. */
export interface Accounts {
  read(id: AccountId): Promise<Account | undefined>;
  /** The account as it is at hand, perhaps out of date. Nothing may rest on it until `update` confirms it. */
  peek(id: AccountId): Promise<Account | undefined>;
  open(command: AccountOpeningCommand, person: NewPerson): Promise<OpeningOutcome>;
  /** How opening an account would end, if it exists already; undefined if it does not. */
  findOpening(
    command: Command & { readonly account: AccountId },
  ): Promise<OpeningOutcome | undefined>;
  /** Calls `decide` on the newest account, again after a lost race, and commits what it accepts. */
  update<Entry extends JournalEntry, Refusal extends Rejection>(
    command: AccountCommand,
    decide: (view: AccountView) => Decision<Entry, Refusal>,
  ): Promise<UpdateOutcome<Entry, Refusal>>;
}

/** What is stored next to the account. No payment loads it. */
export interface NewPerson {
  readonly profile: Profile;
  readonly authCodeHash: string;
}
