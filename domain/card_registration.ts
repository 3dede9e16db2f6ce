import { type Account, type Card, findCard, type Instant } from "./account.ts";
import { type CardExpiry, isChargeable } from "./card_expiry.ts";
import { type CardFacts, CardNumber } from "./card_number.ts";
import { accepted, type Command, type Decision, rejected } from "./decision.ts";
import { checkHourlyLimit } from "./hourly_limit.ts";
import { type CardSaved } from "./journal.ts";
import { CARD_SAVES_PER_HOUR, CARDS_PER_ACCOUNT } from "./limits.ts";
import { type Inactive, refuseInactive } from "./refusals.ts";
import type { RejectionOf } from "./rejection.ts";

export interface CardRegistrationCommand extends Command {
  readonly cardId: string;
  readonly fingerprint: string;
  readonly facts: CardFacts;
  readonly alias?: string;
  readonly expiry?: CardExpiry;
}

export type CardRegistrationRejection = RejectionOf<
  | Inactive
  | "duplicate_card"
  | "too_many_cards"
  | "rate_limited"
>;

/** Reads the number of a card that may be saved: 12 to 19 digits that pass Luhn. Undefined otherwise. */
export function parseNewCardNumber(value: unknown): CardNumber | undefined {
  const number = CardNumber.parse(value);
  return number?.facts.verified ? number : undefined;
}

/**
 * Saves a card (the seed's `card_registration`). Its digits alone decide whether it is a duplicate,
 * however they were written. It becomes the selected card unless one that can be charged is selected.
 */
export function decideCardRegistration(
  account: Account,
  command: CardRegistrationCommand,
): Decision<CardSaved, CardRegistrationRejection> {
  const inactive = refuseInactive(account);
  if (inactive) return inactive;
  const duplicate = account.cards.find((card) => card.fingerprint === command.fingerprint);
  if (duplicate) return rejected({ code: "duplicate_card", cardId: duplicate.cardId });
  if (account.cards.length >= CARDS_PER_ACCOUNT) return rejected({ code: "too_many_cards" });
  const saves = { policy: "card_saves", limit: CARD_SAVES_PER_HOUR, now: command.at };
  const tooFast = checkHourlyLimit(account.cardSavesAt, saves);
  if (tooFast) return rejected(tooFast);
  const card = newCard(command);
  const selected = !canCharge(account, command.at);
  return accepted<"card_saved">(account, command, {
    type: "card_saved",
    card: { ...card, selected },
  });
}

function canCharge(account: Account, at: Instant): boolean {
  const selected = findCard(account, account.selectedCardId);
  return selected !== undefined && isChargeable(selected, at);
}

/** A card as the account keeps it. */
export function newCard(
  { cardId, fingerprint, facts, at, alias, expiry }: Pick<
    CardRegistrationCommand,
    "cardId" | "fingerprint" | "facts" | "at" | "alias" | "expiry"
  >,
): Card {
  return {
    cardId,
    ...facts,
    fingerprint,
    savedAt: at,
    ...(alias !== undefined && { alias }),
    ...(expiry && { expireMonth: expiry.month, expireYear: expiry.year }),
  };
}
