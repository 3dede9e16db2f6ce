import { type Account, findCard } from "./account.ts";
import { isChargeable } from "./card_expiry.ts";
import { accepted, type Command, type Decision, rejected } from "./decision.ts";
import { type CardRemoved, cardSnapshot } from "./journal.ts";
import { refuseClosed } from "./refusals.ts";
import type { RejectionOf } from "./rejection.ts";

export interface CardRemovalCommand extends Command {
  readonly cardId: string;
}

export type CardRemovalRejection = RejectionOf<
  "account_closed" | "card_not_found" | "card_in_use"
>;

/** Removes a saved card. If it was the selected one, the oldest card that can be charged takes its place. */
export function decideCardRemoval(
  account: Account,
  command: CardRemovalCommand,
): Decision<CardRemoved, CardRemovalRejection> {
  const closed = refuseClosed(account);
  if (closed) return closed;
  const { cardId } = command;
  const card = findCard(account, cardId);
  if (card === undefined) return rejected({ code: "card_not_found" });
  // An open top-up may still have to be charged, so its card's number must stay.
  if (account.openTopUps.some((topUp) => topUp.cardId === cardId)) {
    return rejected({ code: "card_in_use", cardId });
  }
  const nextSelectedCardId = account.selectedCardId === cardId
    ? account.cards.find((other) => other !== card && isChargeable(other, command.at))?.cardId ??
      null
    : account.selectedCardId;
  return accepted<"card_removed">(account, command, {
    type: "card_removed",
    card: cardSnapshot(card, account.selectedCardId),
    nextSelectedCardId,
  });
}
