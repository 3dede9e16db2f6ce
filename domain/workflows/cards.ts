import type { AccountId } from "../account.ts";
import type { CardNumber } from "../card_number.ts";
import { decideCardRegistration } from "../card_registration.ts";
import type { Command } from "../decision.ts";
import type { CardSaved } from "../journal.ts";
import type { Accounts, UpdateOutcome } from "../ports/accounts.ts";
import type { CardVault } from "../ports/card_vault.ts";
import type { RejectionOf } from "../rejection.ts";

export interface CardSavingCommand extends Command {
  readonly account: AccountId;
  readonly cardId: string;
  readonly number: CardNumber;
}

/**
 * Saves a card in vault and account. The vault comes first: an account never names a card whose
 * number is not kept. When the account then does not take the card, its number goes again.
 */
export async function saveCard(
  { accounts, vault }: { readonly accounts: Accounts; readonly vault: CardVault },
  { account: id, number, ...command }: CardSavingCommand,
): Promise<
  UpdateOutcome<CardSaved, RejectionOf<"duplicate_card" | "too_many_cards" | "rate_limited">>
> {
  const { cardId, at } = command;
  const registration = {
    ...command,
    fingerprint: vault.fingerprint(id, number),
    facts: number.facts,
  };
  await vault.keep(id, [{ cardId, number }], at);
  const outcome = await accounts.update(
    { account: id, command },
    ({ account }) => decideCardRegistration(account, registration),
  );
  // An unknown outcome may have named it. A record that stays behind here is an orphan for reconcile.
  const mayBeNamed = outcome.outcome === "accepted" || outcome.outcome === "outcome_unknown";
  if (!mayBeNamed) await vault.remove(id, [cardId]).catch(() => {});
  return outcome;
}
