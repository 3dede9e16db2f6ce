import {
  ANSWER_IS_LOST,
  chargeableCards,
  DECLINED,
  MASTERCARD,
  UNVERIFIED,
  VISA,
  WANTS_THE_USER,
} from "../card_numbers.ts";

/** A number that clients bring, and what the contract says of it. */
export interface KnownCard {
  readonly number: string;
  readonly verified: boolean;
  /** Why the sandbox declines it; null when it charges. */
  readonly declined: "declined" | null;
  /** Whether its bank wants to see the user first (3-D Secure). */
  readonly waits: boolean;
}

const CHARGES = { verified: true, declined: null, waits: false } as const;
const charges = (number: string): KnownCard => ({ ...CHARGES, number });
const declines = (number: string): KnownCard => ({ ...CHARGES, number, declined: "declined" });
const waits = (number: string): KnownCard => ({ ...CHARGES, number, waits: true });
const isUnverified = (number: string): KnownCard => ({ ...CHARGES, number, verified: false });

/** Enough of them to pass the hourly limit of saved cards. */
export const CARDS: readonly KnownCard[] = [
  charges(VISA),
  charges(MASTERCARD),
  declines(DECLINED),
  charges(ANSWER_IS_LOST),
  declines("4000000000000341"),
  waits(WANTS_THE_USER),
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
