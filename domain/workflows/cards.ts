import type { Account, AccountId } from "../account.ts";
import type { CardExpiry } from "../card_expiry.ts";
import type { CardFacts, CardNumber } from "../card_number.ts";
import type { CardToken } from "../card_token.ts";
import { type CardRegistrationRejection, decideCardRegistration } from "../card_registration.ts";
import {
  type CardRemovalCommand,
  type CardRemovalRejection,
  decideCardRemoval,
} from "../card_removal.ts";
import { type Command, UNCHANGED } from "../decision.ts";
import type { CardRemoved, CardSaved } from "../journal.ts";
import { GATEWAY_TIMEOUT_MILLISECONDS } from "../limits.ts";
import type { Accounts, UpdateOutcome } from "../ports/accounts.ts";
import type { CardGateway, CardGateways, GatewayCard } from "../ports/card_gateway.ts";
import type { CardIdentity, CardVault } from "../ports/card_vault.ts";
import { BusyError } from "../ports/errors.ts";
import type { People } from "../ports/people.ts";
import type { RejectionOf } from "../rejection.ts";
import { forgetCards, type ForgettingPorts } from "./card_forgetting.ts";
import { readPayer } from "./top_up_asking.ts";

export interface CardPorts extends ForgettingPorts {
  readonly accounts: Pick<Accounts, "peek" | "update">;
  readonly vault: Pick<CardVault, "fingerprint" | "keep" | "open" | "remove">;
  readonly people: Pick<People, "find">;
  readonly gateways: CardGateways;
}

/** A card by its number, or one that the gateway saved itself. */
export type CardToSave =
  | { readonly number: CardNumber; readonly cardHolder?: string; readonly expiry?: CardExpiry }
  | { readonly gatewayToken: string };

interface CardSavingCommand extends Command {
  readonly account: AccountId;
  readonly cardId: string;
  readonly card: CardToSave;
  readonly alias?: string;
}

type SavingRejection = CardRegistrationRejection | RejectionOf<"card_refused">;
type SavingOutcome = UpdateOutcome<CardSaved, SavingRejection>;

/** What a card is known by, once its gateway has registered it. */
interface Registered {
  readonly identity: CardIdentity;
  readonly facts: CardFacts;
  readonly expiry?: CardExpiry;
  readonly token: CardToken;
}

/**
 * Saves a card with the gateway, in the vault and on the account, in that order, so that an account
 * never names a card that cannot be charged. A card that the account would refuse is not registered,
 * and one that it refuses in the end is forgotten again.
 */
export async function saveCard(
  ports: CardPorts,
  { account: id, card, cardId, ...command }: CardSavingCommand,
): Promise<SavingOutcome> {
  const { accounts, vault } = ports;
  const decideOn = (known: Omit<Registered, "token">) => {
    const fingerprint = vault.fingerprint(id, known.identity);
    return (account: Account) =>
      decideCardRegistration(account, { ...command, ...known, cardId, fingerprint });
  };
  const seen = await accounts.peek(id);
  if (seen === undefined) return { outcome: "user_not_found" };
  if ("number" in card) {
    const decide = decideOn({ identity: card.number, facts: card.number.facts });
    const refused = decide(seen).outcome === "rejected" &&
      await confirm((account) => {
        const decision = decide(account);
        return decision.outcome === "accepted" ? UNCHANGED : decision;
      });
    if (refused && refused.outcome !== "unchanged") return refused;
  } else if (command.idempotency) {
    // Only the gateway knows such a card, so a repeated key is looked for before it is asked.
    const replayed = await confirm(() => UNCHANGED);
    if (replayed.outcome !== "unchanged") return replayed;
  }
  const gateway = ports.gateways.of(id.filo);
  const registered = await register(ports, { gateway, id, cardId, card, alias: command.alias });
  if (registered === undefined) return { outcome: "rejected", rejection: { code: "card_refused" } };
  const { token, ...known } = registered;
  const decide = decideOn(known);
  const { name } = gateway.traits;
  await vault.keep(id, [{ cardId, identity: known.identity, gateway: name, token }], command.at);
  const outcome = await accounts.update<CardSaved, CardRegistrationRejection>(
    { account: id, command },
    ({ account }) => decide(account),
  );
  // After an unknown outcome the account may name it. If the removal fails, reconcile repeats it.
  const mayBeNamed = outcome.outcome === "accepted" || outcome.outcome === "outcome_unknown";
  if (!mayBeNamed) await dropRefused(ports, { id, cardId, token, outcome });
  return outcome;

  /**
   * The account that was seen may be out of date, so an update confirms the refusal, or replays a
   * repeated key. If it would accept the card, it adds nothing yet, because the card is not kept.
   */
  function confirm(
    decide: (account: Account) => ReturnType<ReturnType<typeof decideOn>> | typeof UNCHANGED,
  ): Promise<SavingOutcome> {
    return accounts.update<CardSaved, CardRegistrationRejection>(
      { account: id, command },
      ({ account }) => decide(account),
    );
  }
}

