import { type Account, findCard } from "./account.ts";
import { isExpired } from "./card_expiry.ts";
import { accepted, type Command, type Decision, rejected, UNCHANGED } from "./decision.ts";
import { type CardSelected, cardSnapshot } from "./journal.ts";
import { type Inactive, refuseInactive } from "./refusals.ts";
import type { RejectionOf } from "./rejection.ts";

export interface CardSelectionCommand extends Command {
  readonly cardId: string;
}

/** Makes a saved card the one that top-ups charge. Selecting it again changes nothing. */
export function decideCardSelection(
  account: Account,
  command: CardSelectionCommand,
): Decision<CardSelected, RejectionOf<Inactive | "card_not_found" | "card_not_chargeable">> {
  const inactive = refuseInactive(account);
  if (inactive) return inactive;
  const { cardId } = command;
  const card = findCard(account, cardId);
  if (card === undefined) return rejected({ code: "card_not_found" });
  if (!card.verified) return rejected({ code: "card_not_chargeable", cardId });
  if (isExpired(card, command.at)) {
    return rejected({ code: "card_not_chargeable", cardId, expired: true });
  }
  if (account.selectedCardId === cardId) return UNCHANGED;
  return accepted<"card_selected">(account, command, {
    type: "card_selected",
    card: cardSnapshot(card, cardId),
  });
}
