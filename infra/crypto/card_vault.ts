import { Buffer } from "node:buffer";
import { createHmac } from "node:crypto";
import { type AccountId, accountKey } from "../../domain/account.ts";
import { CardNumber } from "../../domain/card_number.ts";
import type {
  CardToKeep,
  CardVault,
  VaultRecord,
  VaultStore,
} from "../../domain/ports/card_vault.ts";
import { seal, unseal } from "./sealing.ts";

interface CardVaultKeys {
  /** By key id: the first seals, all of them open. Each has 32 bytes. */
  readonly sealing: ReadonlyMap<string, Uint8Array>;
  /** Used for fingerprints only. Under another key every saved card looks new. */
  readonly fingerprint: () => Uint8Array;
}

/**
 * Seals card numbers, bound to account and card id: a record that was moved to another account or card
 * does not open.
 *
 * A fingerprint is a keyed hash of the whole number (HMAC-SHA-256, PCI DSS 3.5.1.1), bound to the
 * account. It is fast, because slowness would not protect it: once BIN and last four are known, only a
 * million numbers are left to try. What protects it is its random key, which only the sealing keys
 * open, and whoever has those can open the numbers themselves.
 */
export function createCardVault(store: VaultStore, keys: CardVaultKeys): CardVault {
  const [sealingKey] = keys.sealing;
  if (sealingKey === undefined) throw new Error("Cannot make a vault: no sealing key is given");
  const [keyId, key] = sealingKey;

  function toRecord(id: AccountId, { cardId, number }: CardToKeep, createdAt: number): VaultRecord {
    const sealed = seal(key, Buffer.from(number.reveal()), toBinding(id, cardId));
    return { account: id, cardId, keyId, ...sealed, createdAt };
  }

  function openRecord(record: VaultRecord): CardNumber {
    const { account, cardId, keyId } = record;
    const key = keys.sealing.get(keyId);
    if (key === undefined) throw openingError(cardId, `key ${keyId} is not configured`);
    const digits = unseal(key, record, toBinding(account, cardId));
    if (digits === undefined) throw openingError(cardId, `it is not what key ${keyId} sealed`);
    const number = CardNumber.parse(Buffer.from(digits).toString("utf8"));
    if (number === undefined) throw openingError(cardId, "what was sealed is no card number");
    return number;
  }

  function fingerprint(scope: string, number: CardNumber): string {
    return number.digest((digits) =>
      createHmac("sha256", keys.fingerprint()).update(`${scope}\n${digits}`).digest("hex")
    );
  }

  return {
    fingerprint: (id, number) => fingerprint(`card\n${accountKey(id)}`, number),
    fleetFingerprint: (filo, number) => fingerprint(`fleet\n${filo}`, number),
    keep: (id, cards, now) => store.put(cards.map((card) => toRecord(id, card, now))),
    open: async (id, cardId) => {
      const record = await store.get(id, cardId);
      if (record === undefined) throw openingError(cardId, "the vault has no record of it");
      // Bound to what was asked for, not to what the record says: a moved record must not open.
      return openRecord({ ...record, account: id, cardId });
    },
    fault: (record) => {
      try {
        openRecord(record);
        return undefined;
      } catch (error) {
        return error instanceof Error ? error.message : String(error);
      }
    },
    remove: (id, cardIds) => store.remove(id, cardIds),
  };
}

function toBinding(id: AccountId, cardId: string): string {
  return `${accountKey(id)}/${cardId}`;
}

function openingError(cardId: string, reason: string): Error {
  return new Error(`Cannot open card ${cardId}: ${reason}`);
}
