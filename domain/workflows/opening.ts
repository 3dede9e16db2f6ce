import type { AccountId, Card } from "../account.ts";
import type { Profile } from "../auth.ts";
import type { CardNumber } from "../card_number.ts";
import { newCard } from "../card_registration.ts";
import type { Command } from "../decision.ts";
import type { Kurus } from "../money.ts";
import type { Accounts, OpeningOutcome } from "../ports/accounts.ts";
import type { CardGateways } from "../ports/card_gateway.ts";
import type { CardToKeep, CardVault } from "../ports/card_vault.ts";
import type { Ids } from "../ports/ids.ts";
import type { SecretHasher } from "../ports/secret_hasher.ts";

/** Everything that a fleet says about a new user. */
export interface AccountCreationCommand extends Command {
  readonly account: AccountId;
  readonly authCode: string;
  readonly profile: Profile;
  readonly balanceKurus: Kurus;
  readonly cardNumbers: readonly CardNumber[];
  readonly selectedCard?: CardNumber;
}

export interface AccountCreationPorts {
  readonly accounts: Pick<Accounts, "open" | "findOpening">;
  readonly vault: Pick<CardVault, "fingerprint" | "keep" | "remove">;
  readonly gateways: Pick<CardGateways, "of">;
  readonly hasher: SecretHasher;
  readonly ids: Ids;
}

/**
 * Opens an account for a new user. Their card numbers are in the vault before the account names them.
 * It first looks whether the account is there, because a repeated request must cost neither the slow
 * hash nor writes to the vault.
 */
export async function createAccount(
  ports: AccountCreationPorts,
  command: AccountCreationCommand,
): Promise<OpeningOutcome> {
  const { accounts, vault, hasher, ids } = ports;
  const { authCode, profile, cardNumbers: _, selectedCard, ...opening } = command;
  const { account: id, at } = opening;
  const found = await accounts.findOpening(opening);
  if (found) return found;
  const authCodeHash = await hasher.hash(authCode);
  const kept = listDistinctCards(command, vault).map((card) => ({
    ...card,
    cardId: ids.next("card", at),
  }));
  const cardIds = kept.map(({ cardId }) => cardId);
  if (kept.length > 0) {
    await vault.keep(id, await Promise.all(kept.map((card) => toKeep(ports, command, card))), at);
  }
  const cards = kept.map(({ cardId, number, fingerprint }): Card =>
    newCard({ cardId, fingerprint, facts: number.facts, at })
  );
  const selectedFingerprint = selectedCard && vault.fingerprint(id, selectedCard);
  const outcome = await accounts.open(
    { ...opening, cards, ...(selectedFingerprint && { selectedFingerprint }) },
    { profile, authCodeHash },
  );
  const mayBeNamed = outcome.outcome === "accepted" || outcome.outcome === "outcome_unknown";
  if (!mayBeNamed && kept.length > 0) await vault.remove(id, cardIds).catch(() => {});
  return outcome;
}

/**
 * What the vault keeps of a card that came with its user: without holder and expiry no gateway that
 * keeps cards registers it, so there it has no token.
 */
async function toKeep(
  { gateways }: AccountCreationPorts,
  { account, profile }: AccountCreationCommand,
  { cardId, number }: { readonly cardId: string; readonly number: CardNumber },
): Promise<CardToKeep> {
  const gateway = gateways.of(account.filo);
  const { name, keepsCards } = gateway.traits;
  const kept = { cardId, identity: number, gateway: name };
  if (keepsCards) return { ...kept, token: null };
  const registered = await gateway.register({ account, ...profile }, { cardId, number });
  return { ...kept, token: registered.status === "registered" ? registered.token : null };
}

/** Each card once, by its digits. A selected card that is not among them is added. */
function listDistinctCards(
  { account, cardNumbers, selectedCard }: AccountCreationCommand,
  vault: Pick<CardVault, "fingerprint">,
): { readonly number: CardNumber; readonly fingerprint: string }[] {
  const numbers = selectedCard ? [...cardNumbers, selectedCard] : cardNumbers;
  const byFingerprint = new Map<string, CardNumber>();
  for (const number of numbers) {
    const fingerprint = vault.fingerprint(account, number);
    if (!byFingerprint.has(fingerprint)) byFingerprint.set(fingerprint, number);
  }
  return [...byFingerprint].map(([fingerprint, number]) => ({ fingerprint, number }));
}
