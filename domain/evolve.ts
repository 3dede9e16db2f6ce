import type { Account, AccountId, Card, OpenHold } from "./account.ts";
import { adjustGrants, bringGrantBack, settleGrants } from "./granted.ts";
import { textOf } from "./erased.ts";
import { rememberEvent } from "./hourly_limit.ts";
import { NO_KEYS, rememberKey } from "./idempotency.ts";
import { type JournalEntry, rideOf, type SavedCard } from "./journal.ts";
import { paymentState } from "./payment_state.ts";
import { CARD_SAVES_PER_HOUR, DECLINES_PER_HOUR } from "./limits.ts";
import { NO_MONEY } from "./money.ts";

/** An account before its first entry, from which a replay of its journal starts. */
export function createUnopened(id: AccountId): Account {
  return {
    id,
    head: "",
    seq: 0,
    status: "active",
    balanceKurus: NO_MONEY,
    openHolds: [],
    cards: [],
    selectedCardId: null,
    lastPayment: null,
    openTopUps: [],
    openCardRefunds: [],
    grantedKurus: NO_MONEY,
    spentGrantsKurus: NO_MONEY,
    recentKeys: NO_KEYS,
    cardSavesAt: [],
    declinesAt: [],
  };
}

/**
 * The account after one more entry. State moves in no other way: an accepted command moves it by its
 * entry, and a replay of the journal by the same entries. An account that differs from its replay was
 * changed by something other than Kese.
 */
export function evolve(account: Account, entry: JournalEntry): Account {
  const { id: head, seq, balanceAfterKurus: balanceKurus, idempotency } = entry;
  const recentKeys = idempotency
    ? rememberKey(account.recentKeys, idempotency.keyHash)
    : account.recentKeys;
  return { ...account, head, seq, balanceKurus, recentKeys, ...changesBy(account, entry) };
}

type Changes = Partial<Omit<Account, "id" | "head" | "seq" | "balanceKurus" | "recentKeys">>;

/** What an entry changes in addition to head, number, balance and keys. */
function changesBy(account: Account, entry: JournalEntry): Changes {
  switch (entry.type) {
    case "account_opened":
      return {
        cards: entry.cards.map(toCard),
        selectedCardId: selectedOf(entry.cards),
        grantedKurus: entry.amountKurus,
      };
    case "card_saved":
      return {
        cards: [...account.cards, toCard(entry.card)],
        selectedCardId: selectedOf([entry.card]) ?? account.selectedCardId,
        cardSavesAt: rememberEvent(account.cardSavesAt, {
          limit: CARD_SAVES_PER_HOUR,
          now: entry.at,
        }),
      };
    case "card_selected":
      return { selectedCardId: entry.card.cardId };
    case "card_removed":
      return {
        cards: account.cards.filter(({ cardId }) => cardId !== entry.card.cardId),
        selectedCardId: entry.nextSelectedCardId,
      };
    case "account_frozen":
      return { status: "frozen" };
    case "account_unfrozen":
      return { status: "active" };
    case "account_closed":
      // Its holds have all expired: what they were for is never asked again.
      return { status: "closed", openHolds: account.openHolds.map(withoutRide) };
    case "account_erased":
      return { status: "erased", cards: [], selectedCardId: null };
    case "payment": {
      const lastPayment = paymentState(entry);
      if (entry.holdId === undefined) return { lastPayment };
      return { lastPayment, openHolds: withoutHold(account, entry.holdId) };
    }
    case "hold_placed": {
      const { id: holdId, amountKurus, expiresAt } = entry;
      const hold = { holdId, amountKurus, expiresAt, ...rideOf(entry) };
      return { openHolds: [...account.openHolds, hold] };
    }
    case "hold_released":
    case "hold_expired":
      return { openHolds: withoutHold(account, entry.holdId) };
    case "adjustment":
      return adjustGrants(account, entry.deltaKurus);
    case "refund": {
      const { lastPayment } = account;
      const { paymentId, refundedKurus, grantedKurus } = entry;
      return {
        ...(lastPayment?.paymentId === paymentId && {
          lastPayment: { ...lastPayment, refundedKurus },
        }),
        ...(grantedKurus !== undefined && bringGrantBack(account, grantedKurus)),
      };
    }
    case "top_up_started": {
      const { id: topUpId, amountKurus, card: { cardId }, at: startedAt } = entry;
      return { openTopUps: [...account.openTopUps, { topUpId, amountKurus, cardId, startedAt }] };
    }
    case "top_up_action_required": {
      const { topUpId, providerRef, expiresAt: actionExpiresAt } = entry;
      return {
        openTopUps: account.openTopUps.map((open) =>
          open.topUpId === topUpId ? { ...open, providerRef, actionExpiresAt } : open
        ),
      };
    }
    case "top_up_credited":
      return { openTopUps: withoutTopUp(account, entry.topUpId), ...settleGrants(account) };
    case "top_up_failed":
      return {
        openTopUps: withoutTopUp(account, entry.topUpId),
        declinesAt: rememberEvent(account.declinesAt, { limit: DECLINES_PER_HOUR, now: entry.at }),
      };
    case "card_refund_started": {
      const { id: cardRefundId, topUpId, amountKurus, at: startedAt } = entry;
      const refund = { cardRefundId, topUpId, amountKurus, startedAt };
      return { openCardRefunds: [...account.openCardRefunds, refund] };
    }
    case "card_refund_completed":
      return { openCardRefunds: withoutCardRefund(account, entry.cardRefundId) };
    case "card_refund_failed":
      return {
        openCardRefunds: withoutCardRefund(account, entry.cardRefundId),
        ...settleGrants(account),
      };
  }
}

/** Of a card whose fingerprint was erased since, its digest stands in until the account is erased, too. */
function toCard({ selected: _, fingerprint, alias, ...card }: SavedCard): Card {
  const name = textOf(alias);
  return {
    ...card,
    ...(name !== undefined && { alias: name }),
    fingerprint: typeof fingerprint === "string" ? fingerprint : fingerprint.erased,
  };
}

function selectedOf(cards: readonly SavedCard[]): string | null {
  return cards.find(({ selected }) => selected)?.cardId ?? null;
}

function withoutHold({ openHolds }: Account, holdId: string): Account["openHolds"] {
  return openHolds.filter((open) => open.holdId !== holdId);
}

function withoutRide({ holdId, amountKurus, expiresAt }: OpenHold): OpenHold {
  return { holdId, amountKurus, expiresAt };
}

function withoutTopUp({ openTopUps }: Account, topUpId: string): Account["openTopUps"] {
  return openTopUps.filter((open) => open.topUpId !== topUpId);
}

function withoutCardRefund(
  { openCardRefunds }: Account,
  cardRefundId: string,
): Account["openCardRefunds"] {
  return openCardRefunds.filter((open) => open.cardRefundId !== cardRefundId);
}
