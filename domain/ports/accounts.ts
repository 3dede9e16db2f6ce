import type { Account, AccountId } from "../account.ts";
import type { AccountOpeningCommand } from "../account_opening.ts";
import type { Profile } from "../auth.ts";
import type { Command, Decision } from "../decision.ts";
import type { EntryOf, JournalEntry } from "../journal.ts";
import type { AccountView } from "../refund.ts";
import type { Rejection } from "../rejection.ts";

/** A command on one account, with the payments that its rule has to see. */
export interface AccountCommand {
  readonly account: AccountId;
  readonly command: Command;
  readonly payments?: readonly string[];
}

/** How an update ended. `busy` promises that nothing happened; `outcome_unknown` promises nothing. */
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

/** Accounts, with every race between writers settled. */
export interface Accounts {
  read(id: AccountId): Promise<Account | undefined>;
  /** The account as it is at hand, perhaps an older one: only `update` may act on what it shows. */
  peek(id: AccountId): Promise<Account | undefined>;
  open(command: AccountOpeningCommand, person: NewPerson): Promise<OpeningOutcome>;
  /** How opening the account has ended already; undefined as long as there is no such account. */
  findOpening(
    command: Command & { readonly account: AccountId },
  ): Promise<OpeningOutcome | undefined>;
  /** Takes `decide` on the newest account, again when a race was lost, and commits what it accepts. */
  update<Entry extends JournalEntry, Refusal extends Rejection>(
    command: AccountCommand,
    decide: (view: AccountView) => Decision<Entry, Refusal>,
  ): Promise<UpdateOutcome<Entry, Refusal>>;
}

/** What is stored next to the account and no payment loads. */
export interface NewPerson {
  readonly profile: Profile;
  readonly authCodeHash: string;
}