/** The registered card; undefined if the gateway does not take it. */
async function register(
  { clock, people }: CardPorts,
  { gateway, id, cardId, card, alias }: {
    readonly gateway: CardGateway;
    readonly id: AccountId;
    readonly cardId: string;
    readonly card: CardToSave;
    readonly alias: string | undefined;
  },
): Promise<Registered | undefined> {
  const payer = await readPayer(people, id);
  const named = alias === undefined ? {} : { alias };
  const registration = await clock.within(
    gateway.register(payer, { cardId, ...card, ...named }),
    GATEWAY_TIMEOUT_MILLISECONDS,
  );
  // Nothing is kept here, so the request may be repeated; a card that nobody names costs nothing.
  if (registration === undefined) throw new BusyError("The card gateway did not answer in time");
  if (registration.status === "refused") return undefined;
  const { token, card: said } = registration;
  if ("number" in card) {
    const { number, expiry } = card;
    return { identity: number, facts: number.facts, token, ...(expiry && { expiry }) };
  }
  if (said === undefined) throw new Error("Cannot save the card: the gateway does not describe it");
  const { expiry, fingerprint } = said;
  const identity = { gateway: gateway.traits.name, fingerprint };
  return { identity, facts: factsOf(said), token, ...(expiry && { expiry }) };
}

/** A gateway that saved a card itself has checked its number, and does not tell how long it is. */
function factsOf({ bin, last4, brand }: GatewayCard): CardFacts {
  return { bin, last4, brand, digitCount: brand === "amex" ? 15 : 16, verified: true };
}

/** Drops a card again that the account refused, unless the gateway knows a saved one by the same token. */
async function dropRefused(
  ports: CardPorts,
  { id, cardId, token, outcome }: {
    readonly id: AccountId;
    readonly cardId: string;
    readonly token: CardToken;
    readonly outcome: UpdateOutcome<CardSaved, CardRegistrationRejection>;
  },
): Promise<void> {
  const { vault } = ports;
  const saved = findSavedAs(outcome);
  const kept = saved === undefined ? undefined : await vault.open(id, saved).catch(() => undefined);
  const isShared = kept?.token?.equals(token) ?? false;
  const dropping = isShared ? vault.remove(id, [cardId]) : forgetCards(ports, id, [cardId]);
  await dropping.catch(() => {});
}

/** The card as which the same one is saved already. */
function findSavedAs(
  outcome: UpdateOutcome<CardSaved, CardRegistrationRejection>,
): string | undefined {
  if ("entry" in outcome) return outcome.entry.card.cardId;
  if (outcome.outcome !== "rejected") return undefined;
  const { rejection } = outcome;
  return rejection.code === "duplicate_card" ? rejection.cardId : undefined;
}

interface CardRemovingCommand extends CardRemovalCommand {
  readonly account: AccountId;
}

/** Removes a card. The account comes first, so that it never names a card that cannot be charged. */
export async function removeCard(
  ports: CardPorts,
  { account: id, ...command }: CardRemovingCommand,
): Promise<UpdateOutcome<CardRemoved, CardRemovalRejection>> {
  const outcome = await ports.accounts.update(
    { account: id, command },
    ({ account }) => decideCardRemoval(account, command),
  );
  // If the removal fails, reconcile repeats it.
  if ("entry" in outcome) await forgetCards(ports, id, [command.cardId]).catch(() => {});
  return outcome;
}
