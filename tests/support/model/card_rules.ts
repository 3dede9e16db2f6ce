import { CARD_SAVES_PER_HOUR, CARDS_PER_ACCOUNT } from "../../../domain/limits.ts";
import { knownCard } from "./cards.ts";
import { refuseClosed, refuseInactive } from "./hold_rules.ts";
import { secondsToWait, tooFast, withEvent } from "./hourly.ts";
import {
  accepted,
  type Circumstances,
  type CommandOf,
  type EntryFacts,
  oldestVerified,
  refused,
  shownCard,
  type Verdict,
  type Wallet,
  type WalletCard,
} from "./wallet.ts";

/** A new user, with what the fleet says of them. */
export function openWallet(
  command: CommandOf<"create_user">,
  circumstances: Circumstances,
): Verdict {
  const { balance, numbers, selected: wanted } = command;
  const distinct = [...new Set(wanted === undefined ? numbers : [...numbers, wanted])];
  const cards = distinct.map((number, place): WalletCard => ({
    cardId: circumstances.cardIds[place] ?? "",
    number,
    savedAt: circumstances.at,
  }));
  const chosen = cards.find(({ number }) => number === wanted) ?? oldestVerified(cards) ?? cards[0];
  const selected = chosen?.cardId ?? null;
  const empty: Wallet = {
    seq: 0,
    status: "active",
    balance: 0,
    cards,
    selected,
    payments: new Map(),
    newestPayment: null,
    openTopUps: new Map(),
    topUps: new Set(),
    credited: new Map(),
    openCardRefunds: new Map(),
    granted: 0,
    spentGrants: 0,
    holds: new Map(),
    keys: new Map(),
    erasableKeys: new Set(),
    savesAt: [],
    declinesAt: [],
  };
  const shown = cards.map((card) => shownCard(card, selected));
  const facts: EntryFacts = {
    type: "account_opened",
    amount: balance,
    delta: balance,
    cards: shown,
  };
  return accepted(empty, facts, { circumstances, command });
}

export function saveCard(
  wallet: Wallet,
  command: CommandOf<"save_card">,
  circumstances: Circumstances,
): Verdict {
  const { number } = command;
  const { at, cardIds: [cardId = ""] } = circumstances;
  const inactive = refuseInactive(wallet);
  if (inactive) return inactive;
  const saved = wallet.cards.find((card) => card.number === number);
  if (saved) return refused("duplicate_card", { cardId: saved.cardId });
  if (wallet.cards.length >= CARDS_PER_ACCOUNT) return refused("too_many_cards");
  const wait = secondsToWait(wallet.savesAt, at, CARD_SAVES_PER_HOUR);
  if (wait) return tooFast("card_saves", CARD_SAVES_PER_HOUR, wait);
  const card = { cardId, number, savedAt: at };
  const current = wallet.cards.find((card) => card.cardId === wallet.selected);
  const selected = current && knownCard(current.number).verified ? wallet.selected : cardId;
  const savesAt = withEvent(wallet.savesAt, at, CARD_SAVES_PER_HOUR);
  const next = { ...wallet, cards: [...wallet.cards, card], selected, savesAt };
  const facts: EntryFacts = { type: "card_saved", card: shownCard(card, selected) };
  return accepted(next, facts, { circumstances, command });
}

export function selectCard(
  wallet: Wallet,
  command: CommandOf<"select_card">,
  circumstances: Circumstances,
): Verdict {
  const { cardId } = command;
  const inactive = refuseInactive(wallet);
  if (inactive) return inactive;
  const card = wallet.cards.find((card) => card.cardId === cardId);
  if (card === undefined) return refused("card_not_found");
  if (!knownCard(card.number).verified) return refused("card_not_chargeable", { cardId });
  if (wallet.selected === cardId) return { kind: "unchanged" };
  const facts: EntryFacts = { type: "card_selected", card: shownCard(card, cardId) };
  return accepted({ ...wallet, selected: cardId }, facts, { circumstances, command });
}

export function removeCard(
  wallet: Wallet,
  command: CommandOf<"remove_card">,
  circumstances: Circumstances,
): Verdict {
  const { cardId } = command;
  const closed = refuseClosed(wallet);
  if (closed) return closed;
  const card = wallet.cards.find((card) => card.cardId === cardId);
  if (card === undefined) return refused("card_not_found");
  const isInUse = [...wallet.openTopUps.values()].some((topUp) => topUp.cardId === cardId);
  if (isInUse) return refused("card_in_use", { cardId });
  const cards = wallet.cards.filter((other) => other !== card);
  const selected = wallet.selected === cardId
    ? oldestVerified(cards)?.cardId ?? null
    : wallet.selected;
  const facts: EntryFacts = { type: "card_removed", card: shownCard(card, wallet.selected) };
  return accepted({ ...wallet, cards, selected }, facts, { circumstances, command });
}
