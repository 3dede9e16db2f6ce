import type { Account, AccountId } from "../account.ts";
import type { CardNumber } from "../card_number.ts";
import { type CardRegistrationRejection, decideCardRegistration } from "../card_registration.ts";
import {
  type CardRemovalCommand,
  type CardRemovalRejection,
  decideCardRemoval,
} from "../card_removal.ts";
import { type Command, UNCHANGED } from "../decision.ts";
import type { CardRemoved, CardSaved } from "../journal.ts";
import type { Accounts, UpdateOutcome } from "../ports/accounts.ts";
import type { CardVault } from "../ports/card_vault.ts";

interface CardPorts {
  readonly accounts: Pick<Accounts, "peek" | "update">;
  readonly vault: Pick<CardVault, "fingerprint" | "keep" | "remove">;
}

export interface CardSavingCommand extends Command {
  readonly account: AccountId;
  readonly cardId: string;
  readonly number: CardNumber;
}

/**
 * Saves a card in vault and account. The vault comes first: an account never names a card whose
 * number is not kept. A card that the account would refuse is not written to the vault at all, and
 * one that it refuses after all is removed from it.
 */
export async function saveCard(
  { accounts, vault }: CardPorts,
  { account: id, number, ...command }: CardSavingCommand,
): Promise<
  UpdateOutcome<CardSaved, CardRegistrationRejection>
> {
  const { cardId, at } = command;
  const fingerprint = vault.fingerprint(id, number);
  const registration = { ...command, fingerprint, facts: number.facts };
  const decide = (account: Account) => decideCardRegistration(account, registration);
  const seen = await accounts.peek(id);
  if (seen === undefined) return { outcome: "user_not_found" };
  if (decide(seen).outcome === "rejected") {
    // What was seen may be old, so the update confirms it; a repeated key it replays. A card that it
    // would take after all is not added before its number is kept.
    const outcome = await accounts.update<CardSaved, CardRegistrationRejection>(
      { account: id, command },
      ({ account }) => {
        const decision = decide(account);
        return decision.outcome === "accepted" ? UNCHANGED : decision;
      },
    );
    if (outcome.outcome !== "unchanged") return outcome;
  }
  await vault.keep(id, [{ cardId, number }], at);
  const outcome = await accounts.update({ account: id, command }, ({ account }) => decide(account));
  // After an unknown outcome the account may name it. What stays behind here, reconcile removes.
  const mayBeNamed = outcome.outcome === "accepted" || outcome.outcome === "outcome_unknown";
  if (!mayBeNamed) await vault.remove(id, [cardId]).catch(() => {});
  return outcome;
}

export interface CardRemovingCommand extends CardRemovalCommand {
  readonly account: AccountId;
}

/** Removes a card from account and vault. The account comes first, so it never names a card without a number. */
export async function removeCard(
  { accounts, vault }: CardPorts,
  { account: id, ...command }: CardRemovingCommand,
): Promise<UpdateOutcome<CardRemoved, CardRemovalRejection>> {
  const outcome = await accounts.update(
    { account: id, command },
    ({ account }) => decideCardRemoval(account, command),
  );
  // A number that stays behind here, reconcile removes.
  if ("entry" in outcome) await vault.remove(id, [command.cardId]).catch(() => {});
  return outcome;
}
