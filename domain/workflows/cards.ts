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

interface CardSavingCommand extends Command {
  readonly account: AccountId;
  readonly cardId: string;
  readonly number: CardNumber;
}

/**
 * Saves a card in the vault and on the account. The vault comes first, so that an account never names a
 * card whose number is not kept. A card that the account would refuse is not written to the vault, and
 * one that it refuses in the end is removed from there.
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
    // The account that was seen may be out of date, so the update confirms the refusal, or replays a
    // repeated key. If it would accept the card, it adds nothing yet, because the number is not kept.
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
  // After an unknown outcome the account may name it. If the removal fails, reconcile repeats it.
  const mayBeNamed = outcome.outcome === "accepted" || outcome.outcome === "outcome_unknown";
  if (!mayBeNamed) await vault.remove(id, [cardId]).catch(() => {});
  return outcome;
}

interface CardRemovingCommand extends CardRemovalCommand {
  readonly account: AccountId;
}

/** Removes a card. The account comes first, so that it never names a card whose number is gone. */
export async function removeCard(
  { accounts, vault }: CardPorts,
  { account: id, ...command }: CardRemovingCommand,
): Promise<UpdateOutcome<CardRemoved, CardRemovalRejection>> {
  const outcome = await accounts.update(
    { account: id, command },
    ({ account }) => decideCardRemoval(account, command),
  );
  // If the removal fails, reconcile repeats it.
  if ("entry" in outcome) await vault.remove(id, [command.cardId]).catch(() => {});
  return outcome;
}
