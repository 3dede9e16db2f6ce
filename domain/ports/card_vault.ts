import type { AccountId, Instant } from "../account.ts";
import type { CardNumber } from "../card_number.ts";
import type { CardToken } from "../card_token.ts";

/** What a card is charged by, sealed. */
export interface VaultRecord {
  readonly account: AccountId;
  readonly cardId: string;
  /** Which of the configured keys sealed it. */
  readonly keyId: string;
  readonly nonce: Uint8Array;
  readonly ciphertext: Uint8Array;
  readonly createdAt: Instant;
}

/** Where sealed cards are kept, apart from the accounts. */
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

/** What tells a card from others: its number, or what a gateway that saved it itself says. */
export type CardIdentity = CardNumber | GatewayIdentity;

/** The same for the same number, as far as that gateway tells. */
export interface GatewayIdentity {
  readonly gateway: string;
  readonly fingerprint: string;
}

/** What a card is charged by, to be kept under its id. */
export interface CardToKeep {
  readonly cardId: string;
  readonly identity: CardIdentity;
  /** The gateway that charges it. */
  readonly gateway: string;
  /** Null for a card that the gateway has not registered: it has to be saved again to be charged. */
  readonly token: CardToken | null;
}

/** A card as the vault opens it. */
export interface KeptCard extends Pick<CardToKeep, "gateway" | "token"> {
  /** Those of its identity, which itself is gone. */
  readonly fingerprint: string;
  readonly fleetFingerprint: string;
}

/** Keeps what cards are charged by, each sealed for one account and one card id: it opens for no other. */
export interface CardVault {
  /** The same for the same card on the same account, however its digits were written. */
  fingerprint(id: AccountId, card: CardIdentity): string;
  /** The same for the same card on whichever account of a fleet. */
  fleetFingerprint(filo: string, card: CardIdentity): string;
  keep(id: AccountId, cards: readonly CardToKeep[], now: Instant): Promise<void>;
  open(id: AccountId, cardId: string): Promise<KeptCard>;
  /** Why a record does not open; undefined if it does. */
  fault(record: VaultRecord): string | undefined;
  remove(id: AccountId, cardIds: readonly string[]): Promise<void>;
}
