import type { AccountId, Instant } from "../account.ts";
import type { UserAction } from "./card_gateway.ts";

/** What the bank wants of a user, kept until they have come back or their time is over. */
export interface KeptAction {
  readonly account: AccountId;
  readonly action: UserAction;
}

/** Keeps what a user's browser has to be shown, by top-up: its id is the secret by which it is found. */
export interface UserActions {
  /** Keeps an action, in place of an earlier one. It is found for a while after `expiresAt`, too. */
  keep(topUpId: string, kept: KeptAction & { readonly expiresAt: Instant }): Promise<void>;
  find(topUpId: string): Promise<KeptAction | undefined>;
}

/** An action as a store keeps it, sealed. */
export interface ActionRecord {
  readonly topUpId: string;
  readonly account: AccountId;
  readonly keyId: string;
  readonly nonce: Uint8Array;
  readonly ciphertext: Uint8Array;
  /** From then on the store removes it. */
  readonly removeAt: Instant;
}

/** Where sealed actions are kept. */
export interface ActionStore {
  put(record: ActionRecord): Promise<void>;
  get(topUpId: string): Promise<ActionRecord | undefined>;
}
