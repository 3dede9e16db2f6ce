import type { AccountId, Instant } from "../account.ts";
import type { CardNumber } from "../card_number.ts";

/** A sealed card number. */
export interface VaultRecord {
  readonly account: AccountId;
  readonly cardId: string;
  /** Which of the configured keys sealed it. */
  readonly keyId: string;
  readonly nonce: Uint8Array;
  readonly ciphertext: Uint8Array;
  readonly createdAt: Instant;
}

/** Where sealed card numbers are kept, apart from the accounts. */
export interface VaultStore {
  put(records: readonly VaultRecord[]): Promise<void>;
  get(id: AccountId, cardId: string): Promise<VaultRecord | undefined>;
  remove(id: AccountId, cardIds: readonly string[]): Promise<void>;
  /** Whether any record was sealed by this key. */
  anyUnder(keyId: string): Promise<boolean>;
  /** Records older than `createdBefore` after the one at `after`, in a stable order. */
  list(options: VaultListOptions): Promise<readonly VaultRecord[]>;
}

export interface VaultListOptions {
  readonly createdBefore: Instant;
  readonly limit: number;
  readonly after?: Pick<VaultRecord, "account" | "cardId">;
}

/** A card number to keep, and the id to keep it under. */
export interface CardToKeep {
  readonly cardId: string;
  readonly number: CardNumber;
}

/** Keeps card numbers, each sealed for one account and one card id: it opens for no other. */
export interface CardVault {
  /** The same for the same digits on the same account, however they were written. */
  fingerprint(id: AccountId, number: CardNumber): string;
  /** The same for the same digits on whichever account of a fleet. */
  fleetFingerprint(filo: string, number: CardNumber): string;
  keep(id: AccountId, cards: readonly CardToKeep[], now: Instant): Promise<void>;
  open(id: AccountId, cardId: string): Promise<CardNumber>;
  /** Why a record does not open; undefined if it does. */
  fault(record: VaultRecord): string | undefined;
  remove(id: AccountId, cardIds: readonly string[]): Promise<void>;
}
