import type { Account, AccountId, Card } from "./account.ts";
import { type Accepted, accepted, type Command } from "./decision.ts";
import { NO_KEYS } from "./idempotency.ts";
import { type AccountOpened, cardSnapshot } from "./journal.ts";
import { type Kurus, NO_MONEY } from "./money.ts";

export interface AccountOpeningCommand extends Command {
  readonly account: AccountId;
  readonly balanceKurus: Kurus;
  /** As the fleet brings them, chargeable or not; each once. */
  readonly cards: readonly Card[];
  /** The fingerprint of the card to select; without it the first that can be charged, else the first. */
  readonly selectedFingerprint?: string;
}

/** Opens an account with what the fleet already knows of its user: cards and an opening balance. */
export function openAccount(command: AccountOpeningCommand): Accepted<AccountOpened> {
  const { cards } = command;
  const selected = cards.find((card) => card.fingerprint === command.selectedFingerprint) ??
    cards.find((card) => card.verified) ?? cards[0];
  const selectedCardId = selected?.cardId ?? null;
  const unopened: Account = {
    id: command.account,
    head: "",
    seq: 0,
    balanceKurus: NO_MONEY,
    cards,
    selectedCardId,
    lastPayment: null,
    openTopUps: [],
    recentKeys: NO_KEYS,
    cardSavesAt: [],
    declinesAt: [],
  };
  const snapshots = cards.map((card) => cardSnapshot(card, selectedCardId));
  return accepted<"account_opened">(
    unopened,
    command,
    { type: "account_opened", cards: snapshots },
    {
      amountKurus: command.balanceKurus,
      deltaKurus: command.balanceKurus,
    },
  );
}
