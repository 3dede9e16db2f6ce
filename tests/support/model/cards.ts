import {
  ANSWER_IS_LOST,
  chargeableCards,
  DECLINED,
  MASTERCARD,
  UNVERIFIED,
  VISA,
} from "../card_numbers.ts";

/** A number that clients bring, and what the contract says of it. */
export interface KnownCard {
  readonly number: string;
  readonly verified: boolean;
  /** Why the sandbox declines it; null when it charges. */
  readonly declined: "declined" | null;
}

const charges = (number: string): KnownCard => ({ number, verified: true, declined: null });
const declines = (number: string): KnownCard => ({ number, verified: true, declined: "declined" });
const isUnverified = (number: string): KnownCard => ({ number, verified: false, declined: null });

/** Enough of them to pass the hourly limit of saved cards. */
export const CARDS: readonly KnownCard[] = [
  charges(VISA),
  charges(MASTERCARD),
  declines(DECLINED),
  charges(ANSWER_IS_LOST),
  declines("4000000000000341"),
  isUnverified(UNVERIFIED.replaceAll(" ", "")),
  isUnverified("1234567812345678"),
  ...chargeableCards(9).map(charges),
];

const byNumber = new Map(CARDS.map((card) => [card.number, card]));

/** What is known of a number that a client brought. */
export function knownCard(number: string): KnownCard {
  const card = byNumber.get(number);
  if (card === undefined) throw new Error("Cannot model a card that is not in the table");
  return card;
}
