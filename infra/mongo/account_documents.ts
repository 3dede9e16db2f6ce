import type { Account, AccountId, AccountStatus, Card } from "../../domain/account.ts";
import type { Profile } from "../../domain/auth.ts";
import type { RecentKeys } from "../../domain/idempotency.ts";
import { RECENT_KEYS_PER_ACCOUNT } from "../../domain/limits.ts";
import type { EntryDocument } from "./entry_documents.ts";
import { fromStored, type StoredAmount, toStored } from "./stored_amount.ts";

/** The part of a user's document that decisions need, with the seed's names where it has them. */
export interface AccountDocument {
  readonly _id: string;
  readonly head: string;
  readonly seq: number;
  readonly balance: StoredAmount;
  readonly allCards: readonly Card[];
  readonly selectedCard: string | null;
  readonly lastPayment: StoredPayment | null;
  readonly status: AccountStatus;
  readonly openHolds: readonly StoredHold[];
  readonly openTopUps: readonly StoredTopUp[];
  readonly openCardRefunds: readonly StoredCardRefund[];
  readonly grantedKurus: StoredAmount;
  readonly spentGrantsKurus: StoredAmount;
  readonly recentKeys: readonly number[];
  readonly keysComplete: boolean;
  readonly cardSavesAt: readonly Date[];
  readonly declinesAt: readonly Date[];
  /** The newest entries, those that the ledger has not yet taken over. */
  readonly journal: readonly EntryDocument[];
  /** No later than the oldest of them; absent if there are none. */
  readonly undrainedSince?: Date;
}

/** A whole user: account, personal data and the hash of the authCode, in one document. */
export interface UserDocument extends AccountDocument, Profile {
  readonly filo: string;
  readonly userNo: string;
  readonly authCode: string;
}

interface StoredPayment {
  readonly paymentId: string;
  readonly amountKurus: StoredAmount;
  readonly refundedKurus: StoredAmount;
  readonly at: Date;
}

interface StoredHold {
  readonly holdId: string;
  readonly amountKurus: StoredAmount;
  readonly expiresAt: Date;
  readonly orderId?: string;
  readonly description?: string;
}

interface StoredTopUp {
  readonly topUpId: string;
  readonly amountKurus: StoredAmount;
  readonly cardId: string;
  readonly startedAt: Date;
  readonly providerRef?: string;
  readonly actionExpiresAt?: Date;
}

interface StoredCardRefund {
  readonly cardRefundId: string;
  readonly topUpId: string;
  readonly amountKurus: StoredAmount;
  readonly startedAt: Date;
}

type HeadFields = Pick<
  AccountDocument,
  "head" | "seq" | "balance" | "lastPayment" | "keysComplete"
>;
type StateFields = Omit<
  AccountDocument,
  "_id" | "journal" | "undrainedSince" | "recentKeys" | keyof HeadFields
>;

export function fromAccountDocument(id: AccountId, document: AccountDocument): Account {
  const { lastPayment } = document;
  return {
    id,
    head: document.head,
    seq: document.seq,
    status: document.status,
    ...fromMoneyFields(document),
    cards: document.allCards,
    selectedCardId: document.selectedCard,
    lastPayment: lastPayment && {
      paymentId: lastPayment.paymentId,
      amountKurus: fromStored(lastPayment.amountKurus),
      refundedKurus: fromStored(lastPayment.refundedKurus),
      at: lastPayment.at.getTime(),
    },
    openTopUps: document.openTopUps.map((
      { amountKurus, startedAt, actionExpiresAt, ...topUp },
    ) => ({
      ...topUp,
      amountKurus: fromStored(amountKurus),
      startedAt: startedAt.getTime(),
      ...(actionExpiresAt && { actionExpiresAt: actionExpiresAt.getTime() }),
    })),
    openCardRefunds: document.openCardRefunds.map(({ amountKurus, startedAt, ...refund }) => ({
      ...refund,
      amountKurus: fromStored(amountKurus),
      startedAt: startedAt.getTime(),
    })),
    grantedKurus: fromStored(document.grantedKurus),
    spentGrantsKurus: fromStored(document.spentGrantsKurus),
    recentKeys: toRecentKeys(document),
    cardSavesAt: document.cardSavesAt.map((at) => at.getTime()),
    declinesAt: document.declinesAt.map((at) => at.getTime()),
  };
}

/** The balance, and what open holds set aside of it. */
export function fromMoneyFields(
  { balance, openHolds }: Pick<AccountDocument, "balance" | "openHolds">,
): Pick<Account, "balanceKurus" | "openHolds"> {
  return {
    balanceKurus: fromStored(balance),
    openHolds: openHolds.map(({ amountKurus, expiresAt, ...hold }) => ({
      ...hold,
      amountKurus: fromStored(amountKurus),
      expiresAt: expiresAt.getTime(),
    })),
  };
}

function toRecentKeys({ recentKeys: hashes, keysComplete }: AccountDocument): RecentKeys {
  if (keysComplete) return { hashes, others: "none" };
  // A window with fewer keys than it should have says nothing about the others.
  return { hashes, others: hashes.length >= RECENT_KEYS_PER_ACCOUNT ? "stored" : "unknown" };
}

/** What every save sets. */
export function toHeadFields(
  { head, seq, balanceKurus, lastPayment, recentKeys }: Account,
): HeadFields {
  return {
    head,
    seq,
    balance: toStored(balanceKurus),
    lastPayment: lastPayment && {
      paymentId: lastPayment.paymentId,
      amountKurus: toStored(lastPayment.amountKurus),
      refundedKurus: toStored(lastPayment.refundedKurus),
      at: new Date(lastPayment.at),
    },
    keysComplete: recentKeys.others === "none",
  };
}

/** What payments and refunds leave as it is. */
export function toStateFields(account: Account): StateFields {
  const { openHolds, openTopUps, openCardRefunds, cardSavesAt, declinesAt } = account;
  return {
    status: account.status,
    openHolds: openHolds.map(({ amountKurus, expiresAt, ...hold }) => ({
      ...hold,
      amountKurus: toStored(amountKurus),
      expiresAt: new Date(expiresAt),
    })),
    allCards: account.cards,
    selectedCard: account.selectedCardId,
    openTopUps: openTopUps.map(({ amountKurus, startedAt, actionExpiresAt, ...topUp }) => ({
      ...topUp,
      amountKurus: toStored(amountKurus),
      startedAt: new Date(startedAt),
      ...(actionExpiresAt !== undefined && { actionExpiresAt: new Date(actionExpiresAt) }),
    })),
    openCardRefunds: openCardRefunds.map(({ amountKurus, startedAt, ...refund }) => ({
      ...refund,
      amountKurus: toStored(amountKurus),
      startedAt: new Date(startedAt),
    })),
    grantedKurus: toStored(account.grantedKurus),
    spentGrantsKurus: toStored(account.spentGrantsKurus),
    cardSavesAt: cardSavesAt.map((at) => new Date(at)),
    declinesAt: declinesAt.map((at) => new Date(at)),
  };
}
