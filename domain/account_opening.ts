import type { AccountId, Card } from "./account.ts";
import { type Accepted, accepted, type Command } from "./decision.ts";
import { createUnopened } from "./evolve.ts";
import type { AccountOpened } from "./journal.ts";
import type { Kurus } from "./money.ts";

export interface AccountOpeningCommand extends Command {
  readonly account: AccountId;
  readonly balanceKurus: Kurus;
  /** As the fleet sent them, chargeable or not; each once. */
  readonly cards: readonly Card[];
  /** Which card to select. If left out: the first that can be charged, else the first. */
  readonly selectedFingerprint?: string;
}

/** Opens an account with the cards and the balance that the fleet already has for its user. */
export function openAccount(command: AccountOpeningCommand): Accepted<AccountOpened> {
  const { cards } = command;
  const selected = cards.find((card) => card.fingerprint === command.selectedFingerprint) ??
    cards.find((card) => card.verified) ?? cards[0];
  return accepted<"account_opened">(createUnopened(command.account), command, {
    type: "account_opened",
    amountKurus: command.balanceKurus,
    cards: cards.map((card) => ({ ...card, selected: card === selected })),
  });
}
